//! Branches, `match`, and everything that leaves: `return`, `break`, `continue`.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Expr, ExprIf, ExprMatch, Pat};

use super::form::Form;
use super::{Lowerer, RETURN, Rv, span_of};
use crate::errors::Lowered;
use crate::ir::{Op, Region, Type, Value};

impl Lowerer<'_> {
    /// Lowers both branches and joins what they assign and what they give.
    pub(super) fn branch(
        &mut self,
        cond: Value,
        span: Span,
        then: impl FnOnce(&mut Self) -> Lowered<Rv>,
        other: impl FnOnce(&mut Self) -> Lowered<Rv>,
    ) -> Lowered<Rv> {
        let count = self.vars.len();
        let before: Vec<_> = self.vars.iter().map(|v| v.current).collect();
        let first = self.arm(span, None, then);
        let after_first: Vec<_> = self.vars[..count].iter().map(|v| v.current).collect();
        for (var, value) in self.vars.iter_mut().zip(&before) {
            var.current = *value;
        }
        let form = first.as_ref().ok().and_then(|(_, form, _)| form.clone());
        let second = self.arm(span, form, other);
        let after_second: Vec<_> = self.vars[..count].iter().map(|v| v.current).collect();
        let (mut a, form_a, leaves_a) = first?;
        let (mut b, form_b, leaves_b) = second?;
        let mut results = Vec::new();
        for i in 0..count {
            let (x, y) = (after_first[i], after_second[i]);
            self.vars[i].current = match (x, y) {
                (x, y) if x == y => x,
                (Some(x), Some(y)) if self.known.get(&x) == Some(&UNREACHABLE) => Some(y),
                (Some(x), Some(y)) if self.known.get(&y) == Some(&UNREACHABLE) => Some(x),
                (Some(x), Some(y)) if self.same_code(x, y) => Some(x),
                _ => {
                    let var = self.vars[i].clone();
                    Some(self.join(&mut a, &mut b, x, y, var.name, var.span, &mut results))
                }
            };
        }
        // Codes that agree were made in a branch: outside it they need a value of their own.
        for (i, before) in before.iter().enumerate().take(count) {
            if let Some(value) = self.vars[i].current
                && let Some(code) = self.known.get(&value).copied()
                && *before != Some(value)
            {
                self.vars[i].current = Some(self.code(code, span));
            }
        }
        let rv = match form_b.as_ref().or(form_a.as_ref()) {
            None => Rv::Never,
            Some(form) => {
                let spread = |own: &Option<Form>, leaves: Vec<Value>| {
                    let mut out = Vec::new();
                    if let Some(own) = own {
                        own.spread(form, &mut leaves.into_iter(), &mut out);
                    }
                    out
                };
                let (leaves_a, leaves_b) = (spread(&form_a, leaves_a), spread(&form_b, leaves_b));
                let mut joined = Vec::new();
                for i in 0..leaves_a.len().max(leaves_b.len()) {
                    let at = |leaves: &[Option<Value>]| leaves.get(i).copied().flatten();
                    let (x, y) = (at(&leaves_a), at(&leaves_b));
                    match (x, y) {
                        (Some(x), Some(y)) if x == y => joined.push(x),
                        _ => joined.push(self.join(&mut a, &mut b, x, y, None, span, &mut results)),
                    }
                }
                Self::assemble(form, &mut joined.into_iter())
            }
        };
        if !(a.nodes.is_empty() && b.nodes.is_empty() && results.is_empty()) {
            self.b.node(Op::If(cond, a, b), results, span);
        }
        Ok(rv)
    }

    fn same_code(&self, x: Value, y: Value) -> bool {
        self.known.get(&x).is_some_and(|x| self.known.get(&y) == Some(x))
    }

    fn arm(
        &mut self,
        span: Span,
        form: Option<Form>,
        lower: impl FnOnce(&mut Self) -> Lowered<Rv>,
    ) -> Lowered<(Region, Option<Form>, Vec<Value>)> {
        self.b.open();
        let lowered = lower(self).and_then(|rv| {
            if matches!(rv, Rv::Never) || self.exit_code().is_some_and(|code| code != 0) {
                return Ok((None, Vec::new()));
            }
            let own = Self::form_of(&rv);
            let form = form.map_or(own.clone(), |form| form.with(&own));
            let leaves = self.leaves(rv, &form, span)?;
            Ok((Some(form), leaves))
        });
        let region = self.b.close(Vec::new(), Vec::new());
        lowered.map(|(form, leaves)| (region, form, leaves))
    }

    /// One result of a branch; a placeholder on the path that has no value for it.
    #[allow(clippy::too_many_arguments)]
    fn join(
        &mut self,
        a: &mut Region,
        b: &mut Region,
        x: Option<Value>,
        y: Option<Value>,
        name: Option<syn::Ident>,
        span: Span,
        results: &mut Vec<Value>,
    ) -> Value {
        let ty = match (x, y) {
            (Some(x), Some(y)) => self.b.ty(x).join(self.b.ty(y)),
            (Some(x), None) | (None, Some(x)) => self.b.ty(x).clone(),
            (None, None) => Type::Unknown,
        };
        for (region, value) in [(a, x), (b, y)] {
            if let Some(value) = value {
                self.refine(value, &ty);
            }
            let value = value.unwrap_or_else(|| {
                let undef = self.b.value(ty.clone(), span);
                region.nodes.push(crate::ir::Node { op: Op::Undef, results: vec![undef], span });
                undef
            });
            region.results.push(value);
        }
        let result = self.b.named(ty, name, crate::ir::Storage::Local, span);
        results.push(result);
        result
    }

    /// `if`, `else if`, `if let`, chains of them.
    pub(super) fn if_expr(&mut self, e: &ExprIf, tail: bool) -> Lowered<Rv> {
        let span = span_of(&e.if_token);
        self.scoped(|this| {
            this.condition(&e.cond, span, &mut |this, held| {
                if held {
                    this.scoped_block(&e.then_branch, tail)
                } else {
                    match &e.else_branch {
                        Some((_, other)) if tail => this.returned(other),
                        Some((_, other)) => this.expr(other),
                        None => Ok(Rv::Unit),
                    }
                }
            })
        })
    }

    /// A condition, `let` chains included; `then(true)` is lowered where it holds with its bindings in
    /// scope, `then(false)` where it does not.
    fn condition(
        &mut self,
        cond: &Expr,
        span: Span,
        then: &mut dyn FnMut(&mut Self, bool) -> Lowered<Rv>,
    ) -> Lowered<Rv> {
        match cond {
            Expr::Paren(e) => self.condition(&e.expr, span, then),
            Expr::Let(e) => {
                let rv = self.expr(&e.expr)?;
                let scrutinee = &self.scrutinee(&e.expr, &rv);
                match self.test(&e.pat, &rv, scrutinee)? {
                    None => {
                        self.bind(&e.pat, rv)?;
                        then(self, true)
                    }
                    Some(test) => {
                        let then = std::cell::RefCell::new(then);
                        self.branch(
                            test,
                            span,
                            |this| {
                                this.scoped(|this| {
                                    this.bind_tested(&e.pat, rv, scrutinee)?;
                                    (then.borrow_mut())(this, true)
                                })
                            },
                            |this| (then.borrow_mut())(this, false),
                        )
                    }
                }
            }
            Expr::Binary(e) if matches!(e.op, syn::BinOp::And(_)) && has_let(cond) => self
                .condition(&e.left, span, &mut |this, held| {
                    if held { this.condition(&e.right, span, then) } else { then(this, false) }
                }),
            _ => {
                let cond = self.value(cond)?;
                let then = std::cell::RefCell::new(then);
                self.branch(
                    cond,
                    span,
                    |this| (then.borrow_mut())(this, true),
                    |this| (then.borrow_mut())(this, false),
                )
            }
        }
    }

    /// `match`: arms in order, each under the condition that its pattern fits and its guard holds.
    pub(super) fn match_expr(&mut self, e: &ExprMatch, tail: bool) -> Lowered<Rv> {
        let rv = self.expr(&e.expr)?;
        let rv = match rv {
            // Read once: an arm may change what was matched on.
            Rv::Place(place, ty) if ty.is_scalar() => {
                Rv::Value(self.load(&place, &ty, span_of(&e.expr)))
            }
            rv => rv,
        };
        self.scoped(|this| {
            let scrutinee = this.scrutinee(&e.expr, &rv);
            this.arms(e, (&scrutinee, &rv), 0, tail)
        })
    }

    fn arms(&mut self, e: &ExprMatch, matched: (&Expr, &Rv), i: usize, tail: bool) -> Lowered<Rv> {
        let (scrutinee, rv) = matched;
        let span = span_of(&e.match_token);
        let Some(arm) = e.arms.get(i) else {
            // rustc checks that `match` is exhaustive: this path is never taken.
            self.effect(quote!(::core::unreachable!()), span)?;
            return Ok(self.unreachable(span));
        };
        let (pat, guard) = match &arm.pat {
            Pat::Guard(g) => (&*g.pat, Some(&*g.guard)),
            pat => (pat, None),
        };
        let lower_body = |this: &mut Self| {
            if tail { this.returned(&arm.body) } else { this.expr(&arm.body) }
        };
        let last = i + 1 == e.arms.len() && guard.is_none();
        let test = self.test(pat, rv, scrutinee)?;
        let Some(guard) = guard else {
            return match test {
                // The last arm of an exhaustive `match` needs no test.
                Some(test) if !last => self.branch(
                    test,
                    span,
                    |this| {
                        this.scoped(|this| {
                            this.bind_tested(pat, rv.clone(), scrutinee)?;
                            lower_body(this)
                        })
                    },
                    |this| this.arms(e, matched, i + 1, tail),
                ),
                _ => self.scoped(|this| {
                    this.bind_tested(pat, rv.clone(), scrutinee)?;
                    lower_body(this)
                }),
            };
        };
        // The guard sees the bindings: it is evaluated where the pattern fits.
        let fits = match test {
            Some(test) => test,
            None => self.b.constant(quote!(true), Type::Bool, span),
        };
        let held = self.branch(
            fits,
            span,
            |this| {
                this.scoped(|this| {
                    this.bind_tested(pat, rv.clone(), scrutinee)?;
                    this.value(guard).map(Rv::Value)
                })
            },
            |this| Ok(Rv::Value(this.b.constant(quote!(false), Type::Bool, span))),
        )?;
        let held = self.value_of(held, span)?;
        self.branch(
            held,
            span,
            |this| {
                this.scoped(|this| {
                    this.bind_tested(pat, rv.clone(), scrutinee)?;
                    lower_body(this)
                })
            },
            |this| this.arms(e, matched, i + 1, tail),
        )
    }

    /// `return`, or the value at the end of the function.
    pub(super) fn give_back(&mut self, rv: Rv, span: Span) -> Lowered<Rv> {
        let frame = self.frame.clone();
        let form = frame.form.clone().unwrap_or_else(|| Self::form_of(&rv));
        let leaves = self.leaves(rv, &form, span)?;
        if self.frame.form.is_none() {
            self.frame.ret = leaves.iter().map(|_| self.var(None, None, true, span)).collect();
            self.frame.types = vec![Type::Unknown; leaves.len()];
            self.frame.form = Some(form);
        }
        for (i, leaf) in leaves.into_iter().enumerate() {
            if let Some(ty) = self.frame.types.get(i).cloned() {
                self.refine(leaf, &ty);
            }
            let var = self.frame.ret[i];
            self.assign(var, leaf);
        }
        self.set_exit(RETURN, span);
        Ok(Rv::Never)
    }

    pub(super) fn return_expr(&mut self, e: &syn::ExprReturn) -> Lowered<Rv> {
        let rv = match &e.expr {
            Some(value) => self.expr_of(value, self.frame.output.clone().as_ref())?,
            None => Rv::Unit,
        };
        self.give_back(rv, e.span())
    }

    pub(super) fn break_expr(&mut self, e: &syn::ExprBreak) -> Lowered<Rv> {
        let target = self.target_loop(e.label.as_ref(), e.span())?;
        if let Some(value) = &e.expr {
            let rv = self.expr(value)?;
            let form = Self::form_of(&rv).filled();
            let leaves = self.leaves(rv, &form, e.span())?;
            let vars = self.loops[target].value.clone();
            if vars.len() != leaves.len() {
                return Err(self.defer(
                    "AD0205",
                    e.span(),
                    "the values that `break` gives out of this loop have different forms",
                    "assign to a variable declared before the loop and `break` without a value",
                ));
            }
            for (var, leaf) in vars.into_iter().zip(leaves) {
                self.assign(var, leaf);
            }
        }
        let code = self.loops[target].break_code();
        self.set_exit(code, e.span());
        Ok(Rv::Never)
    }

    pub(super) fn continue_expr(&mut self, e: &syn::ExprContinue) -> Lowered<Rv> {
        let target = self.target_loop(e.label.as_ref(), e.span())?;
        let code = self.loops[target].continue_code();
        self.set_exit(code, e.span());
        Ok(Rv::Never)
    }

    fn target_loop(&mut self, label: Option<&syn::Lifetime>, span: Span) -> Lowered<usize> {
        let first = self.frame.first_loop;
        let found = match label {
            None => (first..self.loops.len()).rev().find(|i| !self.loops[*i].block),
            Some(label) => {
                let label = label.ident.to_string();
                (first..self.loops.len())
                    .rev()
                    .find(|i| self.loops[*i].label.as_ref() == Some(&label))
            }
        };
        match found {
            Some(i) => Ok(i),
            None => Err(self.refuse(
                "AD0206",
                span,
                "there is no such loop here",
                "break out of a loop that encloses this expression",
            )),
        }
    }

    /// Control ends here in a panic.
    pub(super) fn unreachable(&mut self, span: Span) -> Rv {
        self.set_exit(UNREACHABLE, span);
        Rv::Never
    }
}

/// The exit code of a path that ends in a panic: what is joined with it goes on alone.
const UNREACHABLE: i64 = -1;

/// Whether a condition binds something.
pub(super) fn has_let(cond: &Expr) -> bool {
    match cond {
        Expr::Let(_) => true,
        Expr::Paren(e) => has_let(&e.expr),
        Expr::Binary(e) if matches!(e.op, syn::BinOp::And(_)) => {
            has_let(&e.left) || has_let(&e.right)
        }
        _ => false,
    }
}

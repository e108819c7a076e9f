//! Closures and local functions: inlined where they are called.

use std::rc::Rc;

use proc_macro2::Span;
use quote::ToTokens;
use syn::Expr;

use super::form::Form;
use super::iter::Callee;
use super::macros::arguments;
use super::{Binding, Closure, Frame, Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{Place, Type};

impl Lowerer<'_> {
    /// Copies of the changeable scalars and arrays that a `move` closure names.
    pub(super) fn moved(&mut self, body: &Expr, span: Span) -> Vec<(String, Binding)> {
        let mut names = Vec::new();
        super::verbatim::idents(&body.to_token_stream(), &mut names);
        let mut moved: Vec<(String, Binding)> = Vec::new();
        for name in names {
            let text = name.to_string();
            if moved.iter().any(|(known, _)| *known == text) {
                continue;
            }
            let copy = match self.lookup(&name).cloned() {
                Some(Binding::Var(var)) if self.vars[var.0].mutable => {
                    let current = self.vars[var.0].current;
                    Binding::Var(self.var(current, Some(name), true, span))
                }
                Some(Binding::Option(flag, held)) => {
                    let option = self.bound_rv(&Binding::Option(flag, held), span);
                    self.variables(&name, option)
                }
                Some(Binding::Place(place, ty)) if ty.is_copy() => {
                    let value = self.load(&place, &ty, span);
                    Binding::Place(Place::whole(self.object(value, Some(name), span)), ty)
                }
                _ => continue,
            };
            moved.push((text, copy));
        }
        moved
    }

    /// Lowers a closure's body where it is called.
    pub(super) fn inline(&mut self, c: &Closure, args: Vec<Rv>, span: Span) -> Lowered<Rv> {
        if let Some(name) = &c.name {
            if self.inlining.contains(name) {
                return Err(self.refuse(
                    "AD0234",
                    span,
                    format!("the local function `{name}` calls itself"),
                    "put it under `#[differentiate]`: annotated functions may be recursive",
                ));
            }
            self.inlining.push(name.clone());
        }
        if args.len() != c.inputs.len() {
            return Err(self.defer(
                "AD0235",
                span,
                format!("{} arguments for {} parameters", args.len(), c.inputs.len()),
                "give the closure as many arguments as it has parameters",
            ));
        }
        let hidden = self.scopes.split_off(c.depth);
        let innermost = self.scopes.last_mut().expect("the closure's own scope");
        let later = innermost.split_off(c.names.min(innermost.len()));
        self.scopes.push(c.moved.clone());
        let lowered = self.closure_call(c, args, span);
        let names = self.scopes.pop().expect("opened above");
        let lowered = lowered.map(|rv| self.escaped(rv, &names));
        self.scopes.truncate(c.depth);
        self.scopes.last_mut().expect("the closure's own scope").extend(later);
        self.scopes.extend(hidden);
        if c.name.is_some() {
            self.inlining.pop();
        }
        lowered
    }

    fn closure_call(&mut self, c: &Closure, args: Vec<Rv>, span: Span) -> Lowered<Rv> {
        for ((pat, ty), rv) in c.inputs.iter().zip(args) {
            let rv = match ty {
                Some(ty) => self.typed(rv, ty),
                None => rv,
            };
            self.bind(pat, rv)?;
        }
        self.closure_body(c, span)
    }

    /// What leaves a scope that has just been closed: closures take its names along.
    pub(super) fn escaped(&self, rv: Rv, names: &[(String, Binding)]) -> Rv {
        let depth = self.scopes.len();
        let closure = |c: &Rc<Closure>| {
            if c.depth <= depth {
                return c.clone();
            }
            let moved = names.iter().chain(&c.moved).cloned().collect();
            let names = self.scopes.last().map_or(0, Vec::len);
            Rc::new(Closure { depth, names, moved, ..Closure::clone(c) })
        };
        match rv {
            Rv::Closure(c) => Rv::Closure(closure(&c)),
            Rv::Iter(mut iter) => {
                iter.each_callee(&mut |callee| {
                    if let Callee::Closure(c) = callee {
                        *c = closure(c);
                    }
                });
                Rv::Iter(iter)
            }
            Rv::Tuple(parts) => {
                Rv::Tuple(parts.into_iter().map(|part| self.escaped(part, names)).collect())
            }
            Rv::Some(value) => Rv::Some(Box::new(self.escaped(*value, names))),
            Rv::Maybe(flag, value) => Rv::Maybe(flag, Box::new(self.escaped(*value, names))),
            rv => rv,
        }
    }

    fn closure_body(&mut self, c: &Closure, span: Span) -> Lowered<Rv> {
        if !returns(&c.body) {
            let mut rv = self.expr_of(&c.body, c.output.as_ref())?;
            if let Some(ty) = &c.output {
                rv = self.typed(rv, ty);
            }
            // What is read is read now: the caller may change it before it uses the result.
            return Ok(match rv {
                Rv::Place(place, ty) if ty.is_scalar() => Rv::Value(self.load(&place, &ty, span)),
                rv => rv,
            });
        }
        let form = match &c.output {
            Some(ty) => Form::of_type(ty),
            None => Form::of_syntax(&c.body),
        };
        let outer: Frame = self.frame.clone();
        self.open_frame(Some(form.clone()), c.output.as_ref(), span);
        if c.output.is_none() {
            let leaves = form.count();
            self.frame.ret = (0..leaves).map(|_| self.var(None, None, true, span)).collect();
            self.frame.types = vec![Type::Unknown; leaves];
        }
        let lowered = self.returned(&c.body);
        let rets = self.frame.ret.clone();
        self.frame = outer;
        lowered?;
        let leaves: Vec<_> = rets.into_iter().map(|v| self.read(v, span)).collect();
        Ok(Self::assemble(&form, &mut leaves.into_iter()))
    }
}

fn returns(body: &Expr) -> bool {
    use syn::visit::Visit;
    struct Finder(bool);
    impl<'a> Visit<'a> for Finder {
        fn visit_expr_return(&mut self, _: &'a syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_macro(&mut self, mac: &'a syn::Macro) {
            arguments(mac).iter().for_each(|e| self.visit_expr(e));
        }
        fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}
        fn visit_item(&mut self, _: &'a syn::Item) {}
    }
    let mut finder = Finder(false);
    finder.visit_expr(body);
    finder.0
}

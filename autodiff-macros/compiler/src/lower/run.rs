//! Runs over iterators: `for`, and the methods at the end of a chain.
//!
//! What can be indexed is one loop over an index. Any other adapter is a step between that loop and the
//! body, which may skip an item, end the run, or run over further items: `a.chain(b)` is two loops with
//! the same body, `flat_map` a loop in a loop.

use proc_macro2::Span;
use quote::quote;
use syn::{ExprForLoop, Label};

use super::counted::Indices;
use super::exits::Exits;
use super::iter::{Callee, Iter, calls, endless, indexed, stops};
use super::{Lowerer, Rv, VarId, span_of};
use crate::errors::Lowered;
use crate::ir::{Place, Type, Value};
use crate::rules::Fun;

/// What is done with an item.
type Body<'b, 'l> = &'b mut dyn FnMut(&mut Lowerer<'l>, Rv) -> Lowered<()>;

/// How the loops of a run are left.
#[derive(Clone, Copy)]
struct Run<'e> {
    /// By what; none if each of them goes on to its end.
    exits: Option<&'e Exits>,
    /// The exit code that ends the run.
    stop: i64,
}

impl<'l> Lowerer<'l> {
    pub(super) fn for_expr(&mut self, e: &ExprForLoop) -> Lowered<Rv> {
        let span = span_of(&e.for_token);
        let iter = self.iterated(&e.expr)?;
        let exits = Exits::of(&e.body, e.label.as_ref());
        if endless(&iter) && !exits.any() {
            return self.len(&iter, span_of(&e.expr)).map(|_| Rv::Never);
        }
        self.checkpointed(&e.attrs, |this| {
            this.iterate(&iter, &exits, e.label.as_ref(), span, &mut |this, item| {
                this.scoped(|this| {
                    this.bind(&e.pat, item)?;
                    this.block(&e.body.stmts, false).map(drop)
                })
            })
        })?;
        self.after_loop(&exits, span);
        Ok(self.status())
    }

    /// Runs `body` for every item, without exits.
    pub(super) fn each(&mut self, iter: &Iter, span: Span, body: Body<'_, 'l>) -> Lowered<()> {
        self.iterate(iter, &Exits::default(), None, span, body)
    }

    /// Runs `body` for the items up to the first for which it gives a flag that holds.
    pub(super) fn until(
        &mut self,
        iter: &Iter,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Rv) -> Lowered<Value>,
    ) -> Lowered<()> {
        let exits = Exits { breaks: true, ..Exits::default() };
        self.iterate(iter, &exits, None, span, &mut |this, item| {
            let found = body(this, item)?;
            let stop = this.innermost().break_code();
            this.stop_where(found, stop, span);
            Ok(())
        })?;
        self.after_loop(&exits, span);
        Ok(())
    }

    fn iterate(
        &mut self,
        iter: &Iter,
        exits: &Exits,
        label: Option<&Label>,
        span: Span,
        body: Body<'_, 'l>,
    ) -> Lowered<()> {
        let stopped = stops(iter);
        let by = Exits { breaks: exits.breaks || stopped, ..exits.clone() };
        self.enter_loop(label, Vec::new());
        let stop = self.loops.last().expect("just entered").break_code();
        let run = Run { exits: by.any().then_some(&by), stop };
        let ran = self.drive(iter, run, span, &mut |this, item| {
            let lowered = body(this, item);
            if run.exits.is_some() {
                this.settle_continue(span);
            }
            lowered
        });
        self.leave_loop();
        ran?;
        if stopped {
            self.after_loop(&by, span);
        }
        Ok(())
    }

    /// The same for a part of a run that may end by itself while the run goes on.
    fn drive_part(
        &mut self,
        iter: &Iter,
        run: Run<'_>,
        span: Span,
        body: Body<'_, 'l>,
    ) -> Lowered<()> {
        if !stops(iter) {
            return self.drive(iter, run, span, body);
        }
        let outer = run.exits.cloned().unwrap_or_default();
        let by = Exits { breaks: true, outer: run.exits.is_some(), ..outer };
        self.enter_loop(None, Vec::new());
        let part = self.loops.last_mut().expect("just entered");
        // What the body leaves or goes on with is the run.
        part.block = true;
        let stop = part.break_code();
        let ran = self.drive(iter, Run { exits: Some(&by), stop }, span, body);
        self.leave_loop();
        ran?;
        self.after_loop(&by, span);
        Ok(())
    }

    fn drive(&mut self, iter: &Iter, run: Run<'_>, span: Span, body: Body<'_, 'l>) -> Lowered<()> {
        match iter {
            Iter::Map(inner, f) => self.drive(inner, run, span, &mut |this, item| {
                let item = this.apply(f, vec![item], span)?;
                body(this, item)
            }),
            Iter::Inspect(inner, f) => self.drive(inner, run, span, &mut |this, item| {
                this.show(f, &item, span)?;
                body(this, item)
            }),
            Iter::Copied(inner) => self.drive(inner, run, span, &mut |this, item| {
                let item = this.deref(item, span);
                body(this, item)
            }),
            Iter::Filter(inner, p) => self.drive(inner, run, span, &mut |this, item| {
                let holds = this.show(p, &item, span)?;
                this.only_if(holds, span, |this| body(this, item))
            }),
            Iter::TakeWhile(inner, p) => self.drive(inner, run, span, &mut |this, item| {
                let holds = this.show(p, &item, span)?;
                this.or_stop(holds, run.stop, span, |this| body(this, item))
            }),
            Iter::SkipWhile(inner, p) => {
                let skips = self.b.constant(quote!(true), Type::Bool, span);
                let skips = self.var(Some(skips), None, true, span);
                self.drive(inner, run, span, &mut |this, item| {
                    let skipping = this.read(skips, span);
                    let skipped = this.branch(
                        skipping,
                        span,
                        |this| this.show(p, &item, span).map(Rv::Value),
                        |this| Ok(Rv::Value(this.b.constant(quote!(false), Type::Bool, span))),
                    )?;
                    let skipped = this.value_of(skipped, span)?;
                    this.vars[skips.0].current = Some(skipped);
                    let taken = this.b.scalar(Fun::Not, vec![skipped], Type::Bool, span);
                    this.only_if(taken, span, |this| body(this, item))
                })
            }
            Iter::MapWhile(inner, f) => self.drive(inner, run, span, &mut |this, item| {
                let option = this.apply(f, vec![item], span)?;
                this.held_or_stop(option, run.stop, span, body)
            }),
            Iter::Scan(inner, state, f) => {
                let object = self.object(*state, None, span);
                let (place, ty) = (Place::whole(object), self.b.ty(object).clone());
                self.drive(inner, run, span, &mut |this, item| {
                    let state = Rv::Ref(place.clone(), ty.clone(), true);
                    let option = this.apply(f, vec![state, item], span)?;
                    this.held_or_stop(option, run.stop, span, body)
                })
            }
            Iter::Chain(a, b) => {
                self.drive_part(a, run, span, body)?;
                self.if_not_left(span, |this| this.drive_part(b, run, span, body))
            }
            Iter::Flatten(inner, rev) => self.drive(inner, run, span, &mut |this, item| {
                let item = match item {
                    Rv::Some(item) => return body(this, *item),
                    Rv::None => return Ok(()),
                    Rv::Maybe(flag, item) => {
                        return this.only_if(flag, span, |this| body(this, *item));
                    }
                    item => item,
                };
                let mut part = this.into_iter(item, span)?;
                if *rev {
                    part = Iter::Rev(Box::new(part));
                }
                this.drive_part(&part, run, span, body)
            }),
            Iter::Rev(inner) if !matches!(**inner, Iter::Range(..)) => match turned(inner) {
                Some(turned) => self.drive(&turned, run, span, body),
                None if indexed(inner) => self.drive_indexed(iter, run, span, body),
                None => Err(self.uncounted("rev", span)),
            },
            _ if indexed(iter) => self.drive_indexed(iter, run, span, body),
            _ => self.drive_counting(iter, run, span, body),
        }
    }

    /// Adapters that count, on something whose items come one by one.
    fn drive_counting(
        &mut self,
        iter: &Iter,
        run: Run<'_>,
        span: Span,
        body: Body<'_, 'l>,
    ) -> Lowered<()> {
        let counter = self.counter(span);
        match iter {
            Iter::Enumerate(inner) => self.drive(inner, run, span, &mut |this, item| {
                let k = this.count_up(counter, span);
                body(this, Rv::Tuple(vec![Rv::Value(k), item]))
            }),
            Iter::Skip(inner, n) => self.drive(inner, run, span, &mut |this, item| {
                let k = this.count_up(counter, span);
                let taken = this.b.scalar(Fun::Ge, vec![k, *n], Type::Bool, span);
                this.only_if(taken, span, |this| body(this, item))
            }),
            Iter::StepBy(inner, n) => self.drive(inner, run, span, &mut |this, item| {
                let k = this.count_up(counter, span);
                let rest = this.usize_op(Fun::Rem, k, *n, span);
                let zero = this.b.int(0, span);
                let taken = this.b.scalar(Fun::Eq, vec![rest, zero], Type::Bool, span);
                this.only_if(taken, span, |this| body(this, item))
            }),
            Iter::Take(inner, n) => self.if_any(*n, span, |this| {
                this.drive(inner, run, span, &mut |this, item| {
                    this.count_up(counter, span);
                    body(this, item)?;
                    this.stop_at(counter, *n, run.stop, span);
                    Ok(())
                })
            }),
            Iter::Zip(a, b) if indexed(b) => {
                let len = if endless(b) { None } else { Some(self.len(b, span)?) };
                self.drive(a, run, span, &mut |this, first| {
                    let k = this.count_up(counter, span);
                    let both = |this: &mut Self| {
                        let second = this.item(b, k, span)?;
                        body(this, Rv::Tuple(vec![first, second]))
                    };
                    let Some(len) = len else { return both(this) };
                    let fits = this.b.scalar(Fun::Lt, vec![k, len], Type::Bool, span);
                    this.or_stop(fits, run.stop, span, both)
                })
            }
            // What is first comes by its index, with nothing of the user's to run for it.
            Iter::Zip(a, b) => {
                let len = if endless(a) { None } else { Some(self.len(a, span)?) };
                let mut all = |this: &mut Self| {
                    this.drive(b, run, span, &mut |this, second| {
                        let k = this.count_up(counter, span);
                        let first = this.item(a, k, span)?;
                        body(this, Rv::Tuple(vec![first, second]))?;
                        if let Some(len) = len {
                            this.stop_at(counter, len, run.stop, span);
                        }
                        Ok(())
                    })
                };
                match len {
                    Some(len) => self.if_any(len, span, all),
                    None => all(self),
                }
            }
            _ => Err(self.uncounted("this adapter", span)),
        }
    }

    pub(super) fn uncounted(&mut self, adapter: &str, span: Span) -> crate::errors::Reported {
        self.refuse(
            "AD0212",
            span,
            format!(
                "how many items there are is not known before they come, and `{adapter}` needs it"
            ),
            "`collect` the items first, or write the loop out",
        )
    }

    /// Applies a closure that is shown an item by reference.
    pub(super) fn show(&mut self, f: &Callee, item: &Rv, span: Span) -> Lowered<Value> {
        let shown = self.reference(item.clone(), false, span)?;
        let given = self.apply(f, vec![shown], span)?;
        self.value_of(given, span)
    }

    pub(super) fn only_if(
        &mut self,
        cond: Value,
        span: Span,
        then: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        self.branch(cond, span, |this| then(this).map(|()| Rv::Unit), |_| Ok(Rv::Unit)).map(drop)
    }

    fn if_any(
        &mut self,
        n: Value,
        span: Span,
        then: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        let zero = self.b.int(0, span);
        let any = self.b.scalar(Fun::Gt, vec![n, zero], Type::Bool, span);
        self.only_if(any, span, then)
    }

    fn or_stop(
        &mut self,
        cond: Value,
        stop: i64,
        span: Span,
        then: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        let stop = |this: &mut Self| {
            this.set_exit(stop, span);
            Ok(Rv::Never)
        };
        self.branch(cond, span, |this| then(this).map(|()| this.status()), stop).map(drop)
    }

    /// Goes on with what an `Option` holds, and ends the run where there is nothing.
    fn held_or_stop(
        &mut self,
        option: Rv,
        stop: i64,
        span: Span,
        body: Body<'_, 'l>,
    ) -> Lowered<()> {
        match option {
            Rv::Some(item) => body(self, *item),
            Rv::Maybe(flag, item) => self.or_stop(flag, stop, span, |this| body(this, *item)),
            Rv::None => {
                self.set_exit(stop, span);
                Ok(())
            }
            other => match self.opened(other, span)? {
                Rv::Maybe(flag, item) => self.or_stop(flag, stop, span, |this| body(this, *item)),
                _ => unreachable!("what is opened may hold something"),
            },
        }
    }

    /// What follows a loop that may have left for good.
    fn if_not_left(
        &mut self,
        span: Span,
        then: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        match self.exit_code() {
            Some(0) => then(self),
            Some(_) => Ok(()),
            None => {
                let exit = self.read(self.frame.exit, span);
                let none = self.code(0, span);
                let goes_on = self.b.scalar(Fun::Eq, vec![exit, none], Type::Bool, span);
                let then = |this: &mut Self| {
                    this.set_exit(0, span);
                    then(this).map(|()| this.status())
                };
                self.branch(goes_on, span, then, |_| Ok(Rv::Never)).map(drop)
            }
        }
    }

    fn counter(&mut self, span: Span) -> VarId {
        let zero = self.b.int(0, span);
        self.refine(zero, &Type::usize());
        self.var(Some(zero), None, true, span)
    }

    /// The number so far, one more from now on.
    fn count_up(&mut self, counter: VarId, span: Span) -> Value {
        let k = self.read(counter, span);
        let one = self.b.int(1, span);
        let next = self.usize_op(Fun::Add, k, one, span);
        self.vars[counter.0].current = Some(next);
        k
    }

    /// Ends the run once so many items have come.
    fn stop_at(&mut self, counter: VarId, n: Value, stop: i64, span: Span) {
        let k = self.read(counter, span);
        let last = self.b.scalar(Fun::Eq, vec![k, n], Type::Bool, span);
        self.stop_where(last, stop, span);
    }

    /// Ends the run where the condition holds, unless something further out is left.
    fn stop_where(&mut self, cond: Value, stop: i64, span: Span) {
        let exit = self.read(self.frame.exit, span);
        let none = self.code(0, span);
        let stays = self.b.scalar(Fun::Eq, vec![exit, none], Type::Bool, span);
        let ends = self.b.scalar(Fun::And, vec![cond, stays], Type::Bool, span);
        let stop = self.code(stop, span);
        let ty = Type::Int(Some("i32".into()));
        let exit = self.b.scalar(Fun::Select, vec![ends, stop, exit], ty, span);
        self.vars[self.frame.exit.0].current = Some(exit);
    }

    /// A loop over the index of an iterator that has one.
    fn drive_indexed(
        &mut self,
        iter: &Iter,
        run: Run<'_>,
        span: Span,
        body: Body<'_, 'l>,
    ) -> Lowered<()> {
        // A plain range keeps the user's own index.
        let (range, rev) = match iter {
            Iter::Rev(inner) => (&**inner, true),
            iter => (iter, false),
        };
        let (indices, direct) = match range {
            Iter::Range(lo, hi, inclusive) => {
                (Indices { lo: *lo, hi: Some(*hi), inclusive: *inclusive, rev }, true)
            }
            Iter::From(lo) => (Indices { lo: *lo, hi: None, inclusive: false, rev: false }, true),
            _ => {
                let lo = self.b.int(0, span);
                self.refine(lo, &Type::usize());
                let open = endless(iter) && run.exits.is_some();
                let hi = if open { None } else { Some(self.len(iter, span)?) };
                (Indices { lo, hi, inclusive: false, rev: false }, false)
            }
        };
        let mut item = |this: &mut Self, index: Value| {
            let item = if direct { Rv::Value(index) } else { this.item(iter, index, span)? };
            body(this, item)
        };
        let lo_ty = self.b.ty(indices.lo).clone();
        let index_ty = indices.hi.map_or(lo_ty.clone(), |hi| lo_ty.join(self.b.ty(hi)));
        let index_ty = if matches!(index_ty, Type::Int(_)) { index_ty } else { Type::Int(None) };
        match (run.exits, indices.hi) {
            (None, Some(hi)) => self.counted(indices, hi, index_ty, span, &mut item),
            (None, None) => self.len(iter, span).map(drop),
            (Some(exits), Some(hi)) if indices.inclusive => {
                self.closed_with_exits(indices, hi, index_ty, exits, span, &mut item)
            }
            (Some(exits), _) => self.counted_with_exits(indices, index_ty, exits, span, &mut item),
        }
    }
}

/// Whether the items of two iterators can be had in turn, the first one's first.
pub(super) fn in_pairs(a: &Iter, b: &Iter) -> bool {
    indexed(b) || indexed(a) && !calls(a)
}

/// Whether the items can be had from the last to the first.
pub(super) fn turns(iter: &Iter) -> bool {
    match iter {
        Iter::Rev(_) => true,
        Iter::Map(i, _)
        | Iter::Inspect(i, _)
        | Iter::Filter(i, _)
        | Iter::Copied(i)
        | Iter::Flatten(i, _) => turns(i),
        Iter::Chain(a, b) => turns(a) && turns(b),
        iter => indexed(iter),
    }
}

/// The same items from the last to the first, where each adapter takes them one by one.
fn turned(iter: &Iter) -> Option<Iter> {
    let rev = |iter: &Iter| Box::new(Iter::Rev(Box::new(iter.clone())));
    Some(match iter {
        Iter::Rev(inner) => (**inner).clone(),
        Iter::Map(inner, f) => Iter::Map(rev(inner), f.clone()),
        Iter::Inspect(inner, f) => Iter::Inspect(rev(inner), f.clone()),
        Iter::Filter(inner, p) => Iter::Filter(rev(inner), p.clone()),
        Iter::Copied(inner) => Iter::Copied(rev(inner)),
        Iter::Chain(a, b) => Iter::Chain(rev(b), rev(a)),
        Iter::Flatten(inner, rev_parts) => Iter::Flatten(rev(inner), !rev_parts),
        _ => return None,
    })
}

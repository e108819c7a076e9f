//! Loops over an index: counted where nothing leaves them, and with the index carried where something
//! does.

use proc_macro2::Span;
use quote::quote;

use super::Lowerer;
use super::exits::Exits;
use crate::errors::Lowered;
use crate::ir::{Op, Type, Value};
use crate::rules::Fun;

/// `lo..hi`, `lo..=hi` or `lo..`, backwards or not.
#[derive(Clone, Copy)]
pub(super) struct Indices {
    pub lo: Value,
    pub hi: Option<Value>,
    pub inclusive: bool,
    pub rev: bool,
}

impl Lowerer<'_> {
    pub(super) fn counted(
        &mut self,
        Indices { lo, inclusive, rev, .. }: Indices,
        hi: Value,
        index_ty: Type,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        let checkpoint = self.checkpoint.take();
        let index = self.b.value(index_ty, span);
        let (carried, init, params) = self.carry(span);
        self.open_body(checkpoint, span);
        self.set_exit(0, span);
        let lowered = body(self, index);
        self.set_exit(0, span);
        let results = self.carried_now(&carried, span);
        let mut region_params = vec![index];
        region_params.extend(&params);
        let body = self.b.close(region_params, results);
        lowered?;
        self.finish_loop(carried, init, 1, span, body, None, |init, body, _| Op::For {
            lo,
            hi,
            inclusive,
            rev,
            init,
            body,
        });
        Ok(())
    }

    /// A counted loop that may leave early: the index is carried.
    pub(super) fn counted_with_exits(
        &mut self,
        Indices { lo, hi, rev, .. }: Indices,
        index_ty: Type,
        exits: &Exits,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        // Going down, the variable is one past the index, so that it cannot fall below zero.
        let start = hi.filter(|_| rev).unwrap_or(lo);
        let counter = self.var(Some(start), None, true, span);
        self.while_loop(
            exits,
            span,
            &mut |this| {
                let i = this.read(counter, span);
                Ok(match hi {
                    Some(_) if rev => this.b.scalar(Fun::Gt, vec![i, lo], Type::Bool, span),
                    Some(hi) => this.b.scalar(Fun::Lt, vec![i, hi], Type::Bool, span),
                    None => this.b.constant(quote!(true), Type::Bool, span),
                })
            },
            &mut |this| {
                let i = this.read(counter, span);
                let one = this.b.int(1, span);
                if rev {
                    let index = this.b.scalar(Fun::Sub, vec![i, one], index_ty.clone(), span);
                    this.vars[counter.0].current = Some(index);
                    body(this, index)
                } else {
                    let next = this.b.scalar(Fun::Add, vec![i, one], index_ty.clone(), span);
                    this.vars[counter.0].current = Some(next);
                    body(this, i)
                }
            },
        )
    }

    /// The same with the last index included. One past it there may be no number of that type: a flag
    /// tells whether there is a next one.
    pub(super) fn closed_with_exits(
        &mut self,
        Indices { lo, rev, .. }: Indices,
        hi: Value,
        index_ty: Type,
        exits: &Exits,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        let (first, last) = if rev { (hi, lo) } else { (lo, hi) };
        let (reaches, goes_on, step) =
            if rev { (Fun::Ge, Fun::Gt, Fun::Sub) } else { (Fun::Le, Fun::Lt, Fun::Add) };
        let any = self.b.scalar(reaches, vec![first, last], Type::Bool, span);
        let more = self.var(Some(any), None, true, span);
        let counter = self.var(Some(first), None, true, span);
        self.while_loop(exits, span, &mut |this| Ok(this.read(more, span)), &mut |this| {
            let i = this.read(counter, span);
            let next_is_there = this.b.scalar(goes_on, vec![i, last], Type::Bool, span);
            this.b.open();
            let one = this.b.int(1, span);
            let next = this.b.scalar(step, vec![i, one], index_ty.clone(), span);
            let then = this.b.close(Vec::new(), vec![next]);
            this.b.open();
            let stay = this.b.close(Vec::new(), vec![i]);
            let next = this.b.value(index_ty.clone(), span);
            this.b.node(Op::If(next_is_there, then, stay), vec![next], span);
            this.vars[more.0].current = Some(next_is_there);
            this.vars[counter.0].current = Some(next);
            body(this, i)
        })
    }
}

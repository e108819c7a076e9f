//! Loops, with what they carry from one iteration to the next.

use proc_macro2::Span;
use quote::quote;
use syn::{ExprForLoop, ExprLoop, ExprWhile, Label};

use super::control::has_let;
use super::exits::Exits;
use super::iter::{Iter, endless};
use super::{Loop, Lowerer, Rv, VarId, span_of};
use crate::errors::Lowered;
use crate::ir::{Checkpoint, Op, Region, Shape, Storage, Type, Value};
use crate::parse::Spacing;
use crate::rules::Fun;

impl Lowerer<'_> {
    pub(super) fn for_expr(&mut self, e: &ExprForLoop) -> Lowered<Rv> {
        let span = span_of(&e.for_token);
        let rv = self.expr(&e.expr)?;
        let iter = self.into_iter(rv, span_of(&e.expr))?;
        let exits = Exits::of(&e.body, e.label.as_ref());
        let exits_ever = exits.any().then_some(&exits);
        if endless(&iter) && exits_ever.is_none() {
            return self.len(&iter, span_of(&e.expr)).map(|_| Rv::Never);
        }
        self.checkpointed(&e.attrs, |this| {
            this.iterate(&iter, exits_ever, e.label.as_ref(), span, &mut |this, item| {
                this.scoped(|this| {
                    this.bind(&e.pat, item)?;
                    this.block(&e.body.stmts, false).map(drop)
                })
            })
        })?;
        self.after_loop(&exits, span);
        Ok(self.status())
    }

    /// Lowers a loop with the checkpoint among its attributes.
    fn checkpointed(
        &mut self,
        attrs: &[syn::Attribute],
        lower: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        self.checkpoint = match Spacing::of(attrs) {
            None => None,
            // Said already, where the attribute was taken off.
            Some(Err(refused)) => return Err(self.errors.push(refused)),
            Some(Ok(Spacing::Every(every))) => Some(Checkpoint::Every(self.index(&every)?)),
            Some(Ok(Spacing::Snapshots(most))) => Some(Checkpoint::Snapshots(self.index(&most)?)),
        };
        let lowered = lower(self);
        self.checkpoint = None;
        lowered
    }

    /// Begins the body of a loop.
    fn open_body(&mut self, checkpoint: Option<Checkpoint>, span: Span) {
        self.b.open();
        if let Some(checkpoint) = checkpoint {
            self.b.effect(Op::Checkpoint(checkpoint), span);
        }
    }

    fn status(&self) -> Rv {
        match self.exit_code() {
            Some(code) if code != 0 => Rv::Never,
            _ => Rv::Unit,
        }
    }

    /// Runs `body` for every item, without exits.
    pub(super) fn each(
        &mut self,
        iter: &Iter,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Rv) -> Lowered<()>,
    ) -> Lowered<()> {
        self.iterate(iter, None, None, span, body)
    }

    fn iterate(
        &mut self,
        iter: &Iter,
        exits: Option<&Exits>,
        label: Option<&Label>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Rv) -> Lowered<()>,
    ) -> Lowered<()> {
        // A plain range keeps the user's own index.
        let (range, rev) = match iter {
            Iter::Range(..) => (iter, false),
            Iter::Rev(inner) if matches!(**inner, Iter::Range(..)) => (&**inner, true),
            _ => (iter, false),
        };
        let (lo, hi, inclusive, direct) = match range {
            Iter::Range(lo, hi, inclusive) => (*lo, Some(*hi), *inclusive, true),
            Iter::From(lo) => (*lo, None, false, true),
            _ => {
                let zero = self.b.int(0, span);
                self.refine(zero, &Type::usize());
                let endless = endless(iter) && exits.is_some();
                let len = if endless { None } else { Some(self.len(iter, span)?) };
                (zero, len, false, false)
            }
        };
        let mut item = |this: &mut Self, index: Value| {
            if direct { body(this, Rv::Value(index)) } else { this.visit(iter, index, span, body) }
        };
        let lo_ty = self.b.ty(lo).clone();
        let index_ty = hi.map_or(lo_ty.clone(), |hi| lo_ty.join(self.b.ty(hi)));
        let index_ty = if matches!(index_ty, Type::Int(_)) { index_ty } else { Type::Int(None) };
        match (exits, hi) {
            (None, Some(hi)) => {
                self.counted(lo, hi, inclusive, rev, index_ty, label, span, &mut item)
            }
            (None, None) => self.len(iter, span).map(drop),
            (Some(exits), hi) => self.counted_with_exits(
                lo, hi, inclusive, rev, index_ty, exits, label, span, &mut item,
            ),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn counted(
        &mut self,
        lo: Value,
        hi: Value,
        inclusive: bool,
        rev: bool,
        index_ty: Type,
        label: Option<&Label>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        let checkpoint = self.checkpoint.take();
        let index = self.b.value(index_ty, span);
        let (carried, init, params) = self.carry(span);
        self.enter_loop(label, Vec::new());
        self.open_body(checkpoint, span);
        self.set_exit(0, span);
        let lowered = body(self, index);
        self.set_exit(0, span);
        let results = self.carried_now(&carried, span);
        self.leave_loop();
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
    #[allow(clippy::too_many_arguments)]
    fn counted_with_exits(
        &mut self,
        lo: Value,
        hi: Option<Value>,
        inclusive: bool,
        rev: bool,
        index_ty: Type,
        exits: &Exits,
        label: Option<&Label>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        if let (Some(hi), true) = (hi, inclusive) {
            let ends = if rev { (hi, lo) } else { (lo, hi) };
            return self.closed_with_exits(ends, rev, index_ty, exits, label, span, body);
        }
        let end = hi;
        // Going down, the variable is one past the index, so that it cannot fall below zero.
        let start = end.filter(|_| rev).unwrap_or(lo);
        let counter = self.var(Some(start), None, true, span);
        self.while_loop(
            exits,
            label,
            span,
            &mut |this| {
                let i = this.read(counter, span);
                Ok(match end {
                    Some(_) if rev => this.b.scalar(Fun::Gt, vec![i, lo], Type::Bool, span),
                    Some(end) => this.b.scalar(Fun::Lt, vec![i, end], Type::Bool, span),
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
    #[allow(clippy::too_many_arguments)]
    fn closed_with_exits(
        &mut self,
        (first, last): (Value, Value),
        rev: bool,
        index_ty: Type,
        exits: &Exits,
        label: Option<&Label>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        let (reaches, goes_on, step) =
            if rev { (Fun::Ge, Fun::Gt, Fun::Sub) } else { (Fun::Le, Fun::Lt, Fun::Add) };
        let any = self.b.scalar(reaches, vec![first, last], Type::Bool, span);
        let more = self.var(Some(any), None, true, span);
        let counter = self.var(Some(first), None, true, span);
        self.while_loop(exits, label, span, &mut |this| Ok(this.read(more, span)), &mut |this| {
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

    pub(super) fn while_expr(&mut self, e: &ExprWhile) -> Lowered<Rv> {
        let span = span_of(&e.while_token);
        if has_let(&e.cond) {
            let (label, cond, body) = (&e.label, &e.cond, &e.body);
            let mut as_loop: ExprLoop = syn::parse_quote!(#label loop {
                if #cond #body else { break; }
            });
            as_loop.attrs.clone_from(&e.attrs);
            return self.loop_expr(&as_loop);
        }
        let exits = Exits::of(&e.body, e.label.as_ref());
        self.checkpointed(&e.attrs, |this| {
            this.while_loop(
                &exits,
                e.label.as_ref(),
                span,
                &mut |this| this.value(&e.cond),
                &mut |this| this.scoped_block(&e.body, false).map(drop),
            )
        })?;
        self.after_loop(&exits, span);
        Ok(self.status())
    }

    pub(super) fn loop_expr(&mut self, e: &ExprLoop) -> Lowered<Rv> {
        let span = span_of(&e.loop_token);
        let exits = Exits::of(&e.body, e.label.as_ref());
        let shape = exits.value.clone();
        let values = shape.as_ref().map_or(0, count_leaves);
        let vars: Vec<VarId> = (0..values)
            .map(|_| {
                let undef = self.b.op(Op::Undef, Type::Unknown, span);
                self.var(Some(undef), None, true, span)
            })
            .collect();
        let given = vars.clone();
        self.checkpointed(&e.attrs, |this| {
            this.while_loop_with(
                &exits,
                e.label.as_ref(),
                vars,
                span,
                &mut |this| Ok(this.b.constant(quote!(true), Type::Bool, span)),
                &mut |this| this.scoped_block(&e.body, false).map(drop),
            )
        })?;
        if !exits.breaks && !exits.outer && !exits.returns {
            return Ok(self.unreachable(span));
        }
        if !exits.breaks && exits.returns && !exits.outer {
            self.set_exit(super::RETURN, span);
            return Ok(Rv::Never);
        }
        self.after_loop(&exits, span);
        match shape {
            Some(shape) => {
                let leaves: Vec<_> = given.iter().map(|v| self.read(*v, span)).collect();
                Ok(Self::assemble(&shape, &mut leaves.into_iter()))
            }
            None => Ok(self.status()),
        }
    }

    /// `'a: { ... break 'a value ... }`.
    pub(super) fn labelled_block(&mut self, e: &syn::ExprBlock) -> Lowered<Rv> {
        let span = span_of(&e.block);
        let exits = Exits::inside(&e.block, e.label.as_ref(), 1);
        let shape = exits.value.clone();
        let values = shape.as_ref().map_or(0, count_leaves);
        let vars: Vec<VarId> = (0..values).map(|_| self.var(None, None, true, span)).collect();
        self.enter_loop(e.label.as_ref(), vars.clone());
        self.loops.last_mut().expect("just entered").block = true;
        let lowered = self.scoped_block(&e.block, false);
        self.leave_loop();
        let rv = lowered?;
        let Some(shape) = shape else {
            self.after_loop(&exits, span);
            return Ok(if exits.breaks { self.status() } else { rv });
        };
        if !matches!(rv, Rv::Never) {
            // Where a `break` has left before, the value at the end was never computed.
            let leaves = self.leaves(rv, &shape, span)?;
            for (var, leaf) in vars.iter().zip(leaves) {
                let value = match (self.exit_code(), self.vars[var.0].current) {
                    (None, Some(given)) => {
                        let exit = self.read(self.frame.exit, span);
                        let none = self.code(0, span);
                        let ends = self.b.scalar(Fun::Eq, vec![exit, none], Type::Bool, span);
                        let ty = self.b.ty(given).join(self.b.ty(leaf));
                        self.b.scalar(Fun::Select, vec![ends, leaf, given], ty, span)
                    }
                    _ => leaf,
                };
                self.vars[var.0].current = Some(value);
            }
        }
        self.after_loop(&exits, span);
        let leaves: Vec<_> = vars.iter().map(|v| self.read(*v, span)).collect();
        Ok(Self::assemble(&shape, &mut leaves.into_iter()))
    }

    fn while_loop(
        &mut self,
        exits: &Exits,
        label: Option<&Label>,
        span: Span,
        cond: &mut dyn FnMut(&mut Self) -> Lowered<Value>,
        body: &mut dyn FnMut(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        self.while_loop_with(exits, label, Vec::new(), span, cond, body)
    }

    fn while_loop_with(
        &mut self,
        exits: &Exits,
        label: Option<&Label>,
        values: Vec<VarId>,
        span: Span,
        cond: &mut dyn FnMut(&mut Self) -> Lowered<Value>,
        body: &mut dyn FnMut(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        let checkpoint = self.checkpoint.take();
        if exits.returns {
            self.prepare_return(span);
        }
        let (carried, init, params) = self.carry(span);
        let cond_params: Vec<_> = params
            .iter()
            .map(|p| {
                let data = self.b.data(*p).clone();
                self.b.named(data.ty, data.name, data.storage, data.span)
            })
            .collect();
        self.enter_loop(label, values);
        // The condition is evaluated while no exit code is set.
        self.b.open();
        for (var, param) in carried.iter().zip(&cond_params) {
            self.vars[var.0].current = Some(*param);
        }
        let test = if exits.any() {
            let exit = self.read(self.frame.exit, span);
            let none = self.code(0, span);
            let runs = self.b.scalar(Fun::Eq, vec![exit, none], Type::Bool, span);
            self.branch(
                runs,
                span,
                |this| cond(this).map(Rv::Value),
                |this| Ok(Rv::Value(this.b.constant(quote!(false), Type::Bool, span))),
            )
            .and_then(|rv| self.value_of(rv, span))
        } else {
            cond(self)
        };
        let changed = carried
            .iter()
            .zip(&cond_params)
            .any(|(var, param)| self.vars[var.0].current != Some(*param));
        let tests = test.as_ref().map(|t| vec![*t]).unwrap_or_default();
        let cond_region = self.b.close(cond_params, tests);
        for (var, param) in carried.iter().zip(&params) {
            self.vars[var.0].current = Some(*param);
        }
        // Inside the body no exit code is set yet.
        self.open_body(checkpoint, span);
        self.set_exit(0, span);
        let lowered = body(self);
        self.settle_continue(span);
        let results = self.carried_now(&carried, span);
        self.leave_loop();
        let body = self.b.close(params, results);
        test?;
        lowered?;
        if changed {
            return Err(self.refuse(
                "AD0209",
                span,
                "the condition of a `while` assigns variables",
                "assign in the body, or write `loop { if !condition { break; } ... }`",
            ));
        }
        self.finish_loop(carried, init, 0, span, body, Some(cond_region), |init, body, cond| {
            Op::While { init, cond: cond.unwrap_or_default(), body }
        });
        Ok(())
    }

    /// `continue` has reached the end of its iteration.
    fn settle_continue(&mut self, span: Span) {
        let Some(current) = self.loops.last() else { return };
        let code = current.continue_code();
        match self.exit_code() {
            Some(c) if c == code || c < 0 => self.set_exit(0, span),
            Some(_) => {}
            None => self.clear_exit(code, span),
        }
    }

    /// Sets the exit code to none where it is `code`.
    fn clear_exit(&mut self, code: i64, span: Span) {
        let exit = self.read(self.frame.exit, span);
        let mine = self.code(code, span);
        let none = self.code(0, span);
        let is_mine = self.b.scalar(Fun::Eq, vec![exit, mine], Type::Bool, span);
        let ty = Type::Int(Some("i32".into()));
        let cleared = self.b.scalar(Fun::Select, vec![is_mine, none, exit], ty, span);
        let var = self.frame.exit;
        self.vars[var.0].current = Some(cleared);
    }

    /// After a loop its own `break` is done with.
    fn after_loop(&mut self, exits: &Exits, span: Span) {
        if !exits.any() {
            return;
        }
        if !exits.outer && !exits.returns {
            return self.set_exit(0, span);
        }
        if exits.breaks {
            self.clear_exit(self.last_break, span);
        }
    }

    /// A loop that returns carries the returned value: it needs one from the start.
    fn prepare_return(&mut self, span: Span) {
        for (i, var) in self.frame.ret.clone().into_iter().enumerate() {
            if self.vars[var.0].current.is_none() {
                let ty = self.frame.types.get(i).cloned().unwrap_or(Type::Unknown);
                let undef = self.b.op(Op::Undef, ty, span);
                self.vars[var.0].current = Some(undef);
            }
        }
    }

    fn enter_loop(&mut self, label: Option<&Label>, value: Vec<VarId>) {
        let id = self.next_loop;
        self.next_loop += 1;
        let label = label.map(|l| l.name.ident.to_string());
        self.loops.push(Loop { label, id, value, block: false });
    }

    fn leave_loop(&mut self) {
        if let Some(left) = self.loops.pop() {
            self.last_break = left.break_code();
        }
    }

    /// Makes every variable that may change a parameter of the loop about to open.
    fn carry(&mut self, span: Span) -> (Vec<VarId>, Vec<Value>, Vec<Value>) {
        let carried: Vec<VarId> = (0..self.vars.len())
            .filter(|i| self.vars[*i].mutable && self.vars[*i].current.is_some())
            .map(VarId)
            .collect();
        let init: Vec<Value> = carried.iter().map(|v| self.read(*v, span)).collect();
        let params: Vec<Value> = carried
            .iter()
            .zip(&init)
            .map(|(var, init)| {
                let ty = self.b.ty(*init).clone();
                let name = self.vars[var.0].name.clone();
                let at = name.as_ref().map_or(span, syn::Ident::span);
                self.b.named(ty, name, Storage::Local, at)
            })
            .collect();
        for (var, param) in carried.iter().zip(&params) {
            self.vars[var.0].current = Some(*param);
        }
        (carried, init, params)
    }

    fn carried_now(&mut self, carried: &[VarId], span: Span) -> Vec<Value> {
        carried.iter().map(|v| self.read(*v, span)).collect()
    }

    /// Drops what the loop does not change from what it carries, and appends its node.
    #[allow(clippy::too_many_arguments)]
    fn finish_loop(
        &mut self,
        carried: Vec<VarId>,
        init: Vec<Value>,
        fixed: usize,
        span: Span,
        mut body: Region,
        mut cond: Option<Region>,
        make: impl FnOnce(Vec<Value>, Region, Option<Region>) -> Op,
    ) {
        let mut keep: Vec<bool> = Vec::new();
        let mut replace = std::collections::BTreeMap::new();
        for (i, start) in init.iter().enumerate() {
            let param = body.params[fixed + i];
            let result = body.results[i];
            let same_code =
                self.known.contains_key(start) && self.known.get(start) == self.known.get(&result);
            let unchanged = result == param || same_code;
            keep.push(!unchanged);
            if unchanged {
                replace.insert(param, *start);
                if let Some(cond) = &cond {
                    replace.insert(cond.params[i], *start);
                }
            }
        }
        let mut index = 0;
        let mut filter = |values: &mut Vec<Value>, skip: usize| {
            index = 0;
            values.retain(|_| {
                let kept = index < skip || keep[index - skip];
                index += 1;
                kept
            });
        };
        filter(&mut body.params, fixed);
        filter(&mut body.results, 0);
        if let Some(cond) = &mut cond {
            filter(&mut cond.params, 0);
        }
        let mut renamed = |v: Value| replace.get(&v).copied().unwrap_or(v);
        let body = body.map(&mut renamed);
        let cond = cond.map(|c| c.map(&mut renamed));
        let mut results = Vec::new();
        let mut starts = Vec::new();
        for ((var, start), kept) in carried.iter().zip(&init).zip(&keep) {
            if !*kept {
                self.vars[var.0].current = Some(*start);
                continue;
            }
            let last = body.results[starts.len()];
            let param = body.params[fixed + starts.len()];
            let ty = self.b.ty(*start).join(self.b.ty(last));
            self.refine(last, &ty);
            self.b.values[param.index()].ty = ty.clone();
            if matches!(self.b.ty(*start), Type::Unknown) {
                self.b.values[start.index()].ty = ty.clone();
            }
            let name = self.vars[var.0].name.clone();
            let at = name.as_ref().map_or(span, syn::Ident::span);
            let result = self.b.named(ty, name, Storage::Local, at);
            self.vars[var.0].current = Some(result);
            results.push(result);
            starts.push(*start);
        }
        let op = make(starts, body, cond);
        self.b.node(op, results, span);
    }
}

fn count_leaves(shape: &Shape) -> usize {
    match shape {
        Shape::Leaf => 1,
        Shape::Tuple(parts) => parts.iter().map(count_leaves).sum(),
    }
}

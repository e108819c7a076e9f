//! Loops as such, with what they carry from one iteration to the next.

use proc_macro2::Span;
use quote::quote;
use syn::{ExprLoop, ExprWhile, Label};

use super::control::has_let;
use super::exits::Exits;
use super::form::Form;
use super::{Loop, Lowerer, Rv, VarId, span_of};
use crate::errors::Lowered;
use crate::ir::{Checkpoint, Op, Region, Storage, Type, Value};
use crate::parse::Spacing;
use crate::rules::Fun;

impl Lowerer<'_> {
    /// Lowers a loop with the checkpoint among its attributes.
    pub(super) fn checkpointed(
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
    pub(super) fn open_body(&mut self, checkpoint: Option<Checkpoint>, span: Span) {
        self.b.open();
        if let Some(checkpoint) = checkpoint {
            self.b.effect(Op::Checkpoint(checkpoint), span);
        }
    }

    pub(super) fn status(&self) -> Rv {
        match self.exit_code() {
            Some(code) if code != 0 => Rv::Never,
            _ => Rv::Unit,
        }
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
        self.enter_loop(e.label.as_ref(), Vec::new());
        let lowered = self.checkpointed(&e.attrs, |this| {
            this.while_loop(&exits, span, &mut |this| this.value(&e.cond), &mut |this| {
                let lowered = this.scoped_block(&e.body, false).map(drop);
                this.settle_continue(span);
                lowered
            })
        });
        self.leave_loop();
        lowered?;
        self.after_loop(&exits, span);
        Ok(self.status())
    }

    pub(super) fn loop_expr(&mut self, e: &ExprLoop) -> Lowered<Rv> {
        let span = span_of(&e.loop_token);
        let exits = Exits::of(&e.body, e.label.as_ref());
        let form = exits.value.clone();
        let values = form.as_ref().map_or(0, Form::count);
        let vars: Vec<VarId> = (0..values)
            .map(|_| {
                let undef = self.b.op(Op::Undef, Type::Unknown, span);
                self.var(Some(undef), None, true, span)
            })
            .collect();
        let given = vars.clone();
        self.enter_loop(e.label.as_ref(), vars);
        let forever = &mut |this: &mut Self| Ok(this.b.constant(quote!(true), Type::Bool, span));
        let lowered = self.checkpointed(&e.attrs, |this| {
            this.while_loop(&exits, span, forever, &mut |this| {
                let lowered = this.scoped_block(&e.body, false).map(drop);
                this.settle_continue(span);
                lowered
            })
        });
        self.leave_loop();
        lowered?;
        if !exits.breaks && !exits.outer && !exits.returns {
            return Ok(self.unreachable(span));
        }
        if !exits.breaks && exits.returns && !exits.outer {
            self.set_exit(super::RETURN, span);
            return Ok(Rv::Never);
        }
        self.after_loop(&exits, span);
        match form {
            Some(form) => {
                let leaves: Vec<_> = given.iter().map(|v| self.read(*v, span)).collect();
                Ok(Self::assemble(&form, &mut leaves.into_iter()))
            }
            None => Ok(self.status()),
        }
    }

    /// `'a: { ... break 'a value ... }`.
    pub(super) fn labelled_block(&mut self, e: &syn::ExprBlock) -> Lowered<Rv> {
        let span = span_of(&e.block);
        let exits = Exits::inside(&e.block, e.label.as_ref(), 1);
        let form = exits.value.clone();
        let values = form.as_ref().map_or(0, Form::count);
        let vars: Vec<VarId> = (0..values).map(|_| self.var(None, None, true, span)).collect();
        self.enter_loop(e.label.as_ref(), vars.clone());
        self.loops.last_mut().expect("just entered").block = true;
        let lowered = self.scoped_block(&e.block, false);
        self.leave_loop();
        let rv = lowered?;
        let Some(form) = form else {
            self.after_loop(&exits, span);
            return Ok(if exits.breaks { self.status() } else { rv });
        };
        if !matches!(rv, Rv::Never) {
            // Where a `break` has left before, the value at the end was never computed.
            let leaves = self.leaves(rv, &form, span)?;
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
        Ok(Self::assemble(&form, &mut leaves.into_iter()))
    }

    pub(super) fn while_loop(
        &mut self,
        exits: &Exits,
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
        // The condition is evaluated while no exit code is set.
        self.b.open();
        for (var, param) in carried.iter().zip(&cond_params) {
            self.vars[var.0].current = Some(*param);
        }
        let exit = self.frame.exit;
        let cond = &mut |this: &mut Self| {
            let before = this.vars[exit.0].current;
            this.set_exit(0, span);
            let test = cond(this)?;
            // None is set either once a loop inside of the condition has come to its end.
            if this.exit_code() == Some(0) {
                this.vars[exit.0].current = before;
            }
            Ok(test)
        };
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
        let results = self.carried_now(&carried, span);
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

    /// The loop that `break` and `continue` mean without a label.
    pub(super) fn innermost(&self) -> &Loop {
        self.loops.iter().rev().find(|l| !l.block).expect("in a loop")
    }

    /// `continue` has reached the end of its iteration.
    pub(super) fn settle_continue(&mut self, span: Span) {
        let code = self.innermost().continue_code();
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
    pub(super) fn after_loop(&mut self, exits: &Exits, span: Span) {
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

    pub(super) fn enter_loop(&mut self, label: Option<&Label>, value: Vec<VarId>) {
        let id = self.next_loop;
        self.next_loop += 1;
        let label = label.map(|l| l.name.ident.to_string());
        self.loops.push(Loop { label, id, value, block: false });
    }

    pub(super) fn leave_loop(&mut self) {
        if let Some(left) = self.loops.pop() {
            self.last_break = left.break_code();
        }
    }

    /// Makes every variable that may change a parameter of the loop about to open.
    pub(super) fn carry(&mut self, span: Span) -> (Vec<VarId>, Vec<Value>, Vec<Value>) {
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

    pub(super) fn carried_now(&mut self, carried: &[VarId], span: Span) -> Vec<Value> {
        carried.iter().map(|v| self.read(*v, span)).collect()
    }

    /// Drops what the loop does not change from what it carries, and appends its node.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn finish_loop(
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

//! The backward sweep, node by node in reverse order.

use std::ops::Range;

use proc_macro2::{Span, TokenStream};

use super::augment::Exports;
use super::{Here, Key, Reverse};
use crate::analysis::{At, RECOMPUTE, RegionId, Style};
use crate::ir::{
    CallArg, Float, Node, Op, Place, Proj, PullArg, Region, Storage, Take, Type, Value,
};
use crate::rules::{Expr, Fun, Pullback};
use crate::transform::contribution::Terms;

impl<'a> Reverse<'a> {
    /// Appends the backward sweep of a region's nodes.
    pub(super) fn backward(&mut self, region: &'a Region, id: RegionId) {
        self.backward_part(region, id, 0..region.nodes.len());
    }

    /// The same of some of the nodes.
    pub(super) fn backward_part(&mut self, region: &'a Region, id: RegionId, part: Range<usize>) {
        for index in part.rev() {
            let node = &region.nodes[index];
            let here = Here { node, region: id, index };
            if self.settled.contains(&(id, index)) || !self.activity.touches(node) {
                continue;
            }
            if self.failed {
                return;
            }
            self.node(here);
        }
    }

    fn node(&mut self, here: Here<'a>) {
        let node = here.node;
        let span = node.span;
        match &node.op {
            Op::Scalar(fun, args) => self.scalar(*fun, args, here),
            Op::Cast(v, _) => {
                if let Some(seed) = self.seed_of(node.results[0], span) {
                    let ty = self.b.ty(*v).clone();
                    let back = self.cast_back(seed, &ty, span);
                    self.add(*v, back, span);
                }
            }
            Op::Tuple(parts) => {
                let shadow = self.shadow(node.results[0], span);
                for (i, part) in parts.iter().enumerate() {
                    let place = Place::whole(shadow).with(Proj::Field(syn::Member::from(i)));
                    self.collect(place, *part, span);
                }
            }
            Op::Array(parts) | Op::VecOf(parts) => {
                let shadow = self.shadow(node.results[0], span);
                for (i, part) in parts.iter().enumerate() {
                    if self.activity.is_active(*part) {
                        let index = self.b.int(i, span);
                        let place = Place::whole(shadow).with(Proj::Index(index));
                        self.collect(place, *part, span);
                    }
                }
            }
            Op::Repeat(v, _) | Op::VecRepeat(v, _) => self.repeat(*v, node),
            Op::Object(init) if self.aliases.contains_key(init) => {}
            Op::Object(init) => {
                let shadow = self.shadow(node.results[0], span);
                self.collect(Place::whole(shadow), *init, span);
            }
            Op::Load(place, _) => self.load(place, here),
            Op::Store(place, v) => self.store(place, *v, here),
            Op::Push(place, v) => {
                let at = self.shadow_place(place, here);
                let ty = self.b.ty(*v).clone();
                let popped = self.b.op(Op::PopBack(at), ty, span);
                self.receive(popped, *v, span);
            }
            Op::Swap(place, i, j) => {
                let at = self.shadow_place(place, here);
                let (i, j) = (self.primal(*i, here), self.primal(*j, here));
                self.b.effect(Op::Swap(at, i, j), span);
                if self.plan.restore.contains(&place.root) {
                    let at = self.primal_place(place, here);
                    self.b.effect(Op::Swap(at, i, j), span);
                }
            }
            Op::Call(path, args) => self.call(path, args, here),
            Op::If(cond, a, b) => self.backward_if(*cond, a, b, here),
            Op::For { .. } => self.backward_for(here),
            Op::While { .. } => self.backward_while(here),
            _ => {}
        }
    }

    fn scalar(&mut self, fun: Fun, args: &[Value], here: Here<'a>) {
        let result = here.node.results[0];
        let Some(seed) = self.seed_of(result, here.node.span) else { return };
        let Pullback::Args(parts) = fun.pullback() else { return };
        let span = here.node.span;
        let ty = self.b.ty(result).clone();
        for (i, part) in parts.iter().enumerate() {
            let Some(expr) = part else { continue };
            if !self.activity.is_active(args[i]) {
                continue;
            }
            let given = self.computed_before(expr, args, here);
            let reads = expr.reads_beside(&|part| given.iter().any(|(known, _)| known == part));
            let mut operands = args.to_vec();
            for k in reads.args {
                operands[k] = self.primal(args[k], here);
            }
            let value = if reads.result { self.primal(result, here) } else { result };
            let terms =
                Terms { args: &operands, result: value, seed, ty: &ty, span, given: &given };
            let contribution = terms.build(expr, &mut self.b);
            self.add(args[i], contribution, span);
        }
    }

    /// The costly parts of a contribution that the primal computes itself, as `sin(x)` beside `cos(x)`.
    fn computed_before(
        &mut self,
        expr: &Expr,
        args: &[Value],
        here: Here<'a>,
    ) -> Vec<(Expr, Value)> {
        let mut found = Vec::new();
        expr.each_operation(&mut |part, fun, operands| {
            let values = operands.iter().map(|operand| match operand {
                Expr::Arg(k) => Some(args[*k]),
                _ => None,
            });
            if fun.cost() > RECOMPUTE
                && let Some(values) = values.collect::<Option<Vec<_>>>()
                && let Some(value) = self.layout.computed(fun, &values, here.region)
            {
                found.push((part.clone(), value));
            }
        });
        found.into_iter().map(|(part, value)| (part, self.primal(value, here))).collect()
    }

    /// The adjoint of a number, wherever it is held.
    fn seed_of(&mut self, v: Value, span: Span) -> Option<Value> {
        match self.activity.style(v) {
            Style::Scalar => self.take_adjoint(v),
            Style::Shadow => {
                let shadow = self.shadow(v, span);
                let ty = self.b.ty(v).clone();
                Some(self.b.load(Place::whole(shadow), Take::Value, ty, span))
            }
        }
    }

    fn cast_back(&mut self, seed: Value, ty: &Type, span: Span) -> Value {
        let to = match ty {
            Type::Float(Float::F32) => quote::quote!(f32),
            Type::Float(Float::F64) => quote::quote!(f64),
            Type::Unknown => return self.b.recast(seed, &quote::quote!(_), Type::Unknown, span),
            _ => quote::quote!(_),
        };
        self.b.op(Op::Cast(seed, to), ty.clone(), span)
    }

    /// A value that holds the adjoint of `to`, owned.
    fn receive(&mut self, adjoint: Value, to: Value, span: Span) {
        if !self.activity.is_active(to) {
            return;
        }
        match self.activity.style(to) {
            Style::Scalar => self.add(to, adjoint, span),
            Style::Shadow => {
                let shadow = self.shadow(to, span);
                self.b
                    .effect(Op::AccumulatePlace(Place::whole(shadow), Place::whole(adjoint)), span);
            }
        }
    }

    fn repeat(&mut self, v: Value, node: &'a Node) {
        if !self.activity.is_active(v) {
            return;
        }
        let span = node.span;
        let shadow = self.shadow(node.results[0], span);
        let ty = self.b.ty(v).clone();
        let lo = self.b.constant(quote::quote!(0_usize), Type::usize(), span);
        let hi = self.b.op(Op::Len(Place::whole(shadow)), Type::usize(), span);
        let index = self.b.value(Type::usize(), span);
        let scalar = self.activity.style(v) == Style::Scalar;
        let mut params = vec![index];
        let mut init = Vec::new();
        let mut results = Vec::new();
        self.b.open();
        let element = Place::whole(shadow).with(Proj::Index(index));
        let mut sums = Vec::new();
        if scalar {
            let sum = self.b.value(ty.clone(), span);
            params.push(sum);
            let part = self.b.load(element, Take::Value, ty.clone(), span);
            sums.push(self.b.scalar(Fun::Add, vec![sum, part], ty.clone(), span));
        } else {
            let target = self.shadow(v, span);
            self.b.effect(Op::AccumulatePlace(Place::whole(target), element), span);
        }
        let body = self.b.close(params, sums);
        if scalar {
            let zero = self.zero(&ty, span);
            init.push(zero);
            results.push(self.b.value(ty, span));
        }
        let op = Op::For { lo, hi, inclusive: false, rev: false, init, body };
        self.b.node(op, results.clone(), span);
        if let Some(total) = results.first() {
            self.add(v, *total, span);
        }
    }

    fn load(&mut self, place: &Place, here: Here<'a>) {
        let result = here.node.results[0];
        let span = here.node.span;
        match self.activity.style(result) {
            Style::Scalar => {
                let Some(seed) = self.take_adjoint(result) else { return };
                if self.activity.style(place.root) == Style::Scalar {
                    self.add(place.root, seed, span);
                } else if self.activity.is_active(place.root) {
                    let at = self.shadow_place(place, here);
                    self.b.effect(Op::Accumulate(at, seed), span);
                }
            }
            Style::Shadow => {
                if !self.activity.is_active(place.root) {
                    return;
                }
                let shadow = self.shadow(result, span);
                let at = self.shadow_place(place, here);
                if at.root != shadow {
                    self.b.effect(Op::AccumulatePlace(at, Place::whole(shadow)), span);
                }
            }
        }
    }

    fn store(&mut self, place: &Place, v: Value, here: Here<'a>) {
        let span = here.node.span;
        if self.activity.is_active(place.root) {
            let at = self.shadow_place(place, here);
            if !self.accumulating_store(place, v, &at, here) {
                self.collect(at.clone(), v, span);
                self.reset(at, place, here);
            }
        }
        if let Some(old) = self.held(Key::Old(here.region, here.index), span) {
            let at = self.primal_place(place, here);
            self.b.effect(Op::Store(at, old), span);
        }
    }

    /// Zeroes a shadow where its primal was overwritten; a whole `Vec` gets its former length back.
    fn reset(&mut self, at: Place, place: &Place, here: Here<'a>) {
        let span = here.node.span;
        let op = match self.held(Key::Before(here.region, here.index), span) {
            Some(shape) => {
                let ty = self.b.ty(place.root).clone();
                let zero = self.b.op(Op::ZeroOf(shape), ty, span);
                Op::Store(at, zero)
            }
            None => Op::SetZero(at),
        };
        self.b.effect(op, span);
    }

    /// `place += e` and `place -= e`: the adjoint at the place stays, and is what `e` receives.
    fn accumulating_store(&mut self, place: &Place, v: Value, at: &Place, here: Here<'a>) -> bool {
        let Some(Node { op: Op::Scalar(fun @ (Fun::Add | Fun::Sub), args), span, .. }) =
            self.layout.node(v)
        else {
            return false;
        };
        let (Some((region, crate::analysis::Site::Node(sum_index))), Some(load)) =
            (self.layout.def(v), self.layout.node(args[0]))
        else {
            return false;
        };
        let Some((load_region, crate::analysis::Site::Node(load_index))) = self.layout.def(args[0])
        else {
            return false;
        };
        let from = At { region: load_region, index: load_index };
        let to = At { region: here.region, index: here.index };
        let same = matches!(&load.op, Op::Load(p, _) if p == place)
            && region == here.region
            && load_region == here.region
            && self.layout.uses(v) == 1
            && self.layout.uses(args[0]) == 1
            && !self.layout.written_between(place.root, from, to)
            && args[1] != args[0]
            && self.activity.style(v) == Style::Scalar;
        if !same {
            return false;
        }
        self.settled.insert((here.region, sum_index));
        self.settled.insert((here.region, load_index));
        if self.activity.is_active(args[1]) {
            let ty = self.b.ty(v).clone();
            let mut seed = self.b.load(at.clone(), Take::Value, ty.clone(), *span);
            if *fun == Fun::Sub {
                seed = self.b.scalar(Fun::Neg, vec![seed], ty, *span);
            }
            self.add(args[1], seed, *span);
        }
        true
    }

    // Calls.

    /// Whether a path is the function's own name.
    pub(super) fn is_recursive(&self, path: &TokenStream) -> bool {
        let text = path.to_string().replace(' ', "");
        let name = text.split("::<").next().unwrap_or_default();
        name == self.own || name == format!("self::{}", self.own)
    }

    /// Whether a call is differentiated by running its forward again: recursive calls, whose pullbacks
    /// would contain themselves, and calls in a branch outside loops, by which functions that call one
    /// another come to an end.
    pub(super) fn runs_again(&self, path: &TokenStream, region: RegionId) -> bool {
        self.is_recursive(path) || region != 0 && !self.layout.in_loop(region)
    }

    fn call(&mut self, path: &TokenStream, args: &'a [CallArg], here: Here<'a>) {
        let span = here.node.span;
        let result = here.node.results[0];
        let in_place = args.iter().any(|a| matches!(a, CallArg::Ref(_, true)));
        let seed = match self.activity.style(result) {
            Style::Shadow if self.activity.is_active(result) => {
                let shadow = self.shadow(result, span);
                let ty = self.b.ty(result).clone();
                self.b.load(Place::whole(shadow), Take::Value, ty, span)
            }
            _ => match self.take_adjoint(result) {
                Some(seed) => seed,
                None if in_place => {
                    let primal = self.primal(result, here);
                    let ty = self.b.ty(result).clone();
                    self.b.op(Op::Zero(primal), ty, span)
                }
                None => return,
            },
        };
        let recursive = self.runs_again(path, here.region);
        let mut pull_args = Vec::new();
        let mut locals = Vec::new();
        let mut late = Vec::new();
        let mut roots: Vec<Value> = Vec::new();
        for arg in args {
            pull_args.push(match arg {
                CallArg::Value(v) if self.activity.is_active(*v) => match self.activity.style(*v) {
                    Style::Scalar => self.local_arg(*v, &mut locals, span),
                    Style::Shadow => {
                        let shadow = self.shadow(*v, span);
                        self.shadow_arg(
                            Place::whole(shadow),
                            false,
                            &mut roots,
                            &mut late,
                            here,
                            *v,
                        )
                    }
                },
                CallArg::Ref(place, mutable) if self.activity.is_active(place.root) => {
                    if self.activity.style(place.root) == Style::Scalar {
                        self.local_arg(place.root, &mut locals, span)
                    } else {
                        let at = self.shadow_place(place, here);
                        self.shadow_arg(at, *mutable, &mut roots, &mut late, here, place.root)
                    }
                }
                _ => PullArg::None,
            });
        }
        let results: Vec<Value> = locals
            .iter()
            .map(|v| {
                let ty = self.b.ty(*v).clone();
                let name = self.bar(*v);
                self.b.named(ty, name, Storage::Local, span)
            })
            .collect();
        let op = if recursive {
            let call = self.entry_args(args, here);
            Op::CallInto { path: path.clone(), call, seed, args: pull_args }
        } else {
            let pull = self.held(Key::Pull(result), span).unwrap_or(result);
            let call = self.references_again(args, here);
            Op::Pull { pull, call, seed, args: pull_args }
        };
        self.b.node(op, results.clone(), span);
        for (v, adjoint) in locals.into_iter().zip(results) {
            self.add(v, adjoint, span);
        }
        for (place, extra) in late {
            self.b.effect(Op::AccumulatePlace(place, Place::whole(extra)), span);
        }
    }

    /// A new adjoint for an argument that is a number.
    fn local_arg(&mut self, v: Value, locals: &mut Vec<Value>, span: Span) -> PullArg {
        locals.push(v);
        let ty = self.b.ty(v).clone();
        PullArg::Local(self.neutral(&ty, span))
    }

    /// The shadow of an argument; a second argument of the same root gets memory of its own first.
    fn shadow_arg(
        &mut self,
        at: Place,
        mutable: bool,
        roots: &mut Vec<Value>,
        late: &mut Vec<(Place, Value)>,
        here: Here<'a>,
        primal_root: Value,
    ) -> PullArg {
        let span = here.node.span;
        if !roots.contains(&at.root) {
            roots.push(at.root);
            return PullArg::Shadow(at, mutable);
        }
        let root = self.primal(primal_root, here);
        let place = at.rooted(root);
        let shape = if place.path.is_empty() {
            root
        } else {
            self.b.load(place, Take::Owned, Type::Unknown, span)
        };
        let zero = self.b.op(Op::Zero(shape), Type::Unknown, span);
        let extra = self.b.named(Type::Unknown, None, Storage::Object, span);
        self.b.node(Op::Object(zero), vec![extra], span);
        late.push((at, extra));
        PullArg::Shadow(Place::whole(extra), mutable)
    }

    /// Keeps what a call is given by reference, where memory may have changed by the backward sweep.
    pub(super) fn keep_entry(
        &mut self,
        node: &'a Node,
        args: &'a [CallArg],
        (id, index): (RegionId, usize),
        recursive: bool,
        exports: &mut Exports,
    ) {
        for (k, arg) in args.iter().enumerate() {
            let CallArg::Ref(place, mutable) = arg else { continue };
            let at = At { region: id, index };
            if *mutable && !recursive || !mutable && self.is_steady(place, at) {
                continue;
            }
            let copy = self.b.load(place.clone(), Take::Owned, Type::Unknown, node.span);
            self.hold(Key::Entry(node.results[0], k), copy, id, exports);
        }
    }

    /// Whether memory is in the backward sweep what it was for the node at `at`.
    fn is_steady(&self, place: &Place, at: At) -> bool {
        self.layout.def(place.root).is_some_and(|(region, _)| region == 0)
            && !self.layout.written_after(place.root, at)
            && self.b.data(place.root).storage != Storage::RefMut
            && !self.plan.restore.contains(&place.root)
    }

    /// The references among a call's arguments, for its pullback.
    fn references_again(&mut self, args: &'a [CallArg], here: Here<'a>) -> Vec<Option<CallArg>> {
        let span = here.node.span;
        let mut again = Vec::new();
        for (k, arg) in args.iter().enumerate() {
            again.push(match arg {
                // What only rustc knows may be a reference too.
                CallArg::Value(v)
                    if *self.b.ty(*v) == Type::Unknown && !self.activity.is_active(*v) =>
                {
                    Some(CallArg::Value(self.primal(*v, here)))
                }
                CallArg::Value(_) | CallArg::Ref(_, true) => None,
                CallArg::Ref(place, false) => {
                    let place = match self.held(Key::Entry(here.node.results[0], k), span) {
                        None => self.primal_place(place, here),
                        Some(copy) => Place::whole(copy),
                    };
                    Some(CallArg::Ref(place, false))
                }
            });
        }
        again
    }

    /// The arguments of a recursive call as they were on entry.
    fn entry_args(&mut self, args: &'a [CallArg], here: Here<'a>) -> Vec<CallArg> {
        let span = here.node.span;
        let mut call = Vec::new();
        for (k, arg) in args.iter().enumerate() {
            call.push(match arg {
                CallArg::Value(v) => CallArg::Value(self.primal(*v, here)),
                CallArg::Ref(place, mutable) => {
                    match self.held(Key::Entry(here.node.results[0], k), span) {
                        None => CallArg::Ref(self.primal_place(place, here), *mutable),
                        Some(copy) => {
                            let object = self.b.named(Type::Unknown, None, Storage::Object, span);
                            self.b.node(Op::Object(copy), vec![object], span);
                            CallArg::Ref(Place::whole(object), *mutable)
                        }
                    }
                }
            });
        }
        call
    }
}

//! The backward sweep, node by node in reverse order.

use std::ops::Range;

use proc_macro2::Span;

use super::{Here, Key, Reverse};
use crate::analysis::{At, RECOMPUTE, RegionId, Style};
use crate::ir::{CallArg, Float, Node, Op, Place, Proj, Region, Take, Type, Value};
use crate::rules::{Expr, Fun, Pullback};
use crate::transform::contribution::Terms;
use crate::transform::operator;

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
            let settled = self.settled.contains(&(id, index)) || self.branches.contains(id, index);
            if settled || !self.activity.touches(node) {
                continue;
            }
            if self.failed {
                return;
            }
            self.node(here);
        }
    }

    /// Appends the backward sweep of the operations outside of a branch that are passed in it.
    pub(super) fn backward_passed_in(&mut self, branch: RegionId) {
        let branches = self.branches;
        for at in branches.passed_in(branch) {
            let node = &self.layout.region(at.region).nodes[at.index];
            let here = match node.op {
                Op::Call(..) => Here { node, region: at.region, index: at.index },
                // Memory is as it was where the branch begins.
                _ => Here { node, region: branch, index: 0 },
            };
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
            Op::Struct(_, fields, parts) => {
                let shadow = self.shadow(node.results[0], span);
                for (field, part) in fields.iter().zip(parts) {
                    let place = Place::whole(shadow).with(field.clone()).in_tangent();
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
            Op::Object(init) if self.aliases.contains(*init) => {}
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
            Op::PopBack(place) => {
                let at = self.shadow_place(place, here);
                let ty = self.b.ty(node.results[0]).clone();
                let adjoint = match self.seed_of(node.results[0], span) {
                    Some(adjoint) => adjoint,
                    None => self.zero(&ty, span),
                };
                self.b.effect(Op::Push(at, adjoint), span);
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
        if let Some(name) = operator::operator(fun, args, result, &self.b) {
            let operands: Vec<_> = args.iter().map(|v| self.primal(*v, here)).collect();
            let wanted: Vec<_> = args.iter().map(|v| self.activity.is_active(*v)).collect();
            let bars = operator::bars(&name, &operands, seed, &wanted, &mut self.b, span);
            for (arg, bar) in args.iter().zip(bars) {
                if let Some(bar) = bar {
                    self.add(*arg, bar, span);
                }
            }
            return;
        }
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
                && self.has_run(value)
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
        let scalar = self.activity.style(v) == Style::Scalar;
        if scalar && ty.static_zero().is_none() {
            let tokens = quote::quote!(::autodiff::__private::total(&ad_parts[..]));
            let parts = CallArg::Ref(Place::whole(shadow), false);
            let total = self.b.op(Op::code(tokens, &[("ad_parts", parts)]), ty, span);
            return self.add(v, total, span);
        }
        let lo = self.b.constant(quote::quote!(0_usize), Type::usize(), span);
        let hi = self.b.op(Op::Len(Place::whole(shadow)), Type::usize(), span);
        let index = self.b.value(Type::usize(), span);
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
                // A copy of a number, as which the copy itself is not known.
                if self.activity.style(place.root) == Style::Scalar {
                    let ty = self.b.ty(place.root).clone();
                    let seed = self.b.load(Place::whole(shadow), Take::Value, ty, span);
                    self.add(place.root, seed, span);
                    return;
                }
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
                if !self.is_first(place, here) {
                    self.reset(at, v, here);
                }
            }
        }
        if let Some(old) = self.held(Key::Old(here.region, here.index), span) {
            let at = self.primal_place(place, here);
            self.b.effect(Op::Store(at, old), span);
        }
    }

    /// Whether what was at a place before has no adjoint: the object began there with something constant, and
    /// was not written to since.
    fn is_first(&self, place: &Place, here: Here<'a>) -> bool {
        let at = At { region: here.region, index: here.index };
        let begins = match self.layout.node(place.root).map(|node| &node.op) {
            Some(Op::Object(init)) => !self.activity.is_active(*init),
            _ => false,
        };
        begins
            && self.graph.data(place.root).storage == crate::ir::Storage::Object
            && self.layout.written_first(place, at)
    }

    /// Zeroes a shadow where its primal was overwritten by `v`; a `Vec` gets its former length back.
    fn reset(&mut self, at: Place, v: Value, here: Here<'a>) {
        let span = here.node.span;
        let op = match self.held(Key::Before(here.region, here.index), span) {
            Some(shape) => {
                let ty = self.b.ty(v).clone();
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
}

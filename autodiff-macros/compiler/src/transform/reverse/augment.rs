//! The forward sweep: the primal, with what the backward sweep wants kept.

use std::collections::BTreeMap;
use std::ops::Range;

use proc_macro2::Span;

use super::rerun::States;
use super::{Key, Reverse};
use crate::analysis::{At, RegionId};
use crate::ir::{Node, Op, Place, Region, Storage, Take, Type, Value};

/// Values that leave a branch outside loops: which, as what, and whether it is an `Option` already.
pub(super) type Exports = Vec<(Value, Value, bool)>;

impl<'a> Reverse<'a> {
    /// Appends a region's nodes, those that keep included; gives what must leave the region.
    pub(super) fn augment(&mut self, region: &'a Region, id: RegionId) -> Exports {
        let mut exports = Exports::new();
        let kept = |this: &Self, v: Value| this.plan.keep.contains(&v);
        let span = region.nodes.first().map_or_else(Span::call_site, |n| n.span);
        for param in &region.params {
            if kept(self, *param) {
                self.keep(*param, id, span, &mut exports);
            }
            if self.plan.shapes.contains(param) {
                self.keep_shape(*param, id, span, &mut exports);
            }
        }
        self.augment_part(region, id, 0..region.nodes.len(), &mut exports);
        for node in &region.nodes {
            for result in &node.results {
                if kept(self, *result) && self.graph.data(*result).storage == Storage::Object {
                    self.keep(*result, id, node.span, &mut exports);
                }
                if self.plan.shapes.contains(result)
                    && self.graph.data(*result).storage == Storage::Object
                {
                    self.keep_shape(*result, id, node.span, &mut exports);
                }
            }
        }
        self.close_record(id, span);
        exports
    }

    fn keep_shape(&mut self, v: Value, id: RegionId, span: Span, exports: &mut Exports) {
        let shape = self.b.op(Op::ShapeOf(Place::whole(v)), Type::Unknown, span);
        self.hold(Key::Shape(v), shape, id, exports);
    }

    /// Appends some of a region's nodes.
    pub(super) fn augment_part(
        &mut self,
        region: &'a Region,
        id: RegionId,
        part: Range<usize>,
        exports: &mut Exports,
    ) {
        for index in part {
            let node = &region.nodes[index];
            self.augment_node(node, id, index, exports);
            if id == 0 {
                self.made.extend(node.results.iter().copied());
            }
            for result in &node.results {
                if self.graph.data(*result).storage == Storage::Object {
                    continue;
                }
                if self.plan.keep.contains(result) {
                    self.keep(*result, id, node.span, exports);
                }
                if self.plan.shapes.contains(result) {
                    self.keep_shape(*result, id, node.span, exports);
                }
            }
        }
    }

    fn augment_node(&mut self, node: &'a Node, id: RegionId, index: usize, exports: &mut Exports) {
        match &node.op {
            Op::Call(path, args) if self.activity.touches(node) && self.runs_again(path, id) => {
                self.keep_entry(node, args, (id, index), true, exports);
                let op = Op::Call(path.annotated(), args.clone());
                self.b.node(op, node.results.clone(), node.span);
            }
            Op::Call(path, args) if self.activity.touches(node) => {
                self.keep_entry(node, args, (id, index), false, exports);
                let result = node.results[0];
                let name = quote::format_ident!("pull", span = node.span);
                let pull = self.b.named(Type::Pullback, Some(name), Storage::Local, node.span);
                self.b.node(
                    Op::CallVjp(path.annotated(), args.clone()),
                    vec![result, pull],
                    node.span,
                );
                self.hold(Key::Pull(result), pull, id, exports);
            }
            Op::If(cond, a, b) => self.augment_if(node, *cond, a, b, id, exports),
            Op::For { lo, hi, inclusive, rev, init, body } => {
                let at = At { region: id, index };
                let states = self.open_states(body, Some(*hi), at, node.span, exports);
                self.b.open();
                let (params, results) = self.augment_body(body, 1, states.as_ref(), node.span);
                let region = self.b.close(params, results);
                let op = Op::For {
                    lo: *lo,
                    hi: *hi,
                    inclusive: *inclusive,
                    rev: *rev,
                    init: init.clone(),
                    body: region,
                };
                self.b.node(op, node.results.clone(), node.span);
                if let Some(states) = states {
                    self.hold_states(&states, body, id, node.span, exports);
                }
            }
            Op::While { init, cond, body } => {
                let at = At { region: id, index };
                self.augment_while(node, init, cond, body, at, exports);
            }
            Op::Checkpoint(_) => {}
            Op::Store(place, v) => {
                self.keep_old(node, place, *v, id, index, exports);
                self.b.node(node.op.clone(), node.results.clone(), node.span);
            }
            op => self.b.node(op.clone(), node.results.clone(), node.span),
        }
    }

    /// Appends an iteration of a loop; gives the parameters and results of its region.
    fn augment_body(
        &mut self,
        body: &'a Region,
        fixed: usize,
        states: Option<&States>,
        span: Span,
    ) -> (Vec<Value>, Vec<Value>) {
        if let Some(states) = states {
            return self.plain_iteration(body, fixed, states, &BTreeMap::new(), span);
        }
        self.augment(body, self.layout.id(body));
        (body.params.clone(), body.results.clone())
    }

    /// Keeps what a store overwrites, if the backward sweep restores it, and its shape if that may be
    /// another than what it is overwritten with has.
    fn keep_old(
        &mut self,
        node: &'a Node,
        place: &Place,
        new: Value,
        id: RegionId,
        index: usize,
        exports: &mut Exports,
    ) {
        let ty = self.b.ty(new).clone();
        if self.plan.restore.contains(&place.root) {
            let old = self.b.load(place.clone(), Take::Value, Type::Unknown, node.span);
            self.b.values[old.index()].ty = ty.clone();
            self.hold(Key::Old(id, index), old, id, exports);
        }
        if ty.varies_in_shape() && self.activity.is_active(place.root) {
            let shape = self.b.op(Op::ShapeOf(place.clone()), Type::Unknown, node.span);
            self.hold(Key::Before(id, index), shape, id, exports);
        }
    }

    fn augment_if(
        &mut self,
        node: &'a Node,
        cond: Value,
        a: &'a Region,
        b: &'a Region,
        id: RegionId,
        exports: &mut Exports,
    ) {
        let mut arms = Vec::new();
        for branch in [a, b] {
            let branch_id = self.layout.id(branch);
            self.b.open();
            let leaving = self.augment(branch, branch_id);
            let region = self.b.close(Vec::new(), branch.results.clone());
            arms.push((region, leaving));
        }
        let mut results = node.results.clone();
        for side in 0..2 {
            for (v, value, wrapped) in arms[side].1.clone() {
                let ty = self.b.ty(v).clone();
                let plain =
                    ty.static_zero().is_some() || matches!(ty, Type::Int(Some(_)) | Type::Bool);
                let plain = plain && !wrapped;
                let kept = if plain { ty.clone() } else { Type::Kept(Box::new(ty.clone())) };
                let given = if plain || wrapped {
                    value
                } else {
                    self.append(&mut arms[side].0, Op::Keep(value), kept.clone(), node.span)
                };
                arms[side].0.results.push(given);
                let absent = if plain { Op::Undef } else { Op::KeepNone };
                let absent = self.append(&mut arms[1 - side].0, absent, kept.clone(), node.span);
                arms[1 - side].0.results.push(absent);
                let name = self.b.data(v).name.clone();
                let outside = self.b.named(kept, name, Storage::Local, node.span);
                results.push(outside);
                self.exported.insert(v, (outside, !plain));
                if !self.live.contains_key(&id) {
                    exports.push((v, outside, !plain));
                }
            }
        }
        let mut arms = arms.into_iter().map(|(region, _)| region);
        let (a, b) = (arms.next().expect("two"), arms.next().expect("two"));
        self.b.node(Op::If(cond, a, b), results, node.span);
    }

    fn append(&mut self, region: &mut Region, op: Op, ty: Type, span: Span) -> Value {
        let value = self.b.value(ty, span);
        region.nodes.push(Node { op, results: vec![value], span });
        value
    }

    fn augment_while(
        &mut self,
        node: &'a Node,
        init: &[Value],
        cond: &'a Region,
        body: &'a Region,
        at: At,
        exports: &mut Exports,
    ) {
        let span = node.span;
        let body_id = self.layout.id(body);
        let Some(trips) = self.trips.get(&body_id).copied() else {
            self.b.node(node.op.clone(), node.results.clone(), span);
            return;
        };
        let states = self.open_states(body, None, at, span, exports);
        // The number of iterations is counted along.
        let zero = self.b.constant(quote::quote!(0_usize), Type::usize(), span);
        let mut init = init.to_vec();
        init.push(zero);
        let name = self.b.data(trips).name.clone();
        let count = self.b.named(Type::usize(), name.clone(), Storage::Local, span);
        let mut cond = cond.clone();
        cond.params.push(self.b.named(Type::usize(), name, Storage::Local, span));
        self.b.open();
        let (mut params, mut results) = self.augment_body(body, 0, states.as_ref(), span);
        let one = self.b.int(1, span);
        let next = self.b.scalar(crate::rules::Fun::Add, vec![count, one], Type::usize(), span);
        params.push(count);
        results.push(next);
        let region = self.b.close(params, results);
        let mut results = node.results.clone();
        results.push(trips);
        self.b.node(Op::While { init, cond, body: region }, results, span);
        if self.plan.keep.contains(&trips) {
            self.keep(trips, at.region, span, exports);
        }
        if let Some(states) = states {
            self.hold_states(&states, body, at.region, span, exports);
        }
    }
}

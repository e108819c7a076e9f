//! Adjoints: sums of contributions for numbers, shadows for memory.

use proc_macro2::Span;

use super::{Here, Key, Reverse, zero_constant};
use crate::analysis::{RegionId, Style};
use crate::ir::{Node, Op, Place, Region, Storage, Take, Type, Value, ValueMap, ValueSet};
use crate::rules::Fun;
use crate::transform::operator;

impl<'a> Reverse<'a> {
    /// Adds a contribution to the adjoint of a number, or to the shadow of anything else.
    pub(super) fn add(&mut self, v: Value, contribution: Value, span: Span) {
        if !self.activity.is_active(v) {
            return;
        }
        if self.activity.style(v) == Style::Shadow {
            let shadow = self.shadow(v, span);
            self.b.effect(Op::Accumulate(Place::whole(shadow), contribution), span);
            return;
        }
        let sum = match self.adjoint(v) {
            None => contribution,
            Some(so_far) => match self.b.ty(so_far).join(self.b.ty(contribution)) {
                // Only memory can be added to whatever its type is.
                Type::Unknown => {
                    let sum = self.b.named(Type::Unknown, None, Storage::Object, span);
                    self.b.node(Op::Object(so_far), vec![sum], span);
                    operator::alike(sum, contribution, &mut self.b, span);
                    self.b.effect(Op::Accumulate(Place::whole(sum), contribution), span);
                    self.b.load(Place::whole(sum), Take::Value, Type::Unknown, span)
                }
                ty => self.b.scalar(Fun::Add, vec![so_far, contribution], ty, span),
            },
        };
        self.set_adjoint(v, sum);
    }

    /// The adjoint of a number so far.
    pub(super) fn adjoint(&self, v: Value) -> Option<Value> {
        self.adjoints.iter().rev().find_map(|frame| frame.get(v)).copied()
    }

    pub(super) fn set_adjoint(&mut self, v: Value, adjoint: Value) {
        if self.b.data(adjoint).name.is_none() {
            self.b.values[adjoint.index()].name = self.bar(v);
        }
        self.adjoints.last_mut().expect("a frame is open").insert(v, adjoint);
    }

    /// The complete adjoint of a number: its definition is being passed.
    pub(super) fn take_adjoint(&mut self, v: Value) -> Option<Value> {
        let found = self.adjoint(v);
        for frame in &mut self.adjoints {
            frame.remove(v);
        }
        found
    }

    /// The zero of a number's type.
    pub(super) fn zero(&mut self, ty: &Type, span: Span) -> Value {
        let op = zero_constant(ty);
        match op {
            Op::Const(tokens) => self.b.constant(tokens, ty.clone(), span),
            op => self.b.op(op, ty.clone(), span),
        }
    }

    /// The zero of a number's type, told by the number where rustc alone knows the type and may not know
    /// it by what is added.
    pub(super) fn zero_beside(&mut self, v: Value, span: Span) -> Value {
        let ty = self.b.ty(v).clone();
        match self.shape_at_hand(v).filter(|_| ty == Type::Unknown) {
            Some(primal) => self.b.op(Op::Zero(primal), ty, span),
            None => self.zero(&ty, span),
        }
    }

    /// What a sum starts from: adding to it changes no bit of the first summand.
    pub(super) fn neutral(&mut self, ty: &Type, span: Span) -> Value {
        match ty.neutral() {
            Some(tokens) => self.b.constant(tokens, ty.clone(), span),
            None => self.b.op(Op::Undef, ty.clone(), span),
        }
    }

    /// The shadow of a value.
    pub(super) fn shadow(&mut self, v: Value, span: Span) -> Value {
        if let Some(alias) = self.aliases.get(v).copied() {
            return self.shadow(alias, span);
        }
        if let Some(shadow) = self.shadows.get(v) {
            return *shadow;
        }
        // Every shadow is opened with its region; what comes here was added by the transform. What would be
        // added to the shadow of a number would be lost.
        let is_number = self.activity.is_active(v) && self.activity.style(v) == Style::Scalar;
        assert!(!is_number, "a number has no shadow");
        let ty = self.b.ty(v).clone();
        let zero = self.b.op(Op::Zero(v), ty.clone(), span);
        let shadow = self.b.named(ty, self.bar(v), Storage::Object, span);
        self.b.node(Op::Object(zero), vec![shadow], span);
        self.shadows.insert(v, shadow);
        shadow
    }

    /// A place in the shadow of its root.
    pub(super) fn shadow_place(&mut self, place: &Place, here: Here<'a>) -> Place {
        let root = self.shadow(place.root, here.node.span);
        self.place_again(place, root, here).in_tangent()
    }

    /// Aggregates that only initialise an object share its shadow.
    pub(super) fn alias_shadows(&mut self, region: &'a Region) {
        for node in &region.nodes {
            if let Op::Object(init) = node.op
                && self.layout.uses(init) == 1
                && self.activity.style(init) == Style::Shadow
                && self.layout.def(init).map(|d| d.0)
                    == self.layout.def(node.results[0]).map(|d| d.0)
                && self.layout.node(init).is_some()
            {
                self.aliases.insert(init, node.results[0]);
            }
            for inner in node.op.regions() {
                self.alias_shadows(inner);
            }
        }
    }

    /// Opens the shadows of everything that a region defines, at the start of its backward sweep.
    pub(super) fn open_shadows(&mut self, region: &'a Region, id: RegionId) {
        let Some(last) = region.nodes.last() else { return };
        let here = Here { node: last, region: id, index: region.nodes.len() };
        let params = region.params.iter().copied();
        let results = region.nodes.iter().flat_map(|n| n.results.iter().copied());
        for v in params.chain(results).collect::<Vec<_>>() {
            if !self.activity.is_active(v)
                || self.activity.style(v) != Style::Shadow
                || self.aliases.contains(v)
                || self.shadows.contains(v) && id == 0
            {
                continue;
            }
            let span = self.b.data(v).span;
            let zero = self.zero_like(v, here);
            let ty = self.b.ty(v).clone();
            let shadow = self.b.named(ty, self.bar(v), Storage::Object, span);
            self.b.node(Op::Object(zero), vec![shadow], span);
            self.shadows.insert(v, shadow);
        }
    }

    /// The zero adjoint of a value, of the shape that it has when its region ends.
    pub(super) fn zero_like(&mut self, v: Value, here: Here<'a>) -> Value {
        let ty = self.b.ty(v).clone();
        let span = self.b.data(v).span;
        if let Some(tokens) = ty.neutral() {
            return self.b.op(Op::Const(tokens), ty, span);
        }
        // `vec![x; n]` that only ever has its elements written is as long as it was made.
        if let Some(Op::Object(init)) = self.layout.node(v).map(|n| &n.op)
            && let Some(Op::VecRepeat(element, len)) = self.layout.node(*init).map(|n| &n.op)
            && let Some(zero) = self.b.ty(*element).static_zero()
            && !self.changes_shape(v)
        {
            let zero = self.b.op(Op::Const(zero), self.b.ty(*element).clone(), span);
            let len = self.primal(*len, here);
            return self.b.op(Op::VecRepeat(zero, len), ty, span);
        }
        if let Some(primal) = self.shape_at_hand(v) {
            return self.b.op(Op::Zero(primal), ty, span);
        }
        match self.held(Key::Shape(v), span) {
            Some(shape) => self.b.op(Op::ZeroOf(shape), ty, span),
            None => {
                self.failed |= self.early;
                self.missing.shapes.insert(v);
                self.b.op(Op::Zero(v), ty, span)
            }
        }
    }

    /// Whether anything makes an object longer or shorter.
    pub(super) fn changes_shape(&self, root: Value) -> bool {
        self.layout.writes(root).iter().any(|at| {
            match &self.layout.region(at.region).nodes[at.index].op {
                Op::Push(..) | Op::PopBack(_) | Op::Call(..) => true,
                Op::Store(place, _) => place.path.is_empty(),
                _ => false,
            }
        })
    }

    /// Hands the adjoint of `from` on to `to`, of which it is a copy.
    pub(super) fn transfer(&mut self, from: Value, to: Value, span: Span) {
        if !self.activity.is_active(from) || !self.activity.is_active(to) {
            return;
        }
        match (self.activity.style(from), self.activity.style(to)) {
            (Style::Scalar, _) => {
                if let Some(adjoint) = self.take_adjoint(from) {
                    self.add(to, adjoint, span);
                }
            }
            (Style::Shadow, Style::Scalar) => {
                let shadow = self.shadow(from, span);
                let ty = self.b.ty(to).clone();
                let adjoint = self.b.load(Place::whole(shadow), Take::Value, ty, span);
                self.add(to, adjoint, span);
            }
            (Style::Shadow, Style::Shadow) => {
                let (source, target) = (self.shadow(from, span), self.shadow(to, span));
                if source != target {
                    self.b.effect(
                        Op::AccumulatePlace(Place::whole(target), Place::whole(source)),
                        span,
                    );
                }
            }
        }
    }

    /// Adds what stands at a place of a shadow to the adjoint of the value that was put there.
    pub(super) fn collect(&mut self, place: Place, to: Value, span: Span) {
        if !self.activity.is_active(to) {
            return;
        }
        match self.activity.style(to) {
            Style::Scalar => {
                let ty = self.b.ty(to).clone();
                let adjoint = self.b.load(place, Take::Value, ty, span);
                self.add(to, adjoint, span);
            }
            Style::Shadow => {
                let shadow = self.shadow(to, span);
                self.b.effect(Op::AccumulatePlace(Place::whole(shadow), place), span);
            }
        }
    }

    /// Numbers defined outside a node that its regions may contribute to.
    pub(super) fn outer_numbers(&self, node: &Node) -> Vec<Value> {
        let mut inside = ValueSet::default();
        let mut seen = ValueSet::default();
        let mut used = Vec::new();
        for region in node.op.regions() {
            inside.extend(region.params.iter().copied());
            region.each_node(&mut |n| {
                inside.extend(n.results.iter().copied());
                for r in n.op.regions() {
                    inside.extend(r.params.iter().copied());
                }
            });
            region.each_use(&mut |v| {
                if seen.insert(v) {
                    used.push(v);
                }
            });
            for at in self.branches.within(self.layout.id(region), self.layout) {
                self.layout.region(at.region).nodes[at.index].op.each_input(&mut |v| {
                    if seen.insert(v) {
                        used.push(v);
                    }
                });
            }
        }
        used.retain(|v| {
            !inside.contains(*v)
                && self.activity.is_active(*v)
                && self.activity.style(*v) == Style::Scalar
        });
        used.sort_unstable();
        used
    }

    /// Opens a frame of adjoints.
    pub(super) fn open_adjoints(&mut self) {
        self.adjoints.push(ValueMap::default());
    }

    /// Closes it and gives the adjoints of values defined outside.
    pub(super) fn close_adjoints(&mut self) -> ValueMap<Value> {
        self.adjoints.pop().expect("a frame is open")
    }
}

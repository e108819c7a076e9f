//! What the backward sweep reads of the forward sweep: live, recomputed, or kept.

use std::collections::BTreeSet;

use proc_macro2::Span;

use super::{Here, Key, Reverse, Snapshot};
use crate::analysis::{At, RECOMPUTE, RegionId, Site};
use crate::ir::{Op, Place, Proj, Storage, Take, Type, Value};
use crate::rules::Fun;

impl<'a> Reverse<'a> {
    /// A primal value, in the region of the backward sweep under construction; `here` is the node
    /// whose adjoint is being computed.
    pub(super) fn primal(&mut self, v: Value, here: Here<'a>) -> Value {
        if let Some(found) = self.at_hand(v) {
            return found;
        }
        match self.cost(v, here) {
            Some(cost) if cost <= RECOMPUTE => self.recompute(v, here),
            _ => {
                self.miss(v, here);
                v
            }
        }
    }

    /// The region that defines a value.
    pub(super) fn home(&self, v: Value) -> RegionId {
        if let Some((region, _)) = self.layout.def(v) {
            return region;
        }
        let trip = self.trips.iter().find(|(_, trip)| **trip == v);
        trip.and_then(|(body, _)| self.layout.parent(*body)).map_or(0, |at| at.region)
    }

    /// A value that needs no node: in a frame, or a local of the function's body.
    fn at_hand(&mut self, v: Value) -> Option<Value> {
        if let Some(found) = self.frames.iter().rev().find_map(|frame| frame.get(v)) {
            return Some(*found);
        }
        if !self.is_live(v) {
            return None;
        }
        if self.leaves_the_function(v) {
            return match self.copies.get(v) {
                Some(copy) => Some(*copy),
                None if self.plan.copy.contains(&v) => Some(v),
                None => {
                    self.missing.copy.insert(v);
                    Some(v)
                }
            };
        }
        Some(v)
    }

    /// A value that is there to be looked at, whoever owns it in the end.
    pub(super) fn shape_at_hand(&self, v: Value) -> Option<Value> {
        let again = self.frames.iter().rev().find_map(|frame| frame.get(v)).copied();
        let copy = self.copies.get(v).copied();
        again.or(copy).or_else(|| (self.is_live(v) && !self.leaves_the_function(v)).then_some(v))
    }

    /// Whether a value is a local of the code under construction.
    fn is_live(&self, v: Value) -> bool {
        let home = self.home(v);
        if !self.live.contains_key(&home) {
            return false;
        }
        match self.layout.def(v) {
            Some(_) => self.has_run(v),
            None => self.before.is_empty(),
        }
    }

    /// Whether the node that defines a value precedes the fused loop: until that has run, what follows it
    /// has not.
    pub(super) fn has_run(&self, v: Value) -> bool {
        match self.layout.def(v) {
            Some((home, Site::Node(index))) => {
                self.before.iter().all(|(region, before)| home != *region || index < *before)
            }
            _ => true,
        }
    }

    /// Whether the caller takes the memory: an in-place parameter, or an object that is returned.
    fn leaves_the_function(&self, v: Value) -> bool {
        let data = self.b.data(v);
        if data.storage == Storage::RefMut {
            return true;
        }
        if data.ty.is_copy() {
            return false;
        }
        self.graph.body.results.iter().any(|r| {
            *r == v
                || self.layout.node(*r).is_some_and(
                    |n| matches!(&n.op, Op::Load(p, _) if p.path.is_empty() && p.root == v),
                )
        })
    }

    /// What it costs to have a value in the backward sweep; `None` if it cannot be had.
    fn cost(&self, v: Value, here: Here<'a>) -> Option<u32> {
        if self.frames.iter().any(|frame| frame.contains(v)) || self.is_live(v) {
            return Some(0);
        }
        let again = self.cost_again(v, here);
        match self.copy_of(v, here) {
            Some((_, cost)) => Some(again.map_or(cost, |again| again.min(cost))),
            None => again,
        }
    }

    /// Where the primal left a number for good, and what it costs to read it there.
    fn copy_of(&self, v: Value, here: Here<'a>) -> Option<(&'a Place, u32)> {
        if !self.b.ty(v).is_scalar() {
            return None;
        }
        self.layout.copies(v).find_map(|place| {
            // The caller takes the memory of a returned object: to read it is to copy it all.
            let taken =
                self.leaves_the_function(place.root) && !self.plan.copy.contains(&place.root);
            if self.plan.restore.contains(&place.root) || taken {
                return None;
            }
            Some((place, place_cost(place, &mut |v| self.cost(v, here))? + 1))
        })
    }

    /// What it costs to compute a value once more.
    fn cost_again(&self, v: Value, here: Here<'a>) -> Option<u32> {
        self.cost_of_node(v, here, &mut |v| self.cost(v, here))
    }

    /// The same where each operand costs what `cost` says.
    fn cost_of_node(
        &self,
        v: Value,
        here: Here<'a>,
        cost: &mut dyn FnMut(Value) -> Option<u32>,
    ) -> Option<u32> {
        let node = self.layout.node(v)?;
        match &node.op {
            Op::Const(_) => Some(0),
            Op::Scalar(fun, args) => {
                if fun.cost() > RECOMPUTE {
                    return None;
                }
                args.iter().try_fold(fun.cost(), |sum, v| Some(sum + cost(*v)?))
            }
            Op::Cast(v, _) | Op::Stop(v) if self.graph.ty(*v).is_scalar() => Some(cost(*v)? + 1),
            // The compiler's own index arithmetic.
            Op::Verbatim { refusal: usize::MAX, captures, .. } => {
                let mut total = 1;
                for (_, capture) in captures {
                    match capture {
                        crate::ir::CallArg::Value(v) => total += cost(*v)?,
                        crate::ir::CallArg::Ref(..) => return None,
                    }
                }
                Some(total)
            }
            Op::Len(place) if self.changes_shape(place.root) => None,
            Op::Len(place) => place_cost(place, cost),
            Op::Load(place, _) => {
                if !self.graph.ty(v).is_scalar() && *self.graph.ty(v) != Type::Unknown {
                    return None;
                }
                let there = self.reloadable(v, place, here).and_then(|()| place_cost(place, cost));
                let there = there.or_else(|| {
                    self.snapshot_of(v, place, here)?;
                    place_cost(place, &mut |v| if v == place.root { Some(0) } else { cost(v) })
                });
                Some(there? + 1)
            }
            _ => None,
        }
    }

    /// What lies outside of the loop that defines a value, and is all that computing it once more lacks:
    /// to keep that takes less memory. `None` if that is not so.
    fn outside(&self, v: Value, here: Here<'a>) -> Option<BTreeSet<Value>> {
        let mut outside = BTreeSet::new();
        let depth = self.layout.loop_depth(self.home(v));
        let cost =
            self.cost_of_node(v, here, &mut |v| self.cost_without(v, depth, here, &mut outside))?;
        (cost <= RECOMPUTE && !outside.is_empty()).then_some(outside)
    }

    /// What a value costs if numbers that fewer loops surround are kept: those that would be.
    fn cost_without(
        &self,
        v: Value,
        depth: usize,
        here: Here<'a>,
        outside: &mut BTreeSet<Value>,
    ) -> Option<u32> {
        if self.cost(v, here) == Some(0) {
            return Some(0);
        }
        if self.layout.loop_depth(self.home(v)) < depth && self.b.ty(v).is_scalar() {
            let origin = self.origin(v);
            // Where that is kept already, it does not do.
            outside.insert(if self.cost(origin, here) == Some(0) { v } else { origin });
            return Some(0);
        }
        self.cost_of_node(v, here, &mut |v| self.cost_without(v, depth, here, outside))
    }

    /// The number that another is computed of, beside constants, if that takes no time: one of the two is
    /// enough to be kept, and what is read of it often may be read of the other as well.
    fn origin(&self, mut v: Value) -> Value {
        let depth = |v: Value| self.layout.loop_depth(self.home(v));
        let is_constant =
            |v: Value| matches!(self.layout.node(v).map(|node| &node.op), Some(Op::Const(_)));
        while let Some(Op::Scalar(fun, args)) = self.layout.node(v).map(|node| &node.op)
            && fun.cost() <= 1
            && let mut numbers = args.iter().copied().filter(|v| !is_constant(*v))
            && let (Some(of), None) = (numbers.next(), numbers.next())
            && self.b.ty(of).is_scalar()
            && depth(of) == depth(v)
        {
            v = of;
        }
        v
    }

    /// Whether the memory still, or again, holds what a load read.
    fn reloadable(&self, v: Value, place: &Place, here: Here<'a>) -> Option<()> {
        let Some((region, Site::Node(index))) = self.layout.def(v) else { return None };
        let from = At { region, index };
        if self.plan.restore.contains(&place.root) {
            // What the node itself wrote is restored after its adjoint is known: reads see it.
            let to = At { region: here.region, index: here.index + 1 };
            if !self.layout.within(to.region, from.region) {
                return None;
            }
            return (!self.layout.written_between(place.root, from, to)).then_some(());
        }
        (!self.layout.overwritten_after(place, from)).then_some(())
    }

    /// The copy of memory that holds a number which was loaded from there.
    fn snapshot_of(&self, v: Value, place: &Place, here: Here<'a>) -> Option<Key> {
        let Some((region, Site::Node(index))) = self.layout.def(v) else { return None };
        // While a fused loop runs backwards, what follows it has not run.
        if !self.before.is_empty() || !self.graph.ty(v).is_scalar() {
            return None;
        }
        let holds = |s: &&Snapshot| {
            s.place == Place::whole(place.root)
                && self.layout.within(here.region, s.at.region)
                && self.layout.holds_the_same(place, s.at, At { region, index })
        };
        self.snapshots.iter().find(holds).map(|s| s.key)
    }

    /// Where what a load read is found again.
    fn loaded_again(&mut self, v: Value, place: &Place, here: Here<'a>) -> Place {
        let there =
            self.reloadable(v, place, here).is_some() && self.cost(place.root, here).is_some();
        let key = if there { None } else { self.snapshot_of(v, place, here) };
        match key.and_then(|key| self.held(key, here.node.span)) {
            Some(copy) => self.place_again(place, copy, here),
            None => self.primal_place(place, here),
        }
    }

    /// Appends the nodes that compute a value once more.
    fn recompute(&mut self, v: Value, here: Here<'a>) -> Value {
        if let Some(found) = self.at_hand(v) {
            return found;
        }
        let Some(node) = self.layout.node(v) else { return v };
        let span = node.span;
        let copy = self.copy_of(v, here);
        let copy = copy.filter(|(_, cost)| self.cost_again(v, here).is_none_or(|c| c > *cost));
        let op = match &node.op {
            _ if copy.is_some() => {
                let (place, _) = copy.expect("just seen");
                Op::Load(self.primal_place(place, here), Take::Value)
            }
            Op::Load(place, take) => Op::Load(self.loaded_again(v, place, here), *take),
            Op::Len(place) => Op::Len(self.primal_place(place, here)),
            op => op.map(&mut |input| self.recompute(input, here)),
        };
        let data = self.b.data(v).clone();
        let again = self.b.named(data.ty, data.name, Storage::Local, data.span);
        self.b.node(op, vec![again], span);
        if let Some(frame) = self.frames.last_mut() {
            frame.insert(v, again);
        }
        again
    }

    /// A place of the primal, with its indices as they were.
    pub(super) fn primal_place(&mut self, place: &Place, here: Here<'a>) -> Place {
        let root = self.primal(place.root, here);
        self.place_again(place, root, here)
    }

    /// The same path from another root, with its indices as they were. A constant element of a slice is
    /// reached without slicing: the forward sweep has seen that both are within bounds.
    pub(super) fn place_again(&mut self, place: &Place, root: Value, here: Here<'a>) -> Place {
        let span = here.node.span;
        let mut again = place.map_path(root, &mut |v| self.primal(v, here));
        let constant =
            |v: &Value| matches!(self.layout.node(*v).map(|n| &n.op), Some(Op::Const(_)));
        for k in (1..place.path.len()).rev() {
            if let (Proj::Slice(..), Proj::Index(v)) = (&place.path[k - 1], &place.path[k])
                && constant(v)
                && let (Proj::Slice(lo, ..), Proj::Index(v)) = (&again.path[k - 1], &again.path[k])
            {
                let index = match (*lo, *v) {
                    (Some(lo), v) => self.b.scalar(Fun::Add, vec![lo, v], Type::usize(), span),
                    (None, v) => v,
                };
                again.path.splice(k - 1..=k, [Proj::Index(index)]);
            }
        }
        again
    }

    fn miss(&mut self, v: Value, here: Here<'a>) {
        self.failed |= self.early || !self.has_run(v);
        if let Some(outside) = self.outside(v, here) {
            self.missing.forced.extend(outside);
            return;
        }
        let Some(node) = self.layout.node(v) else {
            self.missing.forced.insert(v);
            return;
        };
        match &node.op {
            Op::Load(place, _) => {
                let root_there = self.cost(place.root, here).is_some();
                if self.reloadable(v, place, here).is_none() {
                    self.missing.overwritten.entry(place.root).or_default().insert(v);
                } else if !root_there && self.graph.ty(v).is_scalar() {
                    // The whole aggregate is kept: one value instead of one for each element.
                    self.miss(place.root, here);
                } else {
                    self.missing.forced.insert(v);
                }
            }
            Op::Scalar(fun, _) if fun.cost() <= RECOMPUTE && *fun != Fun::Powi => {
                self.missing.optional.insert(v);
            }
            _ => {
                self.missing.forced.insert(v);
            }
        }
    }

    /// Copies the final states that the caller takes and the backward sweep reads.
    pub(super) fn copy_final_states(&mut self, span: Span) {
        for v in self.plan.copy.clone() {
            if self.b.data(v).storage != Storage::RefMut {
                continue;
            }
            let ty = match self.b.ty(v).clone() {
                Type::Slice(t) => Type::Vec(t),
                ty => ty,
            };
            let copy = self.b.load(Place::whole(v), Take::Owned, ty.clone(), span);
            let name = self.b.data(v).name.clone();
            let object = self.b.named(ty, name, Storage::Object, span);
            self.b.node(Op::Object(copy), vec![object], span);
            self.copies.insert(v, object);
        }
    }
}

/// What it costs to reach a place where each value costs what `cost` says.
fn place_cost(place: &Place, cost: &mut dyn FnMut(Value) -> Option<u32>) -> Option<u32> {
    let mut total = cost(place.root)?;
    for step in &place.path {
        match step {
            Proj::Index(v) => total += cost(*v)?,
            Proj::Slice(lo, hi, _) => {
                for v in lo.iter().chain(hi) {
                    total += cost(*v)?;
                }
            }
            _ => {}
        }
    }
    Some(total)
}

//! What the backward sweep reads of the forward sweep: live, recomputed, or kept.

use proc_macro2::Span;

use super::{Field, Here, Reverse};
use crate::analysis::{At, Kind, RECOMPUTE, RegionId, Site};
use crate::ir::{CallArg, Node, Op, Place, Proj, Storage, Take, Type, Value};
use crate::rules::Fun;

/// So many records need no heap.
const FEW: i64 = 32;

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
    fn home(&self, v: Value) -> RegionId {
        if let Some((region, _)) = self.layout.def(v) {
            return region;
        }
        let trip = self.trips.iter().find(|(_, trip)| **trip == v);
        trip.and_then(|(body, _)| self.layout.parent(*body)).map_or(0, |at| at.region)
    }

    /// A value that needs no node: in a frame, or a local of the function's body.
    fn at_hand(&mut self, v: Value) -> Option<Value> {
        if let Some(found) = self.frames.iter().rev().find_map(|frame| frame.get(&v)) {
            return Some(*found);
        }
        if !self.is_live(v) {
            return None;
        }
        if self.leaves_the_function(v) {
            return match self.copies.get(&v) {
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
        let again = self.frames.iter().rev().find_map(|frame| frame.get(&v)).copied();
        let copy = self.copies.get(&v).copied();
        again.or(copy).or_else(|| (self.is_live(v) && !self.leaves_the_function(v)).then_some(v))
    }

    /// Whether a value is a local of the code under construction.
    fn is_live(&self, v: Value) -> bool {
        let home = self.home(v);
        if !self.live.contains_key(&home) {
            return false;
        }
        // While what follows the fused loop runs backwards, only what precedes the loop has run.
        match self.layout.def(v) {
            Some((home, Site::Node(index))) => {
                self.before.iter().all(|(region, before)| home != *region || index < *before)
            }
            Some(_) => true,
            None => self.before.is_empty(),
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
        if self.frames.iter().any(|frame| frame.contains_key(&v)) || self.is_live(v) {
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
            Some((place, self.place_cost(place, here)? + 1))
        })
    }

    /// What it costs to compute a value once more.
    fn cost_again(&self, v: Value, here: Here<'a>) -> Option<u32> {
        let node = self.layout.node(v)?;
        let sum = |values: &[Value]| -> Option<u32> {
            values.iter().try_fold(0_u32, |sum, v| Some(sum + self.cost(*v, here)?))
        };
        match &node.op {
            Op::Const(_) => Some(0),
            Op::Scalar(fun, args) => {
                if fun.cost() > RECOMPUTE {
                    return None;
                }
                Some(sum(args)? + fun.cost())
            }
            Op::Cast(v, _) | Op::Stop(v) if self.graph.ty(*v).is_scalar() => {
                Some(self.cost(*v, here)? + 1)
            }
            // The compiler's own index arithmetic.
            Op::Verbatim { refusal: usize::MAX, captures, .. } => {
                let mut total = 1;
                for (_, capture) in captures {
                    match capture {
                        crate::ir::CallArg::Value(v) => total += self.cost(*v, here)?,
                        crate::ir::CallArg::Ref(..) => return None,
                    }
                }
                Some(total)
            }
            Op::Len(place) => {
                let grows = self.layout.writes(place.root).iter().any(|at| {
                    matches!(
                        self.layout.region(at.region).nodes[at.index].op,
                        Op::Push(..) | Op::Call(..)
                    ) || matches!(&self.layout.region(at.region).nodes[at.index].op,
                        Op::Store(p, _) if p.path.is_empty())
                });
                if grows { None } else { self.place_cost(place, here) }
            }
            Op::Load(place, _) => {
                if !self.graph.ty(v).is_scalar() && *self.graph.ty(v) != Type::Unknown {
                    return None;
                }
                self.reloadable(v, place, here)?;
                Some(self.place_cost(place, here)? + 1)
            }
            _ => None,
        }
    }

    fn place_cost(&self, place: &Place, here: Here<'a>) -> Option<u32> {
        let mut total = self.cost(place.root, here)?;
        for step in &place.path {
            match step {
                Proj::Index(v) => total += self.cost(*v, here)?,
                Proj::Slice(lo, hi, _) => {
                    for v in lo.iter().chain(hi) {
                        total += self.cost(*v, here)?;
                    }
                }
                Proj::Field(_) => {}
            }
        }
        Some(total)
    }

    /// Whether the memory still, or again, holds what a load read.
    fn reloadable(&self, v: Value, place: &Place, here: Here<'a>) -> Option<()> {
        let Some((region, Site::Node(index))) = self.layout.def(v) else { return None };
        let from = At { region, index };
        if self.plan.restore.contains(&place.root) {
            let to = At { region: here.region, index: here.index };
            if !self.layout.within(to.region, from.region) {
                return None;
            }
            return (!self.layout.written_between(place.root, from, to)).then_some(());
        }
        (!self.layout.overwritten_after(place, from)).then_some(())
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
            Op::Load(place, take) => Op::Load(self.primal_place(place, here), *take),
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
        self.failed |= self.early;
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

    /// Opens a frame for the backward sweep of a region: what was kept in it is at hand again.
    pub(super) fn open_frame(&mut self, region: RegionId, span: Span) {
        self.frames.push(std::collections::BTreeMap::new());
        let kept: Vec<Value> =
            self.plan.keep.iter().copied().filter(|v| self.home(*v) == region).collect();
        self.failed |= self.early && !kept.is_empty();
        for v in kept {
            let value = if let Some((exported, wrapped)) = self.exported.get(&v).copied() {
                if wrapped {
                    let ty = self.b.ty(v).clone();
                    let name = self.b.data(v).name.clone();
                    let value = self.b.named(ty, name, Storage::Local, span);
                    self.b.node(Op::Unkeep(exported), vec![value], span);
                    value
                } else {
                    exported
                }
            } else {
                continue;
            };
            self.frames.last_mut().expect("a frame is open").insert(v, value);
        }
        self.take_record(region, span);
    }

    /// Takes back what an iteration of a stored loop kept.
    fn take_record(&mut self, region: RegionId, span: Span) {
        let Some(stack) = self.stacks.get(&region).copied() else { return };
        let mut taken = Vec::new();
        for (field, kept) in self.records[&region].clone() {
            let of = match field {
                Field::Primal(v) => v,
                Field::Held(_) => kept,
            };
            let data = self.b.data(of).clone();
            let storage = match data.storage {
                Storage::Object => Storage::Object,
                _ => Storage::Local,
            };
            let value = self.b.named(data.ty, data.name, storage, span);
            taken.push(value);
            match field {
                Field::Primal(v) => {
                    self.frames.last_mut().expect("a frame is open").insert(v, value);
                }
                Field::Held(key) => {
                    self.held_again.insert(key, value);
                }
            }
        }
        self.b.node(Op::StackPop(stack), taken, span);
    }

    pub(super) fn close_frame(&mut self) {
        self.frames.pop();
    }

    /// Puts what the region keeps, at its end, on a stack of its own, made before the outermost loop
    /// around it.
    pub(super) fn close_record(&mut self, region: RegionId, span: Span) {
        let Some(record) = self.records.get(&region) else { return };
        let values: Vec<Value> = record.iter().map(|(_, value)| *value).collect();
        let name = record.iter().find_map(|(field, value)| match field {
            Field::Primal(v) => self.b.data(*v).name.clone(),
            Field::Held(_) => self.b.data(*value).name.clone(),
        });
        let name = name.map(|n| quote::format_ident!("kept_{}", n, span = n.span()));
        let (depth, capacity) = self.room(region, span);
        let stack = self.b.named(Type::Stack, name, Storage::Local, span);
        self.b.before(depth, Op::StackNew(capacity), vec![stack], span);
        self.stacks.insert(region, stack);
        self.b.effect(Op::StackPush(stack, values), span);
    }

    /// Where the stack of a region is made, by depth, and for how many records if that is known there.
    ///
    /// Where a few iterations of a fused loop's inner loop are all, they need no heap, and a stack for
    /// each iteration of the fused loop dissolves in registers. Others are made once.
    fn room(&mut self, region: RegionId, span: Span) -> (usize, Option<Value>) {
        let (loops, base) = self.stored_loops(region);
        let ranges: Option<Vec<(Value, Value)>> = loops
            .into_iter()
            .map(|node| match &node.op {
                Op::For { lo, hi, inclusive: false, .. } => Some((*lo, *hi)),
                _ => None,
            })
            .collect();
        let Some(ranges) = ranges else { return (0, None) };
        let fixed = ranges.iter().all(|(lo, hi)| self.is_fixed(*lo) && self.is_fixed(*hi));
        if base != 0 && fixed {
            return (self.live[&base], None);
        }
        let counts = ranges.iter().map(|(lo, hi)| Some(self.layout.distance(*lo, *hi)?.max(0)));
        let few = counts.product::<Option<i64>>().is_some_and(|count| count <= FEW);
        let known = |v: Value| {
            self.layout.def(v).is_some_and(|(region, site)| {
                region == 0 && (matches!(site, Site::Param(_)) || self.made.contains(&v))
            })
        };
        if few || !ranges.iter().all(|(lo, hi)| known(*lo) && known(*hi)) {
            return (0, None);
        }
        let mut product: Option<Value> = None;
        for (lo, hi) in ranges {
            let count = self.b.value(Type::usize(), span);
            let captures = vec![
                (syn::Ident::new("ad_lo", span), CallArg::Value(lo)),
                (syn::Ident::new("ad_hi", span), CallArg::Value(hi)),
            ];
            let tokens = quote::quote!((ad_lo..ad_hi).count());
            let op = Op::Verbatim { tokens, refusal: usize::MAX, captures };
            self.b.before(0, op, vec![count], span);
            product = Some(match product {
                None => count,
                Some(others) => {
                    let total = self.b.value(Type::usize(), span);
                    let op = Op::Scalar(Fun::Mul, vec![others, count]);
                    self.b.before(0, op, vec![total], span);
                    total
                }
            });
        }
        (0, product)
    }

    /// The loops around a region whose iterations are stored, and the region around these.
    fn stored_loops(&self, mut region: RegionId) -> (Vec<&'a Node>, RegionId) {
        let mut loops = Vec::new();
        while !self.live.contains_key(&region) {
            if self.layout.kind(region) == Kind::Body {
                loops.extend(self.layout.holder(region));
            }
            region = self.layout.parent(region).map_or(0, |at| at.region);
        }
        (loops, region)
    }

    /// Whether an integer is a constant of the program.
    fn is_fixed(&self, v: Value) -> bool {
        match self.layout.node(v).map(|n| &n.op) {
            Some(Op::Const(_)) => true,
            Some(Op::Len(place)) => {
                place.path.is_empty() && matches!(self.graph.ty(place.root), Type::Array(..))
            }
            _ => false,
        }
    }

    /// Whether what a region keeps goes to a stack: it lies in a loop whose iterations are not
    /// finished one by one.
    pub(super) fn in_stored_loop(&self, mut region: RegionId) -> bool {
        loop {
            if self.live.contains_key(&region) {
                return false;
            }
            if self.layout.kind(region) == Kind::Body {
                return true;
            }
            match self.layout.parent(region) {
                Some(at) => region = at.region,
                None => return false,
            }
        }
    }

    /// Keeps a value at the end of the forward nodes so far.
    pub(super) fn keep(
        &mut self,
        v: Value,
        region: RegionId,
        span: Span,
        exports: &mut super::augment::Exports,
    ) {
        if self.live.contains_key(&region) {
            return;
        }
        let data = self.b.data(v).clone();
        let value = if data.ty.is_copy() || matches!(data.ty, Type::Pullback) {
            if data.storage == Storage::Object {
                self.b.load(Place::whole(v), Take::Value, data.ty.clone(), span)
            } else {
                v
            }
        } else if data.storage == Storage::Object {
            // At the end of its region: nothing reads it any more.
            self.b.load(Place::whole(v), Take::Value, data.ty.clone(), span)
        } else {
            self.b.load(Place::whole(v), Take::Clone, data.ty.clone(), span)
        };
        if self.in_stored_loop(region) {
            self.records.entry(region).or_default().push((Field::Primal(v), value));
        } else {
            exports.push((v, value, false));
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

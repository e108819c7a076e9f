//! Which operations branches alone make use of.
//!
//! In `let n = s.sqrt(); if n > 0.5 { n } else { 0.0 }` the adjoint of `n` is zero where the other branch is
//! taken. Times the derivative of `sqrt`, which is infinite at zero, that is NaN, although nothing depends
//! on `n` there. So the backward sweep passes such an operation in the branches that use it, and in others
//! not at all.

use std::collections::{BTreeMap, BTreeSet};

use super::{Activity, At, Kind, Layout, RegionId, Site, Style};
use crate::ir::{CallArg, Graph, Node, Op, Proj, Region, Value, ValueMap};
use crate::rules::Fun;

/// An operation is passed in no more branches than this.
const MOST: usize = 4;

/// See the module.
#[derive(Debug, Default)]
pub struct Branches {
    /// The operations outside of each branch that are passed in it, last ones first.
    only: BTreeMap<RegionId, Vec<At>>,
    all: BTreeSet<(RegionId, usize)>,
}

impl Branches {
    /// Finds them.
    pub fn of(graph: &Graph, activity: &Activity, layout: &Layout<'_>) -> Self {
        let mut search = Search {
            activity,
            layout,
            graph,
            uses: ValueMap::default(),
            wild: ValueMap::default(),
            found: Self::default(),
        };
        search.read(&graph.body);
        search.find(&graph.body);
        search.found
    }

    /// The operations outside of a branch that are passed in it, last ones first.
    pub fn passed_in(&self, branch: RegionId) -> &[At] {
        self.only.get(&branch).map_or(&[], Vec::as_slice)
    }

    /// The operations that are passed in a branch, which is that region or lies in it.
    pub fn within(&self, region: RegionId, layout: &Layout<'_>) -> impl Iterator<Item = &At> {
        let inside = self.only.iter().filter(move |(branch, _)| layout.within(**branch, region));
        inside.flat_map(|(_, only)| only)
    }

    /// Whether the operation there is passed in branches.
    pub fn contains(&self, region: RegionId, index: usize) -> bool {
        self.all.contains(&(region, index))
    }
}

struct Search<'a, 'g> {
    graph: &'g Graph,
    activity: &'a Activity,
    layout: &'a Layout<'g>,
    /// Where the adjoint of a value comes from: the regions, and the nodes in them that read it.
    uses: ValueMap<Vec<(RegionId, Option<usize>)>>,
    /// Whether a number may be infinite, or have an infinite derivative, where what it is computed from is
    /// finite.
    wild: ValueMap<bool>,
    found: Branches,
}

impl<'g> Search<'_, 'g> {
    /// Notes what is used where, and what is wild.
    fn read(&mut self, region: &'g Region) {
        let id = self.layout.id(region);
        for (index, node) in region.nodes.iter().enumerate() {
            if self.activity.touches(node) {
                node.op.each_input(&mut |v| self.uses.or_default(v).push((id, Some(index))));
            }
            if let Op::Scalar(fun, args) = &node.op {
                let wild = !self.is_tame(*fun, args)
                    || args.iter().any(|arg| self.wild.get(*arg) == Some(&true));
                self.wild.insert(node.results[0], wild);
            }
            if self.is_plain_call(node, At { region: id, index }) {
                self.wild.insert(node.results[0], true);
            }
            node.op.regions().for_each(|inner| self.read(inner));
        }
        region.results.iter().for_each(|v| self.uses.or_default(*v).push((id, None)));
    }

    /// Whether the adjoint of a value, if it has one, is a value too: that of memory is zeroed where the
    /// memory is overwritten, and what is added to it later in the sweep would be lost.
    fn is_number(&self, value: Value) -> bool {
        !self.activity.is_active(value) || self.activity.style(value) == Style::Scalar
    }

    /// Whether a node calls a function with numbers and memory that nothing overwrites later, and that is
    /// reached in the same way then.
    fn is_plain_call(&self, node: &Node, at: At) -> bool {
        let Op::Call(callee, args) = &node.op else { return false };
        if callee.is_method() {
            return false;
        }
        let steady = |v: &Value| match self.layout.def(*v) {
            Some((_, Site::Param(_))) => true,
            _ => matches!(self.layout.node(*v).map(|node| &node.op), Some(Op::Const(_))),
        };
        args.iter().all(|arg| match arg {
            CallArg::Value(v) => self.is_number(*v),
            CallArg::Ref(_, true) => false,
            CallArg::Ref(place, false) => {
                let reached = place.path.iter().all(|step| match step {
                    Proj::Index(v) => steady(v),
                    Proj::Slice(lo, hi, _) => lo.iter().chain(hi).all(steady),
                    Proj::Field(_) | Proj::Slot(_) | Proj::Flat | Proj::Axis(_) => true,
                    // There only where the variant is.
                    Proj::Payload(_) => false,
                });
                reached && !self.layout.written_after(place.root, at)
            }
        })
    }

    /// Whether the result and the derivatives of an operation are finite where its arguments are, but for
    /// overflow of products.
    fn is_tame(&self, fun: Fun, args: &[Value]) -> bool {
        match fun {
            Fun::Powi => match self.layout.node(args[1]).map(|node| &node.op) {
                Some(Op::Const(exponent)) => exponent.to_string().parse::<u32>().is_ok(),
                _ => false,
            },
            Fun::Neg | Fun::Add | Fun::Sub | Fun::Mul | Fun::MulAdd | Fun::Midpoint => true,
            Fun::ToDegrees | Fun::ToRadians | Fun::Sin | Fun::Cos | Fun::Tanh | Fun::Atan => true,
            Fun::Abs | Fun::Max | Fun::Min | Fun::Clamp | Fun::AbsSub | Fun::Copysign => true,
            Fun::Fract | Fun::Select => true,
            _ => false,
        }
    }

    /// Goes through the operations from the last to the first: what one of them reads is used where that
    /// is passed.
    fn find(&mut self, region: &'g Region) {
        let id = self.layout.id(region);
        for (index, node) in region.nodes.iter().enumerate().rev() {
            let mut inner: Vec<_> = node.op.regions().collect();
            inner.reverse();
            inner.into_iter().for_each(|inner| self.find(inner));
            let at = At { region: id, index };
            // The pullback that a call left behind is used up where it runs.
            let most = match &node.op {
                Op::Scalar(_, args) if args.iter().all(|arg| self.is_number(*arg)) => MOST,
                _ if self.is_plain_call(node, at) => 1,
                _ => continue,
            };
            let Some(branches) = self.branches_of(node, id, most) else { continue };
            for branch in &branches {
                self.found.only.entry(*branch).or_default().push(at);
            }
            self.found.all.insert((id, index));
            node.op.each_input(&mut |arg| {
                let uses = self.uses.or_default(arg);
                uses.retain(|used| *used != (id, Some(index)));
                uses.extend(branches.iter().map(|branch| (*branch, None)));
            });
        }
    }

    /// The branches that alone make use of the result of an operation in that region; none where there are
    /// so many that to pass it in each would cost more than it is worth.
    fn branches_of(&self, node: &Node, home: RegionId, most: usize) -> Option<Vec<RegionId>> {
        let &[result] = node.results.as_slice() else { return None };
        let wanted = self.wild.get(result) == Some(&true)
            && self.activity.is_active(result)
            && self.activity.style(result) == Style::Scalar
            && self.graph.ty(result).is_float();
        if !wanted {
            return None;
        }
        let uses: Vec<_> = self.uses.get(result)?.iter().map(|(region, _)| *region).collect();
        self.split(&uses, home).filter(|branches| (1..=most).contains(&branches.len()))
    }

    /// The innermost branches in a region that hold these uses; `None` if it is the region itself.
    fn split(&self, uses: &[RegionId], region: RegionId) -> Option<Vec<RegionId>> {
        let mut children: BTreeMap<RegionId, Vec<RegionId>> = BTreeMap::new();
        for used in uses {
            let child = self.layout.child(*used, region)?;
            // What a loop uses has its adjoint from all the iterations.
            if self.layout.kind(child) != Kind::Branch {
                return None;
            }
            children.entry(child).or_default().push(*used);
        }
        let mut all = Vec::new();
        let mut whole = Vec::new();
        for (child, uses) in children {
            let Some(branches) = self.split(&uses, child) else {
                let holder = self.layout.parent(child).map(|at| at.index);
                // One of the two branches is taken.
                if whole.contains(&holder) {
                    return None;
                }
                whole.push(holder);
                all.push(child);
                continue;
            };
            all.extend(branches);
        }
        Some(all)
    }
}

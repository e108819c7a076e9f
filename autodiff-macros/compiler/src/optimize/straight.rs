//! Loops without branches, whose numbers can be computed for any iteration before the loop runs.

use std::collections::BTreeSet;

use super::walk::{Laid, Loop, accesses};
use crate::analysis::RECOMPUTE;
use crate::ir::{Graph, Node, Op, Place, Proj, Region, Take, Type, Value};

/// Whether a loop only computes what is cheap, reads, and writes numbers.
pub fn is_straight(graph: &Graph, of: &Loop<'_>) -> bool {
    let is_plain = |node: &Node| match &node.op {
        Op::Scalar(fun, _) => fun.cost() <= RECOMPUTE,
        Op::Const(_) | Op::Accumulate(..) | Op::Store(..) | Op::SetZero(_) => true,
        Op::Load(_, take) => matches!(take, Take::Value | Take::Clone),
        _ => false,
    };
    matches!(of.node.op, Op::For { inclusive: false, .. })
        && *graph.ty(of.body.params[0]) == Type::usize()
        && of.body.nodes.iter().all(is_plain)
}

/// Looks for what numbers of a straight loop's body are computed of.
pub struct Search<'a, 'g> {
    graph: &'g Graph,
    layout: &'a Laid<'g>,
    of: &'a Loop<'g>,
    found: BTreeSet<usize>,
}

impl<'a, 'g> Search<'a, 'g> {
    /// For what is computed in the body of a loop.
    pub fn new(graph: &'g Graph, layout: &'a Laid<'g>, of: &'a Loop<'g>) -> Self {
        Self { graph, layout, of, found: BTreeSet::new() }
    }

    /// Whether a number can be computed for any iteration before the loop runs, and for several at once.
    pub fn needs(&mut self, v: Value) -> bool {
        let body = self.of.body;
        if v == body.params[0] {
            return true;
        }
        if body.params.contains(&v) {
            return false;
        }
        let Some(at) = body.nodes.iter().position(|node| node.results == [v]) else { return true };
        let mut all = match &body.nodes[at].op {
            Op::Load(place, _) => self.stays(place.root) && self.is_in_a_row(place),
            _ => true,
        };
        if all && self.found.insert(at) {
            body.nodes[at].op.each_input(&mut |input| all = all && self.needs(input));
        }
        all
    }

    /// Whether each iteration reads of an object what was there before the loop.
    fn stays(&self, root: Value) -> bool {
        let mut places: Vec<&Place> = Vec::new();
        let (mut last_read, mut first_write) = (None, None);
        for (at, node) in self.of.body.nodes.iter().enumerate() {
            for access in accesses(&node.op, root) {
                let Some(place) = access.place else { return false };
                places.push(place);
                if access.writes {
                    first_write.get_or_insert(at);
                } else {
                    last_read = Some(at);
                }
            }
        }
        // Otherwise every iteration has a place of its own, and reads it before it writes there.
        first_write.is_none()
            || last_read < first_write
                && places.iter().all(|place| self.moves(place))
                && places.iter().all(|place| self.layout.are_same(place, places[0]))
    }

    /// Whether the last step of a place goes on with the iterations.
    fn moves(&self, place: &Place) -> bool {
        let (layout, of) = (self.layout, self.of);
        matches!(place.path.last(), Some(Proj::Index(v))
            if layout.moves_with(*v, of.body.params[0], of.id))
    }

    /// Whether iterations find a place side by side, or all of them the same.
    pub fn is_in_a_row(&self, place: &Place) -> bool {
        let (layout, of) = (self.layout, self.of);
        let mut around = place.clone();
        if self.moves(place) {
            around.path.pop();
        }
        let mut fixed = layout.is_outside(place.root, of.id);
        around.each_index(&mut |v| fixed &= layout.is_fixed_in(v, of.id));
        fixed
    }

    /// How many operations on numbers have been found.
    pub fn arithmetic(&self) -> usize {
        let on_numbers = |at: &&usize| {
            let node = &self.of.body.nodes[**at];
            matches!(node.op, Op::Scalar(..)) && self.graph.ty(node.results[0]).is_float()
        };
        self.found.iter().filter(on_numbers).count()
    }
}

/// Leaves out of a straight body what nothing reads.
pub fn drop_unread(body: &mut Region) {
    let mut read: BTreeSet<Value> = body.results.iter().copied().collect();
    let mut kept = Vec::new();
    for node in body.take_nodes().into_iter().rev() {
        if node.results.is_empty() || node.results.iter().any(|v| read.contains(v)) {
            node.op.each_input(&mut |v| _ = read.insert(v));
            kept.push(node);
        }
    }
    kept.reverse();
    body.nodes = kept;
}

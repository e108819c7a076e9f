//! Reads by its index what a loop has appended.

use std::collections::BTreeMap;
use std::mem;

use super::walk::literal_integers;
use crate::ir::{Graph, Node, Op, Place, Proj, Region, Take, Type, Value, ValueMap};

/// Where a loop appends an element in each iteration to what was empty before, its backward sweep takes them
/// off again, the last one first: each is where its index says. So the memory stays as long as it is, and the
/// loop may be turned round or vectorized.
///
/// Input → Output, where `x` is empty at first, and nothing reads `b` behind the loop:
///
/// ```text
/// for i in 0 .. n
///   push x, v
/// b = object (zero like x)        b = object (zero like x)
/// for i in 0 .. n, rev            for i in 0 .. n, rev
///   t = pop b                →      t = load b[i]
/// ```
pub fn collected(mut graph: Graph) -> Graph {
    let resized = Resized::of(&graph);
    if resized.popped.is_empty() {
        return graph;
    }
    let mut body = mem::take(&mut graph.body);
    resized.region(&mut body, &graph);
    graph.body = body;
    graph
}

/// Objects that change their lengths.
struct Resized {
    /// How often they are appended to, shortened, or replaced.
    changes: BTreeMap<Value, usize>,
    /// Those that are shortened once.
    popped: Vec<Value>,
    /// What each adjoint is the adjoint of, where that is made of nothing.
    of: ValueMap<Value>,
    /// The integers that are literals, if anything is shortened.
    integers: ValueMap<i64>,
}

impl Resized {
    fn of(graph: &Graph) -> Self {
        let mut found = Self {
            changes: BTreeMap::new(),
            popped: Vec::new(),
            of: ValueMap::default(),
            integers: ValueMap::default(),
        };
        let (mut empty, mut like) = (ValueMap::default(), ValueMap::default());
        let mut new = ValueMap::default();
        graph.body.each_node(&mut |node| match &node.op {
            Op::VecNew(_) => new.insert(node.results[0], ()),
            Op::Zero(v) => like.insert(node.results[0], *v),
            Op::Object(v) if new.contains(*v) => empty.insert(node.results[0], ()),
            Op::Object(v) => {
                if let Some(of) = like.get(*v).filter(|of| empty.contains(**of)) {
                    found.of.insert(node.results[0], *of);
                }
            }
            Op::PopBack(place) => {
                if place.path.is_empty() {
                    found.popped.push(place.root);
                }
                *found.changes.entry(place.root).or_default() += 1;
            }
            Op::Push(place, _) | Op::Store(place, _) if place.path.is_empty() => {
                *found.changes.entry(place.root).or_default() += 1;
            }
            _ => {}
        });
        let once = |v: &Value| found.changes[v] == 1;
        found.popped.retain(once);
        if !found.popped.is_empty() {
            found.integers = literal_integers(&graph.body);
        }
        found
    }

    fn region(&self, region: &mut Region, graph: &Graph) {
        for index in 0..region.nodes.len() {
            let Some(at) = self.taken_off(region, index, graph) else { continue };
            let Op::For { body, .. } = &mut region.nodes[index].op else { continue };
            let step = Proj::Index(body.params[0]);
            if let Op::PopBack(place) = &body.nodes[at].op {
                body.nodes[at].op = Op::Load(place.clone().with(step), Take::Value);
            }
        }
        for node in &mut region.nodes {
            node.op.regions_mut().for_each(|inner| self.region(inner, graph));
        }
    }

    /// Which node of a loop takes off what another loop of the region has appended.
    fn taken_off(&self, region: &Region, index: usize, graph: &Graph) -> Option<usize> {
        let Op::For { lo, hi, inclusive: false, rev: true, body, .. } = &region.nodes[index].op
        else {
            return None;
        };
        let (at, of) = body.nodes.iter().enumerate().find_map(|(at, node)| match &node.op {
            Op::PopBack(place) if place.path.is_empty() && self.popped.contains(&place.root) => {
                Some((at, place.root))
            }
            _ => None,
        })?;
        let primal = *self.of.get(of)?;
        let made = region.nodes.iter().position(|node| node.results == [primal])?;
        let first = made + 1 + region.nodes[made + 1..].iter().position(|n| n.uses(primal))?;
        let Op::For { lo: start, hi: end, inclusive: false, rev: false, body: there, .. } =
            &region.nodes[first].op
        else {
            return None;
        };
        let appends =
            |node: &Node| matches!(&node.op, Op::Push(p, _) if *p == Place::whole(primal));
        let fits = self.changes.get(&primal) == Some(&1)
            && there.nodes.iter().any(appends)
            && only_parts(there, primal, &appends)
            && only_parts(body, of, &|node| matches!(&node.op, Op::PopBack(p) if p.root == of))
            && [lo, start].iter().all(|v| self.integers.get(**v) == Some(&0))
            && hi == end
            && *graph.ty(body.params[0]) == Type::usize()
            && graph.ty(body.nodes[at].results[0]).is_copy();
        let full = region.nodes[first + 1..index].iter().any(|node| node.results == [of]);
        let left = region.nodes[index + 1..].iter().any(|node| node.uses(of));
        (fits && full && !left && !region.results.contains(&of)).then_some(at)
    }
}

/// Whether the nodes of a loop, save for those, read and write no more than elements of an object.
fn only_parts(body: &Region, root: Value, but: &dyn Fn(&Node) -> bool) -> bool {
    let mut only = true;
    body.each_node(&mut |node| {
        let mut touched = false;
        node.op.each_input(&mut |v| touched |= v == root);
        only &= !touched
            || but(node)
            || match &node.op {
                Op::Load(place, _) | Op::Store(place, _) | Op::Accumulate(place, _) => {
                    place.root != root || matches!(place.path.first(), Some(Proj::Index(_)))
                }
                _ => false,
            };
    });
    only && !body.results.contains(&root)
}

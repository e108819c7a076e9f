//! Takes memory that a loop reads or writes again and again into a register.

use std::collections::BTreeMap;

use proc_macro2::Span;

use super::walk::{Fresh, Laid, Loop, Range, each_other_access, rewrite_loops};
use crate::analysis::{Iteration, Layout};
use crate::ir::{Graph, Node, Op, Place, Region, Storage, Take, Type, Value};
use crate::rules::Fun;

/// Promotes places that do not change with the iterations of a `for` loop.
///
/// Input → Output, where `i` and `j` are known to differ:
///
/// ```text
/// for k                             t = load x[i]
///   t = load x[i]                   s = 0 + for k carrying s
///   accumulate y[i], mul t, x[j]  →   s = add s, (mul t, x[j])
///                                   accumulate y[i], s
/// ```
///
/// What the loop would not touch, since it runs not at all, is not touched.
pub fn promote(graph: Graph) -> Graph {
    // What stands for the loads that are gone.
    let mut known = BTreeMap::new();
    rewrite_loops(graph, promotions, |fresh, node, mut promotions, before, after| {
        for promotion in &mut promotions {
            let mut renew = |v| known.get(&v).copied().unwrap_or(v);
            promotion.place = promotion.place.map(&mut renew);
            for node in &mut promotion.indices {
                node.op = node.op.map(&mut renew);
            }
        }
        known.extend(fresh.promote(node, &promotions, before, after));
    })
}

/// A place and what a loop's body does with it, by index of the node.
struct Promotion {
    place: Place,
    /// The nodes of the body that compute its indices, in order.
    indices: Vec<Node>,
    ty: Type,
    nodes: Vec<usize>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Only read.
    Read,
    /// Only added to.
    Sum,
    /// Anything else.
    Update,
}

fn promotions(graph: &Graph, layout: &Laid<'_>, of: &Loop<'_>) -> Vec<Promotion> {
    let Loop { body, id, .. } = *of;
    let outside = |v: Value| layout.is_outside(v, id);
    let mut found: Vec<Promotion> = Vec::new();
    for (index, node) in body.nodes.iter().enumerate() {
        let Some((place, ty, kind)) = simple_access(graph, node) else { continue };
        let mut fixed = !place.path.is_empty() && ty.is_scalar();
        let mut indices = Vec::new();
        place.each_index(&mut |v| {
            fixed = fixed
                && v != body.params[0]
                && is_invariant(v, body, &outside, graph, &mut indices);
        });
        if !fixed || !outside(place.root) {
            continue;
        }
        match found.iter_mut().find(|p| layout.are_same(&p.place, place)) {
            Some(known) => {
                known.nodes.push(index);
                if known.kind != kind {
                    known.kind = Kind::Update;
                }
                known.ty = known.ty.join(&ty);
            }
            None => {
                let place = place.clone();
                found.push(Promotion { place, indices, ty, nodes: vec![index], kind });
            }
        }
    }
    found.retain(|p| is_alone(graph, layout, body, p));
    found
}

/// Whether an integer is the same in every iteration; collects the arithmetic of the body that gives it.
fn is_invariant(
    v: Value,
    body: &Region,
    outside: &dyn Fn(Value) -> bool,
    graph: &Graph,
    nodes: &mut Vec<Node>,
) -> bool {
    if outside(v) || nodes.iter().any(|n| n.results == [v]) {
        return true;
    }
    let Some(node) = body.nodes.iter().find(|n| n.results == [v]) else { return false };
    let arithmetic = match &node.op {
        Op::Const(_) => true,
        Op::Scalar(_, args) => {
            matches!(graph.ty(v), Type::Int(_))
                && args.iter().all(|arg| is_invariant(*arg, body, outside, graph, nodes))
        }
        _ => false,
    };
    if arithmetic {
        nodes.push(node.clone());
    }
    arithmetic
}

/// The place that a node reads or writes one number at.
fn simple_access<'g>(graph: &Graph, node: &'g Node) -> Option<(&'g Place, Type, Kind)> {
    match &node.op {
        Op::Load(place, Take::Value | Take::Clone) => {
            Some((place, graph.ty(node.results[0]).clone(), Kind::Read))
        }
        Op::Store(place, v) => Some((place, graph.ty(*v).clone(), Kind::Update)),
        Op::Accumulate(place, v) => Some((place, graph.ty(*v).clone(), Kind::Sum)),
        _ => None,
    }
}

/// Whether whatever else the loop does with the object stays away from the place, and it writes there
/// at all: memory that is only read is no business of ours.
fn is_alone(graph: &Graph, layout: &Layout<'_>, body: &Region, promotion: &Promotion) -> bool {
    let root = promotion.place.root;
    // A shadow that may be absent can only be added to.
    if graph.data(root).storage == Storage::Slot && promotion.kind != Kind::Sum {
        return false;
    }
    let writes = |index: &usize| !matches!(body.nodes[*index].op, Op::Load(..));
    let mut written = promotion.nodes.iter().any(writes);
    let mut alone = true;
    each_other_access(body, root, |index| promotion.nodes.contains(&index), &mut |access| {
        written |= access.writes;
        alone &=
            access.place.is_some_and(|q| layout.are_disjoint(&promotion.place, q, Iteration::Same));
    });
    alone && written
}

impl Fresh {
    /// Promotes places of a loop; gives what stands for the loads that are gone.
    fn promote(
        &mut self,
        node: &mut Node,
        promotions: &[Promotion],
        before: &mut Vec<Node>,
        after: &mut Vec<Node>,
    ) -> BTreeMap<Value, Value> {
        let span = node.span;
        let mut known = BTreeMap::new();
        let Op::For { lo, hi, inclusive, init, body, .. } = &mut node.op else { return known };
        let range = Range { lo: *lo, hi: *hi, inclusive: *inclusive, span };
        let runs = self.runs(range, before);
        let starts: Vec<Value> =
            promotions.iter().map(|p| self.start(p, runs, span, before)).collect();
        let mut current = starts.clone();
        for (promotion, current) in promotions.iter().zip(&mut current) {
            if promotion.kind != Kind::Read {
                *current = self.value(promotion.ty.clone(), span);
                body.params.push(*current);
            }
        }
        for (index, mut inner) in body.take_nodes().into_iter().enumerate() {
            inner.op = inner.op.map(&mut |v| known.get(&v).copied().unwrap_or(v));
            let Some(k) = promotions.iter().position(|p| p.nodes.contains(&index)) else {
                body.nodes.push(inner);
                continue;
            };
            match inner.op {
                Op::Store(_, v) => current[k] = v,
                Op::Accumulate(_, v) => {
                    let sum = self.value(promotions[k].ty.clone(), span);
                    let op = Op::Scalar(Fun::Add, vec![current[k], v]);
                    body.nodes.push(Node { op, results: vec![sum], span: inner.span });
                    current[k] = sum;
                }
                _ => {
                    known.insert(inner.results[0], current[k]);
                }
            }
        }
        for result in &mut body.results {
            *result = known.get(result).copied().unwrap_or(*result);
        }
        let mut writes = Vec::new();
        for ((promotion, start), last) in promotions.iter().zip(starts).zip(current) {
            let end = self.value(promotion.ty.clone(), span);
            if promotion.kind == Kind::Read {
                continue;
            }
            let place = self.place(promotion, &mut writes);
            let op = match promotion.kind {
                Kind::Sum => Op::Accumulate(place, end),
                _ => Op::Store(place, end),
            };
            init.push(start);
            body.results.push(last);
            node.results.push(end);
            writes.push(Node { op, results: Vec::new(), span });
        }
        if !writes.is_empty() {
            let then = Region { nodes: writes, ..Region::default() };
            after.push(Node {
                op: Op::If(runs, then, Region::default()),
                results: Vec::new(),
                span,
            });
        }
        known
    }

    /// What the register holds before the loop: what is there, or zero if it collects a sum.
    fn start(
        &mut self,
        promotion: &Promotion,
        runs: Value,
        span: Span,
        before: &mut Vec<Node>,
    ) -> Value {
        let ty = &promotion.ty;
        if let (Kind::Sum, Some(zero)) = (promotion.kind, ty.neutral()) {
            let start = self.value(ty.clone(), span);
            before.push(Node { op: Op::Const(zero), results: vec![start], span });
            return start;
        }
        let mut nodes = Vec::new();
        let place = self.place(promotion, &mut nodes);
        let load = self.load_if(runs, place, nodes, ty, span);
        let start = load.results[0];
        before.push(load);
        start
    }

    /// The place, its indices computed once more by the nodes that are appended.
    fn place(&mut self, promotion: &Promotion, nodes: &mut Vec<Node>) -> Place {
        let mut again = BTreeMap::new();
        for node in &promotion.indices {
            self.copy(node, &mut again, nodes);
        }
        promotion.place.map(&mut |v| again.get(&v).copied().unwrap_or(v))
    }
}

//! Passes what a stencil scatters on to the iterations that come by there next.

use std::collections::BTreeMap;

use proc_macro2::Span;

use super::walk::{
    Fresh, Laid, Loop, Range, adds, moving_step, neighbours, only_sums, rewrite_loops,
};
use crate::ir::{Graph, Node, Op, Place, Proj, Region, Type, Value};
use crate::rules::Fun;

/// The widest stencil: as many sums wait in registers.
const WIDEST: i64 = 4;

/// Writes every place once, from a loop that adds to neighbouring ones.
///
/// Input → Output:
///
/// ```text
/// for i                          for i carrying p = 0
///   accumulate x_bar[i], a         accumulate x_bar[i], add p, a
///   accumulate x_bar[i + 1], b  →  p = b
///                                accumulate x_bar[last i + 1], p
/// ```
pub fn rotate(graph: Graph) -> Graph {
    if !adds(&graph) {
        return graph;
    }
    rewrite_loops(graph, stencils, |fresh, node, stencils, before, after| {
        fresh.rotate(node, &stencils, before, after);
    })
}

/// Accumulations at neighbouring places.
pub struct Stencil {
    /// The first of them: that of the least index.
    pub place: Place,
    /// Which step of the path differs.
    pub step: usize,
    /// The nodes, by their distance from the first.
    pub nodes: BTreeMap<i64, usize>,
    pub ty: Type,
}

pub fn stencils(graph: &Graph, layout: &Laid<'_>, of: &Loop<'_>) -> Vec<Stencil> {
    let Loop { body, id, .. } = *of;
    let adds_to = |n: &Node, root| matches!(&n.op, Op::Accumulate(place, _) if place.root == root);
    let mut found: Vec<Stencil> = Vec::new();
    for (index, node) in body.nodes.iter().enumerate() {
        let Op::Accumulate(place, v) = &node.op else { continue };
        let ty = graph.ty(*v);
        if !ty.is_float()
            || body.nodes.iter().filter(|n| adds_to(n, place.root)).count() < 2
            || !layout.is_outside(place.root, id)
            || ty.neutral().is_none()
            || !only_sums(body, place.root)
        {
            continue;
        }
        let Some(step) = moving_step(layout, place, body, id) else { continue };
        let neighbour = found.iter_mut().find_map(|stencil| {
            let distance = neighbours(layout, &stencil.place, place, step)?;
            (stencil.step == step && stencil.ty == *ty).then_some((stencil, distance))
        });
        match neighbour {
            Some((stencil, distance)) => {
                stencil.nodes.entry(distance).or_insert(index);
            }
            None => found.push(Stencil {
                place: place.clone(),
                step,
                nodes: BTreeMap::from([(0, index)]),
                ty: ty.clone(),
            }),
        }
    }
    found.retain(|s| s.nodes.len() > 1);
    for stencil in &mut found {
        let (least, first) = stencil.nodes.first_key_value().expect("a stencil has two nodes");
        if let Op::Accumulate(place, _) = &body.nodes[*first].op {
            stencil.place = place.clone();
        }
        let least = *least;
        stencil.nodes = stencil.nodes.iter().map(|(d, n)| (d - least, *n)).collect();
    }
    found.retain(|s| s.nodes.keys().all(|d| *d <= WIDEST));
    found
}

impl Fresh {
    fn rotate(
        &mut self,
        node: &mut Node,
        stencils: &[Stencil],
        before: &mut Vec<Node>,
        after: &mut Vec<Node>,
    ) {
        let span = node.span;
        let Op::For { lo, hi, inclusive, rev, init, body } = &mut node.op else { return };
        let mut dropped = Vec::new();
        let mut ends = Vec::new();
        for stencil in stencils {
            let width = *stencil.nodes.keys().last().unwrap_or(&0);
            let added: BTreeMap<i64, Value> = stencil
                .nodes
                .iter()
                .filter_map(|(distance, index)| match &body.nodes[*index].op {
                    Op::Accumulate(_, v) => Some((*distance, *v)),
                    _ => None,
                })
                .collect();
            // Places come by in this order; the one that goes first is complete.
            let order: Vec<i64> =
                if *rev { (0..=width).rev().collect() } else { (0..=width).collect() };
            let waiting: Vec<Value> =
                (0..width).map(|_| self.value(stencil.ty.clone(), span)).collect();
            let mut sums = Vec::new();
            for (k, distance) in order.iter().enumerate() {
                let parts = waiting.get(k).copied().into_iter().chain(added.get(distance).copied());
                let sum = parts.reduce(|a, b| {
                    let sum = self.value(stencil.ty.clone(), span);
                    let op = Op::Scalar(Fun::Add, vec![a, b]);
                    body.nodes.push(Node { op, results: vec![sum], span });
                    sum
                });
                sums.push(sum.unwrap_or_else(|| self.neutral(&stencil.ty, span, &mut body.nodes)));
            }
            let complete = self.at_distance(stencil, order[0], &mut body.nodes, span);
            body.nodes.push(Node { op: Op::Accumulate(complete, sums[0]), results: vec![], span });
            for (k, param) in waiting.into_iter().enumerate() {
                let start = self.neutral(&stencil.ty, span, before);
                init.push(start);
                body.params.push(param);
                body.results.push(sums[k + 1]);
                let end = self.value(stencil.ty.clone(), span);
                node.results.push(end);
                ends.push((stencil, order[k + 1], end));
            }
            dropped.extend(stencil.nodes.values().copied());
        }
        // What still waits belongs to places of the last iteration.
        let range = Range { lo: *lo, hi: *hi, inclusive: *inclusive, span };
        let runs = self.runs(range, after);
        let mut flush = Vec::new();
        let last = self.end(range, !*rev, &mut flush);
        let mut renamed = BTreeMap::from([(body.params[0], last)]);
        let indices: Vec<Value> = stencils
            .iter()
            .flat_map(|s| s.place.path.iter())
            .filter_map(|step| match step {
                Proj::Index(v) => Some(*v),
                _ => None,
            })
            .collect();
        for index in indices {
            self.again(index, &body.nodes, &mut renamed, &mut flush);
        }
        for (stencil, distance, end) in ends {
            let mut place = stencil.place.map(&mut |v| renamed.get(&v).copied().unwrap_or(v));
            self.shift(&mut place, stencil.step, distance, span, &mut flush);
            flush.push(Node { op: Op::Accumulate(place, end), results: Vec::new(), span });
        }
        let then = Region { nodes: flush, ..Region::default() };
        after.push(Node { op: Op::If(runs, then, Region::default()), results: Vec::new(), span });
        let mut index = 0;
        body.nodes.retain(|_| {
            index += 1;
            !dropped.contains(&(index - 1))
        });
    }

    /// The place at some distance from the first, in the iteration at hand.
    fn at_distance(
        &mut self,
        stencil: &Stencil,
        distance: i64,
        nodes: &mut Vec<Node>,
        span: Span,
    ) -> Place {
        let mut place = stencil.place.clone();
        self.shift(&mut place, stencil.step, distance, span, nodes);
        place
    }
}

//! Preaccumulation: the partial derivatives of a stretch of code are multiplied out before the seed
//! comes in (Griewank and Walther, *Evaluating Derivatives*, chapter 10).
//!
//! Adjoints are linear in the seed. Where all that a region computes of one seed are multiples of it,
//! the factors need not wait for it: in a loop that carries the adjoint backwards, one multiplication
//! is left from iteration to iteration.
//!
//! Input → Output, for an iteration of `x = r * x * (1 - x)`:
//!
//! ```text
//! t = mul x_bar, (1 - x)              t = 1 - x
//! u = neg (mul x_bar, (mul r, x))     u = neg (mul r, x)
//! r_bar = add r_bar, (mul t, x)   →   r_bar = add r_bar, (mul (mul t, x), x_bar)
//! x_bar = add u, (mul t, r)           x_bar = mul (add u, (mul t, r)), x_bar
//! ```
//!
//! Nothing of the primal is touched: what is rewritten depends on a seed.

use std::collections::BTreeSet;
use std::mem;

use proc_macro2::Span;

use super::partials::{Partial, Partials, Target};
use crate::analysis::Seeded;
use crate::ir::{Graph, Node, Op, Region, Storage, Value, ValueData, ValueMap};
use crate::rules::Fun;

/// The shortest chain of operations on an adjoint that is worth taking apart.
const CHAIN: usize = 3;

/// How many other operations a division takes as long as.
const DIVISION: usize = 3;

/// Preaccumulates wherever that takes a chain of operations away from a seed and adds at most one
/// multiplication.
pub fn preaccumulate(mut graph: Graph) -> Graph {
    let seeded = Seeded::of(&graph.body);
    if seeded.is_empty() {
        return graph;
    }
    let mut body = mem::take(&mut graph.body);
    let seeds = seed_node(&body).map_or(Vec::new(), |at| body.nodes[at].results.clone());
    let mut values = mem::take(&mut graph.values);
    region(&mut body, seeds, &seeded, &mut values);
    Graph { values, body, ..graph }
}

/// The node that the seed comes of.
pub(super) fn seed_node(body: &Region) -> Option<usize> {
    body.nodes.iter().position(|node| matches!(node.op, Op::Seed(_)))
}

fn region(of: &mut Region, roots: Vec<Value>, seeded: &Seeded, values: &mut Vec<ValueData>) {
    for node in &mut of.nodes {
        for inner in node.op.regions_mut() {
            let carried = inner.params.iter().copied().filter(|v| seeded.contains(*v)).collect();
            region(inner, carried, seeded, values);
        }
    }
    for root in roots {
        let data = &values[root.index()];
        if !data.ty.is_float() || data.storage != Storage::Local {
            continue;
        }
        let multiples = Multiples::of(of, root, seeded);
        if multiples.pay(of, root) {
            let partials = Partials::of(root);
            Rewrite { multiples: &multiples, partials, values }.nodes(&mut of.nodes);
        }
    }
}

/// The operations between a seed and a multiple of it.
#[derive(Clone, Copy, Default)]
struct Chain {
    length: usize,
    /// In the time of an addition.
    time: usize,
}

impl Chain {
    /// Behind both.
    fn max(self, other: Self) -> Self {
        Self { length: self.length.max(other.length), time: self.time.max(other.time) }
    }

    /// With one more operation at the end.
    fn then(self, fun: Fun) -> Self {
        let time = if fun == Fun::Div { DIVISION } else { 1 };
        Self { length: self.length + 1, time: self.time + time }
    }
}

/// The multiples of one seed that a region computes.
struct Multiples {
    /// Each with what is between it and the seed.
    found: ValueMap<Chain>,
    /// Those that something else than another multiple reads.
    read: BTreeSet<Value>,
    /// How many multiplications by the seed itself are saved.
    saved: usize,
}

impl Multiples {
    fn of(region: &Region, root: Value, seeded: &Seeded) -> Self {
        let mut found = ValueMap::default();
        found.insert(root, Chain::default());
        let mut multiples = Self { found, read: BTreeSet::new(), saved: 0 };
        multiples.collect(&region.nodes, root, seeded);
        region.results.iter().for_each(|v| multiples.see(*v));
        multiples
    }

    fn collect(&mut self, nodes: &[Node], root: Value, seeded: &Seeded) {
        for node in nodes {
            if let Some(chain) = self.chain(node, seeded) {
                self.found.insert(node.results[0], chain);
                self.saved += usize::from(
                    matches!(&node.op, Op::Scalar(Fun::Mul, args) if args.contains(&root)),
                );
            } else if let Op::If(c, a, b) = &node.op
                && is_plain(a)
                && is_plain(b)
            {
                self.see(*c);
                self.collect(&a.nodes, root, seeded);
                self.collect(&b.nodes, root, seeded);
                for (k, result) in node.results.iter().enumerate() {
                    let (x, y) = (a.results[k], b.results[k]);
                    match (self.found.get(x), self.found.get(y)) {
                        (Some(m), Some(n)) => {
                            let chain = m.max(*n).then(Fun::Select);
                            self.found.insert(*result, chain);
                        }
                        _ => {
                            self.see(x);
                            self.see(y);
                        }
                    }
                }
            } else {
                node.op.each_input(&mut |v| self.see(v));
                for inner in node.op.regions() {
                    inner.each_use(&mut |v| self.see(v));
                }
            }
        }
    }

    /// A multiple is read for what it is.
    fn see(&mut self, v: Value) {
        if self.found.contains(v) {
            self.read.insert(v);
        }
    }

    /// The chain to the result, if that is a multiple.
    fn chain(&self, node: &Node, seeded: &Seeded) -> Option<Chain> {
        let Op::Scalar(fun, args) = &node.op else { return None };
        let multiple = |v: &Value| self.found.get(*v).copied();
        let factor = |v: &Value| !seeded.contains(*v);
        let longest = match (fun, &args[..]) {
            (Fun::Neg, [a]) => multiple(a)?,
            (Fun::Add | Fun::Sub, [a, b]) => multiple(a)?.max(multiple(b)?),
            (Fun::Mul, [a, k]) if factor(k) => multiple(a)?,
            (Fun::Mul, [k, a]) if factor(k) => multiple(a)?,
            (Fun::Div, [a, k]) if factor(k) => multiple(a)?,
            (Fun::Select, [c, a, b]) if factor(c) => multiple(a)?.max(multiple(b)?),
            _ => return None,
        };
        Some(longest.then(*fun))
    }

    fn pay(&self, region: &Region, root: Value) -> bool {
        let added = self.read.iter().filter(|v| **v != root).count();
        let longest = self.read.iter().filter_map(|v| self.found.get(*v)).map(|chain| chain.length);
        // From iteration to iteration the chain is what takes the time: much else is done meanwhile.
        let carried = region.results.iter().filter(|v| self.read.contains(v));
        let waiting = carried.filter_map(|v| self.found.get(*v)).map(|chain| chain.time);
        added <= self.saved + 1 + waiting.max().unwrap_or(0) / CHAIN && longest.max() >= Some(CHAIN)
    }
}

/// Whether a branch does nothing but arithmetic.
pub(super) fn is_plain(region: &Region) -> bool {
    region.nodes.iter().all(|n| matches!(n.op, Op::Scalar(..) | Op::Const(_)))
}

/// Takes the multiples of a seed apart.
struct Rewrite<'a> {
    multiples: &'a Multiples,
    partials: Partials,
    values: &'a mut Vec<ValueData>,
}

impl Rewrite<'_> {
    fn nodes(&mut self, nodes: &mut Vec<Node>) {
        for mut node in mem::take(nodes) {
            let span = node.span;
            if let Op::If(_, a, b) = &mut node.op
                && node.results.iter().any(|v| self.multiples.found.contains(*v))
            {
                let before = [a.results.clone(), b.results.clone()];
                self.nodes(&mut a.nodes);
                self.nodes(&mut b.nodes);
                let mut multiples = Vec::new();
                for (k, result) in node.results.iter_mut().enumerate() {
                    if !self.multiples.found.contains(*result) {
                        continue;
                    }
                    for (region, before) in [&mut *a, &mut *b].into_iter().zip(&before) {
                        region.results[k] = self.written(before[k], &mut region.nodes, span);
                    }
                    let ty = self.values[result.index()].ty.clone();
                    let partial = Value::fresh(self.values, ty, span);
                    multiples.push(*result);
                    self.partials.insert(*result, Partial::Value(partial));
                    *result = partial;
                }
                nodes.push(node);
                multiples.into_iter().for_each(|v| self.multiply(v, nodes, span));
                continue;
            }
            let is_multiple =
                |v: &Value| *v != self.partials.seed() && self.multiples.found.contains(*v);
            let multiple = node.results.first().copied().filter(is_multiple);
            let (Some(multiple), Op::Scalar(fun, args)) = (multiple, &node.op) else {
                for inner in node.op.regions_mut() {
                    if is_plain(inner) {
                        self.nodes(&mut inner.nodes);
                    }
                }
                nodes.push(node);
                continue;
            };
            let target = &mut Target { nodes, values: self.values, span };
            let partial = self.partials.derive(*fun, args, target);
            self.partials.insert(multiple, partial);
            self.multiply(multiple, nodes, span);
        }
    }

    /// Defines a multiple that is read for what it is.
    fn multiply(&mut self, multiple: Value, nodes: &mut Vec<Node>, span: Span) {
        if !self.multiples.read.contains(&multiple) {
            return;
        }
        let seed = self.partials.seed();
        let op = match self.partials.get(multiple) {
            Some(Partial::MinusOne) => Op::Scalar(Fun::Neg, vec![seed]),
            _ => Op::Scalar(Fun::Mul, vec![self.written(multiple, nodes, span), seed]),
        };
        nodes.push(Node { op, results: vec![multiple], span });
    }

    fn written(&mut self, multiple: Value, nodes: &mut Vec<Node>, span: Span) -> Value {
        self.partials.written(multiple, &mut Target { nodes, values: self.values, span })
    }
}

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

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use proc_macro2::Span;
use quote::quote;

use super::contribution::one;
use crate::analysis::Seeded;
use crate::ir::{
    Graph, Node, Op, Place, Region, Storage, Type, Value, ValueData, ValueMap, ValueSet,
};
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

/// The same where a pullback is arithmetic and has one seed, with the partial derivatives computed before the
/// seed comes in, if they are fewer numbers than what they are computed of: a pullback that waits in memory
/// holds them alone. `None` if that is not so.
pub fn eager(graph: &Graph) -> Option<Graph> {
    let at = seed_node(&graph.body)?;
    let [seed] = graph.body.nodes[at].results[..] else { return None };
    let into_slot = |place: &Place| graph.data(place.root).storage == Storage::Slot;
    let arithmetic = |node: &Node| match &node.op {
        Op::Const(_) => true,
        Op::Scalar(..) => !matches!(graph.ty(node.results[0]), Type::Int(_)),
        Op::If(_, a, b) => is_plain(a) && is_plain(b),
        Op::Accumulate(place, _) => place.path.is_empty() && into_slot(place),
        _ => false,
    };
    if !graph.ty(seed).is_float() || !graph.body.nodes[at + 1..].iter().all(arithmetic) {
        return None;
    }
    let seeded = Seeded::of(&graph.body);
    let Graph { mut values, mut body, params, result, shadows } = graph.clone();
    let multiples = Multiples::of(&body, seed, &seeded);
    multiply_out(&mut body.nodes, seed, &multiples, &mut values);
    let after = body.nodes.split_off(seed_node(&body)?);
    let mut late = ValueSet::default();
    let waits = |node: &Node| {
        let mut waits = matches!(node.op, Op::Seed(_) | Op::Accumulate(..));
        node.each_use(&mut |v| waits |= late.contains(v));
        if waits {
            late.extend(node.results.iter().copied());
        }
        waits
    };
    let (waiting, ready): (Vec<_>, Vec<_>) = after.into_iter().partition(waits);
    body.nodes.extend(ready);
    body.nodes.extend(waiting);
    let fewer = captured(&body, &values) < captured(&graph.body, &graph.values);
    fewer.then_some(Graph { values, params, body, result, shadows })
}

/// How much a pullback takes along, in bytes.
fn captured(body: &Region, values: &[ValueData]) -> usize {
    let (mut here, mut read) = (BTreeSet::new(), BTreeSet::new());
    let at = seed_node(body).unwrap_or(body.nodes.len());
    for (index, node) in body.nodes.iter().enumerate() {
        // Constants are written once more.
        if index >= at || matches!(node.op, Op::Const(_)) {
            here.extend(node.results.iter().copied());
        }
        if index > at {
            node.op.regions().for_each(|inner| {
                inner.each_definition(&mut |v| {
                    here.insert(v);
                })
            });
            node.each_use(&mut |v| {
                read.insert(v);
            });
        }
    }
    let size = |v: &Value| match &values[v.index()] {
        ValueData { storage: Storage::Slot, .. } => 0,
        ValueData { ty: Type::Bool, .. } => 1,
        _ => 8,
    };
    read.difference(&here).map(size).sum()
}

/// The node that the seed comes of.
fn seed_node(body: &Region) -> Option<usize> {
    body.nodes.iter().position(|node| matches!(node.op, Op::Seed(_)))
}

/// Takes the multiples of a seed apart.
fn multiply_out(
    nodes: &mut Vec<Node>,
    root: Value,
    multiples: &Multiples,
    values: &mut Vec<ValueData>,
) {
    let mut rewrite = Rewrite { root, multiples, values, factors: BTreeMap::new() };
    rewrite.factors.insert(root, Factor::One);
    rewrite.nodes(nodes);
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
            multiply_out(&mut of.nodes, root, &multiples, values);
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
fn is_plain(region: &Region) -> bool {
    region.nodes.iter().all(|n| matches!(n.op, Op::Scalar(..) | Op::Const(_)))
}

/// What a multiple is of the seed.
#[derive(Clone, Copy)]
enum Factor {
    One,
    MinusOne,
    Value(Value),
}

struct Rewrite<'a> {
    root: Value,
    multiples: &'a Multiples,
    values: &'a mut Vec<ValueData>,
    factors: BTreeMap<Value, Factor>,
}

impl Rewrite<'_> {
    fn nodes(&mut self, nodes: &mut Vec<Node>) {
        for mut node in mem::take(nodes) {
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
                        region.results[k] = self.written(before[k], &mut region.nodes, node.span);
                    }
                    let factor = self.value(*result, node.span);
                    multiples.push(*result);
                    self.factors.insert(*result, Factor::Value(factor));
                    *result = factor;
                }
                let span = node.span;
                nodes.push(node);
                multiples.into_iter().for_each(|v| self.multiply(v, nodes, span));
                continue;
            }
            let is_multiple = |v: &Value| *v != self.root && self.multiples.found.contains(*v);
            let multiple = node.results.first().is_some_and(is_multiple);
            if !multiple {
                for inner in node.op.regions_mut() {
                    if is_plain(inner) {
                        self.nodes(&mut inner.nodes);
                    }
                }
                nodes.push(node);
                continue;
            }
            let (result, span) = (node.results[0], node.span);
            let factor = self.factor(&node, nodes);
            self.factors.insert(result, factor);
            self.multiply(result, nodes, span);
        }
    }

    /// Defines a multiple that is read for what it is.
    fn multiply(&mut self, multiple: Value, nodes: &mut Vec<Node>, span: Span) {
        if !self.multiples.read.contains(&multiple) {
            return;
        }
        let op = match self.factors[&multiple] {
            Factor::One | Factor::Value(_) => {
                let factor = self.written(multiple, nodes, span);
                Op::Scalar(Fun::Mul, vec![factor, self.root])
            }
            Factor::MinusOne => Op::Scalar(Fun::Neg, vec![self.root]),
        };
        nodes.push(Node { op, results: vec![multiple], span });
    }

    /// The factor of a node's result.
    fn factor(&mut self, node: &Node, nodes: &mut Vec<Node>) -> Factor {
        let Op::Scalar(fun, args) = &node.op else { unreachable!("multiples are scalars") };
        let span = node.span;
        let known = |v: &Value| self.factors.get(v).copied();
        let args: Vec<Value> = match (fun, &args[..]) {
            (Fun::Neg, [a]) => match known(a) {
                Some(Factor::One) => return Factor::MinusOne,
                Some(Factor::MinusOne) => return Factor::One,
                _ => vec![self.written(*a, nodes, span)],
            },
            (Fun::Mul, [a, b]) => {
                let (multiple, k) = if known(a).is_some() { (a, b) } else { (b, a) };
                match known(multiple) {
                    Some(Factor::One) => return Factor::Value(*k),
                    Some(Factor::MinusOne) => {
                        let ty = self.values[node.results[0].index()].ty.clone();
                        let op = Op::Scalar(Fun::Neg, vec![*k]);
                        return Factor::Value(self.push(op, ty, nodes, span));
                    }
                    _ => vec![self.written(*multiple, nodes, span), *k],
                }
            }
            (Fun::Div, [a, k]) => vec![self.written(*a, nodes, span), *k],
            (Fun::Select, [c, a, b]) => {
                vec![*c, self.written(*a, nodes, span), self.written(*b, nodes, span)]
            }
            (_, operands) => operands.iter().map(|v| self.written(*v, nodes, span)).collect(),
        };
        let ty = self.values[node.results[0].index()].ty.clone();
        Factor::Value(self.push(Op::Scalar(*fun, args), ty, nodes, span))
    }

    /// The factor of a multiple as a value.
    fn written(&mut self, multiple: Value, nodes: &mut Vec<Node>, span: Span) -> Value {
        let ty = self.values[self.root.index()].ty.clone();
        match self.factors[&multiple] {
            Factor::Value(factor) => factor,
            Factor::One => self.push(Op::Const(one(&ty)), ty, nodes, span),
            Factor::MinusOne => {
                let one = one(&ty);
                self.push(Op::Const(quote!(-#one)), ty, nodes, span)
            }
        }
    }

    fn push(&mut self, op: Op, ty: Type, nodes: &mut Vec<Node>, span: Span) -> Value {
        let value = Value::fresh(self.values, ty, span);
        nodes.push(Node { op, results: vec![value], span });
        value
    }

    fn value(&mut self, like: Value, span: Span) -> Value {
        let ty = self.values[like.index()].ty.clone();
        Value::fresh(self.values, ty, span)
    }
}

//! Pullbacks that take along what is least: the partial derivatives that are known before the seed comes in
//! are multiplied out there, if that leaves fewer numbers to hold than what they are computed of.
//!
//! What a pullback computes is linear in its seeds. Each adjoint is followed as a sum of multiples of a few
//! *atoms*: the numbers of the seed, and what is computed of them by code that is not taken apart, such as
//! another pullback. Their partial derivatives, one for each atom, are arithmetic on what the primal computes,
//! and go before the seed; the multiplications by the atoms and the sums stay behind it.
//!
//! Input → Output, for `[x.sin() * x, x.exp()]` (the pullback of the one holds three numbers, of the other two):
//!
//! ```text
//! s = sin x                                  s = sin x
//! e = exp x                                  e = exp x
//! seed [a, b]                                k = add (mul (cos x), x), s
//! x_bar = add (mul (mul a, x), (cos x))  →   seed [a, b]
//!             (add (mul a, s) (mul b, e))    x_bar = add (mul k, a), (mul e, b)
//! ```

use std::collections::BTreeSet;

use proc_macro2::Span;

use super::partials::{Partial, Partials, Target};
use super::preaccumulate::{is_plain, seed_node};
use crate::analysis::Seeded;
use crate::ir::{Graph, Node, Op, Region, Storage, Type, Value, ValueData, ValueSet};
use crate::rules::Fun;

/// The arithmetic that it may take is this part of what there was more.
const MORE: usize = 4;

/// See the module. `None` if nothing is saved.
pub fn eager(graph: &Graph) -> Option<Graph> {
    let at = seed_node(&graph.body)?;
    let Graph { values, mut body, params, result, shadows } = graph.clone();
    let behind = body.nodes.split_off(at);
    let before = arithmetic(&behind);
    let mut split = Split {
        seeded: Seeded::of(&graph.body),
        values,
        atoms: Vec::new(),
        late: ValueSet::default(),
        defined: ValueSet::default(),
        waiting: Vec::new(),
    };
    for node in behind {
        split.node(node, &mut body.nodes);
        // Each is an operation: long before they are counted it is clear that there are too many.
        if split.values.len() > graph.values.len() + 4 * before {
            return None;
        }
    }
    body.results.iter().for_each(|v| split.define(*v));
    let Split { values, waiting, .. } = split;
    let after = arithmetic(&body.nodes[at..]) + arithmetic(&waiting);
    body.nodes.extend(waiting);
    let pays = after <= before + before / MORE
        && captured(&body, &values) < captured(&graph.body, &graph.values);
    pays.then_some(Graph { values, params, body, result, shadows })
}

/// How many operations nodes do, each counted once.
fn arithmetic(nodes: &[Node]) -> usize {
    let mut count = 0;
    for node in nodes {
        count += usize::from(matches!(node.op, Op::Scalar(..)));
        node.op.regions().for_each(|inner| count += arithmetic(&inner.nodes));
    }
    count
}

/// How much a pullback takes along, in bytes; what is no number counts as one, which is what it is on both
/// sides.
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

/// What is behind a seed, taken apart into what can go before it and what cannot.
struct Split {
    seeded: Seeded,
    values: Vec<ValueData>,
    /// The multiples of each atom.
    atoms: Vec<Partials>,
    /// What is neither a sum of multiples nor known before the seed.
    late: ValueSet,
    /// The sums that are read for what they are, so far.
    defined: ValueSet,
    waiting: Vec<Node>,
}

impl Split {
    /// Takes a node of the body to one side; `ready` is what goes before the seed.
    fn node(&mut self, node: Node, ready: &mut Vec<Node>) {
        let made = match &node.op {
            Op::If(condition, a, b) => self.choice(*condition, [a, b], &node, ready),
            _ => self.arithmetic(&node, ready),
        };
        if made.is_none() {
            self.wait(node);
        }
    }

    /// The same of arithmetic; `None` if the node has to wait.
    fn arithmetic(&mut self, node: &Node, ready: &mut Vec<Node>) -> Option<()> {
        let Op::Scalar(fun, args) = &node.op else {
            return matches!(node.op, Op::Const(_)).then(|| ready.push(node.clone()));
        };
        let result = node.results[0];
        // An index may be out of bounds, and an operator may be of a type of the user's.
        let ty = &self.values[result.index()].ty;
        let is_number = ty.is_float();
        if !is_number && *ty != Type::Bool || args.iter().any(|v| self.late.contains(*v)) {
            return None;
        }
        if !args.iter().any(|v| self.is_sum(*v)) {
            ready.push(node.clone());
            return Some(());
        }
        let is_linear = match (fun, &args[..]) {
            (Fun::Neg, _) => true,
            (Fun::Add | Fun::Sub, [a, b]) => self.is_sum(*a) && self.is_sum(*b),
            (Fun::Mul, [a, b]) => !self.is_sum(*a) || !self.is_sum(*b),
            (Fun::Div, [_, k]) => !self.is_sum(*k),
            // What is not chosen gets nothing, however large the seed is.
            (Fun::Select, [c, a, b]) => !self.is_sum(*c) && self.are_alike(*a, *b),
            _ => false,
        };
        (is_linear && is_number).then(|| {
            for partials in &mut self.atoms {
                if args.iter().any(|v| partials.get(*v).is_some()) {
                    let target =
                        &mut Target { nodes: ready, values: &mut self.values, span: node.span };
                    let partial = partials.derive(*fun, args, target);
                    partials.insert(result, partial);
                }
            }
        })
    }

    /// The same of a choice, whose sides are to be arithmetic.
    fn choice(
        &mut self,
        condition: Value,
        sides: [&Region; 2],
        node: &Node,
        ready: &mut Vec<Node>,
    ) -> Option<()> {
        let is_known = !self.late.contains(condition) && !self.is_sum(condition);
        if !is_known || !sides.iter().all(|side| is_plain(side)) {
            return None;
        }
        let (atoms, values) = (self.atoms.clone(), self.values.len());
        let taken = self.sides(sides).filter(|_| {
            let [a, b] = sides.map(|side| side.results.iter());
            a.zip(b).all(|(a, b)| self.are_alike(*a, *b))
        });
        let Some(mut nodes) = taken else {
            self.atoms = atoms;
            self.values.truncate(values);
            return None;
        };
        let mut results = [Vec::new(), Vec::new()];
        let mut made = Vec::new();
        for (k, result) in node.results.iter().enumerate() {
            let given = sides.map(|side| side.results[k]);
            if !self.is_sum(given[0]) {
                results.iter_mut().zip(given).for_each(|(of, v)| of.push(v));
                made.push(*result);
                continue;
            }
            for partials in self.atoms.iter_mut().filter(|p| p.get(given[0]).is_some()) {
                for side in 0..2 {
                    let target = &mut Target {
                        nodes: &mut nodes[side],
                        values: &mut self.values,
                        span: node.span,
                    };
                    results[side].push(partials.written(given[side], target));
                }
                let ty = self.values[result.index()].ty.clone();
                let partial = Value::fresh(&mut self.values, ty, node.span);
                partials.insert(*result, Partial::Value(partial));
                made.push(partial);
            }
        }
        let [mut a, mut b] = nodes.map(|nodes| Region { nodes, ..Region::default() });
        [a.results, b.results] = results;
        ready.push(Node { op: Op::If(condition, a, b), results: made, span: node.span });
        Some(())
    }

    /// The nodes of both sides of a choice; `None` if one has to wait.
    fn sides(&mut self, sides: [&Region; 2]) -> Option<[Vec<Node>; 2]> {
        let mut nodes = [Vec::new(), Vec::new()];
        for (side, ready) in sides.into_iter().zip(&mut nodes) {
            side.nodes.iter().try_for_each(|node| self.arithmetic(node, ready))?;
            if side.results.iter().any(|v| self.late.contains(*v)) {
                return None;
            }
        }
        Some(nodes)
    }

    /// Leaves a node behind the seed: its results are new atoms, or unknown before.
    fn wait(&mut self, node: Node) {
        node.each_use(&mut |v| self.define(v));
        for result in &node.results {
            let ValueData { ty, storage, .. } = &self.values[result.index()];
            if self.seeded.contains(*result) && ty.is_float() && *storage == Storage::Local {
                self.atoms.push(Partials::of(*result));
            } else {
                self.late.insert(*result);
            }
        }
        self.waiting.push(node);
    }

    /// Whether a value is a sum of multiples of atoms.
    fn is_sum(&self, v: Value) -> bool {
        self.atoms.iter().any(|partials| partials.get(v).is_some())
    }

    /// Whether two values are sums of multiples of the same atoms.
    fn are_alike(&self, a: Value, b: Value) -> bool {
        self.atoms.iter().all(|partials| partials.get(a).is_some() == partials.get(b).is_some())
    }

    /// Adds up a sum that is read for what it is.
    fn define(&mut self, sum: Value) {
        let is_atom = |partials: &Partials| partials.seed() == sum;
        if self.defined.contains(sum) || self.atoms.iter().any(is_atom) || !self.is_sum(sum) {
            return;
        }
        self.defined.insert(sum);
        let span = self.values[sum.index()].span;
        let term = |p: &Partials| p.get(sum).map(|partial| (partial, p.seed()));
        let terms: Vec<_> = self.atoms.iter().filter_map(term).collect();
        let mut total = None;
        for (partial, atom) in terms {
            let (fun, term) = match partial {
                Partial::One => (Fun::Add, atom),
                Partial::MinusOne => (Fun::Sub, atom),
                Partial::Value(partial) => {
                    (Fun::Add, self.adjoint(Fun::Mul, [partial, atom], span))
                }
            };
            total = Some(match total {
                None if fun == Fun::Sub => self.adjoint(Fun::Neg, [term], span),
                None => term,
                Some(total) => self.adjoint(fun, [total, term], span),
            });
        }
        let total = total.expect("a sum has a term");
        match self.waiting.last_mut() {
            Some(last) if last.results == [total] => last.results = vec![sum],
            // Once an atom, twice negated.
            _ => {
                let op = Op::Scalar(Fun::Neg, vec![self.adjoint(Fun::Neg, [total], span)]);
                self.waiting.push(Node { op, results: vec![sum], span });
            }
        }
    }

    /// The result of an operation on adjoints.
    fn adjoint<const N: usize>(&mut self, fun: Fun, args: [Value; N], span: Span) -> Value {
        let ty = self.values[args[N - 1].index()].ty.clone();
        let result = Value::fresh(&mut self.values, ty, span);
        let op = Op::Scalar(fun, args.to_vec());
        self.waiting.push(Node { op, results: vec![result], span });
        result
    }
}

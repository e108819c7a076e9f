//! Adds to an adjoint last what a loop hands from iteration to iteration.

use std::mem;

use crate::analysis::Seeded;
use crate::ir::{Graph, Node, Op, Region, Value, ValueData, ValueMap, ValueSet};
use crate::rules::Fun;

/// Sums up what is carried in the order in which the terms are ready, so that an iteration waits for the one
/// before as briefly as can be. Adjoints alone: the primal's sums stay as they are.
///
/// ```text
/// for i carrying p                for i carrying p
///   s = mul p, k                    s = mul p, k
///   t = sub s, a              →     t = sub b, a
///   r = add t, b                    r = add t, s
/// ```
pub fn late(mut graph: Graph) -> Graph {
    let seeded = Seeded::of(&graph.body);
    if seeded.is_empty() {
        return graph;
    }
    let mut values = mem::take(&mut graph.values);
    loops(&mut graph.body, &seeded, &mut values);
    Graph { values, ..graph }
}

fn loops(region: &mut Region, seeded: &Seeded, values: &mut Vec<ValueData>) {
    for node in &mut region.nodes {
        node.op.regions_mut().for_each(|inner| loops(inner, seeded, values));
        if let Op::For { body, .. } = &mut node.op {
            for k in 0..body.results.len() {
                reorder(body, k, seeded, values);
            }
        }
    }
}

/// How long a value is computed after what is carried is there, in the time of an addition; `None` does not
/// wait.
type Delay = Option<u32>;

/// A term of a sum.
#[derive(Clone, Copy)]
struct Term {
    value: Value,
    is_negative: bool,
    delay: Delay,
}

fn reorder(body: &mut Region, k: usize, seeded: &Seeded, values: &mut Vec<ValueData>) {
    let root = body.results[k];
    if !seeded.contains(body.params[k + 1]) || !values[root.index()].ty.is_float() {
        return;
    }
    let delays = delays(body);
    let delay = |v: Value| delays.get(v).copied().flatten();
    let mut sum = Sum { body, seeded, terms: Vec::new(), inner: ValueSet::default() };
    sum.collect(root, false, true, &uses(body), &delay);
    let Sum { mut terms, inner, .. } = sum;
    terms.sort_by_key(|term| term.delay);
    let [first, rest @ ..] = &terms[..] else { return };
    let last = rest.iter().fold(first.delay, |sum, term| after(sum.max(term.delay), 1));
    if last >= delay(root) {
        return;
    }
    let at = body.nodes.iter().position(|node| node.results == [root]).expect("a sum has a node");
    let span = body.nodes[at].span;
    let mut nodes: Vec<Node> = Vec::new();
    let mut total = *first;
    for (i, term) in rest.iter().enumerate() {
        let (fun, args) = match (total.is_negative, term.is_negative) {
            (false, true) => (Fun::Sub, [total.value, term.value]),
            (true, false) => (Fun::Sub, [term.value, total.value]),
            _ => (Fun::Add, [total.value, term.value]),
        };
        total.is_negative &= term.is_negative;
        total.value = if i + 1 == rest.len() && !total.is_negative {
            root
        } else {
            Value::fresh(values, values[root.index()].ty.clone(), span)
        };
        let op = Op::Scalar(fun, args.to_vec());
        nodes.push(Node { op, results: vec![total.value], span });
    }
    if total.is_negative {
        let op = Op::Scalar(Fun::Neg, vec![total.value]);
        nodes.push(Node { op, results: vec![root], span });
    }
    body.nodes.splice(at..=at, nodes);
    body.nodes.retain(|node| !matches!(node.results[..], [v] if inner.contains(v)));
}

struct Sum<'a> {
    body: &'a Region,
    seeded: &'a Seeded,
    terms: Vec<Term>,
    /// The sums within the sum.
    inner: ValueSet,
}

impl Sum<'_> {
    /// Takes a value apart that the body adds up and uses nowhere else.
    fn collect(
        &mut self,
        value: Value,
        is_negative: bool,
        is_root: bool,
        uses: &ValueMap<usize>,
        delay: &dyn Fn(Value) -> Delay,
    ) {
        let own = is_root || uses.get(value) == Some(&1);
        let node = self.body.nodes.iter().find(|node| node.results == [value]);
        let operands = match node.map(|node| &node.op) {
            Some(Op::Scalar(Fun::Add, args)) if own => [(args[0], false), (args[1], false)],
            Some(Op::Scalar(Fun::Sub, args)) if own => [(args[0], false), (args[1], true)],
            _ => return self.terms.push(Term { value, is_negative, delay: delay(value) }),
        };
        if !is_root {
            self.inner.insert(value);
        }
        for (operand, subtracted) in operands {
            if self.seeded.contains(operand) {
                self.collect(operand, is_negative != subtracted, false, uses, delay);
            } else {
                let is_negative = is_negative != subtracted;
                self.terms.push(Term { value: operand, is_negative, delay: delay(operand) });
            }
        }
    }
}

fn after(delay: Delay, time: u32) -> Delay {
    delay.map(|delay| delay + time)
}

/// The delays of the values that a loop's body computes.
fn delays(body: &Region) -> ValueMap<Delay> {
    let mut delays: ValueMap<Delay> = ValueMap::default();
    body.params[1..].iter().for_each(|param| *delays.or_default(*param) = Some(0));
    for node in &body.nodes {
        let mut delay: Delay = None;
        let mut wait = |v: Value| delay = delay.max(delays.get(v).copied().flatten());
        node.op.each_input(&mut wait);
        node.op.regions().for_each(|inner| inner.each_use(&mut wait));
        let time = match node.op {
            Op::Scalar(Fun::Add | Fun::Sub | Fun::Mul | Fun::Neg, _) => 1,
            _ => 4,
        };
        for result in &node.results {
            *delays.or_default(*result) = after(delay, time);
        }
    }
    delays
}

/// How often the values of a body are used in it.
fn uses(body: &Region) -> ValueMap<usize> {
    let mut uses: ValueMap<usize> = ValueMap::default();
    body.each_use(&mut |v| *uses.or_default(v) += 1);
    uses
}

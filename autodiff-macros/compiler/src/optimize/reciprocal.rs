//! Divides adjoints once.

use std::collections::BTreeMap;
use std::mem;

use proc_macro2::Span;
use quote::quote;

use crate::analysis::Seeded;
use crate::ir::{Float, Graph, Node, Op, Region, Type, Value, ValueData, ValueSet};
use crate::rules::Fun;

/// Multiplies by the reciprocal where a region divides several adjoints by one number, or a number does not
/// change from one iteration to the next: a division takes as long as many multiplications. The primal's own
/// divisions stay, bit for bit.
///
/// ```text
/// s = div a_bar, d        r = recip d
/// t = div b_bar, d   →    s = mul a_bar, r
///                         t = mul b_bar, r
/// ```
pub fn reciprocal(mut graph: Graph) -> Graph {
    let seeded = Seeded::of(&graph.body);
    if seeded.is_empty() {
        return graph;
    }
    let mut literals = ValueSet::default();
    graph.body.each_node(&mut |node| {
        if let (Op::Const(_), [value]) = (&node.op, &node.results[..]) {
            literals.insert(*value);
        }
    });
    let divisors = Divisors { seeded, literals };
    let mut values = mem::take(&mut graph.values);
    divisors.region(&mut graph.body, None, &mut values);
    Graph { values, ..graph }
}

struct Divisors {
    seeded: Seeded,
    /// Their reciprocals are known at compile time.
    literals: ValueSet,
}

impl Divisors {
    /// `changing` are the values that differ between the iterations of the loop around the region.
    fn region(&self, of: &mut Region, changing: Option<&ValueSet>, values: &mut Vec<ValueData>) {
        let mut divisions: BTreeMap<Value, usize> = BTreeMap::new();
        for node in &of.nodes {
            if let Some(divisor) = self.divisor(node, values) {
                *divisions.entry(divisor).or_default() += 1;
            }
        }
        let pays = |d: Value| {
            divisions[&d] > 1
                || self.literals.contains(d)
                || changing.is_some_and(|changing| !changing.contains(d))
        };
        let mut reciprocals = BTreeMap::new();
        for mut node in of.take_nodes() {
            let is_loop = matches!(node.op, Op::For { .. } | Op::While { .. });
            for inner in node.op.regions_mut() {
                let own = is_loop.then(|| defined(inner));
                self.region(inner, own.as_ref().or(changing), values);
            }
            if let Some(d) = self.divisor(&node, values).filter(|d| pays(*d))
                && let Op::Scalar(fun, args) = &mut node.op
            {
                args[1] = *reciprocals
                    .entry(d)
                    .or_insert_with(|| reciprocal_of(d, node.span, &mut of.nodes, values));
                *fun = Fun::Mul;
            }
            of.nodes.push(node);
        }
    }

    /// What an adjoint is divided by.
    fn divisor(&self, node: &Node, values: &[ValueData]) -> Option<Value> {
        match &node.op {
            Op::Scalar(Fun::Div, args)
                if self.seeded.contains(args[0])
                    && !self.seeded.contains(args[1])
                    && values[args[1].index()].ty.is_float() =>
            {
                Some(args[1])
            }
            _ => None,
        }
    }
}

/// The values that a region defines, and those within it.
fn defined(region: &Region) -> ValueSet {
    let mut values = ValueSet::default();
    region.each_definition(&mut |value| {
        values.insert(value);
    });
    values
}

/// A node for the reciprocal. Of a literal of which rustc has yet to find the type there is no method.
fn reciprocal_of(
    d: Value,
    span: Span,
    nodes: &mut Vec<Node>,
    values: &mut Vec<ValueData>,
) -> Value {
    let ty = values[d.index()].ty.clone();
    let op = if ty == Type::Float(Float::Infer) {
        let one = Value::fresh(values, ty.clone(), span);
        nodes.push(Node { op: Op::Const(quote!(1.0)), results: vec![one], span });
        Op::Scalar(Fun::Div, vec![one, d])
    } else {
        Op::Scalar(Fun::Recip, vec![d])
    };
    let r = Value::fresh(values, ty, span);
    nodes.push(Node { op, results: vec![r], span });
    r
}

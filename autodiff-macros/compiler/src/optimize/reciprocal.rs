//! Divides adjoints once.

use std::collections::BTreeMap;
use std::mem;

use crate::analysis::Seeded;
use crate::ir::{Float, Graph, Node, Op, Region, Type, Value, ValueData};
use crate::rules::Fun;

/// Multiplies by the reciprocal where a region divides several adjoints by one number: a division takes
/// as long as many multiplications. The primal's own divisions stay, bit for bit.
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
    let mut values = mem::take(&mut graph.values);
    region(&mut graph.body, &seeded, &mut values);
    Graph { values, ..graph }
}

fn region(of: &mut Region, seeded: &Seeded, values: &mut Vec<ValueData>) {
    let mut divisions: BTreeMap<Value, usize> = BTreeMap::new();
    for node in &of.nodes {
        if let Some(divisor) = divisor(node, seeded, values) {
            *divisions.entry(divisor).or_default() += 1;
        }
    }
    let mut reciprocals = BTreeMap::new();
    for mut node in of.take_nodes() {
        node.op.regions_mut().for_each(|inner| region(inner, seeded, values));
        if let Some(d) = divisor(&node, seeded, values)
            && divisions[&d] > 1
            && let Op::Scalar(fun, args) = &mut node.op
        {
            args[1] = *reciprocals.entry(d).or_insert_with(|| {
                let ty = values[d.index()].ty.clone();
                let r = Value::fresh(values, ty, node.span);
                let op = Op::Scalar(Fun::Recip, vec![d]);
                of.nodes.push(Node { op, results: vec![r], span: node.span });
                r
            });
            *fun = Fun::Mul;
        }
        of.nodes.push(node);
    }
}

/// What an adjoint is divided by; a literal is no trouble to rustc.
fn divisor(node: &Node, seeded: &Seeded, values: &[ValueData]) -> Option<Value> {
    match &node.op {
        Op::Scalar(Fun::Div, args)
            if seeded.contains(args[0])
                && !seeded.contains(args[1])
                && matches!(&values[args[1].index()].ty, Type::Float(f) if *f != Float::Infer) =>
        {
            Some(args[1])
        }
        _ => None,
    }
}

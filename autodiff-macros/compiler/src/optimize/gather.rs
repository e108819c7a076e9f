//! Adds up what goes to one place before it is added there.

use super::walk::adds;
use crate::ir::{Graph, Node, Op, Place, Region, Value, ValueData};
use crate::rules::Fun;

/// Lets the last of several accumulations at the same place add the sum of all.
///
/// Input → Output:
///
/// ```text
/// accumulate x_bar[i], a
/// accumulate x_bar[j], b        accumulate x_bar[j], b
/// accumulate x_bar[i], c   →    accumulate x_bar[i], add a, c
/// ```
///
/// Sums of adjoints are taken in another order by it. Nothing else may touch the memory in between.
pub fn gather(mut graph: Graph) -> Graph {
    if !adds(&graph) {
        return graph;
    }
    region(&mut graph.body, &mut graph.values);
    graph
}

fn region(of: &mut Region, values: &mut Vec<ValueData>) {
    let mut nodes: Vec<Option<Node>> = Vec::new();
    // Where the last accumulation at each place stands.
    let mut open: Vec<(Place, usize)> = Vec::new();
    for mut node in of.take_nodes() {
        for inner in node.op.regions_mut() {
            region(inner, values);
        }
        let Some((place, added)) = accumulation(&node, values) else {
            open.retain(|(place, _)| !node.uses(place.root));
            nodes.push(Some(node));
            continue;
        };
        let earlier = open.iter().position(|(p, _)| *p == place);
        if let Some(at) = earlier {
            let (_, index) = open.remove(at);
            let before = nodes[index].take().and_then(|n| accumulation(&n, values));
            if let Some((_, first)) = before {
                let ty = values[first.index()].ty.join(&values[added.index()].ty);
                let sum = Value::fresh(values, ty, node.span);
                let op = Op::Scalar(Fun::Add, vec![first, added]);
                nodes.push(Some(Node { op, results: vec![sum], span: node.span }));
                node.op = Op::Accumulate(place.clone(), sum);
            }
        }
        open.push((place, nodes.len()));
        nodes.push(Some(node));
    }
    of.nodes = nodes.into_iter().flatten().collect();
}

/// The place and the number that a node adds to it.
fn accumulation(node: &Node, values: &[ValueData]) -> Option<(Place, Value)> {
    match &node.op {
        Op::Accumulate(place, v) if values[v.index()].ty.is_float() => Some((place.clone(), *v)),
        _ => None,
    }
}

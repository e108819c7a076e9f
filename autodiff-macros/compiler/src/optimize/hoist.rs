//! Moves what a loop computes again and again in front of it.

use crate::ir::{Graph, Node, Op, Region, Type, Value, ValueData, ValueSet};
use crate::rules::Fun;

/// Hoists out of loops whatever cannot panic and reads nothing that changes there, as far out as it
/// goes. Branches keep what is in them: it might be costly and not wanted.
pub fn hoist(mut graph: Graph) -> Graph {
    region(&mut graph.body, &graph.values, &mut ValueSet::default());
    graph
}

/// Visits a region; `varying` is what changes in the loop that defines it.
fn region(of: &mut Region, values: &[ValueData], varying: &mut ValueSet) {
    for mut node in of.take_nodes() {
        let is_loop = node.op.is_loop();
        for inner in node.op.regions_mut() {
            region(inner, values, varying);
            if is_loop {
                extract(inner, values, varying, &mut of.nodes);
            }
        }
        of.nodes.push(node);
    }
}

/// Moves the invariant nodes of a loop's region to the end of `before`.
fn extract(
    body: &mut Region,
    values: &[ValueData],
    varying: &mut ValueSet,
    before: &mut Vec<Node>,
) {
    varying.extend(body.params.iter().copied());
    for node in body.take_nodes() {
        let mut invariant = may_run_anywhere(&node, values);
        node.op.each_input(&mut |v| invariant &= !varying.contains(v));
        if invariant {
            before.push(node);
        } else {
            varying.extend(node.results.iter().copied());
            body.nodes.push(node);
        }
    }
}

/// Whether running the node, needed or not, does no harm: arithmetic of floats and comparisons do
/// none; integers may overflow.
fn may_run_anywhere(node: &Node, values: &[ValueData]) -> bool {
    let ty = |v: &Value| &values[v.index()].ty;
    match &node.op {
        Op::Const(_) => true,
        Op::Cast(v, _) => ty(v).is_scalar() && ty(&node.results[0]).is_scalar(),
        // `clamp` panics if its bounds are in the wrong order.
        Op::Scalar(Fun::Clamp, _) => false,
        Op::Scalar(_, args) => {
            matches!(ty(&node.results[0]), Type::Float(_) | Type::Bool)
                && args.iter().all(|v| ty(v).is_scalar())
        }
        _ => false,
    }
}

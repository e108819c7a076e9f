//! What needs the heap, for crates that have none.

use std::collections::BTreeSet;

use crate::errors::{Diagnostic, Errors};
use crate::ir::{Graph, Node, Op, Type};
use crate::pipeline::Passes;

/// Refuses what needs the heap in a function or in its derivatives, each place once.
pub fn refuse_heap(passes: &Passes, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    let graphs = [&passes.primal, &passes.reverse, &passes.forward];
    for (k, graph) in graphs.into_iter().chain(&passes.fused).enumerate() {
        graph.body.each_node(&mut |node| {
            let Some(mut need) = need(graph, node) else { return };
            let at = node.span.start();
            // What the function itself does not make is what a loop keeps.
            if k > 0 && need.0 == VEC.0 && !seen.contains(&(VEC.0, at.line, at.column)) {
                need = KEPT;
            }
            let (code, message, help) = need;
            if seen.insert((code, at.line, at.column)) {
                errors.push(Diagnostic::new(code, node.span, message, help));
            }
        });
    }
}

/// A code, what is wrong, and what to do.
type Need = (&'static str, &'static str, &'static str);

const KEPT: Need = (
    "AD0702",
    "what a loop keeps here for the backward sweep needs the heap, since the number of its iterations is not a constant",
    "turn on the feature `alloc` of `autodiff`, or let a `for` run to a constant, as in `0..10`, `0..N` or over an array",
);

const VEC: Need = (
    "AD0701",
    "this makes a `Vec`, which needs the heap",
    "turn on the feature `alloc` of `autodiff`, or use an array",
);

fn need(graph: &Graph, node: &Node) -> Option<Need> {
    let gives = |wanted: fn(&Type) -> bool| node.results.iter().any(|v| wanted(graph.ty(*v)));
    match &node.op {
        Op::StackNew(_, Some(_)) => None,
        _ if gives(|ty| *ty == Type::Stack) && !matches!(node.op, Op::For { .. }) => Some(KEPT),
        Op::VecOf(_) | Op::VecRepeat(..) | Op::VecNew(_) | Op::Load(..) if gives(is_vec) => {
            Some(VEC)
        }
        _ => None,
    }
}

fn is_vec(ty: &Type) -> bool {
    matches!(ty, Type::Vec(_))
}

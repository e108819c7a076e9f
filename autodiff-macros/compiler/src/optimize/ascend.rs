//! Runs backward loops forward where the order does not matter: memory is read the way it lies, and
//! loops of that direction are what a vectorizer knows best.

use std::collections::{BTreeMap, BTreeSet};

use super::walk::{Access, accesses, rewrite_loops};
use crate::analysis::{Iteration, Layout, RegionId, Seeded};
use crate::ir::{CallArg, Graph, Op, Region, Value};
use crate::rules::Fun;

/// Turns descending loops round in which no iteration sees what another did. Only sums of adjoints may
/// run through them: they are taken in another order then.
pub fn ascend(graph: Graph) -> Graph {
    let mut descends = false;
    graph.body.each_node(&mut |node| descends |= matches!(node.op, Op::For { rev: true, .. }));
    if !descends {
        return graph;
    }
    let seeded = Seeded::of(&graph.body);
    rewrite_loops(
        graph,
        |_, layout, of| {
            let turns =
                of.rev && adds_only(layout, &seeded, of.body) && is_free(layout, of.body, of.id);
            Vec::from_iter(turns.then_some(()))
        },
        |_, node, _, _, _| {
            if let Op::For { rev, .. } = &mut node.op {
                *rev = false;
            }
        },
    )
}

/// Whether all that a loop carries are sums of adjoints that nothing in the loop looks at.
pub fn adds_only(layout: &Layout<'_>, seeded: &Seeded, body: &Region) -> bool {
    body.results.iter().zip(&body.params[1..]).all(|(result, param)| {
        seeded.contains(*param) && layout.uses(*param) == 1 && is_sum(layout, body, *result, *param)
    })
}

fn is_sum(layout: &Layout<'_>, body: &Region, value: Value, of: Value) -> bool {
    if value == of {
        return true;
    }
    let node = body.nodes.iter().find(|n| n.results == [value]);
    layout.uses(value) == 1
        && match node.map(|n| &n.op) {
            Some(Op::Scalar(Fun::Add, args)) => args.iter().any(|v| is_sum(layout, body, *v, of)),
            Some(Op::Scalar(Fun::Sub, args)) => is_sum(layout, body, args[0], of),
            _ => false,
        }
}

/// Whether the iterations of a loop have no memory in common, save what they add to.
fn is_free(layout: &Layout<'_>, body: &Region, id: RegionId) -> bool {
    /// Above so many accesses to an object the comparison of each with each takes too long.
    const MOST: usize = 48;
    let mut plain = true;
    let mut touched: BTreeMap<Value, Vec<Access<'_>>> = BTreeMap::new();
    body.each_node(&mut |node| {
        plain &= is_plain(&node.op);
        let mut roots = BTreeSet::new();
        node.op.each_input(&mut |v| {
            roots.insert(v);
        });
        for root in roots {
            let constant = layout.node(root).is_some_and(|n| matches!(n.op, Op::Const(_)));
            if layout.is_outside(root, id) && !constant {
                touched.entry(root).or_default().extend(accesses(&node.op, root));
            }
        }
    });
    plain
        && touched.values().all(|all| {
            let written = all.iter().any(|a| a.writes && !a.adds)
                || all.iter().any(|a| a.adds) && all.iter().any(|a| !a.writes);
            !written || all.len() <= MOST && apart(layout, all, id)
        })
}

fn apart(layout: &Layout<'_>, all: &[Access<'_>], id: RegionId) -> bool {
    all.iter().enumerate().all(|(k, a)| {
        all[k..].iter().all(|b| {
            let harmless = !a.writes && !b.writes || a.adds && b.adds;
            harmless
                || a.place
                    .zip(b.place)
                    .is_some_and(|(p, q)| layout.are_disjoint(p, q, Iteration::Another(id)))
        })
    })
}

/// Whether an operation does nothing but compute, read and write memory.
pub fn is_plain(op: &Op) -> bool {
    match op {
        Op::Verbatim { refusal, captures, .. } => {
            *refusal == usize::MAX && captures.iter().all(|(_, c)| matches!(c, CallArg::Value(_)))
        }
        Op::Const(_)
        | Op::Scalar(..)
        | Op::Cast(..)
        | Op::Stop(_)
        | Op::Tuple(_)
        | Op::Array(_)
        | Op::Repeat(..)
        | Op::VecOf(_)
        | Op::VecRepeat(..)
        | Op::VecNew(_)
        | Op::Undef
        | Op::Zero(_)
        | Op::Object(_)
        | Op::Load(..)
        | Op::Store(..)
        | Op::Accumulate(..)
        | Op::AccumulatePlace(..)
        | Op::SetZero(_)
        | Op::Len(_)
        | Op::If(..)
        | Op::For { .. } => true,
        _ => false,
    }
}

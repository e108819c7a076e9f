//! Splits loops that add to one object in several places.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use super::walk::accesses;
use crate::ir::{Graph, Node, Op, Region, Type, Value, ValueData};

/// Gives each of several sums into the same object a loop of its own, where they share no work: a loop
/// that writes one row is vectorized without asking whether another overlaps it.
///
/// Input → Output:
///
/// ```text
/// for k                              for k
///   accumulate x[i][k], mul a, y[k]    accumulate x[j][k], mul b, z[k]
///   accumulate x[j][k], mul b, z[k] →  for k
///                                      accumulate x[i][k], mul a, y[k]
/// ```
pub fn split(mut graph: Graph) -> Graph {
    let mut values = mem::take(&mut graph.values);
    region(&mut graph.body, &mut values);
    Graph { values, ..graph }
}

fn region(of: &mut Region, values: &mut Vec<ValueData>) {
    for mut node in of.take_nodes() {
        node.op.regions_mut().for_each(|inner| region(inner, values));
        match parts(&node, values) {
            Some(parts) => {
                // In the order of the primal: what it reads first is what comes round again first.
                for (k, part) in parts.iter().rev().enumerate() {
                    of.nodes.push(part_of(&node, part, k, values));
                }
            }
            None => of.nodes.push(node),
        }
    }
}

/// The nodes of each part, by index; `None` if the loop stays whole.
fn parts(node: &Node, values: &[ValueData]) -> Option<Vec<BTreeSet<usize>>> {
    let Op::For { init, body, .. } = &node.op else { return None };
    let sums = body.nodes.iter().enumerate().filter_map(|(index, n)| match &n.op {
        Op::Accumulate(place, v) if values[v.index()].ty.is_float() => Some((index, place)),
        _ => None,
    });
    let sums: Vec<_> = sums.collect();
    let (_, first) = sums.first()?;
    let root = first.root;
    let alone = init.is_empty()
        && sums.len() > 1
        && sums.iter().all(|(_, place)| place.root == root)
        && body.nodes.iter().enumerate().all(|(index, n)| {
            sums.iter().any(|(i, _)| *i == index)
                || matches!(n.op, Op::Const(_) | Op::Scalar(..) | Op::Load(..))
                    && accesses(&n.op, root).is_empty()
        });
    if !alone {
        return None;
    }
    let parts: Vec<_> = sums.iter().map(|(index, _)| needed(body, *index)).collect();
    let costs = |index: &usize| match &body.nodes[*index].op {
        // Arithmetic of indices is cheap, and the loads of a row are at hand.
        Op::Const(_) | Op::Load(..) => false,
        _ => !matches!(values[body.nodes[*index].results[0].index()].ty, Type::Int(_)),
    };
    let shared = parts
        .iter()
        .enumerate()
        .any(|(k, part)| parts[..k].iter().any(|other| part.intersection(other).any(&costs)));
    (!shared).then_some(parts)
}

/// A node of a body and all that it depends on there.
fn needed(body: &Region, index: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open = vec![index];
    while let Some(index) = open.pop() {
        if found.insert(index) {
            body.nodes[index].op.each_input(&mut |v| {
                open.extend(body.nodes.iter().position(|n| n.results.contains(&v)));
            });
        }
    }
    found
}

/// The loop with some of its nodes; each part but the first defines values of its own.
fn part_of(node: &Node, part: &BTreeSet<usize>, k: usize, values: &mut Vec<ValueData>) -> Node {
    let mut node = node.clone();
    let Op::For { body, .. } = &mut node.op else { unreachable!("a loop is split") };
    let nodes = body.take_nodes();
    body.nodes =
        nodes.into_iter().enumerate().filter(|(i, _)| part.contains(i)).map(|(_, n)| n).collect();
    if k == 0 {
        return node;
    }
    let mut own = BTreeMap::new();
    let defined = body.params.iter().chain(body.nodes.iter().flat_map(|n| &n.results));
    for value in defined {
        let data = values[value.index()].clone();
        values.push(data);
        own.insert(*value, Value::new(values.len() - 1));
    }
    *body = body.map(&mut |v| own.get(&v).copied().unwrap_or(v));
    node
}

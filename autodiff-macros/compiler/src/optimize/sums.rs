//! Takes sums of adjoints in lanes.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::ascend::adds_only;
use super::straight::{Search, drop_unread, is_straight};
use super::walk::{Fresh, Laid, Loop, looped, rewrite_loops, term};
use crate::analysis::Seeded;
use crate::ir::{Graph, Lanes, Node, Op, Region, Type, Value};
use crate::rules::Fun;

/// A loop that runs less often has no use of lanes.
const SHORT: i64 = 16;

/// Marks the sums of adjoints that a loop carries to be taken in lanes. Where the loop does more, the sums get
/// a loop of their own first, so that neither waits for the other, and both can be vectorized.
///
/// Input → Output:
///
/// ```text
/// for i in lo..hi, sum = a           for i in lo..hi, sum = a
///   t = load y_bar[i]                  t = load y_bar[i]
///   accumulate x_bar[i], mul t, w      s = sum + mul t, x[i]
///   s = sum + mul t, x[i]        →     yield s
///   yield s                          for i in lo..hi
///                                      t = load y_bar[i]
///                                      accumulate x_bar[i], mul t, w
/// ```
pub fn sums(graph: Graph) -> Graph {
    let mut carries = false;
    graph.body.each_node(&mut |node| {
        carries |= matches!(&node.op, Op::For { init, .. } if !init.is_empty());
    });
    if !carries {
        return graph;
    }
    let seeded = OnceCell::new();
    rewrite_loops(
        graph,
        |graph, layout, of| {
            let sums = carried(of.body).filter(|sums| fit(graph, layout, of, sums, &seeded));
            Vec::from_iter(sums)
        },
        |fresh, node, sums, before, _| {
            for sums in sums {
                before.extend(fresh.take_apart(node, &sums));
            }
        },
    )
}

/// A sum that a loop carries.
#[derive(Clone, Copy)]
struct Sum {
    fun: Fun,
    term: Value,
}

/// All that a loop carries, if these are sums.
fn carried(body: &Region) -> Option<Vec<Sum>> {
    let sum = |(next, param): (&Value, &Value)| {
        let node = body.nodes.iter().find(|node| node.results == [*next])?;
        let (fun, term) = term(&node.op, *param)?;
        Some(Sum { fun, term })
    };
    let sums = body.results.iter().zip(&body.params[1..]).map(sum).collect::<Option<Vec<_>>>()?;
    (!sums.is_empty()).then_some(sums)
}

/// Whether the sums can be taken before what else the loop does, and all of it in vectors.
fn fit<'g>(
    graph: &'g Graph,
    layout: &Laid<'g>,
    of: &Loop<'g>,
    sums: &[Sum],
    seeded: &OnceCell<Seeded>,
) -> bool {
    let Op::For { lo, hi, .. } = of.node.op else { return false };
    let mut search = Search::new(graph, layout, of);
    let is_float = |v: &Value| graph.ty(*v).is_float() && graph.ty(*v).static_zero().is_some();
    is_straight(graph, of)
        && of.body.results.iter().all(is_float)
        && layout.distance(lo, hi).is_none_or(|count| count >= SHORT)
        && adds_only(layout, seeded.get_or_init(|| Seeded::of(&graph.body)), of.body)
        && sums.iter().all(|sum| search.needs(sum.term))
        && of.body.nodes.iter().all(|node| match &node.op {
            Op::Load(place, _)
            | Op::Store(place, _)
            | Op::Accumulate(place, _)
            | Op::SetZero(place) => search.is_in_a_row(place),
            _ => true,
        })
}

impl Fresh {
    /// Gives the sums a loop of their own, if the loop does anything else, and marks them.
    fn take_apart(&mut self, node: &mut Node, sums: &[Sum]) -> Option<Node> {
        let span = node.span;
        let Op::For { lo, hi, rev, init, body, .. } = &mut node.op else {
            unreachable!("of a loop")
        };
        if body.nodes.iter().all(|inner| !inner.results.is_empty()) {
            *rev = false;
            for next in &body.results {
                self.values[next.index()].lanes = Lanes::Any;
            }
            return None;
        }
        let index = self.value(Type::usize(), span);
        let mut own = Region { params: vec![index], ..Region::default() };
        let mut renamed = BTreeMap::from([(body.params[0], index)]);
        for (Sum { fun, term }, param) in sums.iter().zip(&body.params[1..]) {
            self.again(*term, &body.nodes, &mut renamed, &mut own.nodes);
            let term = renamed.get(term).copied().unwrap_or(*term);
            let [sum, next] = [0; 2].map(|_| self.renewed(*param));
            self.values[next.index()].lanes = Lanes::Any;
            let op = Op::Scalar(*fun, vec![sum, term]);
            own.nodes.push(Node { op, results: vec![next], span });
            own.params.push(sum);
            own.results.push(next);
        }
        body.params.truncate(1);
        body.results.clear();
        drop_unread(body);
        let op = looped(*lo, *hi, std::mem::take(init), own);
        Some(Node { op, results: std::mem::take(&mut node.results), span })
    }
}

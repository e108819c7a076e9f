//! Gathers what a stencil scatters: J. Hückelheim et al., "Automatic Differentiation for Adjoint Stencil
//! Loops" (2019).

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;

use super::rotate::{Stencil, stencils};
use super::straight::{Search, drop_unread, is_straight};
use super::walk::{Fresh, Laid, Loop, adds, looped, rewrite_loops};
use crate::ir::{Graph, Node, Op, Place, Region, Type, Value};
use crate::rules::Fun;

/// How much more arithmetic there may be: what goes to one place is computed once more for each of them.
const MORE: usize = 2;

/// Lets each iteration of a loop write one place, and compute for it what others would add there: no
/// iteration waits for another, and the loop can be vectorized. The iterations near the ends, which reach
/// places that not all add to, have loops of their own; what else the loop does comes last.
///
/// Input → Output, where `a` and `b` are cheap to compute for any iteration:
///
/// ```text
/// for i in lo..hi                  for m in lo + 1..hi
///   accumulate x_bar[i], a(i)    →   accumulate x_bar[m], add a(m), b(m - 1)
///   accumulate x_bar[i + 1], b(i)  for i in lo..min(lo + 1, hi)
///                                    accumulate x_bar[i], a(i)
///                                  for i in max(lo + 1, hi) - 1..hi
///                                    accumulate x_bar[i + 1], b(i)
/// ```
///
/// Sums of adjoints are taken in another order by it.
pub fn stencil(graph: Graph) -> Graph {
    if !adds(&graph) {
        return graph;
    }
    rewrite_loops(graph, gathered, |fresh, node, stencils, before, _| {
        fresh.gather(node, &stencils, before);
    })
}

fn gathered<'g>(graph: &'g Graph, layout: &Laid<'g>, of: &Loop<'g>) -> Vec<Stencil> {
    if !is_straight(graph, of) {
        return Vec::new();
    }
    let mut found = stencils(graph, layout, of);
    found.retain(|stencil| {
        let mut whole = Search::new(graph, layout, of);
        let each = stencil.terms(of.body).into_iter().map(|(_, v)| {
            let mut alone = Search::new(graph, layout, of);
            (alone.needs(v) && whole.needs(v)).then(|| alone.arithmetic())
        });
        let each: Option<Vec<usize>> = each.collect();
        let cheap = |each: Vec<usize>| each.iter().sum::<usize>() <= MORE * whole.arithmetic();
        stencil.place.path.len() == stencil.step + 1 && each.is_some_and(cheap)
    });
    found
}

impl Stencil {
    /// What is added at each distance.
    fn terms(&self, body: &Region) -> Vec<(i64, Value)> {
        let term = |(distance, index): (&i64, &usize)| match &body.nodes[*index].op {
            Op::Accumulate(_, v) => Some((*distance, *v)),
            _ => None,
        };
        self.nodes.iter().filter_map(term).collect()
    }
}

impl Fresh {
    fn gather(&mut self, node: &mut Node, stencils: &[Stencil], before: &mut Vec<Node>) {
        let span = node.span;
        let Op::For { lo, hi, body, .. } = &mut node.op else { unreachable!("of a loop") };
        let (lo, hi) = (*lo, *hi);
        let over = |lo, hi, body| {
            let op = looped(lo, hi, Vec::new(), body);
            Node { op, results: Vec::new(), span }
        };
        for stencil in stencils {
            let terms = stencil.terms(body);
            let width = terms.last().map_or(0, |(distance, _)| *distance);
            let reach = self.further(Fun::Add, lo, width, span, before);
            let all = self.gathered(stencil, body, &terms, span);
            before.push(over(reach, hi, all));
            // The iterations of which not all that go to a place are there.
            let past = self.arithmetic(Fun::Max, hi, reach, span, before);
            for (distance, v) in &terms {
                if *distance < width {
                    let end = self.further(Fun::Sub, reach, *distance, span, before);
                    let end = self.arithmetic(Fun::Min, end, hi, span, before);
                    let ends = self.scattered(stencil, body, (*distance, *v), span);
                    before.push(over(lo, end, ends));
                }
                if *distance > 0 {
                    let start = self.further(Fun::Sub, past, *distance, span, before);
                    let ends = self.scattered(stencil, body, (*distance, *v), span);
                    before.push(over(start, hi, ends));
                }
            }
        }
        let taken: BTreeSet<usize> =
            stencils.iter().flat_map(|stencil| stencil.nodes.values()).copied().collect();
        let mut at = 0;
        body.nodes.retain(|_| {
            at += 1;
            !taken.contains(&(at - 1))
        });
        drop_unread(body);
        // There may be nothing left to do.
        if node.results.is_empty() && body.nodes.is_empty() {
            *node = before.pop().expect("the loop has been taken apart");
        }
    }

    /// One iteration that adds to one place all that goes there.
    fn gathered(
        &mut self,
        stencil: &Stencil,
        body: &Region,
        terms: &[(i64, Value)],
        span: Span,
    ) -> Region {
        let index = self.value(Type::usize(), span);
        let mut nodes = Vec::new();
        let mut sum = None;
        for (distance, v) in terms {
            let there = self.further(Fun::Sub, index, *distance, span, &mut nodes);
            let mut renamed = BTreeMap::from([(body.params[0], there)]);
            self.again(*v, &body.nodes, &mut renamed, &mut nodes);
            let term = renamed.get(v).copied().unwrap_or(*v);
            sum = Some(match sum {
                None => term,
                Some(sum) => {
                    let both = self.value(stencil.ty.clone(), span);
                    let op = Op::Scalar(Fun::Add, vec![sum, term]);
                    nodes.push(Node { op, results: vec![both], span });
                    both
                }
            });
        }
        let mut renamed = BTreeMap::from([(body.params[0], index)]);
        let place = self.place_again(&stencil.place, body, &mut renamed, &mut nodes);
        let sum = sum.expect("a stencil adds");
        nodes.push(Node { op: Op::Accumulate(place, sum), results: Vec::new(), span });
        Region { params: vec![index], nodes, results: Vec::new() }
    }

    /// One iteration that adds what goes to one of its places.
    fn scattered(
        &mut self,
        stencil: &Stencil,
        body: &Region,
        (distance, v): (i64, Value),
        span: Span,
    ) -> Region {
        let index = self.value(Type::usize(), span);
        let mut nodes = Vec::new();
        let mut renamed = BTreeMap::from([(body.params[0], index)]);
        self.again(v, &body.nodes, &mut renamed, &mut nodes);
        let mut place = self.place_again(&stencil.place, body, &mut renamed, &mut nodes);
        self.shift(&mut place, stencil.step, distance, span, &mut nodes);
        let term = renamed.get(&v).copied().unwrap_or(v);
        nodes.push(Node { op: Op::Accumulate(place, term), results: Vec::new(), span });
        Region { params: vec![index], nodes, results: Vec::new() }
    }

    /// A place in the iteration that the renamed values are of.
    fn place_again(
        &mut self,
        place: &Place,
        body: &Region,
        renamed: &mut BTreeMap<Value, Value>,
        nodes: &mut Vec<Node>,
    ) -> Place {
        place.each_index(&mut |v| self.again(v, &body.nodes, renamed, nodes));
        place.map(&mut |v| renamed.get(&v).copied().unwrap_or(v))
    }

    /// An index by so many further, or back.
    fn further(
        &mut self,
        fun: Fun,
        from: Value,
        by: i64,
        span: Span,
        nodes: &mut Vec<Node>,
    ) -> Value {
        if by == 0 {
            return from;
        }
        let by = self.integer(by, span, nodes);
        self.arithmetic(fun, from, by, span, nodes)
    }
}

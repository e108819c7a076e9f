//! Takes sums of arrays in eight lanes, as `ndarray` does.

use std::collections::BTreeMap;

use proc_macro2::{Literal, Span};
use quote::quote;
use syn::Ident;

use super::walk::{Fresh, Laid, Loop, looped, rewrite_loops, term};
use crate::ir::{
    Graph, Lanes, Node, Op, Place, Proj, Region, Storage, Take, Type, Value, ValueData,
};
use crate::rules::Fun;

/// As many as `ndarray` has in `numeric_util::unrolled_fold`: a vector of them is two of AVX, or one of
/// AVX-512.
const LANES: i64 = 8;

/// What calls of functions such as `exp` cost at least.
const FUNCTION: u32 = 20;

/// Takes the sums that `ndarray` takes so in lanes: adds every eighth element to a sum of its own, and what is
/// left over after whole groups of eight to their total. The value is to the bit that of `ndarray`, and no sum
/// waits for another. Which sums are taken so is said where they are lowered. The loop is split into one over
/// groups and one over the rest, so that it can be vectorized, unless a function that no machine has vectors
/// for takes longest.
///
/// Input → Output:
///
/// ```text
/// for i in 0..n, sum = 0        lanes = [0; 8]
///   t = load x[i]               for j in 0..n / 8
///   s = sum + t            →      for l in 0..8
///   yield s                         t = load x[8 * j + l]
///                                   lanes[l] += t
///                               total = 0 + (lanes[0] + lanes[4]) + … + (lanes[3] + lanes[7])
///                               for i in n / 8 * 8..n, sum = total
///                                 t = load x[i]
///                                 s = sum + t
///                                 yield s
///
/// for i in 0..n, sum = 0        lanes = [0; 16]
///   t = load x[i]               for i in 0..n
///   e = exp t              →      t = load x[i]
///   s = sum + e                   e = exp t
///   yield s                       lanes[i % 8 + (if i < n / 8 * 8 { 0 } else { 8 })] += e
///                               total = 0 + (lanes[0] + lanes[4]) + … + (lanes[3] + lanes[7])
///                               s = total + lanes[8] + … + lanes[14]
/// ```
pub fn lanes(graph: Graph) -> Graph {
    if !graph.values.iter().any(|data| data.lanes != Lanes::None) {
        return graph;
    }
    taken(graph, asked_for, false)
}

/// The same of all sums of loops that do nothing but add up what vectors can compute, and with functions that
/// have vectors.
pub fn all(graph: Graph) -> Graph {
    taken(graph, possible, true)
}

/// Takes the sums of each loop in lanes that are found there.
fn taken(
    graph: Graph,
    find: impl for<'g> Fn(&'g Graph, &Laid<'g>, &Loop<'g>) -> Vec<Sum>,
    simd: bool,
) -> Graph {
    rewrite_loops(graph, find, |fresh, node, sums, before, after| {
        let Op::For { body, .. } = &node.op else { unreachable!("of a loop") };
        if is_repeatable(body, simd) {
            fresh.split_sums(node, &sums, before);
        } else {
            fresh.spread_sums(node, &sums, before, after);
        }
    })
}

/// A sum that a loop carries: by its position, and what is added to it.
struct Sum {
    carried: usize,
    next: Value,
    term: Value,
    /// Whether it is subtracted.
    less: bool,
    ty: Type,
    /// Whether the loop starts at a literal zero.
    from_zero: bool,
}

impl Sum {
    /// Whether it is taken in lanes wherever it is found.
    fn is_asked_for(&self, graph: &Graph, body: &Region) -> bool {
        match graph.data(self.next).lanes {
            Lanes::None => false,
            Lanes::Ndarray => !self.less && self.from_zero,
            Lanes::Any => is_repeatable(body, false),
        }
    }
}

fn asked_for(graph: &Graph, layout: &Laid<'_>, of: &Loop<'_>) -> Vec<Sum> {
    let mut sums = sums(graph, layout, of);
    sums.retain(|sum| sum.is_asked_for(graph, of.body));
    sums
}

/// Those that `ndarray` takes in lanes, or all that the loop carries if it does nothing else.
fn possible(graph: &Graph, layout: &Laid<'_>, of: &Loop<'_>) -> Vec<Sum> {
    let mut sums = sums(graph, layout, of);
    let is_all = sums.len() == of.body.results.len() && is_plain(graph, layout, of);
    if !is_all || sums.iter().any(|sum| sum.is_asked_for(graph, of.body)) {
        sums.retain(|sum| sum.is_asked_for(graph, of.body));
    }
    sums
}

/// Whether a loop does in each iteration what vectors can do, by an index that groups have too, and more often
/// than in one group.
fn is_plain(graph: &Graph, layout: &Laid<'_>, of: &Loop<'_>) -> bool {
    let Op::For { lo, hi, .. } = of.node.op else { return false };
    let is_short = layout.distance(lo, hi).is_some_and(|count| count < 2 * LANES);
    let is_indexed = *graph.ty(of.body.params[0]) == Type::usize();
    let is_straight = of.body.nodes.iter().all(|node| node.op.regions().next().is_none());
    is_indexed && !is_short && is_straight && is_repeatable(of.body, true)
}

/// The sums that a loop upwards carries.
fn sums(graph: &Graph, layout: &Laid<'_>, of: &Loop<'_>) -> Vec<Sum> {
    let Op::For { lo, inclusive: false, rev: false, .. } = of.node.op else { return Vec::new() };
    if of.body.results.is_empty() {
        return Vec::new();
    }
    let from_zero = layout.is_zero(lo);
    let sum = |(carried, (next, param)): (usize, (&Value, &Value))| {
        let data = graph.data(*next);
        let node = of.body.nodes.iter().find(|node| node.results == [*next])?;
        let (fun, term) = term(&node.op, *param)?;
        let alone = layout.uses(*param) == 1 && layout.uses(*next) == 1;
        let ty = data.ty.clone();
        (ty.is_float() && alone && term != *param).then_some(Sum {
            carried,
            next: *next,
            term,
            less: fun == Fun::Sub,
            ty,
            from_zero,
        })
    };
    of.body.results.iter().zip(&of.body.params[1..]).enumerate().filter_map(sum).collect()
}

/// Whether the nodes may stand in two places, and are no more than machines have vectors for: with `simd`,
/// that is some of the functions too.
fn is_repeatable(body: &Region, simd: bool) -> bool {
    body.nodes.iter().all(|node| match &node.op {
        Op::If(_, then, otherwise) => is_repeatable(then, simd) && is_repeatable(otherwise, simd),
        Op::Const(_)
        | Op::Verbatim { .. }
        | Op::Cast(..)
        | Op::Stop(_)
        | Op::Tuple(_)
        | Op::Undef
        | Op::Load(..)
        | Op::Store(..)
        | Op::Accumulate(..)
        | Op::Len(_) => true,
        Op::Scalar(fun, _) => fun.cost() < FUNCTION || simd && fun.has_vectors(),
        _ => false,
    })
}

impl Fresh {
    /// Puts the loop over whole groups before; the loop itself keeps what is left.
    fn split_sums(&mut self, node: &mut Node, sums: &[Sum], before: &mut Vec<Node>) {
        let span = node.span;
        let Op::For { lo: from, hi, init, body, .. } = &mut node.op else {
            unreachable!("of a loop")
        };
        let from_zero = sums.iter().all(|sum| sum.from_zero);
        let count = if from_zero { *hi } else { self.count(*from, *hi, span, before) };
        let [groups, mut whole] = self.groups(count, span, before);
        if !from_zero {
            whole = self.arithmetic(Fun::Add, *from, whole, span, before);
        }
        let lanes: Vec<Value> =
            sums.iter().map(|sum| self.zeros(&sum.ty, LANES, span, before)).collect();
        let others = |of: &[Value]| others(of, sums);
        let zero = self.integer(0, span, before);
        let [group, lane] = [0; 2].map(|_| self.value(Type::usize(), span));
        let renew = |this: &mut Self, of: &[Value]| -> Vec<Value> {
            of.iter().map(|v| this.renewed(*v)).collect()
        };

        // What is carried beside the sums goes through both loops.
        let params = others(&body.params[1..]);
        let (outer_params, inner_params) = (renew(self, &params), renew(self, &params));
        let mut renamed: BTreeMap<_, _> = params.into_iter().zip(inner_params.clone()).collect();
        let mut inside = Vec::new();
        let width = self.integer(LANES, span, &mut inside);
        let mut first = self.arithmetic(Fun::Mul, group, width, span, &mut inside);
        if !from_zero {
            first = self.arithmetic(Fun::Add, *from, first, span, &mut inside);
        }
        let index = self.arithmetic(Fun::Add, first, lane, span, &mut inside);
        renamed.insert(body.params[0], index);
        for node in &body.nodes {
            match sums.iter().position(|sum| node.results == [sum.next]) {
                None => {
                    let node = self.repeated(node, &mut renamed);
                    inside.push(node);
                }
                Some(at) => {
                    let Sum { term, less, ty, .. } = &sums[at];
                    let mut term = renamed.get(term).copied().unwrap_or(*term);
                    if *less {
                        let added = self.value(ty.clone(), span);
                        let op = Op::Scalar(Fun::Neg, vec![term]);
                        inside.push(Node { op, results: vec![added], span });
                        term = added;
                    }
                    let place = Place::whole(lanes[at]).with(Proj::Index(lane));
                    let op = Op::Accumulate(place, term);
                    inside.push(Node { op, results: Vec::new(), span });
                }
            }
        }
        let next = others(&body.results).into_iter();
        let next = next.map(|v| renamed.get(&v).copied().unwrap_or(v)).collect();
        let of_lanes = counted(lane, inner_params, inside, next);
        let mut around = Vec::new();
        let (lo, hi) = (self.integer(0, span, &mut around), self.integer(LANES, span, &mut around));
        let after = renew(self, &outer_params);
        let op = looped(lo, hi, outer_params.clone(), of_lanes);
        around.push(Node { op, results: after.clone(), span });
        let of_groups = counted(group, outer_params, around, after);
        let carried = renew(self, &others(init));
        let op = looped(zero, groups, others(init), of_groups);
        before.push(Node { op, results: carried.clone(), span });

        let mut carried = carried.into_iter();
        for (k, init) in init.iter_mut().enumerate() {
            *init = match sums.iter().position(|sum| sum.carried == k) {
                Some(at) => self.total(*init, lanes[at], &sums[at].ty, false, span, before),
                None => carried.next().expect("the loop over groups carries all others"),
            };
        }
        *from = whole;
    }

    /// Leaves the loop one, in which each element finds its lane.
    fn spread_sums(
        &mut self,
        node: &mut Node,
        sums: &[Sum],
        before: &mut Vec<Node>,
        after: &mut Vec<Node>,
    ) {
        let span = node.span;
        let Op::For { hi, init, body, .. } = &mut node.op else { unreachable!("of a loop") };
        let [_, whole] = self.groups(*hi, span, before);
        let mut nodes = Vec::new();
        let lane = self.lane(body.params[0], whole, span, &mut nodes);
        for sum in sums {
            let lanes = self.zeros(&sum.ty, 2 * LANES, span, before);
            let next = body.nodes.iter_mut().find(|node| node.results == [sum.next]);
            let next = next.expect("the loop takes the sum");
            let place = Place::whole(lanes).with(Proj::Index(lane));
            *next = Node { op: Op::Accumulate(place, sum.term), results: Vec::new(), span };
            let total = self.total(init[sum.carried], lanes, &sum.ty, true, span, after);
            // The last addition gives what the loop gave.
            let last = after.last_mut().filter(|last| last.results == [total]);
            last.expect("a total is a sum").results = vec![node.results[sum.carried]];
        }
        nodes.append(&mut body.nodes);
        body.nodes = nodes;
        let index = body.params[0];
        let params = others(&body.params[1..], sums);
        body.params = [index].into_iter().chain(params).collect();
        body.results = others(&body.results, sums);
        *init = others(init, sums);
        node.results = others(&node.results, sums);
    }

    /// How often a loop runs.
    fn count(&mut self, lo: Value, hi: Value, span: Span, nodes: &mut Vec<Node>) -> Value {
        let count = self.value(Type::usize(), span);
        let tokens = quote!(usize::saturating_sub(ad_hi, ad_lo));
        let op = Op::arithmetic(tokens, &[("ad_hi", hi), ("ad_lo", lo)]);
        nodes.push(Node { op, results: vec![count], span });
        count
    }

    /// How many whole groups there are, and how many elements in them.
    fn groups(&mut self, count: Value, span: Span, nodes: &mut Vec<Node>) -> [Value; 2] {
        let width = self.integer(LANES, span, nodes);
        let groups = self.arithmetic(Fun::Div, count, width, span, nodes);
        [groups, self.arithmetic(Fun::Mul, groups, width, span, nodes)]
    }

    /// The lane of an element: one of the second eight, if it is in no whole group.
    fn lane(&mut self, index: Value, whole: Value, span: Span, nodes: &mut Vec<Node>) -> Value {
        let width = self.integer(LANES, span, nodes);
        let lane = self.arithmetic(Fun::Rem, index, width, span, nodes);
        let grouped = self.value(Type::Bool, span);
        let op = Op::Scalar(Fun::Lt, vec![index, whole]);
        nodes.push(Node { op, results: vec![grouped], span });
        let first = self.integer(0, span, nodes);
        let offset = self.value(Type::usize(), span);
        let op = Op::Scalar(Fun::Select, vec![grouped, first, width]);
        nodes.push(Node { op, results: vec![offset], span });
        self.arithmetic(Fun::Add, lane, offset, span, nodes)
    }

    /// So many zeros.
    fn zeros(&mut self, ty: &Type, count: i64, span: Span, nodes: &mut Vec<Node>) -> Value {
        let zero = self.value(ty.clone(), span);
        let tokens = ty.static_zero().expect("a float has a zero");
        nodes.push(Node { op: Op::Const(tokens), results: vec![zero], span });
        let width = Literal::i64_unsuffixed(count);
        let ty = Type::Array(Box::new(ty.clone()), count.to_string());
        let zeros = self.value(ty.clone(), span);
        nodes.push(Node { op: Op::Repeat(zero, quote!(#width)), results: vec![zeros], span });
        let name = Some(Ident::new("lanes", span));
        self.values.push(ValueData::new(ty, name, Storage::Object, span));
        let lanes = Value::new(self.values.len() - 1);
        nodes.push(Node { op: Op::Object(zeros), results: vec![lanes], span });
        lanes
    }

    /// What the lanes hold, added to where the sum starts in the order of `ndarray`; then what no whole group
    /// holds, if that is in lanes too.
    fn total(
        &mut self,
        start: Value,
        lanes: Value,
        ty: &Type,
        rest: bool,
        span: Span,
        nodes: &mut Vec<Node>,
    ) -> Value {
        let mut lane = |this: &mut Self, k: i64| {
            let index = this.integer(k, span, nodes);
            let value = this.value(ty.clone(), span);
            let place = Place::whole(lanes).with(Proj::Index(index));
            nodes.push(Node { op: Op::Load(place, Take::Value), results: vec![value], span });
            value
        };
        let halves = LANES / 2;
        let pairs: Vec<[Value; 2]> =
            (0..halves).map(|k| [lane(self, k), lane(self, k + halves)]).collect();
        let rest = if rest { LANES..2 * LANES - 1 } else { 0..0 };
        let rest: Vec<Value> = rest.map(|k| lane(self, k)).collect();
        let mut add = |this: &mut Self, a: Value, b: Value| {
            let value = this.value(ty.clone(), span);
            nodes.push(Node { op: Op::Scalar(Fun::Add, vec![a, b]), results: vec![value], span });
            value
        };
        let total = pairs.into_iter().fold(start, |total, [a, b]| {
            let pair = add(self, a, b);
            add(self, total, pair)
        });
        rest.into_iter().fold(total, |total, term| add(self, total, term))
    }
}

/// The body of a loop by its index and what it carries.
fn counted(index: Value, carried: Vec<Value>, nodes: Vec<Node>, results: Vec<Value>) -> Region {
    Region { params: [index].into_iter().chain(carried).collect(), nodes, results }
}

/// What a loop carries beside the sums.
fn others(of: &[Value], sums: &[Sum]) -> Vec<Value> {
    let others = of.iter().enumerate();
    let others = others.filter(|(k, _)| !sums.iter().any(|sum| sum.carried == *k));
    others.map(|(_, v)| *v).collect()
}

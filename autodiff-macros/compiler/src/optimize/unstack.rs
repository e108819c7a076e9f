//! Keeps in arrays what loops over arrays keep.

mod copies;
mod lengths;
mod rows;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::mem;

use proc_macro2::{Span, TokenStream};
use quote::quote;

pub use copies::copies;
use lengths::Lengths;
pub use rows::rows;

use super::ascend::adds_only;
use super::walk::{Fresh, Laid};
use crate::analysis::Seeded;
use crate::ir::{
    Graph, Node, Op, Place, Proj, Region, Storage, Take, Type, Value, ValueData, ValueMap,
};
use crate::rules::Fun;
use crate::transform::keeps;

/// Above so many numbers in a record, they stay beside one another.
const FIELDS: usize = 4;

/// Turns a stack into arrays, one for each number of a record, where the loops that fill it run over the
/// indices of arrays and so do those that empty it: an index needs no count of records, and no order of the
/// iterations. Where the loops run to numbers that are not known before, they are vectors, if those that empty
/// them may turn out to need no order.
///
/// Input → Output:
///
/// ```text
/// s = stack_new                       a = object [0.0; N]
/// for i in 0 .. len x                 for i in 0 .. len x
///   stack_push s, v             →       store a[i], v
/// for j in 0 .. len x, rev            for j in 0 .. len x, rev
///   u = stack_pop s                     u = load a[j]
/// ```
pub fn unstack(mut graph: Graph) -> Graph {
    if !keeps(&graph) {
        return graph;
    }
    let arrays = Stacks::of(&graph).arrays();
    if !arrays.is_empty() {
        let fresh = Fresh { values: mem::take(&mut graph.values) };
        let mut rewrite = Rewrite { arrays, fresh };
        rewrite.region(&mut graph.body);
        graph.values = rewrite.fresh.values;
    }
    graph
}

/// What is done with one stack.
#[derive(Default)]
struct Stack<'g> {
    /// Where it is made.
    made: Option<Made<'g>>,
    /// The regions around each node that keeps a record, and what it keeps.
    pushes: Vec<(Vec<Level<'g>>, &'g [Value])>,
    /// The regions around each node that takes one back, and what it gives.
    pops: Vec<(Vec<Level<'g>>, &'g [Value])>,
    /// Whether it is handed on.
    escapes: bool,
}

/// A stack that is filled and emptied by one node each, within the nest where it is made.
struct Nests<'a, 'g> {
    made: &'a Made<'g>,
    /// The regions around the node that keeps a record, from there inwards, and what it keeps.
    push: &'a [Level<'g>],
    kept: &'g [Value],
    /// As many around the node that takes it back, and what it gives.
    pop: &'a [Level<'g>],
    taken: &'g [Value],
}

impl<'g> Stack<'g> {
    fn nests(&self) -> Option<Nests<'_, 'g>> {
        let ([(push, kept)], [(pop, taken)]) = (&self.pushes[..], &self.pops[..]) else {
            return None;
        };
        let made = self.made.as_ref().filter(|_| !self.escapes)?;
        let within = |inner: &[Level<'_>]| {
            let same = |(a, b): (&Level<'_>, &Level<'_>)| std::ptr::eq(a.region, b.region);
            inner.len() > made.around.len() && made.around.iter().zip(inner).all(same)
        };
        let fits = within(push) && within(pop) && push.len() == pop.len();
        let [push, pop] = [push, pop].map(|around| &around[made.around.len().min(around.len())..]);
        fits.then_some(Nests { made, push, kept, pop, taken })
    }
}

/// The node that makes a stack.
struct Made<'g> {
    around: Vec<Level<'g>>,
    /// How many values are defined before.
    after: usize,
    /// Whether the stack needs the heap.
    heap: bool,
}

/// One region of the nest that a node lies in.
#[derive(Clone, Copy)]
struct Level<'g> {
    holder: &'g Node,
    region: &'g Region,
}

struct Stacks<'g> {
    graph: &'g Graph,
    found: BTreeMap<Value, Stack<'g>>,
    lengths: Lengths<'g>,
    layout: Laid<'g>,
    seeded: OnceCell<Seeded>,
    /// The values so far, numbered.
    defined: ValueMap<usize>,
    count: usize,
}

impl<'g> Stacks<'g> {
    fn of(graph: &'g Graph) -> Self {
        let mut stacks = Self {
            graph,
            found: BTreeMap::new(),
            lengths: Lengths::of(graph),
            layout: Laid::of(graph),
            seeded: OnceCell::new(),
            defined: ValueMap::default(),
            count: 0,
        };
        graph.params.iter().for_each(|param| stacks.define(param.value));
        stacks.region(&graph.body, &mut Vec::new());
        stacks
    }

    fn define(&mut self, value: Value) {
        self.defined.insert(value, self.count);
        self.count += 1;
    }

    fn region(&mut self, region: &'g Region, around: &mut Vec<Level<'g>>) {
        region.params.iter().for_each(|v| self.define(*v));
        for node in &region.nodes {
            match &node.op {
                Op::StackNew(_, room) => {
                    let stack = self.found.entry(node.results[0]).or_default();
                    let (around, after, heap) = (around.clone(), self.count, room.is_none());
                    stack.made = Some(Made { around, after, heap });
                }
                Op::StackPush(stack, record) => {
                    let pushes = &mut self.found.entry(*stack).or_default().pushes;
                    pushes.push((around.clone(), record));
                }
                Op::StackPop(stack) => {
                    let pops = &mut self.found.entry(*stack).or_default().pops;
                    pops.push((around.clone(), &node.results));
                }
                op => {
                    op.each_input(&mut |v| self.escape(v));
                    for inner in op.regions() {
                        around.push(Level { holder: node, region: inner });
                        self.region(inner, around);
                        around.pop();
                    }
                }
            }
            node.results.iter().for_each(|v| self.define(*v));
        }
        region.results.iter().for_each(|v| self.escape(*v));
    }

    fn escape(&mut self, v: Value) {
        if *self.graph.ty(v) == Type::Stack {
            self.found.entry(v).or_default().escapes = true;
        }
    }

    /// The stacks that can be arrays.
    fn arrays(&self) -> BTreeMap<Value, Arrays> {
        self.found.iter().filter_map(|(stack, uses)| Some((*stack, self.array(uses)?))).collect()
    }

    /// Whether all that a loop carries are sums of adjoints.
    fn is_sum(&self, body: &Region) -> bool {
        let seeded = self.seeded.get_or_init(|| Seeded::of(&self.graph.body));
        adds_only(&self.layout, seeded, body)
    }

    fn array(&self, uses: &Stack<'g>) -> Option<Arrays> {
        let Nests { made: Made { around, after, heap }, push, kept, pop, taken } = uses.nests()?;
        let mut loops =
            Loops { integers: &self.lengths, indices: Vec::new(), once: around.is_empty() };
        let ends = push.iter().zip(pop).map(|(there, back)| loops.enter(there.holder, back.holder));
        let ends = ends.collect::<Option<Vec<_>>>()?;
        let fixed = ends.iter().map(|end| end.fixed.clone()).collect::<Option<Vec<_>>>();
        let there = |end: &End| self.defined.get(end.hi).is_some_and(|number| number < after);
        let room = match fixed {
            Some(fixed) if self.lengths.may_be_held(&fixed, around.is_empty()) => {
                Room::Arrays(fixed)
            }
            _ if *heap
                && kept.len() <= FIELDS
                && ends.iter().all(|end| end.from_zero && there(end))
                && pop.iter().all(|back| self.is_sum(back.region)) =>
            {
                Room::Vec(ends.iter().map(|end| end.hi).collect())
            }
            _ => return None,
        };
        if taken.iter().any(|v| self.graph.data(*v).storage != Storage::Local) {
            return None;
        }
        let types = kept.iter().map(|v| {
            let ty = self.graph.ty(*v);
            Some((ty.clone(), zero(ty)?))
        });
        let types = types.collect::<Option<Vec<_>>>()?;
        let (filled, emptied) = loops.indices.into_iter().unzip();
        Some(Arrays { types, room, filled, emptied, held: Vec::new() })
    }
}

/// Two nests of loops, where the second goes back over what the first went through.
struct Loops<'a, 'g> {
    integers: &'a Lengths<'g>,
    /// The indices of both.
    indices: Vec<(Value, Value)>,
    /// Whether the arrays are made once, so that it does not matter how much of them is used.
    once: bool,
}

impl Loops<'_, '_> {
    /// Goes on inwards if it is so there.
    fn enter(&mut self, there: &Node, back: &Node) -> Option<End> {
        let ([lo, hi], rev, body) = counted(&there.op)?;
        let ([first, last], back_again, again) = counted(&back.op)?;
        if rev == back_again || !self.are_same(lo, first) || !self.are_same(hi, last) {
            return None;
        }
        let (index, other) = (body.params[0], again.params[0]);
        if !self.integers.is_index(index, [lo, hi], body)
            || !self.integers.is_index(other, [first, last], again)
        {
            return None;
        }
        self.indices.push((index, other));
        let from_zero = self.integers.is_zero(lo);
        let all = from_zero && self.integers.is_whole(hi);
        let fixed = self.integers.above(hi).filter(|_| all || self.once);
        Some(End { fixed, hi, from_zero })
    }

    /// Whether two integers are the same, the first where the one nest is, the second where the other is.
    fn are_same(&self, a: Value, b: Value) -> bool {
        if a == b || self.indices.contains(&(a, b)) {
            return true;
        }
        let definitions = &self.integers.definitions;
        match (definitions.get(a), definitions.get(b)) {
            (Some(Op::Const(a)), Some(Op::Const(b))) => a.to_string() == b.to_string(),
            (Some(Op::Scalar(f, a)), Some(Op::Scalar(g, b))) => {
                f == g && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.are_same(*a, *b))
            }
            // How long an array is does not change.
            (Some(Op::Len(a)), Some(Op::Len(b))) => {
                let length = |place| self.integers.length(place);
                length(a).is_some() && length(a) == length(b)
            }
            _ => false,
        }
    }
}

/// How far a loop runs.
struct End {
    /// The length of an array that the indices fit.
    fixed: Option<String>,
    /// One past the last index.
    hi: Value,
    /// Whether the first index is zero.
    from_zero: bool,
}

/// The ends of a loop that does not include the last, whether it descends, and its body.
fn counted(op: &Op) -> Option<([Value; 2], bool, &Region)> {
    match op {
        Op::For { lo, hi, inclusive: false, rev, body, .. } => Some(([*lo, *hi], *rev, body)),
        _ => None,
    }
}

/// What a number that is kept starts from; `None` if it is not one.
fn zero(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Bool => Some(quote!(false)),
        Type::Int(Some(_)) => Some(quote!(0)),
        ty if ty.is_float() && !ty.is_vague() => ty.static_zero(),
        _ => None,
    }
}

/// How long loops run, the outermost first.
enum Room {
    /// To constants of the program: each has an array of arrays.
    Arrays(Vec<String>),
    /// To numbers: what they keep is in one vector.
    Vec(Vec<Value>),
}

/// What a stack becomes.
struct Arrays {
    /// The types of the numbers, and the zeros that the arrays start from, in the order of the record.
    types: Vec<(Type, TokenStream)>,
    room: Room,
    /// The indices where a record is kept.
    filled: Vec<Value>,
    /// The indices where it is taken back.
    emptied: Vec<Value>,
    /// The arrays.
    held: Vec<Value>,
}

struct Rewrite {
    arrays: BTreeMap<Value, Arrays>,
    fresh: Fresh,
}

impl Rewrite {
    fn region(&mut self, region: &mut Region) {
        for mut node in region.take_nodes() {
            let span = node.span;
            match &mut node.op {
                Op::StackNew(..) => {
                    if let Some(arrays) = self.arrays.get_mut(&node.results[0]) {
                        let name = self.fresh.values[node.results[0].index()].name.clone();
                        arrays.make(name, span, &mut region.nodes, &mut self.fresh);
                        continue;
                    }
                }
                Op::StackPush(stack, record) => {
                    if let Some(arrays) = self.arrays.get(stack) {
                        let (filled, nodes) = (&arrays.filled, &mut region.nodes);
                        let places = arrays.places(filled, span, nodes, &mut self.fresh);
                        nodes.extend(places.into_iter().zip(record).map(|(place, v)| Node {
                            op: Op::Store(place, *v),
                            results: Vec::new(),
                            span,
                        }));
                        continue;
                    }
                }
                Op::StackPop(stack) => {
                    if let Some(arrays) = self.arrays.get(stack) {
                        let (emptied, nodes) = (&arrays.emptied, &mut region.nodes);
                        let places = arrays.places(emptied, span, nodes, &mut self.fresh);
                        nodes.extend(places.into_iter().zip(&node.results).map(|(place, v)| {
                            Node { op: Op::Load(place, Take::Value), results: vec![*v], span }
                        }));
                        continue;
                    }
                }
                op => op.regions_mut().for_each(|inner| self.region(inner)),
            }
            region.nodes.push(node);
        }
    }
}

impl Arrays {
    fn make(
        &mut self,
        mut name: Option<syn::Ident>,
        span: Span,
        nodes: &mut Vec<Node>,
        fresh: &mut Fresh,
    ) {
        for (mut ty, zero) in mem::take(&mut self.types) {
            let mut start = fresh.value(ty.clone(), span);
            nodes.push(Node { op: Op::Const(zero), results: vec![start], span });
            match &self.room {
                Room::Arrays(lengths) => {
                    for len in lengths.iter().rev() {
                        let repeat = Op::Repeat(start, len.parse().unwrap_or_default());
                        ty = Type::Array(Box::new(ty), len.clone());
                        start = fresh.value(ty.clone(), span);
                        nodes.push(Node { op: repeat, results: vec![start], span });
                    }
                }
                Room::Vec(lengths) => {
                    let mut len = lengths[0];
                    for by in &lengths[1..] {
                        len = fresh.arithmetic(Fun::Mul, len, *by, span, nodes);
                    }
                    ty = Type::Vec(Box::new(ty));
                    let repeat = Op::VecRepeat(start, len);
                    start = fresh.value(ty.clone(), span);
                    nodes.push(Node { op: repeat, results: vec![start], span });
                }
            }
            fresh.values.push(ValueData::new(ty, name.take(), Storage::Object, span));
            let array = Value::new(fresh.values.len() - 1);
            nodes.push(Node { op: Op::Object(start), results: vec![array], span });
            self.held.push(array);
        }
    }

    /// The same element of each array, that of those indices.
    fn places(
        &self,
        indices: &[Value],
        span: Span,
        nodes: &mut Vec<Node>,
        fresh: &mut Fresh,
    ) -> Vec<Place> {
        let path: Vec<Proj> = match &self.room {
            Room::Arrays(_) => indices.iter().map(|i| Proj::Index(*i)).collect(),
            Room::Vec(lengths) => {
                let mut at = indices[0];
                for (index, length) in indices[1..].iter().zip(&lengths[1..]) {
                    let start = fresh.arithmetic(Fun::Mul, at, *length, span, nodes);
                    at = fresh.arithmetic(Fun::Add, start, *index, span, nodes);
                }
                vec![Proj::Index(at)]
            }
        };
        self.held.iter().map(|root| Place { root: *root, path: path.clone() }).collect()
    }
}

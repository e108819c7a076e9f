//! Keeps in arrays what loops over arrays keep.

use std::collections::BTreeMap;
use std::mem;

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::Literal;
use crate::ir::{
    Graph, Node, Op, Place, Proj, Region, Storage, Take, Type, Value, ValueData, ValueMap,
};
use crate::rules::Fun;
use crate::transform::keeps;

/// Above so many records, a stack stays one, and goes to the heap: save where it is made in a loop, and an
/// array that the function itself holds is as long.
const MOST: u64 = 128;

/// Turns a stack into arrays, one for each number of a record, where the loops that fill it run over the
/// indices of arrays and so do those that empty it: an index needs no count of records, and no order of the
/// iterations.
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
    let mut stacks = Stacks { graph: &graph, found: BTreeMap::new(), lengths: Lengths::of(&graph) };
    stacks.region(&graph.body, &mut Vec::new());
    let arrays = stacks.arrays();
    if !arrays.is_empty() {
        let mut rewrite = Rewrite { arrays, values: mem::take(&mut graph.values) };
        rewrite.region(&mut graph.body);
        graph.values = rewrite.values;
    }
    graph
}

/// What is done with one stack.
#[derive(Default)]
struct Stack<'g> {
    /// The regions around the node that makes it.
    made: Option<Vec<Level<'g>>>,
    /// The regions around each node that keeps a record, and what it keeps.
    pushes: Vec<(Vec<Level<'g>>, &'g [Value])>,
    /// The regions around each node that takes one back, and what it gives.
    pops: Vec<(Vec<Level<'g>>, &'g [Value])>,
    /// Whether it is handed on.
    escapes: bool,
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
}

impl<'g> Stacks<'g> {
    fn region(&mut self, region: &'g Region, around: &mut Vec<Level<'g>>) {
        for node in &region.nodes {
            match &node.op {
                Op::StackNew(..) => {
                    let stack = self.found.entry(node.results[0]).or_default();
                    stack.made = Some(around.clone());
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

    fn array(&self, uses: &Stack<'g>) -> Option<Arrays> {
        let ([(push, kept)], [(pop, taken)]) = (&uses.pushes[..], &uses.pops[..]) else {
            return None;
        };
        let made = uses.made.as_ref().filter(|_| !uses.escapes)?;
        let within = |inner: &[Level<'_>]| {
            let same = |(a, b): (&Level<'_>, &Level<'_>)| std::ptr::eq(a.region, b.region);
            inner.len() > made.len() && made.iter().zip(inner).all(same)
        };
        if !within(push) || !within(pop) || push.len() != pop.len() {
            return None;
        }
        let mut loops =
            Loops { integers: &self.lengths, indices: Vec::new(), once: made.is_empty() };
        let levels = push[made.len()..].iter().zip(&pop[made.len()..]);
        let lengths = levels.map(|(there, back)| loops.enter(there.holder, back.holder));
        let lengths = lengths.collect::<Option<Vec<_>>>()?;
        if !self.lengths.may_be_held(&lengths, made.is_empty())
            || taken.iter().any(|v| self.graph.data(*v).storage != Storage::Local)
        {
            return None;
        }
        let types = kept.iter().map(|v| {
            let ty = self.graph.ty(*v);
            Some((ty.clone(), zero(ty)?))
        });
        let types = types.collect::<Option<Vec<_>>>()?;
        let (filled, emptied) = loops.indices.into_iter().unzip();
        Some(Arrays { types, lengths, filled, emptied, held: Vec::new() })
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
    /// Goes on inwards if it is so there; gives the length of an array that the indices fit.
    fn enter(&mut self, there: &Node, back: &Node) -> Option<String> {
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
        let all = self.integers.is_zero(lo) && self.integers.is_whole(hi);
        self.integers.above(hi).filter(|_| all || self.once)
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

/// The lengths of arrays.
struct Lengths<'g> {
    graph: &'g Graph,
    /// What defines the integers.
    definitions: ValueMap<&'g Op>,
    /// Those of the arrays that the function itself holds, the outermost first.
    own: Vec<Vec<&'g str>>,
}

impl<'g> Lengths<'g> {
    fn of(graph: &'g Graph) -> Self {
        let mut definitions = ValueMap::default();
        graph.body.each_node(&mut |node| {
            if let [result] = node.results[..]
                && matches!(graph.ty(result), Type::Int(_))
            {
                definitions.insert(result, &node.op);
            }
        });
        let held = |data: &&ValueData| matches!(data.storage, Storage::Local | Storage::Object);
        let own = graph.values.iter().filter(held).filter_map(|data| shape(&data.ty)).collect();
        Self { graph, definitions, own }
    }

    fn literal(&self, v: Value) -> Option<i64> {
        match self.definitions.get(v)? {
            Op::Const(tokens) => match Literal::read(tokens)? {
                Literal::Int(n) => Some(n),
                _ => None,
            },
            _ => None,
        }
    }

    fn is_zero(&self, v: Value) -> bool {
        self.literal(v) == Some(0)
    }

    /// Whether an integer is the length of an array or a constant itself.
    fn is_whole(&self, v: Value) -> bool {
        matches!(self.definitions.get(v), Some(Op::Const(_) | Op::Len(_)))
    }

    /// Whether the index of a loop is a `usize`, or can be one: where it runs from literal to literal and
    /// nothing reads it.
    fn is_index(&self, index: Value, ends: [Value; 2], body: &Region) -> bool {
        let literal = |v: &Value| {
            let data = self.graph.data(*v);
            data.name.is_none() && data.ty == Type::Int(None) && self.literal(*v).is_some()
        };
        let ty = self.graph.ty(index);
        let mut read = false;
        body.each_use(&mut |v| read |= v == index);
        *ty == Type::usize() || *ty == Type::Int(None) && !read && ends.iter().all(literal)
    }

    /// The length of an array that an integer does not exceed.
    fn above(&self, v: Value) -> Option<String> {
        match self.definitions.get(v)? {
            Op::Const(tokens) => match Literal::read(tokens) {
                Some(_) => u64::try_from(self.literal(v)?).ok().map(|n| n.to_string()),
                None => {
                    Some(tokens.to_string()).filter(|text| self.is_own(std::slice::from_ref(text)))
                }
            },
            Op::Len(place) => self.length(place).map(str::to_owned),
            Op::Scalar(Fun::Min, args) => args.iter().find_map(|v| self.above(*v)),
            // Of `usize`, where nothing is negative.
            Op::Scalar(Fun::Sub | Fun::Div, args) if *self.graph.ty(v) == Type::usize() => {
                self.above(args[0])
            }
            _ => None,
        }
    }

    /// The length of what is at a place, if it is an array.
    fn length(&self, place: &Place) -> Option<&'g str> {
        let mut ty = self.graph.ty(place.root);
        for step in &place.path {
            ty = match (step, ty) {
                (Proj::Index(_), Type::Array(element, _)) => element,
                _ => return None,
            };
        }
        match ty {
            Type::Array(_, len) => Some(len),
            _ => None,
        }
    }

    /// Whether arrays of those lengths find room, those that are made once or those of an iteration.
    fn may_be_held(&self, lengths: &[String], once: bool) -> bool {
        let records = lengths.iter().map(|len| len.parse::<u64>().ok()).product::<Option<u64>>();
        records.is_some_and(|records| records <= MOST) || !once && self.is_own(lengths)
    }

    fn is_own(&self, lengths: &[String]) -> bool {
        let fits = |own: &[&str]| {
            own.len() >= lengths.len() && own.iter().zip(lengths).all(|(a, b)| a == b)
        };
        self.own.iter().any(|own| fits(own))
    }
}

/// The lengths of an array, the outermost first.
fn shape(mut ty: &Type) -> Option<Vec<&str>> {
    let mut lengths = Vec::new();
    while let Type::Array(element, len) = ty {
        lengths.push(&len[..]);
        ty = element;
    }
    (!lengths.is_empty()).then_some(lengths)
}

/// What a stack becomes.
struct Arrays {
    /// The types of the numbers, and the zeros that the arrays start from, in the order of the record.
    types: Vec<(Type, TokenStream)>,
    /// Those of each array, the outermost first.
    lengths: Vec<String>,
    /// The indices where a record is kept.
    filled: Vec<Value>,
    /// The indices where it is taken back.
    emptied: Vec<Value>,
    /// The arrays.
    held: Vec<Value>,
}

struct Rewrite {
    arrays: BTreeMap<Value, Arrays>,
    values: Vec<ValueData>,
}

impl Rewrite {
    fn region(&mut self, region: &mut Region) {
        for mut node in region.take_nodes() {
            let span = node.span;
            match &mut node.op {
                Op::StackNew(..) => {
                    if let Some(arrays) = self.arrays.get_mut(&node.results[0]) {
                        let name = self.values[node.results[0].index()].name.clone();
                        arrays.make(name, span, &mut region.nodes, &mut self.values);
                        continue;
                    }
                }
                Op::StackPush(stack, record) => {
                    if let Some(arrays) = self.arrays.get(stack) {
                        let places = places(&arrays.held, &arrays.filled);
                        region.nodes.extend(places.zip(record).map(|(place, v)| Node {
                            op: Op::Store(place, *v),
                            results: Vec::new(),
                            span,
                        }));
                        continue;
                    }
                }
                Op::StackPop(stack) => {
                    if let Some(arrays) = self.arrays.get(stack) {
                        let places = places(&arrays.held, &arrays.emptied);
                        region.nodes.extend(places.zip(&node.results).map(|(place, v)| Node {
                            op: Op::Load(place, Take::Value),
                            results: vec![*v],
                            span,
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
        values: &mut Vec<ValueData>,
    ) {
        for (mut ty, zero) in mem::take(&mut self.types) {
            let mut start = Value::fresh(values, ty.clone(), span);
            nodes.push(Node { op: Op::Const(zero), results: vec![start], span });
            for len in self.lengths.iter().rev() {
                let repeat = Op::Repeat(start, len.parse().unwrap_or_default());
                ty = Type::Array(Box::new(ty), len.clone());
                start = Value::fresh(values, ty.clone(), span);
                nodes.push(Node { op: repeat, results: vec![start], span });
            }
            values.push(ValueData::new(ty, name.take(), Storage::Object, span));
            let array = Value::new(values.len() - 1);
            nodes.push(Node { op: Op::Object(start), results: vec![array], span });
            self.held.push(array);
        }
    }
}

/// The same element of each array.
fn places(arrays: &[Value], indices: &[Value]) -> impl Iterator<Item = Place> {
    let path: Vec<Proj> = indices.iter().map(|i| Proj::Index(*i)).collect();
    arrays.iter().map(move |root| Place { root: *root, path: path.clone() })
}

//! What passes over loops share: the loops, and what a node does with an object.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::mem;
use std::ops::Deref;

use proc_macro2::{Literal, Span};
use quote::quote;

use super::literal::Literal as Known;
use crate::analysis::{Layout, RegionId};
use crate::ir::{
    CallArg, Graph, Node, Op, Place, Proj, PullArg, Region, Take, Type, Value, ValueData, ValueMap,
};
use crate::rules::Fun;

/// Looks for work in every `for` loop, and does it, outer loops first: what `find` says of a loop counts
/// the nodes of its body before anything is added there. `apply` may put nodes before and after the loop.
pub fn rewrite_loops<W>(
    mut graph: Graph,
    find: impl for<'g> Fn(&'g Graph, &Laid<'g>, &Loop<'g>) -> Vec<W>,
    apply: impl FnMut(&mut Fresh, &mut Node, Vec<W>, &mut Vec<Node>, &mut Vec<Node>),
) -> Graph {
    let mut plan = BTreeMap::new();
    let layout = Laid::of(&graph);
    each_loop(&graph.body, &mut 0, &mut |of| {
        let found = find(&graph, &layout, of);
        if !found.is_empty() {
            plan.insert(of.id, found);
        }
    });
    if plan.is_empty() {
        return graph;
    }
    let fresh = Fresh { values: mem::take(&mut graph.values) };
    let mut rewrite = Rewrite { plan, apply, fresh, next: 0 };
    rewrite.region(&mut graph.body);
    Graph { values: rewrite.fresh.values, ..graph }
}

/// A `for` loop.
pub struct Loop<'g> {
    pub node: &'g Node,
    /// Its body, the region of that id.
    pub body: &'g Region,
    pub id: RegionId,
    /// Whether it descends.
    pub rev: bool,
}

/// Calls `f` on each loop, outer ones first; `next` counts regions as a layout does.
fn each_loop<'g>(region: &'g Region, next: &mut RegionId, f: &mut dyn FnMut(&Loop<'g>)) {
    *next += 1;
    for node in &region.nodes {
        if let Op::For { body, rev, .. } = &node.op {
            f(&Loop { node, body, id: *next, rev: *rev });
        }
        node.op.regions().for_each(|inner| each_loop(inner, next, f));
    }
}

/// The layout of a graph, made when it is first asked for: most loops are out of the question at sight.
pub struct Laid<'g> {
    graph: &'g Graph,
    layout: OnceCell<Layout<'g>>,
}

impl<'g> Laid<'g> {
    /// That of a graph.
    pub fn of(graph: &'g Graph) -> Self {
        Self { graph, layout: OnceCell::new() }
    }

    /// Whether a value is a literal zero, as where loops start.
    pub fn is_zero(&self, v: Value) -> bool {
        matches!(self.node(v).map(|n| &n.op),
            Some(Op::Const(tokens)) if Known::read(tokens) == Some(Known::Int(0)))
    }
}

impl<'g> Deref for Laid<'g> {
    type Target = Layout<'g>;

    fn deref(&self) -> &Layout<'g> {
        self.layout.get_or_init(|| Layout::new(self.graph))
    }
}

struct Rewrite<W, F> {
    plan: BTreeMap<RegionId, Vec<W>>,
    apply: F,
    fresh: Fresh,
    /// The region that comes next, as a layout counts them.
    next: RegionId,
}

impl<W, F> Rewrite<W, F>
where
    F: FnMut(&mut Fresh, &mut Node, Vec<W>, &mut Vec<Node>, &mut Vec<Node>),
{
    fn region(&mut self, region: &mut Region) {
        self.next += 1;
        for mut node in region.take_nodes() {
            let mut after = Vec::new();
            if matches!(node.op, Op::For { .. })
                && let Some(work) = self.plan.remove(&self.next)
            {
                (self.apply)(&mut self.fresh, &mut node, work, &mut region.nodes, &mut after);
            }
            node.op.regions_mut().for_each(|inner| self.region(inner));
            region.nodes.push(node);
            region.nodes.append(&mut after);
        }
    }
}

/// What a `for` loop runs over.
#[derive(Clone, Copy)]
pub struct Range {
    /// The first index.
    pub lo: Value,
    /// One past the last index, or the last if `inclusive`.
    pub hi: Value,
    /// `..=`.
    pub inclusive: bool,
    /// The loop's.
    pub span: Span,
}

/// A loop upwards.
pub fn looped(lo: Value, hi: Value, init: Vec<Value>, body: Region) -> Op {
    Op::For { lo, hi, inclusive: false, rev: false, init, body }
}

/// What is added to a sum by the operation that gives its next value, or subtracted.
pub fn term(op: &Op, sum: Value) -> Option<(Fun, Value)> {
    match op {
        Op::Scalar(Fun::Add, args) if args[0] == sum => Some((Fun::Add, args[1])),
        Op::Scalar(Fun::Add, args) if args[1] == sum => Some((Fun::Add, args[0])),
        Op::Scalar(Fun::Sub, args) if args[0] == sum => Some((Fun::Sub, args[1])),
        _ => None,
    }
}

/// Makes new values.
pub struct Fresh {
    /// The table of values.
    pub values: Vec<ValueData>,
}

impl Fresh {
    /// A new nameless local.
    pub fn value(&mut self, ty: Type, span: Span) -> Value {
        Value::fresh(&mut self.values, ty, span)
    }

    /// Appends a node once more, its operands and its result renamed.
    pub fn copy(
        &mut self,
        node: &Node,
        renamed: &mut BTreeMap<Value, Value>,
        nodes: &mut Vec<Node>,
    ) {
        if let [_] = node.results[..] {
            let node = self.repeated(node, renamed);
            nodes.push(node);
        }
    }

    /// A new value of which the same is known.
    pub fn renewed(&mut self, of: Value) -> Value {
        let data = &self.values[of.index()];
        let (ty, span) = (data.ty.clone(), data.span);
        self.value(ty, span)
    }

    /// A node once more, with results of its own.
    pub fn repeated(&mut self, node: &Node, renamed: &mut BTreeMap<Value, Value>) -> Node {
        let of = |v: Value, renamed: &BTreeMap<Value, Value>| renamed.get(&v).copied().unwrap_or(v);
        let op = match &node.op {
            Op::If(condition, then, otherwise) => {
                let condition = of(*condition, renamed);
                let [then, otherwise] = [then, otherwise].map(|branch| {
                    let mut renamed = renamed.clone();
                    let nodes = branch.nodes.iter();
                    let nodes = nodes.map(|node| self.repeated(node, &mut renamed)).collect();
                    let results = branch.results.iter().map(|v| of(*v, &renamed)).collect();
                    Region { nodes, results, ..Region::default() }
                });
                Op::If(condition, then, otherwise)
            }
            op => op.map(&mut |v| of(v, renamed)),
        };
        let results = node.results.iter().map(|result| {
            let fresh = self.renewed(*result);
            renamed.insert(*result, fresh);
            fresh
        });
        Node { op, results: results.collect(), span: node.span }
    }

    /// Computes a number of a loop's body once more, as it is where the renamed values stand for others.
    pub fn again(
        &mut self,
        v: Value,
        body: &[Node],
        renamed: &mut BTreeMap<Value, Value>,
        nodes: &mut Vec<Node>,
    ) {
        if renamed.contains_key(&v) {
            return;
        }
        let Some(node) = body.iter().find(|n| n.results == [v]) else { return };
        node.op.each_input(&mut |input| self.again(input, body, renamed, nodes));
        self.copy(node, renamed, nodes);
    }

    /// Whether a loop runs at all.
    pub fn runs(&mut self, range: Range, nodes: &mut Vec<Node>) -> Value {
        let Range { lo, hi, inclusive, span } = range;
        let test = if inclusive { Fun::Le } else { Fun::Lt };
        let runs = self.value(Type::Bool, span);
        nodes.push(Node { op: Op::Scalar(test, vec![lo, hi]), results: vec![runs], span });
        runs
    }

    /// The least or the greatest index of a loop, if it runs at all.
    pub fn end(&mut self, range: Range, greatest: bool, nodes: &mut Vec<Node>) -> Value {
        let Range { lo, hi, inclusive, span } = range;
        match (greatest, inclusive) {
            (false, _) => lo,
            (true, true) => hi,
            (true, false) => {
                let one = self.integer(1, span, nodes);
                self.arithmetic(Fun::Sub, hi, one, span, nodes)
            }
        }
    }

    /// What is at a place before a loop, if that `runs`: nothing is touched that the loop would not touch.
    /// The nodes give the place.
    pub fn load_if(
        &mut self,
        runs: Value,
        place: Place,
        mut nodes: Vec<Node>,
        ty: &Type,
        span: Span,
    ) -> Node {
        let [start, there, absent] = [0; 3].map(|_| self.value(ty.clone(), span));
        nodes.push(Node { op: Op::Load(place, Take::Value), results: vec![there], span });
        let load = Region { nodes, results: vec![there], ..Region::default() };
        let nodes = vec![Node { op: Op::Undef, results: vec![absent], span }];
        let undefined = Region { nodes, results: vec![absent], ..Region::default() };
        Node { op: Op::If(runs, load, undefined), results: vec![start], span }
    }

    /// Moves a place by some distance along a step of its path.
    pub fn shift(
        &mut self,
        place: &mut Place,
        step: usize,
        distance: i64,
        span: Span,
        nodes: &mut Vec<Node>,
    ) {
        if distance != 0
            && let Proj::Index(v) = place.path[step]
        {
            let fun = if distance > 0 { Fun::Add } else { Fun::Sub };
            let distance = self.integer(distance.abs(), span, nodes);
            place.path[step] = Proj::Index(self.arithmetic(fun, v, distance, span, nodes));
        }
    }

    /// An operation on indices.
    pub fn arithmetic(
        &mut self,
        fun: Fun,
        a: Value,
        b: Value,
        span: Span,
        nodes: &mut Vec<Node>,
    ) -> Value {
        let value = self.value(Type::usize(), span);
        nodes.push(Node { op: Op::Scalar(fun, vec![a, b]), results: vec![value], span });
        value
    }

    /// An integer constant.
    pub fn integer(&mut self, n: i64, span: Span, nodes: &mut Vec<Node>) -> Value {
        let value = self.value(Type::Int(None), span);
        let literal = Literal::i64_unsuffixed(n);
        nodes.push(Node { op: Op::Const(quote!(#literal)), results: vec![value], span });
        value
    }

    /// What a sum starts from.
    pub fn neutral(&mut self, ty: &Type, span: Span, nodes: &mut Vec<Node>) -> Value {
        let value = self.value(ty.clone(), span);
        let op = ty.neutral().map_or(Op::Undef, Op::Const);
        nodes.push(Node { op, results: vec![value], span });
        value
    }
}

/// The integers that are literals.
pub fn literal_integers(body: &Region) -> ValueMap<i64> {
    let mut found = ValueMap::default();
    body.each_node(&mut |node| {
        if let Op::Const(tokens) = &node.op
            && let Some(super::Literal::Int(n)) = super::Literal::read(tokens)
        {
            found.insert(node.results[0], n);
        }
    });
    found
}

/// Whether all that a loop's body does with an object is to add to it.
pub fn only_sums(body: &Region, root: Value) -> bool {
    let mut only = true;
    body.each_node(&mut |node| {
        only &= accesses(&node.op, root).iter().all(|a| a.adds)
            && !matches!(&node.op, Op::Len(p) if p.root == root);
    });
    only
}

/// The step of a place that moves by one with each iteration, if the others stay.
pub fn moving_step(
    layout: &Layout<'_>,
    place: &Place,
    body: &Region,
    id: RegionId,
) -> Option<usize> {
    let mut moving = None;
    for (k, step) in place.path.iter().enumerate() {
        match step {
            Proj::Field(_) | Proj::Slot(_) | Proj::Flat => {}
            Proj::Index(v) if layout.moves_with(*v, body.params[0], id) => {
                if moving.replace(k).is_some() {
                    return None;
                }
            }
            Proj::Index(v) if layout.is_fixed_in(*v, id) => {}
            _ => return None,
        }
    }
    moving
}

/// How far the second of two places is from the first, where they differ in that step alone.
pub fn neighbours(layout: &Layout<'_>, a: &Place, b: &Place, step: usize) -> Option<i64> {
    let same = a.root == b.root && a.path.len() == b.path.len();
    let distance = match (same.then(|| &a.path[step])?, &b.path[step]) {
        (Proj::Index(u), Proj::Index(v)) => layout.distance(*u, *v)?,
        _ => return None,
    };
    let mut moved = b.clone();
    moved.path[step] = a.path[step].clone();
    layout.are_same(a, &moved).then_some(distance)
}

/// Calls `f` on all that the nodes of a body do with an object, and those within them, save for the nodes
/// that are `own`.
pub fn each_other_access<'g>(
    body: &'g Region,
    root: Value,
    own: impl Fn(usize) -> bool,
    f: &mut dyn FnMut(Access<'g>),
) {
    for (index, node) in body.nodes.iter().enumerate() {
        if own(index) {
            continue;
        }
        let mut visit = |node: &'g Node| accesses(&node.op, root).into_iter().for_each(&mut *f);
        visit(node);
        node.op.regions().for_each(|inner| inner.each_node(&mut visit));
    }
}

/// Whether anything is added to memory.
pub fn adds(graph: &Graph) -> bool {
    let mut adds = false;
    graph.body.each_node(&mut |node| adds |= matches!(node.op, Op::Accumulate(..)));
    adds
}

/// One thing that an operation does with an object.
#[derive(Debug)]
pub struct Access<'g> {
    /// Where; `None` if that is not told.
    pub place: Option<&'g Place>,
    /// Whether what is there may change.
    pub writes: bool,
    /// Whether it changes by an addition, which commutes with others.
    pub adds: bool,
}

/// What an operation itself does with an object, its regions aside. To look at lengths is no access.
pub fn accesses(op: &Op, root: Value) -> Vec<Access<'_>> {
    let access = |place, writes| Access { place: Some(place), writes, adds: false };
    let adds = |place| Access { place: Some(place), writes: true, adds: true };
    let mut found = match op {
        Op::Load(p, _) => vec![access(p, false)],
        Op::Store(p, _) | Op::SetZero(p) => vec![access(p, true)],
        Op::Accumulate(p, _) => vec![adds(p)],
        Op::AccumulatePlace(p, q) => vec![adds(p), access(q, false)],
        Op::Len(_)
        | Op::Zero(_)
        | Op::ShapeOf(_)
        | Op::Scalar(..)
        | Op::Cast(..)
        | Op::If(..)
        | Op::For { .. }
        | Op::While { .. } => Vec::new(),
        Op::Call(_, args) | Op::CallVjp(_, args) => args.iter().filter_map(argument).collect(),
        Op::Pull { call, dots, args, .. } => {
            let again = call.iter().chain(dots).flatten().filter_map(argument);
            again.chain(args.iter().filter_map(shadow)).collect()
        }
        Op::CallInto { call, args, .. } => {
            call.iter().filter_map(argument).chain(args.iter().filter_map(shadow)).collect()
        }
        _ => {
            let mut read = false;
            op.each_input(&mut |v| read |= v == root);
            let unknown = Access { place: None, writes: true, adds: false };
            return if read { vec![unknown] } else { Vec::new() };
        }
    };
    found.retain(|a| a.place.is_some_and(|p| p.root == root));
    found
}

fn argument(arg: &CallArg) -> Option<Access<'_>> {
    match arg {
        CallArg::Ref(place, writes) => {
            Some(Access { place: Some(place), writes: *writes, adds: false })
        }
        CallArg::Value(_) => None,
    }
}

fn shadow(arg: &PullArg) -> Option<Access<'_>> {
    match arg {
        PullArg::Shadow(place, _) => Some(Access { place: Some(place), writes: true, adds: false }),
        _ => None,
    }
}

//! What passes over loops share: the loops, and what a node does with an object.

use std::collections::BTreeMap;
use std::mem;

use proc_macro2::Span;

use crate::analysis::{Layout, RegionId};
use crate::ir::{CallArg, Graph, Node, Op, Place, PullArg, Region, Type, Value, ValueData};

/// Looks for work in every `for` loop, and does it, outer loops first: what `find` says of a loop counts
/// the nodes of its body before anything is added there. `apply` may put nodes before and after the loop.
pub fn rewrite_loops<W>(
    mut graph: Graph,
    find: impl for<'g> Fn(&'g Graph, &Layout<'g>, &'g Region, RegionId) -> Vec<W>,
    apply: impl FnMut(&mut Fresh, &mut Node, Vec<W>, &mut Vec<Node>, &mut Vec<Node>),
) -> Graph {
    let mut plan = BTreeMap::new();
    let layout = Layout::new(&graph);
    for (id, body) in layout.for_bodies() {
        let found = find(&graph, &layout, body, id);
        if !found.is_empty() {
            plan.insert(id, found);
        }
    }
    drop(layout);
    if plan.is_empty() {
        return graph;
    }
    let fresh = Fresh { values: mem::take(&mut graph.values) };
    let mut rewrite = Rewrite { plan, apply, fresh, next: 0 };
    rewrite.region(&mut graph.body);
    Graph { values: rewrite.fresh.values, ..graph }
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
        let [result] = node.results[..] else { return };
        let data = &self.values[result.index()];
        let value = self.value(data.ty.clone(), data.span);
        let op = node.op.map(&mut |v| renamed.get(&v).copied().unwrap_or(v));
        nodes.push(Node { op, results: vec![value], span: node.span });
        renamed.insert(result, value);
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
        Op::Pull { call, args, .. } => {
            let again = call.iter().flatten().filter_map(argument);
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

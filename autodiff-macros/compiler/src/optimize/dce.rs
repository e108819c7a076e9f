//! Removes what nothing reads.

use std::mem;

use crate::ir::{CallArg, Graph, Node, Op, Region, Storage, Type, Value, ValueMap, ValueSet};
use crate::rules::Fun;

/// Keeps what has an effect and what that depends on. A carried value that feeds itself alone goes,
/// and so does memory that is only written, and of a kept record what nobody takes back.
pub fn dce(mut graph: Graph) -> Graph {
    let live = Liveness::of(&graph);
    let mut next = 0;
    sweep(&mut graph.body, &live, &mut next);
    graph
}

/// What is wanted; nodes by their number, outer before inner, in order of execution.
struct Live {
    nodes: Vec<bool>,
    values: ValueSet,
    /// Of the records in each stack, which values are taken back.
    fields: ValueMap<Vec<bool>>,
}

struct Liveness<'g> {
    graph: &'g Graph,
    /// Each node and the number of the one around it.
    nodes: Vec<(&'g Node, Option<usize>)>,
    /// The node that defines each value, and which of its results or carried values it is.
    definitions: ValueMap<(usize, Option<usize>)>,
    /// The nodes that matter only if that object or stack is read.
    writers: ValueMap<Vec<usize>>,
    /// The records that are kept in each stack.
    kept: ValueMap<Vec<&'g [Value]>>,
    /// Stacks that are handed on as a whole: their records go by other names too, and stay as they are.
    handed_on: ValueSet,
    live: Live,
    open: Vec<Value>,
}

impl<'g> Liveness<'g> {
    fn of(graph: &'g Graph) -> Live {
        let mut liveness = Self {
            graph,
            nodes: Vec::new(),
            definitions: ValueMap::default(),
            writers: ValueMap::default(),
            kept: ValueMap::default(),
            handed_on: handed_on(graph),
            live: Live {
                nodes: Vec::new(),
                values: ValueSet::default(),
                fields: ValueMap::default(),
            },
            open: Vec::new(),
        };
        liveness.number(&graph.body, None);
        liveness.live.nodes = vec![false; liveness.nodes.len()];
        for number in 0..liveness.nodes.len() {
            let (node, _) = liveness.nodes[number];
            if let Op::StackPush(stack, record) = &node.op {
                liveness.kept.or_default(*stack).push(record);
            }
            if node.op.regions().is_empty() && has_effect(&node.op) {
                match liveness.private_memory(&node.op) {
                    Some(root) => liveness.writers.or_default(root).push(number),
                    None => liveness.keep(number),
                }
            }
        }
        graph.body.results.iter().for_each(|v| liveness.want(*v));
        while let Some(value) = liveness.open.pop() {
            liveness.follow(value);
        }
        for (node, _) in &liveness.nodes {
            if let Op::StackPop(stack) = node.op
                && !liveness.handed_on.contains(stack)
            {
                let live = node.results.iter().map(|v| liveness.live.values.contains(*v));
                liveness.live.fields.insert(stack, live.collect());
            }
        }
        liveness.live
    }

    fn number(&mut self, region: &'g Region, around: Option<usize>) {
        for node in &region.nodes {
            let number = self.nodes.len();
            self.nodes.push((node, around));
            for (k, result) in node.results.iter().enumerate() {
                self.definitions.insert(*result, (number, Some(k)));
            }
            for inner in node.op.regions() {
                let fixed = usize::from(matches!(node.op, Op::For { .. }));
                for (k, param) in inner.params.iter().enumerate() {
                    self.definitions.insert(*param, (number, k.checked_sub(fixed)));
                }
                self.number(inner, Some(number));
            }
        }
    }

    /// The object or stack that is all an operation changes, where it is no business of the caller.
    fn private_memory(&self, op: &Op) -> Option<Value> {
        match op {
            Op::StackPush(stack, _) | Op::StackPop(stack) => Some(*stack),
            Op::Store(place, _)
            | Op::Accumulate(place, _)
            | Op::AccumulatePlace(place, _)
            | Op::SetZero(place)
            | Op::Swap(place, ..)
            | Op::Push(place, _)
            | Op::PopBack(place) => {
                let own = self.graph.data(place.root).storage == Storage::Object;
                own.then_some(place.root)
            }
            _ => None,
        }
    }

    fn want(&mut self, value: Value) {
        if self.live.values.insert(value) {
            self.open.push(value);
        }
    }

    /// Keeps what a wanted value depends on.
    fn follow(&mut self, value: Value) {
        if let Some(writers) = self.writers.get_mut(value) {
            for writer in mem::take(writers) {
                self.keep(writer);
            }
        }
        let Some((number, k)) = self.definitions.get(value).copied() else { return };
        self.keep(number);
        let (node, _) = self.nodes[number];
        let Some(k) = k else { return };
        match &node.op {
            Op::StackPop(stack) => {
                for record in self.kept.get(*stack).cloned().unwrap_or_default() {
                    self.want(record[k]);
                }
            }
            Op::If(_, a, b) => {
                self.want(a.results[k]);
                self.want(b.results[k]);
            }
            Op::For { init, body, .. } | Op::While { init, body, .. } => {
                self.want(init[k]);
                self.want(body.results[k]);
            }
            _ => {}
        }
    }

    /// Keeps a node with its operands and what it stands in; of control flow, not what it carries.
    fn keep(&mut self, number: usize) {
        if mem::replace(&mut self.live.nodes[number], true) {
            return;
        }
        let (node, around) = self.nodes[number];
        match &node.op {
            Op::For { lo, hi, .. } => {
                self.want(*lo);
                self.want(*hi);
            }
            Op::While { cond, .. } => self.want(cond.results[0]),
            Op::View { start, .. } => {
                self.want(start.results[0]);
                node.op.each_input(&mut |v| self.want(v));
            }
            Op::StackPush(stack, _) if !self.handed_on.contains(*stack) => self.want(*stack),
            op => op.each_input(&mut |v| self.want(v)),
        }
        if let Some(around) = around {
            self.keep(around);
        }
    }
}

/// The stacks that something else than pushing and popping reads.
fn handed_on(graph: &Graph) -> ValueSet {
    let mut stacks = ValueSet::default();
    if !graph.values.iter().any(|data| matches!(data.ty, Type::Stack)) {
        return stacks;
    }
    let mut add = |v: Value| {
        if *graph.ty(v) == Type::Stack {
            stacks.insert(v);
        }
    };
    graph.body.each_node(&mut |node| {
        match &node.op {
            Op::StackPush(_, record) => record.iter().for_each(|v| add(*v)),
            // A choice may be one of stacks; no other arithmetic is.
            Op::Scalar(fun, _) if *fun != Fun::Select => return,
            Op::StackPop(_) => {}
            op => op.each_input(&mut add),
        }
        // What a record or a branch gave has been handed on before.
        if !matches!(node.op, Op::StackNew(..)) {
            node.results.iter().for_each(|v| add(*v));
        }
        node.op.regions().for_each(|region| region.results.iter().for_each(|v| add(*v)));
    });
    stacks
}

/// Whether a node without regions does anything beside defining its results; code of the compiler's
/// own does not.
fn has_effect(op: &Op) -> bool {
    match op {
        Op::Verbatim { refusal: usize::MAX, captures, .. } => {
            captures.iter().any(|(_, c)| matches!(c, CallArg::Ref(_, true)))
        }
        op => op.has_effect(),
    }
}

fn sweep(region: &mut Region, live: &Live, next: &mut usize) {
    let is_live = |v: &Value| live.values.contains(*v);
    for mut node in region.take_nodes() {
        let wanted = live.nodes[*next];
        *next += 1;
        let Node { op, results, .. } = &mut node;
        match op {
            Op::StackPush(stack, record) => {
                if let Some(kept) = live.fields.get(*stack) {
                    retain(record, kept);
                }
            }
            Op::StackPop(stack) => {
                if let Some(kept) = live.fields.get(*stack) {
                    retain(results, kept);
                }
            }
            Op::If(_, a, b) => {
                let kept: Vec<bool> = results.iter().map(is_live).collect();
                retain(&mut a.results, &kept);
                retain(&mut b.results, &kept);
                retain(results, &kept);
            }
            Op::For { init, body, .. } => {
                let carried = &body.params[1..];
                let kept: Vec<bool> =
                    results.iter().zip(carried).map(|(r, p)| is_live(r) || is_live(p)).collect();
                retain(init, &kept);
                retain(&mut body.results, &kept);
                retain(results, &kept);
                let index = body.params.remove(0);
                retain(&mut body.params, &kept);
                body.params.insert(0, index);
            }
            Op::While { init, cond, body } => {
                let params = cond.params.iter().zip(&body.params);
                let kept: Vec<bool> = results
                    .iter()
                    .zip(params)
                    .map(|(r, (c, b))| is_live(r) || is_live(c) || is_live(b))
                    .collect();
                retain(init, &kept);
                retain(&mut cond.params, &kept);
                retain(&mut body.params, &kept);
                retain(&mut body.results, &kept);
                retain(results, &kept);
            }
            _ => {}
        }
        for inner in op.regions_mut() {
            sweep(inner, live, next);
        }
        if wanted {
            region.nodes.push(node);
        }
    }
}

fn retain(values: &mut Vec<Value>, kept: &[bool]) {
    let mut kept = kept.iter();
    values.retain(|_| *kept.next().expect("one for each value"));
}

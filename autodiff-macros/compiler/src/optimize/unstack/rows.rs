//! Keeps parts of sequences where loops keep what they compute of them.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use proc_macro2::Span;
use quote::format_ident;

use super::{Level, Loops, Nests, Stack, Stacks};
use crate::analysis::{RECOMPUTE, RegionId};
use crate::ir::{Graph, Node, Op, Place, Proj, Region, Storage, Take, Type, Value, ValueData};
use crate::optimize::view::sequence_of;
use crate::optimize::walk::{Fresh, Range, accesses};
use crate::rules::Fun;
use crate::transform::keeps;

/// Where each iteration of a loop keeps numbers that are computed of elements next to each other, and the
/// sequence is overwritten only after the loop, keeps a copy of that part of it before the loop instead. The
/// backward sweep computes the numbers again. Neither loop has to do with a stack then, the first one copies
/// nothing by itself, and both may be vectorized.
///
/// Input → Output:
///
/// ```text
///                                      r = rows_new
/// s = stack_new                        …
/// …                                    w = view x[lo..hi + 1]
/// for i in lo..hi                      rows_push r, w
///   d = sub x[i + 1], x[i]             for i in lo..hi
///   stack_push s, d               →      d = sub x[i + 1], x[i]
/// …                                    …
/// for j in lo..hi, rev                 w = rows_pop r
///   e = stack_pop s                    for j in lo..hi, rev
///                                        e = sub w[j - lo + 1], w[j - lo]
/// ```
pub fn rows(mut graph: Graph) -> Graph {
    if !keeps(&graph) {
        return graph;
    }
    let stacks = Stacks::of(&graph);
    let plans: BTreeMap<Value, Plan> = stacks
        .found
        .iter()
        .filter_map(|(stack, uses)| Some((*stack, stacks.plan(uses)?)))
        .collect();
    if plans.is_empty() {
        return graph;
    }
    let fresh = Fresh { values: mem::take(&mut graph.values) };
    let mut rewrite = Rewrite { plans, fresh };
    rewrite.region(&mut graph.body);
    Graph { values: rewrite.fresh.values, ..graph }
}

/// A part of a sequence that a loop reads.
#[derive(Clone)]
struct Window {
    sequence: Place,
    element: Type,
    /// The least index of an iteration.
    least: Value,
    /// How far from that the greatest is.
    spread: i64,
}

/// An element that a loop reads.
#[derive(Clone)]
struct Element {
    value: Value,
    index: Value,
    /// The window that it is in, by its number.
    window: usize,
}

/// What becomes of a stack.
struct Plan {
    windows: Vec<Window>,
    /// The elements, each with its distance from the first of its window.
    elements: Vec<(Element, i64)>,
    /// What is computed again, and what that is in the loop that takes back.
    again: Vec<(Value, Value)>,
    /// Whether that is all of the record.
    whole: bool,
    /// The body of the loop that keeps.
    body: Region,
    /// The index of the loop that takes back.
    emptied: Value,
    /// Where that starts.
    from: Option<Value>,
    /// For each window where its copies are kept, and the one that is taken back.
    held: Vec<(Value, Value)>,
}

impl<'g> Stacks<'g> {
    fn plan(&self, uses: &Stack<'g>) -> Option<Plan> {
        let Nests { made, push, kept, pop, taken } = uses.nests()?;
        let mut loops =
            Loops { integers: &self.lengths, indices: Vec::new(), once: made.around.is_empty() };
        let (there, back) = (*push.last()?, *pop.last()?);
        let entered = push.iter().zip(pop).map(|(a, b)| loops.enter(a.holder, b.holder)).last();
        // What is in a record twice would come back once.
        let is_once = kept.iter().collect::<BTreeSet<_>>().len() == kept.len();
        if !made.heap || entered.flatten().is_none() || !is_once {
            return None;
        }
        let id = self.layout.id(there.region);
        let mut search =
            Search { stacks: self, level: there, id, before: made.after, found: Found::default() };
        let mut again = Vec::new();
        for (kept, back) in kept.iter().zip(taken) {
            let so_far = search.found.clone();
            let is_local = self.graph.data(*back).storage == Storage::Local;
            if is_local && search.is_computed(*kept) && search.needs(*kept) {
                again.push((*kept, *back));
            } else {
                search.found = so_far;
            }
        }
        let Found { windows, elements, .. } = search.found;
        let whole = again.len() == kept.len();
        // Of as many numbers as before, only if nothing else is left.
        if windows.is_empty() || windows.len() + usize::from(!whole) > again.len() {
            return None;
        }
        let place = |element: Element| {
            let distance = self.layout.distance(windows[element.window].least, element.index)?;
            Some((element, distance))
        };
        let elements = elements.into_iter().map(place).collect::<Option<Vec<_>>>()?;
        let (body, emptied) = (there.region.clone(), back.region.params[0]);
        Some(Plan { windows, elements, again, whole, body, emptied, from: None, held: Vec::new() })
    }
}

/// What numbers of a loop are computed of.
#[derive(Clone, Default)]
struct Found {
    windows: Vec<Window>,
    elements: Vec<Element>,
    seen: BTreeSet<Value>,
}

/// Looks for what the numbers of a loop are computed of.
struct Search<'a, 'g> {
    stacks: &'a Stacks<'g>,
    level: Level<'g>,
    id: RegionId,
    /// What is defined before so many values is there on the way back.
    before: usize,
    found: Found,
}

impl Search<'_, '_> {
    /// Whether it is the loop's body that computes a number.
    fn is_computed(&self, v: Value) -> bool {
        self.level.region.nodes.iter().any(|node| node.results.contains(&v))
    }

    /// Whether a number can be computed again, by cheap arithmetic on elements and on what is there.
    fn needs(&mut self, v: Value) -> bool {
        if v == self.level.region.params[0] || !self.found.seen.insert(v) {
            return true;
        }
        let Some(node) = self.level.region.nodes.iter().find(|node| node.results.contains(&v))
        else {
            return self.stacks.defined.get(v).is_some_and(|number| *number < self.before);
        };
        match &node.op {
            Op::Const(_) => true,
            Op::Scalar(fun, args) if fun.cost() <= RECOMPUTE => {
                args.iter().all(|arg| self.needs(*arg))
            }
            Op::Load(place, Take::Value | Take::Clone) => self.is_element(v, place),
            _ => false,
        }
    }

    /// Whether a place is an element that a window can hold, as it is throughout the loop.
    fn is_element(&mut self, value: Value, place: &Place) -> bool {
        let Stacks { graph, layout, .. } = self.stacks;
        let Some((Proj::Index(index), prefix)) = place.path.split_last() else { return false };
        let sequence = Place { root: place.root, path: prefix.to_vec() };
        let mut stays = layout.is_outside(sequence.root, self.id);
        sequence.each_index(&mut |v| stays &= layout.is_outside(v, self.id));
        self.level.region.each_node(&mut |node| {
            stays &= accesses(&node.op, sequence.root).iter().all(|access| !access.writes);
        });
        let moves = || layout.moves_with(*index, self.level.region.params[0], self.id);
        let is_held =
            !matches!(graph.data(sequence.root).storage, Storage::Slot | Storage::Tangent);
        let Some(element) = sequence_of(graph, &sequence).filter(|ty| ty.is_float()) else {
            return false;
        };
        if !stays || !is_held || !moves() {
            return false;
        }
        let Found { windows, elements, .. } = &mut self.found;
        let near = windows.iter().position(|window| {
            layout.are_same(&window.sequence, &sequence)
                && layout.distance(window.least, *index).is_some_and(|d| d.abs() <= NEAR)
        });
        let window = near.unwrap_or_else(|| {
            windows.push(Window { sequence, element, least: *index, spread: 0 });
            windows.len() - 1
        });
        let Window { least, spread, .. } = &mut windows[window];
        match layout.distance(*least, *index) {
            Some(distance) if distance < 0 => {
                *spread -= distance;
                *least = *index;
            }
            Some(distance) => *spread = distance.max(*spread),
            None => {}
        }
        elements.push(Element { value, index: *index, window });
        true
    }
}

/// Elements that are so far from each other, at most, are kept in one copy.
const NEAR: i64 = 16;

struct Rewrite {
    plans: BTreeMap<Value, Plan>,
    fresh: Fresh,
}

impl Rewrite {
    fn region(&mut self, region: &mut Region) {
        for mut node in region.take_nodes() {
            let span = node.span;
            match &mut node.op {
                Op::StackNew(room, _) => {
                    if let Some(plan) = self.plans.get_mut(&node.results[0]) {
                        plan.open(*room, span, &mut region.nodes, &mut self.fresh);
                        if plan.whole {
                            continue;
                        }
                    }
                }
                Op::StackPush(stack, record) => {
                    if let Some(plan) = self.plans.get(stack) {
                        if plan.whole {
                            continue;
                        }
                        record.retain(|v| plan.again.iter().all(|(kept, _)| kept != v));
                    }
                }
                Op::StackPop(stack) => {
                    if let Some(plan) = self.plans.get(stack) {
                        plan.compute(span, &mut region.nodes, &mut self.fresh);
                        if plan.whole {
                            continue;
                        }
                        node.results.retain(|v| plan.again.iter().all(|(_, back)| back != v));
                    }
                }
                Op::For { lo, hi, body, .. } => {
                    let range = Range { lo: *lo, hi: *hi, inclusive: false, span };
                    let index = body.params[0];
                    for plan in self.plans.values_mut() {
                        if plan.body.params[0] == index {
                            plan.keep(range, &mut region.nodes, &mut self.fresh);
                        } else if plan.emptied == index {
                            plan.take(range, &mut region.nodes);
                        }
                    }
                    self.region(body);
                }
                op => op.regions_mut().for_each(|inner| self.region(inner)),
            }
            region.nodes.push(node);
        }
    }
}

impl Fresh {
    /// A stack of rows that are parts or copies of an object.
    pub fn rows_of(
        &mut self,
        root: Value,
        room: Option<Value>,
        span: Span,
        nodes: &mut Vec<Node>,
    ) -> Value {
        let name = self.values[root.index()].name.as_ref();
        let kept = name.map(|name| format_ident!("kept_{name}", span = name.span()));
        self.values.push(ValueData::new(Type::Stack, kept, Storage::Local, span));
        let rows = Value::new(self.values.len() - 1);
        nodes.push(Node { op: Op::RowsNew(room), results: vec![rows], span });
        rows
    }
}

impl Plan {
    /// Makes the stacks of rows.
    fn open(&mut self, room: Option<Value>, span: Span, nodes: &mut Vec<Node>, fresh: &mut Fresh) {
        for window in &self.windows {
            let rows = fresh.rows_of(window.sequence.root, room, span, nodes);
            let row = fresh.part_of(&window.sequence, &window.element, Storage::Ref, span);
            self.held.push((rows, row));
        }
    }

    /// Keeps the windows of a loop that comes next.
    fn keep(&self, range: Range, nodes: &mut Vec<Node>, fresh: &mut Fresh) {
        let Range { lo, hi, span, .. } = range;
        for (window, (rows, _)) in self.windows.iter().zip(&self.held) {
            let hi = if window.spread == 0 {
                hi
            } else {
                let spread = fresh.integer(window.spread, span, nodes);
                let end = fresh.arithmetic(Fun::Add, hi, spread, span, nodes);
                let runs = fresh.runs(range, nodes);
                let hi = fresh.value(Type::usize(), span);
                let op = Op::Scalar(Fun::Select, vec![runs, end, lo]);
                nodes.push(Node { op, results: vec![hi], span });
                hi
            };
            let view = fresh.part_of(&window.sequence, &window.element, Storage::Ref, span);
            let start = fresh.first_index(&self.body, window.least, lo);
            let op = Op::View { sequence: window.sequence.clone(), lo, hi, start };
            nodes.push(Node { op, results: vec![view], span });
            let op = Op::RowsPush(*rows, Place::whole(view));
            nodes.push(Node { op, results: Vec::new(), span });
        }
    }

    /// Takes back the windows of a loop that comes next.
    fn take(&mut self, range: Range, nodes: &mut Vec<Node>) {
        self.from = Some(range.lo);
        nodes.extend(self.held.iter().map(|(rows, row)| Node {
            op: Op::RowsPop(*rows),
            results: vec![*row],
            span: range.span,
        }));
    }

    /// Computes once more what the record held.
    fn compute(&self, span: Span, nodes: &mut Vec<Node>, fresh: &mut Fresh) {
        let from = self.from.expect("the loop has taken the windows");
        let at = nodes.len();
        let first = fresh.arithmetic(Fun::Sub, self.emptied, from, span, nodes);
        let mut renamed = BTreeMap::from([(self.body.params[0], self.emptied)]);
        for (element, distance) in &self.elements {
            let row = self.held[element.window].1;
            let mut place = Place::whole(row).with(Proj::Index(first));
            fresh.shift(&mut place, 0, *distance, span, nodes);
            let value = fresh.renewed(element.value);
            nodes.push(Node { op: Op::Load(place, Take::Value), results: vec![value], span });
            renamed.insert(element.value, value);
        }
        for (kept, _) in &self.again {
            fresh.again(*kept, &self.body.nodes, &mut renamed, nodes);
        }
        let given: BTreeMap<Value, Value> =
            self.again.iter().map(|(kept, back)| (renamed[kept], *back)).collect();
        let of = |v: Value| given.get(&v).copied().unwrap_or(v);
        for node in &mut nodes[at..] {
            node.op = node.op.map(&mut |v| of(v));
            node.results.iter_mut().for_each(|v| *v = of(*v));
        }
    }
}

//! Keeps copies of whole vectors one behind the other.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use proc_macro2::Span;

use super::{Stack, Stacks};
use crate::ir::{CallArg, Graph, Node, Op, Place, Proj, Region, Storage, Take, Type, Value};
use crate::optimize::walk::Fresh;
use crate::rules::Fun;
use crate::transform::keeps;

/// Where each iteration of a loop keeps a copy of a vector, the copies lie in the memory of one stack of
/// rows, rather than in memory of their own each.
///
/// Input → Output:
///
/// ```text
///                       r = rows_new
/// s = stack_new         s = stack_new
/// …                     …
/// c = load x, owned     rows_push r, x
/// …                →    …
/// stack_push s, c, a    stack_push s, a
/// …                     …
/// d, b = stack_pop s    b = stack_pop s
///                       d = rows_pop r
/// ```
pub fn copies(mut graph: Graph) -> Graph {
    if !keeps(&graph) {
        return graph;
    }
    let plans = Stacks::of(&graph).plans();
    if plans.is_empty() {
        return graph;
    }
    let fresh = Fresh { values: mem::take(&mut graph.values) };
    let mut rewrite = Rewrite { plans, fresh };
    rewrite.region(&mut graph.body);
    Graph { values: rewrite.fresh.values, ..graph }
}

/// What becomes of a stack: its copies, and whether nothing else is in a record.
struct Plan {
    copies: Vec<Copy>,
    whole: bool,
}

/// A copy that a record holds.
struct Copy {
    kept: Value,
    taken: Value,
    of: Place,
    /// Whether that is there before the stack is made, so that the length of the first copy is known then.
    early: bool,
    /// Where the copies go.
    rows: Option<Value>,
}

impl Stacks<'_> {
    fn plans(&self) -> BTreeMap<Value, Plan> {
        let read = Read::of(&self.graph.body);
        let plan = |(stack, uses): (&Value, &Stack<'_>)| Some((*stack, self.copies(uses, &read)?));
        self.found.iter().filter_map(plan).collect()
    }

    fn copies(&self, uses: &Stack<'_>, read: &Read) -> Option<Plan> {
        let ([(push, kept)], [(_, taken)]) = (&uses.pushes[..], &uses.pops[..]) else {
            return None;
        };
        let made = uses.made.as_ref().filter(|_| !uses.escapes)?;
        let region = push.last()?.region;
        let one = |(kept, taken): (&Value, &Value)| {
            let node = region.nodes.iter().find(|node| node.results == [*kept])?;
            let Op::Load(of, Take::Owned | Take::Clone) = &node.op else { return None };
            let Type::Vec(element) = self.graph.ty(*kept) else { return None };
            let fits = element.is_copy()
                && self.layout.uses(*kept) == 1
                && self.graph.data(*taken).storage == Storage::Local
                && !read.otherwise.contains(taken);
            let early = of.path.is_empty()
                && self.defined.get(of.root).is_some_and(|number| *number < made.after);
            let (kept, taken, of) = (*kept, *taken, of.clone());
            fits.then_some(Copy { kept, taken, of, early, rows: None })
        };
        let copies: Vec<Copy> = kept.iter().zip(*taken).filter_map(one).collect();
        let whole = copies.len() == kept.len();
        (!copies.is_empty()).then_some(Plan { copies, whole })
    }
}

/// What is done with vectors.
#[derive(Default)]
struct Read {
    /// Those of which not only elements and the length are read, and that not only pullbacks are lent.
    otherwise: BTreeSet<Value>,
}

impl Read {
    fn of(body: &Region) -> Self {
        let mut read = Self::default();
        read.region(body);
        read
    }

    fn region(&mut self, region: &Region) {
        for node in &region.nodes {
            let mut all = BTreeMap::new();
            node.op.each_input(&mut |v| *all.entry(v).or_insert(0) += 1);
            for v in lent(&node.op) {
                if let Some(count) = all.get_mut(&v) {
                    *count -= 1;
                }
            }
            self.otherwise.extend(all.into_iter().filter(|(_, count)| *count > 0).map(|(v, _)| v));
            node.op.regions().for_each(|inner| self.region(inner));
        }
        self.otherwise.extend(&region.results);
    }
}

/// The vectors that a node reads as it would read slices.
fn lent(op: &Op) -> Vec<Value> {
    match op {
        Op::Load(place, Take::Value | Take::Clone)
            if matches!(place.path.first(), Some(Proj::Index(_))) =>
        {
            vec![place.root]
        }
        Op::Len(place) if place.path.is_empty() => vec![place.root],
        Op::Zero(like) => vec![*like],
        // A method may be one of vectors alone.
        Op::Pull { method: false, call, .. } => {
            let whole = |arg: &CallArg| match arg {
                CallArg::Ref(place, false) => place.path.is_empty().then_some(place.root),
                _ => None,
            };
            call.iter().flatten().filter_map(whole).collect()
        }
        _ => Vec::new(),
    }
}

struct Rewrite {
    plans: BTreeMap<Value, Plan>,
    fresh: Fresh,
}

impl Rewrite {
    fn region(&mut self, region: &mut Region) {
        for mut node in region.take_nodes() {
            match &mut node.op {
                Op::StackNew(room, _) => {
                    if let Some(plan) = self.plans.get_mut(&node.results[0]) {
                        plan.open(*room, &node, &mut region.nodes, &mut self.fresh);
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
                        record.retain(|v| plan.copies.iter().all(|copy| copy.kept != *v));
                    }
                }
                Op::StackPop(stack) => {
                    if let Some(plan) = self.plans.get(stack) {
                        node.results.retain(|v| plan.copies.iter().all(|copy| copy.taken != *v));
                        let whole = plan.whole;
                        let pops = plan.pops(node.span, &mut self.fresh);
                        if !whole {
                            region.nodes.push(node);
                        }
                        region.nodes.extend(pops);
                        continue;
                    }
                }
                Op::Load(..) => {
                    if let Some(push) = self.push(&node) {
                        region.nodes.push(push);
                        continue;
                    }
                }
                op => op.regions_mut().for_each(|inner| self.region(inner)),
            }
            region.nodes.push(node);
        }
    }

    /// Keeps what is copied there.
    fn push(&self, node: &Node) -> Option<Node> {
        let [kept] = node.results[..] else { return None };
        let copies = self.plans.values().flat_map(|plan| &plan.copies);
        let copy = copies.into_iter().find(|copy| copy.kept == kept)?;
        let op = Op::RowsPush(copy.rows?, copy.of.clone());
        Some(Node { op, results: Vec::new(), span: node.span })
    }
}

impl Plan {
    /// Makes the stacks of rows, with room for as many elements as there will be, where that is known.
    fn open(
        &mut self,
        records: Option<Value>,
        made: &Node,
        nodes: &mut Vec<Node>,
        fresh: &mut Fresh,
    ) {
        let span = made.span;
        for copy in &mut self.copies {
            let room = records.filter(|_| copy.early).map(|records| {
                let length = fresh.value(Type::usize(), span);
                nodes.push(Node { op: Op::Len(copy.of.clone()), results: vec![length], span });
                fresh.arithmetic(Fun::Mul, records, length, span, nodes)
            });
            copy.rows = Some(fresh.rows_of(copy.of.root, room, span, nodes));
        }
    }

    /// Takes the copies back, as references.
    fn pops(&self, span: Span, fresh: &mut Fresh) -> Vec<Node> {
        let pop = |copy: &Copy| {
            let data = &mut fresh.values[copy.taken.index()];
            data.storage = Storage::Ref;
            data.ty = Type::Slice(Box::new(data.ty.element()));
            Some(Node { op: Op::RowsPop(copy.rows?), results: vec![copy.taken], span })
        };
        self.copies.iter().filter_map(pop).collect()
    }
}

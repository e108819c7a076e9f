//! Reverse mode: one graph that runs the primal forward and, given the adjoint of the result, the
//! adjoints backwards.
//!
//! Input → Output, for `y = sin(x * w)`:
//!
//! ```text
//! t = mul x, w              t = mul x, w
//! y = sin t          →      y = sin t
//! return y                  y_bar = seed y
//!                           t_bar = mul y_bar, cos(t)
//!                           x_bar = mul t_bar, w
//!                           w_bar = mul t_bar, x
//! ```
//!
//! Adjoints of numbers are SSA values, adjoints of aggregates live in shadows. What the backward sweep
//! needs of the forward sweep is found by running the transform, from what is certain on: a value that
//! is asked for and neither at hand nor cheap to recompute is kept, and the transform runs again, until
//! nothing is missing.

mod augment;
mod backward;
mod call;
mod control;
mod fuse;
mod plan;
mod primal;
mod record;
mod rerun;
mod shadow;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use quote::format_ident;

use plan::{Missing, Plan};

use crate::analysis::{Activity, At, Branches, Layout, RegionId, Style};
use crate::ir::{
    Builder, Graph, Lanes, Node, Op, Place, Region, Storage, Take, Type, Value, ValueMap, ValueSet,
};

/// Transforms a primal graph.
pub fn reverse(known: &Known<'_>) -> Graph {
    let mut plan = Plan::certain(known.graph, known.activity, &known.layout);
    loop {
        let mut reverse = Reverse::new(known, &plan);
        let result = reverse.run();
        let missing = reverse.missing;
        if !plan.grow(missing, known.graph, known.activity, &known.layout) {
            return result;
        }
    }
}

/// The same with the adjoint of the result known from the start, so that the heaviest loop that merely
/// adds up can run forward and backward in one pass and keep nothing; `None` if there is no such loop.
/// It pays if there is something to keep, or so little work that it hides behind the sum: see
/// [`is_light`].
///
/// Input → Output, for `s = Σ sin(x[i])`:
///
/// ```text
///                            s_bar = seed
/// for i carrying s           for i carrying s
///   v = load x[i]              v = load x[i]
///   t = sin v           →      t = sin v
///   s = add s, t               s = add s, t
/// return s                     accumulate x_bar[i], mul s_bar, cos(v)
///                            return s
/// ```
pub fn fused(known: &Known<'_>) -> Option<Graph> {
    let Known { graph, activity, ref layout, .. } = *known;
    for path in fuse::candidates(graph, activity, layout).into_iter().take(fuse::TRIES) {
        let mut plan = Plan::default();
        loop {
            let mut reverse = Reverse::new(known, &plan);
            let Some(result) = reverse.run_fused(&path) else { break };
            let missing = reverse.missing;
            if !plan.grow(missing, graph, activity, layout) {
                return Some(result);
            }
        }
    }
    None
}

/// Whether a graph keeps values of loops.
pub fn keeps(graph: &Graph) -> bool {
    let mut keeps = false;
    graph.body.each_node(&mut |node| keeps |= matches!(node.op, Op::StackNew(..)));
    keeps
}

/// Whether a fused loop's work takes no longer than its sum, each addition of which waits for the one
/// before. Where there is more, or where a sum in lanes waits for nothing, the backward sweep is better a loop
/// of its own, that can be vectorized.
pub fn is_light(graph: &Graph) -> bool {
    !graph.values.iter().any(|data| data.lanes != Lanes::None) && work(graph) <= HIDDEN
}

/// Whether that may be so of a primal's fused loop, which does at least as much again.
pub fn may_be_light(graph: &Graph) -> bool {
    2 * work(graph) <= HIDDEN
}

/// Floating-point operations while one addition is under way.
const HIDDEN: usize = 12;

/// The floating-point operations in the heaviest loop of a graph, each counted once.
fn work(graph: &Graph) -> usize {
    let float = |v: &Value| graph.ty(*v).is_float();
    let counts = |node: &Node| match &node.op {
        Op::Scalar(..) => node.results.iter().all(float),
        op => matches!(op, Op::Accumulate(..)),
    };
    let work = |node: &Node| {
        let mut work = 0;
        for region in node.op.regions() {
            region.each_node(&mut |node| work += usize::from(counts(node)));
        }
        work
    };
    graph.body.nodes.iter().map(work).max().unwrap_or(0)
}

impl<'a> Reverse<'a> {
    fn new(known: &'a Known<'a>, plan: &'a Plan) -> Self {
        let mut reverse = Reverse {
            graph: known.graph,
            activity: known.activity,
            layout: &known.layout,
            plan,
            trips: &known.trips,
            branches: &known.branches,
            own: known.own,
            b: Builder::new(known.values.clone()),
            missing: Missing::default(),
            frames: Vec::new(),
            adjoints: Vec::new(),
            shadows: ValueMap::default(),
            records: BTreeMap::new(),
            stacks: BTreeMap::new(),
            exported: ValueMap::default(),
            held: BTreeMap::new(),
            held_again: BTreeMap::new(),
            snapshots: Vec::new(),
            same: BTreeMap::new(),
            slots: Vec::new(),
            live: BTreeMap::from([(0, 0)]),
            made: ValueSet::default(),
            before: Vec::new(),
            copies: ValueMap::default(),
            settled: BTreeSet::new(),
            aliases: ValueMap::default(),
            early: false,
            failed: false,
            kept_in: BTreeMap::new(),
        };
        for v in &plan.keep {
            reverse.kept_in.entry(reverse.home(*v)).or_default().push(*v);
        }
        reverse
    }
}

/// What is known of a primal before it is run backwards.
pub struct Known<'g> {
    graph: &'g Graph,
    activity: &'g Activity,
    /// The function's own name, calls of which are recursive.
    own: &'g str,
    layout: Layout<'g>,
    /// The values of the primal, and the numbers of iterations.
    values: Vec<crate::ir::ValueData>,
    /// By body of the loop.
    trips: BTreeMap<RegionId, Value>,
    branches: Branches,
}

impl<'g> Known<'g> {
    /// What is known of the primal of the function of that name.
    pub fn of(graph: &'g Graph, activity: &'g Activity, own: &'g str) -> Self {
        let layout = Layout::new(graph);
        let (mut values, mut trips) = (graph.values.clone(), BTreeMap::new());
        count_trips(&graph.body, activity, &layout, &mut values, &mut trips);
        let branches = Branches::of(graph, activity, &layout);
        Self { graph, activity, own, layout, values, trips, branches }
    }
}

/// The number of iterations of each `While` that the backward sweep runs again.
fn count_trips(
    region: &Region,
    activity: &Activity,
    layout: &Layout<'_>,
    values: &mut Vec<crate::ir::ValueData>,
    trips: &mut BTreeMap<RegionId, Value>,
) {
    for node in &region.nodes {
        // Where nothing in the body has a derivative, what was there before has it, if none ran.
        if let Op::While { body, .. } = &node.op
            && activity.touches(node)
        {
            let name = format_ident!("trips", span = node.span);
            let (ty, storage) = (Type::usize(), Storage::Local);
            values.push(crate::ir::ValueData::new(ty, Some(name), storage, node.span));
            trips.insert(layout.id(body), Value::new(values.len() - 1));
        }
        for inner in node.op.regions() {
            count_trips(inner, activity, layout, values, trips);
        }
    }
}

struct Reverse<'a> {
    graph: &'a Graph,
    activity: &'a Activity,
    layout: &'a Layout<'a>,
    plan: &'a Plan,
    /// By body of the loop.
    trips: &'a BTreeMap<RegionId, Value>,
    /// What the backward sweep passes in branches.
    branches: &'a Branches,
    own: &'a str,
    b: Builder,
    missing: Missing,
    /// Primal values that the backward sweep has at hand, by nesting of its regions.
    frames: Vec<ValueMap<Value>>,
    /// Adjoints of numbers, by nesting of the backward sweep's regions.
    adjoints: Vec<ValueMap<Value>>,
    shadows: ValueMap<Value>,
    /// What each region of a loop keeps in one iteration, as what and under which value.
    records: BTreeMap<RegionId, Vec<(Field, Value)>>,
    /// Where the records of a region go.
    stacks: BTreeMap<RegionId, Value>,
    /// Values of branches outside loops that leave the branch; and whether they are wrapped.
    exported: ValueMap<(Value, bool)>,
    /// What the transform itself keeps.
    held: BTreeMap<Key, Value>,
    /// The same, taken back.
    held_again: BTreeMap<Key, Value>,
    /// Copies of memory among what is kept.
    snapshots: Vec<Snapshot>,
    /// What is kept under another key already.
    same: BTreeMap<Key, Key>,
    /// The shadow of each parameter.
    slots: Vec<Value>,
    /// Regions whose values are locals of the code under construction, the function's body and those of
    /// fused loops; and how deep in that code each is.
    live: BTreeMap<RegionId, usize>,
    /// Values of the function's body that the forward sweep has computed so far.
    made: ValueSet,
    /// The fused loops under construction, from the outermost inwards: of the region around each, what
    /// precedes that index has run.
    before: Vec<(RegionId, usize)>,
    /// Final states of objects that the caller takes.
    copies: ValueMap<Value>,
    /// Nodes whose backward has been merged into another's.
    settled: BTreeSet<(RegionId, usize)>,
    /// Aggregates that share the shadow of the object they initialise.
    aliases: ValueMap<Value>,
    /// Whether what follows a fused loop runs backwards right now, before the loop.
    early: bool,
    /// Whether fusion turned out to be impossible.
    failed: bool,
    /// The values that are kept, by the region that defines them.
    kept_in: BTreeMap<RegionId, Vec<Value>>,
}

impl Reverse<'_> {
    fn run(&mut self) -> Graph {
        let body = &self.graph.body;
        let span = self.graph.body.nodes.last().map_or_else(Span::call_site, |n| n.span);
        self.b.open();
        self.frames.push(ValueMap::default());
        self.adjoints.push(ValueMap::default());
        self.augment(body, 0);
        self.copy_final_states(span);
        let results = self.move_results();
        let (seeds, shadows) = self.make_seeds(&results, span);
        self.b.node(Op::Seed(results), seeds.clone(), span);
        self.alias_shadows(body);
        self.seed_results(&seeds, span);
        self.open_shadows(body, 0);
        self.backward(body, 0);
        self.settle_params(span);
        let region = self.b.close(Vec::new(), Vec::new());
        Graph {
            values: std::mem::take(&mut self.b.values),
            params: self.graph.params.clone(),
            body: region,
            result: self.graph.result.clone(),
            shadows,
        }
    }

    /// The adjoint of each returned value and the shadow of each parameter.
    fn make_seeds(&mut self, results: &[Value], span: Span) -> (Vec<Value>, Vec<Value>) {
        let mut seeds = Vec::new();
        for (leaf, result) in self.graph.body.results.iter().zip(results) {
            let ty = self.b.ty(*result).clone();
            let storage = match self.activity.style(*leaf) {
                Style::Scalar => Storage::Local,
                Style::Shadow => Storage::Object,
            };
            let name = self.bar(*leaf).unwrap_or_else(|| format_ident!("result_bar", span = span));
            seeds.push(self.b.named(ty, Some(name), storage, span));
        }
        let mut shadows = Vec::new();
        for param in &self.graph.params {
            let storage = if param.in_place() { Storage::RefMut } else { Storage::Slot };
            let name = format_ident!("{}_bar", param.name, span = param.name.span());
            let ty = self.b.ty(param.value).clone();
            let shadow = self.b.named(ty, Some(name), storage, param.name.span());
            if self.activity.style(param.value) == Style::Shadow {
                self.shadows.insert(param.value, shadow);
            }
            shadows.push(shadow);
        }
        self.slots.clone_from(&shadows);
        (seeds, shadows)
    }

    /// The name of the adjoint of a value that has a name of the user's.
    fn bar(&self, value: Value) -> Option<syn::Ident> {
        let name = self.b.data(value).name.as_ref()?;
        Some(format_ident!("{}_bar", name, span = name.span()))
    }

    /// What is handed to the caller is moved out, unless the backward sweep reads it too.
    fn move_results(&mut self) -> Vec<Value> {
        let mut results = self.graph.body.results.clone();
        let plan = self.plan;
        for result in &mut results {
            let nodes = &mut self.b.region().nodes;
            let node = nodes.iter_mut().rev().find(|n| n.results == [*result]);
            match node.map(|n| &mut n.op) {
                Some(Op::Load(place, take))
                    if place.path.is_empty()
                        && *take == Take::Clone
                        && !plan.copy.contains(&place.root) =>
                {
                    *take = Take::Value;
                }
                _ if plan.copy.contains(result) => {
                    let data = self.b.data(*result).clone();
                    *result = self.b.load(Place::whole(*result), Take::Clone, data.ty, data.span);
                }
                _ => {}
            }
        }
        results
    }

    /// The object that a returned value is read from as a whole.
    fn returned_object(&self, result: Value) -> Option<Value> {
        let node = self.layout.node(result)?;
        match &node.op {
            Op::Load(place, _)
                if place.path.is_empty()
                    && self.layout.uses(result) == 1
                    && self.b.data(place.root).storage == Storage::Object
                    && self.layout.def(place.root).is_some_and(|(r, _)| r == 0)
                    && self.graph.body.results.iter().filter(|r| **r == result).count() == 1 =>
            {
                Some(place.root)
            }
            _ => None,
        }
    }

    /// Gives every returned value its seed as adjoint.
    fn seed_results(&mut self, seeds: &[Value], span: Span) {
        for (leaf, seed) in self.graph.body.results.iter().zip(seeds) {
            if !self.activity.is_active(*leaf) {
                continue;
            }
            match self.activity.style(*leaf) {
                Style::Scalar => self.add(*leaf, *seed, span),
                Style::Shadow => {
                    // The seed itself is the shadow of what was returned, once.
                    let target = self.returned_object(*leaf).unwrap_or(*leaf);
                    let free = !self.shadows.contains(target) && !self.aliases.contains(target);
                    if free && self.graph.body.results.iter().filter(|r| *r == leaf).count() == 1 {
                        self.shadows.insert(target, *seed);
                        self.shadows.insert(*leaf, *seed);
                    } else {
                        let shadow = self.shadow(*leaf, span);
                        self.b.effect(
                            Op::AccumulatePlace(Place::whole(shadow), Place::whole(*seed)),
                            span,
                        );
                    }
                }
            }
        }
    }

    /// Adds the adjoints of by-value parameters to their shadows, zeros too: a shadow may have started
    /// from `-0.0`.
    fn settle_params(&mut self, span: Span) {
        for (i, param) in self.graph.params.iter().enumerate() {
            if !param.active || self.activity.style(param.value) != Style::Scalar {
                continue;
            }
            let adjoint = match self.take_adjoint(param.value) {
                Some(adjoint) => adjoint,
                None => {
                    let ty = self.b.ty(param.value).clone();
                    self.zero(&ty, span)
                }
            };
            self.b.effect(Op::Accumulate(Place::whole(self.slots[i]), adjoint), span);
        }
    }
}

/// The type of an adjoint: that of its primal.
fn zero_constant(ty: &Type) -> Op {
    match ty.static_zero() {
        Some(tokens) => Op::Const(tokens),
        None => Op::Undef,
    }
}

/// What the transform keeps beside values of the primal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    /// The pullback of the call with that result.
    Pull(Value),
    /// An argument of the recursive call with that result, as it was on entry.
    Entry(Value, usize),
    /// What the store there overwrites.
    Old(RegionId, usize),
    /// The shape of the object that the store there replaces.
    Before(RegionId, usize),
    /// The shape of a value, as it is when its region ends.
    Shape(Value),
    /// The states of the checkpointed loop with that body.
    States(RegionId),
    /// Memory that the checkpointed loop with that body reads, as it was on entry.
    Input(RegionId, Value),
}

/// A copy of memory as it is where a node begins.
#[derive(Debug)]
struct Snapshot {
    place: Place,
    at: At,
    key: Key,
}

/// A value in the record of a region.
#[derive(Clone, Copy, Debug)]
enum Field {
    /// A value of the primal.
    Primal(Value),
    /// What only the transform knows.
    Held(Key),
}

/// A node of the graph and where it is.
#[derive(Clone, Copy)]
struct Here<'g> {
    node: &'g Node,
    region: RegionId,
    index: usize,
}

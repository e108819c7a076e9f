//! Who reads a value, and where: what decides whether it needs a variable.

use proc_macro2::TokenStream;

use crate::ir::{CallArg, Graph, Node, Op, Proj, PullArg, Region, Storage, Take, Value, ValueMap};

/// The readers of every value, as far as they are printed.
#[derive(Debug)]
pub struct Uses {
    of: ValueMap<Use>,
}

#[derive(Debug, Default)]
struct Use {
    count: usize,
    defined_in: Option<usize>,
    read_in: Option<usize>,
    /// A reader needs a variable, not an expression.
    pinned: bool,
    /// The reader assigns it to this value's variable.
    becomes: Option<Value>,
    /// A reader keeps it for the way back.
    kept: bool,
}

impl Uses {
    /// The readers in a graph.
    pub fn new(graph: &Graph) -> Self {
        let mut finder = Finder { graph, of: ValueMap::default(), regions: 0 };
        let plain = vec![Target::Nothing; graph.body.results.len()];
        finder.region(&graph.body, &plain);
        Self { of: finder.of }
    }

    /// How many readers there are.
    pub fn count(&self, value: Value) -> usize {
        self.of.get(value).map_or(0, |u| u.count)
    }

    /// Whether the one reader is in the region that defines the value.
    pub fn once_in_place(&self, value: Value) -> bool {
        self.of.get(value).is_some_and(|u| u.count == 1 && u.defined_in == u.read_in)
    }

    /// Whether the one reader, in the same region, can take an expression.
    pub fn can_fold(&self, value: Value) -> bool {
        self.once_in_place(value) && !self.is_pinned(value)
    }

    /// Whether the one reader, in the same region, keeps it for the way back.
    pub fn is_only_kept(&self, value: Value) -> bool {
        self.once_in_place(value) && self.of.get(value).is_some_and(|u| u.kept)
    }

    /// Whether a reader needs a variable.
    pub fn is_pinned(&self, value: Value) -> bool {
        self.of.get(value).is_some_and(|u| u.pinned)
    }

    /// The value to whose variable the last reader assigns it.
    pub fn becomes(&self, value: Value) -> Option<Value> {
        self.of.get(value)?.becomes
    }

    /// Whether a node is printed.
    pub fn is_live(&self, node: &Node) -> bool {
        node.results.iter().any(|v| self.count(*v) > 0) || node.op.has_effect()
    }
}

/// What becomes of a region's result.
#[derive(Clone, Copy)]
enum Target {
    Nothing,
    Unread,
    Variable(Value),
}

struct Finder<'g> {
    graph: &'g Graph,
    of: ValueMap<Use>,
    regions: usize,
}

impl Finder<'_> {
    fn region(&mut self, region: &Region, targets: &[Target]) {
        let id = self.regions;
        self.regions += 1;
        for param in &region.params {
            self.of.or_default(*param).defined_in = Some(id);
        }
        for (result, target) in region.results.iter().zip(targets) {
            match target {
                Target::Unread => {}
                Target::Nothing => self.read(*result, id),
                Target::Variable(v) => self.assign(*result, *v, id),
            }
        }
        for node in region.nodes.iter().rev() {
            let mut read = false;
            for result in &node.results {
                let u = self.of.or_default(*result);
                u.defined_in = Some(id);
                read |= u.count > 0;
            }
            if read || node.op.has_effect() {
                self.node(node, id);
            }
        }
    }

    fn node(&mut self, node: &Node, id: usize) {
        match &node.op {
            Op::If(c, a, b) => {
                self.read(*c, id);
                let target = |v: &Value| match self.of.get(*v) {
                    Some(u) if u.count > 0 => Target::Variable(*v),
                    _ => Target::Unread,
                };
                let targets: Vec<_> = node.results.iter().map(target).collect();
                self.region(a, &targets);
                self.region(b, &targets);
            }
            Op::For { lo, hi, init, body, .. } => {
                self.read(*lo, id);
                self.read(*hi, id);
                self.carried(init, &body.params[1..], id);
                self.region(body, &variables(&body.params[1..]));
            }
            Op::While { init, cond, body } => {
                self.carried(init, &cond.params, id);
                self.region(cond, &[Target::Nothing]);
                self.region(body, &variables(&cond.params));
            }
            Op::View { start, .. } => {
                node.op.each_input(&mut |v| self.read(v, id));
                self.region(start, &[Target::Nothing]);
            }
            Op::Object(v) => self.assign(*v, node.results[0], id),
            Op::StackPush(stack, record) => {
                self.read(*stack, id);
                for v in record {
                    self.read(*v, id);
                    self.of.or_default(*v).kept = true;
                }
            }
            Op::Zero(v) => {
                if static_zero(self.graph, *v, node.results[0]).is_none() {
                    self.read(*v, id);
                }
            }
            op => op.each_input(&mut |v| self.read(v, id)),
        }
        self.pin_variables(&node.op);
    }

    fn read(&mut self, value: Value, id: usize) {
        let u = self.of.or_default(value);
        u.count += 1;
        u.read_in = Some(id);
        u.becomes = None;
    }

    fn assign(&mut self, value: Value, target: Value, id: usize) {
        self.read(value, id);
        self.of.or_default(value).becomes = Some(target);
    }

    fn carried(&mut self, init: &[Value], params: &[Value], id: usize) {
        for (value, param) in init.iter().zip(params) {
            self.assign(*value, *param, id);
        }
    }

    fn pin(&mut self, value: Value) {
        self.of.or_default(value).pinned = true;
    }

    /// Roots of places, captured values, stacks and pullbacks are variables.
    fn pin_variables(&mut self, op: &Op) {
        let mut roots = Vec::new();
        each_root(op, &mut |v| roots.push(v));
        roots.into_iter().for_each(|v| self.pin(v));
    }
}

fn variables(params: &[Value]) -> Vec<Target> {
    params.iter().map(|v| Target::Variable(*v)).collect()
}

/// The adjoints that a pull defines, each with the zero it starts from.
pub fn local_adjoints<'a>(
    args: &'a [PullArg],
    results: &'a [Value],
) -> impl Iterator<Item = (Value, Value)> + 'a {
    let locals = args.iter().filter_map(|arg| match arg {
        PullArg::Local(v) => Some(*v),
        _ => None,
    });
    locals.zip(results.iter().copied())
}

/// The zero of a value's shape, if its type tells it.
pub fn static_zero(graph: &Graph, value: Value, zero: Value) -> Option<TokenStream> {
    graph.ty(value).static_zero().or_else(|| graph.ty(zero).static_zero())
}

/// The roots of the operation's places and whatever else it must find in a variable.
fn each_root(op: &Op, f: &mut dyn FnMut(Value)) {
    let arg = |a: &CallArg, f: &mut dyn FnMut(Value)| {
        if let CallArg::Ref(place, _) = a {
            f(place.root);
        }
    };
    let shadows = |args: &[PullArg], f: &mut dyn FnMut(Value)| {
        for a in args {
            if let PullArg::Shadow(place, _) = a {
                f(place.root);
            }
        }
    };
    match op {
        Op::Verbatim { captures, .. } | Op::Effect { captures, .. } => {
            for (_, capture) in captures {
                match capture {
                    CallArg::Value(v) => f(*v),
                    CallArg::Ref(place, _) => f(place.root),
                }
            }
        }
        Op::Call(_, args) | Op::CallVjp(_, args) => args.iter().for_each(|a| arg(a, f)),
        Op::CallJvp(_, args, dots) => {
            args.iter().chain(dots.iter().flatten()).for_each(|a| arg(a, f));
        }
        Op::Pull { call, dots, args, .. } => {
            call.iter().chain(dots).flatten().for_each(|a| arg(a, f));
            shadows(args, f);
        }
        Op::CallInto { call, args, .. } => {
            call.iter().for_each(|a| arg(a, f));
            shadows(args, f);
        }
        Op::AccumulatePlace(to, from) => {
            f(to.root);
            f(from.root);
        }
        Op::View { sequence: place, .. }
        | Op::Load(place, _)
        | Op::Len(place)
        | Op::ShapeOf(place)
        | Op::Store(place, _)
        | Op::Accumulate(place, _)
        | Op::SetZero(place)
        | Op::Swap(place, _, _)
        | Op::Push(place, _)
        | Op::PopBack(place) => f(place.root),
        Op::StackPop(v) | Op::StackPush(v, _) | Op::RowsPop(v) => f(*v),
        Op::RowsPush(rows, place) => {
            f(*rows);
            f(place.root);
        }
        _ => {}
    }
}

/// What running a node touches.
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    /// The mutable memory it reads, by root.
    pub reads: Vec<Value>,
    /// The memory it writes, by root.
    pub writes: Vec<Value>,
    /// The variables it may move out of.
    pub moves: Vec<Value>,
    /// It may do something that is no business of the graph: its order among its like stays.
    pub effect: bool,
}

impl Footprint {
    /// The footprint of a node, its regions included.
    pub fn new(graph: &Graph, node: &Node) -> Self {
        let mut footprint = Self::default();
        footprint.add(graph, node);
        for region in node.op.regions() {
            region.each_node(&mut |inner| footprint.add(graph, inner));
        }
        footprint
    }

    fn hand_on(&mut self, graph: &Graph, results: &[Value]) {
        self.moves.extend(results.iter().filter(|v| !graph.ty(**v).is_copy()));
    }

    /// Whether what is read here is changed by `other`.
    pub fn is_disturbed_by(&self, other: &Footprint) -> bool {
        self.reads.iter().any(|v| other.writes.contains(v) || other.moves.contains(v))
    }

    /// Takes over what an operand touches.
    pub fn include(&mut self, operand: &Footprint) {
        self.reads.extend(&operand.reads);
        self.writes.extend(&operand.writes);
        self.moves.extend(&operand.moves);
        self.effect |= operand.effect;
    }

    fn add(&mut self, graph: &Graph, node: &Node) {
        node.op.each_written(&mut |place| self.writes.push(place.root));
        let exclusive = |args: &[CallArg], writes: &mut Vec<Value>| {
            writes.extend(args.iter().filter_map(|a| match a {
                CallArg::Ref(place, true) => Some(place.root),
                _ => None,
            }));
        };
        match &node.op {
            Op::Verbatim { captures, .. } | Op::Effect { captures, .. } => {
                let captured: Vec<_> = captures.iter().map(|(_, c)| c.clone()).collect();
                exclusive(&captured, &mut self.writes);
            }
            Op::CallInto { call, .. } => exclusive(call, &mut self.writes),
            Op::CallJvp(_, _, dots) => {
                let dots: Vec<_> = dots.iter().flatten().cloned().collect();
                exclusive(&dots, &mut self.writes);
            }
            _ => {}
        }
        let mut moved = Vec::new();
        node.op.each_moved(&mut |v| moved.push(v));
        if let Op::Load(place, Take::Value) = &node.op
            && node.results.iter().any(|v| !graph.ty(*v).is_copy())
            && place.path.iter().all(|step| matches!(step, Proj::Field(_) | Proj::Slot(_)))
        {
            moved.push(place.root);
        }
        // So may a method, of its receiver.
        if let Op::Call(callee, args) | Op::CallVjp(callee, args) | Op::CallJvp(callee, args, _) =
            &node.op
            && callee.may_take_receiver()
            && let Some(CallArg::Ref(place, _)) = args.first()
        {
            moved.push(place.root);
        }
        // While an exclusive view is in use, its memory goes by no other name.
        if let Op::View { sequence, .. } = &node.op
            && node.results.iter().any(|v| graph.data(*v).storage == Storage::RefMut)
        {
            self.moves.push(sequence.root);
        }
        self.hand_on(graph, &moved);
        node.op.regions().for_each(|region| self.hand_on(graph, &region.results));
        node.op.each_input(&mut |v| {
            let data = graph.data(v);
            let shared = matches!(data.storage, Storage::Object | Storage::RefMut | Storage::Slot);
            if shared || !data.ty.is_copy() {
                self.reads.push(v);
            }
        });
        self.effect |= matches!(
            node.op,
            Op::Effect { .. }
                | Op::Verbatim { .. }
                | Op::Call(..)
                | Op::CallVjp(..)
                | Op::CallJvp(..)
                | Op::Pull { .. }
                | Op::CallInto { .. }
        );
    }
}

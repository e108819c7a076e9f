//! Decides where memory is moved: at the last use of what holds it. Every other use takes a clone, and
//! a clone at the last use becomes a move.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;

use crate::ir::{Graph, Node, Op, Place, Proj, Region, Storage, Take, Type, Value, ValueData};
use crate::rules::Fun;

/// Makes every move one that rustc accepts; the last pass before printing.
pub fn own(mut graph: Graph) -> Graph {
    if !graph.values.iter().any(|data| may_hold_memory(&data.ty)) {
        return graph;
    }
    // Parameters may be asked for the shape of their tangents at any time.
    let later: BTreeSet<Value> =
        graph.params.iter().map(|p| p.value).chain(graph.shadows.iter().copied()).collect();
    let mut viewed = BTreeMap::new();
    graph.body.each_node(&mut |node| {
        if let Op::View { sequence, .. } = &node.op {
            let root = sequence.root;
            viewed.insert(node.results[0], viewed.get(&root).copied().unwrap_or(root));
        }
    });
    let numbers = numbers(&graph);
    let mut owner = Owner { numbers, viewed, values: std::mem::take(&mut graph.values) };
    owner.region(&mut graph.body, later);
    graph.values = owner.values;
    graph
}

struct Owner {
    values: Vec<ValueData>,
    numbers: BTreeSet<Value>,
    /// The memory that each view is another name for.
    viewed: BTreeMap<Value, Value>,
}

impl Owner {
    /// Goes through a region from its end; `later` is what is read after it.
    fn region(&mut self, region: &mut Region, mut later: BTreeSet<Value>) {
        let mut nodes = Vec::with_capacity(region.nodes.len());
        let span = region.nodes.last().map_or_else(Span::call_site, |node| node.span);
        for result in region.results.iter_mut().rev() {
            self.take(result, &mut later, &mut nodes, span);
        }
        for mut node in region.take_nodes().into_iter().rev() {
            self.nested(&mut node, &mut later);
            let (mut moved, mut read) = (Vec::new(), Vec::new());
            node.op.each_input(&mut |v| read.extend(self.memories(v)));
            // What is stored over has been read for the last time before.
            if let Some(over) = self.stored_over(&node.op) {
                later.remove(&over);
                read.retain(|v| *v != over);
            }
            node.op.each_moved(&mut |v| moved.extend(self.memory(v)));
            // What the node also borrows cannot be moved into it.
            for v in &moved {
                let at = read.iter().position(|r| r == v).expect("a move is a read");
                read.swap_remove(at);
            }
            let mut clones = Vec::new();
            if let (Op::Load(place, take), Some(result)) = (&mut node.op, node.results.first()) {
                *take = self.load(place, *take, *result, &later);
            }
            later.extend(read);
            let mut taken: Vec<Value> = moved.clone();
            for v in taken.iter_mut().rev() {
                self.take(v, &mut later, &mut clones, node.span);
            }
            if taken != moved {
                let mut taken = taken.into_iter();
                node.op.each_moved_mut(&mut |v| {
                    if self.memory(*v).is_some() {
                        *v = taken.next().expect("as many as before");
                    }
                });
            }
            nodes.push(node);
            nodes.extend(clones);
        }
        nodes.reverse();
        region.nodes = nodes;
    }

    /// The regions of a node; a loop's own next iteration comes after each.
    fn nested(&mut self, node: &mut Node, later: &mut BTreeSet<Value>) {
        let (mut read, mut defined) = (BTreeSet::new(), BTreeSet::new());
        for region in node.op.regions() {
            region.each_use(&mut |v| read.extend(self.memories(v)));
            defined.extend(region.params.iter().copied());
            region.each_node(&mut |inner| {
                defined.extend(inner.results.iter().copied());
                inner.op.regions().for_each(|r| defined.extend(r.params.iter().copied()));
            });
        }
        let outer = read.difference(&defined).copied();
        let after = match node.op {
            Op::For { .. } | Op::While { .. } => {
                later.iter().copied().chain(outer.clone()).collect()
            }
            _ => later.clone(),
        };
        for region in node.op.regions_mut() {
            self.region(region, after.clone());
        }
        later.extend(outer);
    }

    /// Moves a value if this is its last use, else a clone of it.
    fn take(
        &mut self,
        value: &mut Value,
        later: &mut BTreeSet<Value>,
        clones: &mut Vec<Node>,
        span: Span,
    ) {
        if later.insert(*value) || !self.owns(*value) {
            return;
        }
        let data = ValueData { storage: Storage::Local, ..self.values[value.index()].clone() };
        self.values.push(data);
        let clone = Value::new(self.values.len() - 1);
        let op = Op::Load(Place::whole(*value), Take::Clone);
        clones.push(Node { op, results: vec![clone], span });
        *value = clone;
    }

    /// The object that an operation gives another content, whatever was in it.
    fn stored_over(&self, op: &Op) -> Option<Value> {
        match op {
            Op::Store(place, v) if place.path.is_empty() && *v != place.root => {
                Some(place.root).filter(|root| self.values[root.index()].storage == Storage::Object)
            }
            _ => None,
        }
    }

    fn load(&self, place: &Place, take: Take, result: Value, later: &BTreeSet<Value>) -> Take {
        let data = &self.values[place.root.index()];
        if !self.owns(result) {
            return take;
        }
        let held = matches!(data.storage, Storage::Local | Storage::Object);
        let inner = place.path.iter().any(|step| !matches!(step, Proj::Field(_) | Proj::Slot(_)));
        let last = held && !inner && !later.contains(&place.root);
        match take {
            Take::Value if !last => Take::Clone,
            Take::Clone if last && place.path.is_empty() && data.ty != Type::Unknown => Take::Value,
            // What owns its memory is its own owned copy.
            Take::Owned
                if last
                    && place.path.is_empty()
                    && data.storage == Storage::Object
                    && matches!(data.ty, Type::Vec(_) | Type::Tensor(..)) =>
            {
                Take::Value
            }
            take => take,
        }
    }

    /// The value, if it may hold memory, and what it is a view of.
    fn memories(&self, value: Value) -> impl Iterator<Item = Value> {
        self.memory(value).into_iter().chain(self.viewed.get(&value).copied())
    }

    /// The value, if it may hold memory: others are copied wherever they are used.
    fn memory(&self, value: Value) -> Option<Value> {
        may_hold_memory(&self.values[value.index()].ty).then_some(value)
    }

    /// Whether a value holds memory, so that using it by value moves it.
    fn owns(&self, value: Value) -> bool {
        let data = &self.values[value.index()];
        match data.ty {
            Type::Unknown => data.storage != Storage::Ref && !self.numbers.contains(&value),
            _ => holds_memory(&data.ty),
        }
    }
}

fn may_hold_memory(ty: &Type) -> bool {
    *ty == Type::Unknown || holds_memory(ty)
}

fn holds_memory(ty: &Type) -> bool {
    match ty {
        Type::Vec(_) | Type::Tensor(..) => true,
        Type::Array(t, _) | Type::Kept(t) => holds_memory(t),
        Type::Tuple(parts) => parts.iter().any(holds_memory),
        Type::Struct(s) => !s.is_copy,
        Type::Enum(e) => !e.is_copy,
        _ => false,
    }
}

/// Whether its operands and its result are numbers: an operator may be one of a type of the user's.
fn is_of_numbers(fun: Fun) -> bool {
    !fun.may_move() && !fun.returns_bool()
}

/// Values of a type that only rustc knows which are used as numbers, and so are copied for nothing.
fn numbers(graph: &Graph) -> BTreeSet<Value> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        graph.body.each_node(&mut |node| {
            let whole = |place: &Place| place.path.is_empty().then_some(place.root);
            // One of these is a number if the other is.
            let alike = match &node.op {
                Op::Scalar(fun, operands) if is_of_numbers(*fun) => {
                    found.extend(operands.iter().chain(&node.results));
                    None
                }
                Op::Cast(v, _) => {
                    found.insert(*v);
                    None
                }
                Op::Object(v) | Op::Stop(v) => node.results.first().map(|r| (*v, *r)),
                Op::Load(place, _) => whole(place).zip(node.results.first().copied()),
                Op::Store(place, v) | Op::Accumulate(place, v) => {
                    whole(place).map(|root| (root, *v))
                }
                _ => None,
            };
            if let Some((a, b)) = alike
                && (found.contains(&a) || found.contains(&b))
            {
                found.extend([a, b]);
            }
        });
        if found.len() == before {
            return found;
        }
    }
}

//! Moves adjoints where they would be added to zeros.

use std::collections::BTreeMap;
use std::mem;

use proc_macro2::Span;

use super::walk::{Laid, accesses};
use crate::analysis::{Iteration, RegionId};
use crate::ir::{
    Graph, Node, Op, Place, Proj, Region, Storage, Take, Type, Value, ValueData, ValueMap,
};

/// Lets a new adjoint be what it would be a copy of, and stores what is first added to memory that has just
/// been zeroed.
///
/// Input → Output, where nothing touches `o` or `x[i]` in between:
///
/// ```text
/// p = object (zero_of shape)
/// accumulate p, y                     p = object (load y)
/// o = object [-0.0; 2]
/// accumulate o, x[i]                  o = object (load x[i])
/// set_zero x[i]                       set_zero x[i]
/// accumulate x[i][0], a          →    store x[i][0], a
/// set_zero y[i]
/// accumulate y[i], b                  store y[i], b
/// ```
pub fn take(mut graph: Graph) -> Graph {
    let mut finds = Finds {
        graph: &graph,
        layout: Laid::of(&graph),
        neutral: ValueMap::default(),
        next: 0,
        plan: BTreeMap::new(),
    };
    finds.region(&graph.body);
    let plan = finds.plan;
    if !plan.is_empty() {
        let mut rewrite = Rewrite { plan, next: 0, values: mem::take(&mut graph.values) };
        rewrite.region(&mut graph.body);
        graph.values = rewrite.values;
    }
    graph
}

/// What becomes of a node.
enum Change {
    Gone,
    /// It defines an object, by what is at a place.
    Object(Value, Place),
    /// It stores what it would add.
    Store,
}

struct Finds<'g> {
    graph: &'g Graph,
    layout: Laid<'g>,
    /// Constants that are made of `-0.0`, and zeros of as many numbers as something has.
    neutral: ValueMap<()>,
    /// The region that comes next, as a layout counts them.
    next: RegionId,
    plan: BTreeMap<(RegionId, usize), Change>,
}

/// Memory that is zero, but for parts.
struct Zeroed<'g> {
    place: &'g Place,
    /// The node that zeroed it.
    by: usize,
    /// The parts that have been stored to since.
    filled: Vec<&'g Place>,
}

impl<'g> Finds<'g> {
    fn region(&mut self, region: &'g Region) {
        let id = self.next;
        self.next += 1;
        // New objects that nothing has touched, each with the node that makes it.
        let mut new: BTreeMap<Value, usize> = BTreeMap::new();
        let mut zeroed: Vec<Zeroed<'g>> = Vec::new();
        for (index, node) in region.nodes.iter().enumerate() {
            let mut emptied = None;
            match &node.op {
                Op::Const(tokens) => self.note(node.results[0], &tokens.to_string()),
                Op::Zero(_) | Op::ZeroOf(_) if self.is_numbers(node.results[0]) => {
                    self.neutral.insert(node.results[0], ());
                }
                Op::Object(start) if self.neutral.contains(*start) => {
                    new.insert(node.results[0], index);
                }
                Op::Store(to, zero) if self.neutral.contains(*zero) && self.is_vec(to) => {
                    emptied = Some(to.root);
                }
                Op::AccumulatePlace(to, from)
                    if to.path.is_empty()
                        && (self.may_be_copied(to, from) || self.may_be_moved(to, from)) =>
                {
                    if let Some(made) =
                        new.remove(&to.root).filter(|_| !new.contains_key(&from.root))
                    {
                        self.plan.insert((id, made), Change::Gone);
                        let becomes = match &region.nodes[made].op {
                            Op::Object(_) => Change::Object(to.root, from.clone()),
                            _ => Change::Store,
                        };
                        self.plan.insert((id, index), becomes);
                    }
                }
                _ => {}
            }
            if !new.is_empty() {
                node.each_use(&mut |v| {
                    new.remove(&v);
                });
            }
            if let Some(emptied) = emptied {
                new.insert(emptied, index);
            }
            if !self.stores(node, index, id, &mut zeroed) {
                zeroed.retain(|z| !self.may_touch(node, z.place));
            }
            if let Op::SetZero(place) = &node.op {
                zeroed.push(Zeroed { place, by: index, filled: Vec::new() });
            }
            node.op.regions().for_each(|inner| self.region(inner));
        }
    }

    /// Notes whether a constant is the neutral element of its type.
    fn note(&mut self, constant: Value, text: &str) {
        let ty = self.graph.ty(constant);
        if matches!(ty, Type::Array(..)) && ty.neutral().is_some_and(|n| n.to_string() == text) {
            self.neutral.insert(constant, ());
        }
    }

    /// Whether what is at the second place can be copied to the first: floats or arrays of such, the same.
    fn may_be_copied(&self, to: &Place, from: &Place) -> bool {
        let is_there =
            !matches!(self.graph.data(from.root).storage, Storage::Slot | Storage::Tangent);
        let ty = self.type_at(from);
        is_there && ty.is_some() && ty == self.type_at(to)
    }

    /// Whether a `Vec` of numbers can take the place of another.
    fn may_be_moved(&self, to: &Place, from: &Place) -> bool {
        to.root != from.root && self.is_vec(to) && self.is_vec(from)
    }

    /// Whether a place is a local `Vec` of numbers.
    fn is_vec(&self, place: &Place) -> bool {
        let is_object = self.graph.data(place.root).storage == Storage::Object;
        place.path.is_empty() && is_object && self.is_numbers(place.root)
    }

    fn is_numbers(&self, v: Value) -> bool {
        matches!(self.graph.ty(v), Type::Vec(element) if element.is_float())
    }

    fn type_at(&self, place: &Place) -> Option<Type> {
        fn is_plain(ty: &Type) -> bool {
            match ty {
                Type::Array(element, _) => is_plain(element),
                ty => ty.is_float(),
            }
        }
        if matches!(place.path.last(), Some(Proj::Slice(..))) {
            return None;
        }
        let ty = self.graph.ty(place.root).at(&place.path);
        is_plain(&ty).then_some(ty)
    }

    /// Whether a node adds to memory that is zero, so that it can store there.
    fn stores(
        &mut self,
        node: &'g Node,
        index: usize,
        id: RegionId,
        zeroed: &mut Vec<Zeroed<'g>>,
    ) -> bool {
        let to = match &node.op {
            Op::Accumulate(to, v) if self.graph.ty(*v).is_float() => to,
            Op::AccumulatePlace(to, from) if self.may_be_copied(to, from) => to,
            _ => return false,
        };
        let fits = |z: &Zeroed<'_>| {
            let reads = match &node.op {
                Op::AccumulatePlace(_, from) => !self.are_apart(z.place, from),
                _ => false,
            };
            holds(z.place, to) && !reads && z.filled.iter().all(|part| self.are_apart(part, to))
        };
        let Some(at) = zeroed.iter().position(fits) else { return false };
        let mut others = zeroed.iter().enumerate().filter(|(k, _)| *k != at);
        if others.any(|(_, z)| self.may_touch(node, z.place)) {
            return false;
        }
        self.plan.insert((id, index), Change::Store);
        zeroed[at].filled.push(to);
        if self.is_full(&zeroed[at]) {
            self.plan.insert((id, zeroed[at].by), Change::Gone);
            zeroed.remove(at);
        }
        true
    }

    fn are_apart(&self, a: &Place, b: &Place) -> bool {
        a.root != b.root || self.layout.are_disjoint(a, b, Iteration::Same)
    }

    /// Whether all of what was zeroed has been stored to.
    fn is_full(&self, zeroed: &Zeroed<'_>) -> bool {
        if zeroed.filled.iter().any(|part| part.path.len() == zeroed.place.path.len()) {
            return true;
        }
        // The parts are disjoint: as many as there are elements are all of them.
        let elements = zeroed.filled.iter().all(|p| p.path.len() == zeroed.place.path.len() + 1);
        match self.type_at(zeroed.place) {
            Some(Type::Array(_, len)) => elements && len.parse() == Ok(zeroed.filled.len()),
            _ => false,
        }
    }

    /// Whether a node, its regions included, may have to do with a place.
    fn may_touch(&self, node: &Node, place: &Place) -> bool {
        let mut touched = self.op_may_touch(&node.op, place);
        node.op.regions().for_each(|inner| {
            inner.each_node(&mut |n| touched |= self.op_may_touch(&n.op, place));
            inner.results.iter().for_each(|v| touched |= *v == place.root);
        });
        touched
    }

    fn op_may_touch(&self, op: &Op, place: &Place) -> bool {
        let mut reads = false;
        op.each_input(&mut |v| reads |= v == place.root);
        if !reads || matches!(op, Op::Len(_)) {
            return false;
        }
        let all = accesses(op, place.root);
        let apart = |p: Option<&Place>| p.is_some_and(|p| self.are_apart(place, p));
        // What is told of no access has to do with the whole.
        all.is_empty() || all.iter().any(|access| !apart(access.place))
    }
}

/// Whether a place is in another.
fn holds(outer: &Place, inner: &Place) -> bool {
    outer.root == inner.root && inner.path.starts_with(&outer.path)
}

struct Rewrite {
    plan: BTreeMap<(RegionId, usize), Change>,
    next: RegionId,
    values: Vec<ValueData>,
}

impl Rewrite {
    fn region(&mut self, region: &mut Region) {
        let id = self.next;
        self.next += 1;
        for (index, mut node) in region.take_nodes().into_iter().enumerate() {
            node.op.regions_mut().for_each(|inner| self.region(inner));
            match self.plan.remove(&(id, index)) {
                None => {}
                Some(Change::Gone) => continue,
                Some(Change::Object(object, place)) => {
                    let start = self.load(place, node.span, region);
                    node = Node { op: Op::Object(start), results: vec![object], span: node.span };
                }
                Some(Change::Store) => {
                    node.op = match node.op {
                        Op::Accumulate(to, v) => Op::Store(to, v),
                        Op::AccumulatePlace(to, from) => {
                            Op::Store(to, self.load(from, node.span, region))
                        }
                        op => op,
                    };
                }
            }
            region.nodes.push(node);
        }
    }

    fn load(&mut self, place: Place, span: Span, region: &mut Region) -> Value {
        let ty = self.values[place.root.index()].ty.at(&place.path);
        let value = Value::fresh(&mut self.values, ty, span);
        region.nodes.push(Node { op: Op::Load(place, Take::Value), results: vec![value], span });
        value
    }
}

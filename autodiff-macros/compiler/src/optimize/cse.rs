//! Computes equal things once.

use std::collections::BTreeMap;
use std::mem;

use super::rewrite::{Aliases, hand_on_name};
use crate::ir::{
    Float, Graph, Node, Op, Place, Region, Storage, Take, Type, Value, ValueData, ValueMap,
    ValueSet,
};
use crate::rules::Fun;

/// Lets the first of equal nodes stand for the later ones that it dominates. Two that have different
/// names of the user's both stay.
pub fn cse(mut graph: Graph) -> Graph {
    let mut body = mem::take(&mut graph.body);
    let count = graph.values.len();
    let mut cse = Cse {
        aliases: Aliases::default(),
        states: vec![0; count],
        last_state: 0,
        loaded: ValueMap::default(),
        flexible: ValueSet::default(),
        values: graph.values,
        known: Known::default(),
        texts: BTreeMap::new(),
    };
    cse.region(&mut body);
    Graph { values: cse.values, body, ..graph }
}

/// What a node computes; memory is told apart by the number of its state.
#[derive(PartialEq)]
enum Key {
    /// Found by the first that reads the same.
    Const,
    Scalar(Fun, [Option<Value>; Fun::OPERANDS]),
    Cast(Value, String),
    Len(usize, Place),
    Load(usize, Place, bool),
    Shape(usize, Place),
}

struct Cse {
    values: Vec<ValueData>,
    aliases: Aliases,
    /// What is computed in the regions around.
    known: Known,
    /// The first value that is each constant, by that and its type.
    texts: BTreeMap<String, Value>,
    /// The state of each root: a new number after each write.
    states: Vec<usize>,
    last_state: usize,
    /// What was loaded whole, as it was then: of the same shape.
    loaded: ValueMap<(usize, Place)>,
    /// Computed from literals without a type: each use of the code may be of another type.
    flexible: ValueSet,
}

/// What is computed so far, found by one value: the first that is the same constant, or the last operand,
/// which few other nodes share.
#[derive(Default)]
struct Known {
    nodes: Vec<Computed>,
    /// The last of the nodes by that value.
    last: ValueMap<Option<usize>>,
}

struct Computed {
    key: Key,
    result: Value,
    by: Value,
    /// The last node before by the same value.
    before: Option<usize>,
}

impl Known {
    fn find(&self, by: Value, key: &Key) -> Option<Value> {
        let mut next = self.last.get(by).copied().flatten();
        while let Some(at) = next {
            let computed = &self.nodes[at];
            if computed.key == *key {
                return Some(computed.result);
            }
            next = computed.before;
        }
        None
    }

    fn add(&mut self, by: Value, key: Key, result: Value) {
        let last = self.last.or_default(by);
        let before = last.replace(self.nodes.len());
        self.nodes.push(Computed { key, result, by, before });
    }

    /// Forgets all but the first so many.
    fn truncate(&mut self, len: usize) {
        for computed in self.nodes.drain(len..).rev() {
            *self.last.or_default(computed.by) = computed.before;
        }
    }
}

impl Cse {
    fn region(&mut self, region: &mut Region) {
        let around = self.known.nodes.len();
        for mut node in region.take_nodes() {
            self.aliases.replace_operands(&mut node.op);
            if node.op.regions().is_empty() {
                if !self.is_known(&node) {
                    let mut written = Vec::new();
                    self.each_written(&node, &mut |root| written.push(root));
                    written.into_iter().for_each(|root| self.change(root));
                    region.nodes.push(node);
                }
            } else {
                self.control(&mut node);
                region.nodes.push(node);
            }
        }
        self.aliases.replace(&mut region.results);
        self.known.truncate(around);
    }

    /// Visits the regions; what one of them writes is another state in the next iteration, after
    /// the node, and not in the other branch.
    fn control(&mut self, node: &mut Node) {
        let mut written = Vec::new();
        for region in node.op.regions() {
            region.each_node(&mut |inner| self.each_written(inner, &mut |root| written.push(root)));
        }
        written.sort_unstable();
        written.dedup();
        if !matches!(node.op, Op::If(..)) {
            written.iter().for_each(|root| self.change(*root));
        }
        let before: Vec<usize> = written.iter().map(|root| self.states[root.index()]).collect();
        for region in node.op.regions_mut() {
            for (root, state) in written.iter().zip(&before) {
                self.states[root.index()] = *state;
            }
            self.region(region);
        }
        written.iter().for_each(|root| self.change(*root));
    }

    /// Looks a node up and lets the value found stand for its result, or makes the node known.
    fn is_known(&mut self, node: &Node) -> bool {
        let Some((by, key)) = self.key(node) else { return false };
        let result = node.results[0];
        let Some(first) = self.known.find(by, &key) else {
            self.known.add(by, key, result);
            return false;
        };
        let same = self.values[first.index()].ty == self.values[result.index()].ty
            && self.may_share_name(first, result);
        if same {
            self.aliases.set(result, first);
            hand_on_name(&mut self.values, result, first);
        }
        same
    }

    fn may_share_name(&self, first: Value, later: Value) -> bool {
        let (a, b) = (&self.values[first.index()].name, &self.values[later.index()].name);
        a == b || a.is_none() || b.is_none()
    }

    /// What the node computes and by which value that is found, if equal nodes may be merged: numbers,
    /// which are copied at will.
    fn key(&mut self, node: &Node) -> Option<(Value, Key)> {
        let &[result] = &node.results[..] else { return None };
        match &node.op {
            Op::ShapeOf(place) => {
                let here = || (self.state(place), place.clone());
                let whole = self.loaded.get(place.root).filter(|_| place.path.is_empty());
                let (state, place) = whole.cloned().unwrap_or_else(here);
                return Some((last(&place), Key::Shape(state, place)));
            }
            Op::Load(place, Take::Value | Take::Clone) => {
                self.loaded.insert(result, (self.state(place), place.clone()));
            }
            _ => {}
        }
        let data = &self.values[result.index()];
        if !data.ty.is_scalar() || data.storage != Storage::Local {
            return None;
        }
        let vague = matches!(data.ty, Type::Int(None) | Type::Float(Float::Infer));
        match &node.op {
            Op::Const(tokens) => {
                if vague {
                    self.flexible.insert(result);
                }
                let text = format!("{tokens}: {}", data.ty);
                let first = *self.texts.entry(text).or_insert(result);
                Some((first, Key::Const))
            }
            Op::Scalar(fun, args) => {
                let shifts = matches!(fun, Fun::Shl | Fun::Shr);
                let telling = if shifts { &args[..1] } else { &args[..] };
                if vague && telling.iter().all(|v| self.flexible.contains(*v)) {
                    self.flexible.insert(result);
                    return None;
                }
                let mut operands = [None; Fun::OPERANDS];
                for (k, arg) in args.iter().enumerate() {
                    operands[k] = Some(*arg);
                }
                // One order for both.
                if matches!(fun, Fun::Add | Fun::Mul) && args[0] > args[1] {
                    operands.swap(0, 1);
                }
                let last = operands[args.len() - 1]?;
                Some((last, Key::Scalar(*fun, operands)))
            }
            Op::Cast(v, ty) if !vague => Some((*v, Key::Cast(*v, ty.to_string()))),
            Op::Len(place) => {
                // That of a slice is a value beside it, for good; that of a `Vec` is in memory, and what is
                // read there last tells LLVM most.
                let steady = matches!(&self.values[place.root.index()].ty,
                    Type::Slice(element) if !element.varies_in_shape());
                let state = if steady { 0 } else { self.state(place) };
                Some((last(place), Key::Len(state, place.clone())))
            }
            Op::Load(place, take) => {
                let owned = *take == Take::Owned;
                Some((last(place), Key::Load(self.state(place), place.clone(), owned)))
            }
            _ => None,
        }
    }

    fn state(&self, place: &Place) -> usize {
        self.states[place.root.index()]
    }

    fn change(&mut self, root: Value) {
        self.last_state += 1;
        self.states[root.index()] = self.last_state;
    }

    /// Calls `f` on the roots that a node without regions may write.
    fn each_written(&self, node: &Node, f: &mut dyn FnMut(Value)) {
        let op = &node.op;
        op.each_written(&mut |place| f(place.root));
        if matches!(
            op,
            Op::Verbatim { .. } | Op::Effect { .. } | Op::CallJvp(..) | Op::CallInto { .. }
        ) {
            op.each_input(&mut |v| {
                let held = self.values[v.index()].storage;
                if matches!(held, Storage::Object | Storage::RefMut | Storage::Slot) {
                    f(v);
                }
            });
        }
    }
}

/// The value by which it is found what is read there.
fn last(place: &Place) -> Value {
    let mut last = place.root;
    place.each_index(&mut |v| last = v);
    last
}

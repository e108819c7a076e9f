//! Checks bounds once a loop.

use std::collections::BTreeMap;

use proc_macro2::Span;

use super::walk::{Fresh, Laid, Loop, accesses, rewrite_loops};
use crate::analysis::Layout;
use crate::ir::{Graph, Node, Op, Place, Proj, Region, Storage, Take, Type, Value, ValueData};
use crate::rules::Fun;

/// Gives an innermost loop the part of a sequence that it runs through, so that no iteration has its
/// own check, and the loop can be vectorized. That some iteration is out of bounds is found before the
/// first.
///
/// Input → Output:
///
/// ```text
///                                v = view x[b + lo..b + hi]
/// for i in lo..hi            →   for i in lo..hi
///   t = load x[b + i]              t = load v[i - lo]
/// ```
pub fn view(graph: Graph) -> Graph {
    rewrite_loops(graph, views, |fresh, node, windows, before, _| {
        fresh.views(node, &windows, before);
    })
}

/// A sequence that a loop runs through, and the nodes that read or write an element each.
struct Window {
    sequence: Place,
    index: Value,
    element: Type,
    nodes: Vec<usize>,
    storage: Storage,
    /// Whether the loop starts at a literal zero.
    from_zero: bool,
}

fn views(graph: &Graph, layout: &Laid<'_>, of: &Loop<'_>) -> Vec<Window> {
    let Loop { node: Node { op: Op::For { lo, hi, inclusive: false, .. }, .. }, body, id, .. } =
        *of
    else {
        return Vec::new();
    };
    let innermost = body.nodes.iter().all(|n| !n.op.is_loop());
    if !innermost {
        return Vec::new();
    }
    let from_zero = layout.is_zero(*lo);
    let mut found: Vec<Window> = Vec::new();
    for (position, node) in body.nodes.iter().enumerate() {
        let (Op::Load(place, Take::Value | Take::Clone)
        | Op::Store(place, _)
        | Op::Accumulate(place, _)
        | Op::SetZero(place)) = &node.op
        else {
            continue;
        };
        let Some((Proj::Index(index), prefix)) = place.path.split_last() else { continue };
        let sequence = Place { root: place.root, path: prefix.to_vec() };
        let mut fixed = layout.is_outside(sequence.root, id);
        sequence.each_index(&mut |v| fixed &= layout.is_outside(v, id));
        let Some(element) = sequence_of(graph, &sequence) else { continue };
        if !fixed || !element.is_scalar() || !layout.moves_with(*index, body.params[0], id) {
            continue;
        }
        let known = found.iter_mut().find(|w| {
            layout.are_same(&w.sequence, &sequence) && layout.distance(w.index, *index) == Some(0)
        });
        match known {
            Some(window) => window.nodes.push(position),
            None => found.push(Window {
                sequence,
                index: *index,
                element,
                nodes: vec![position],
                storage: Storage::Ref,
                from_zero,
            }),
        }
    }
    found.retain_mut(|w| {
        let whole = w.from_zero && is_all_of(layout, w, body.params[0], *hi);
        match storage(graph, body, w) {
            Some(storage) if !whole => {
                w.storage = storage;
                true
            }
            _ => false,
        }
    });
    found
}

/// The element's type, if the place is a slice or a `Vec`: of an array rustc knows the length.
pub fn sequence_of(graph: &Graph, place: &Place) -> Option<Type> {
    let mut ty = graph.ty(place.root).clone();
    for step in &place.path {
        ty = match step {
            Proj::Index(_) => ty.element(),
            Proj::Slice(..) => Type::Slice(Box::new(ty.element())),
            Proj::Flat => ty.part(step),
            Proj::Field(_) | Proj::Payload(_) | Proj::Slot(_) | Proj::Axis(_) => return None,
        };
    }
    matches!(ty, Type::Slice(_) | Type::Vec(_)).then(|| ty.element())
}

/// Whether rustc sees that the index is within bounds: `for i in 0..x.len()`, `x[i]`.
fn is_all_of(layout: &Layout<'_>, window: &Window, index: Value, hi: Value) -> bool {
    let to_end = matches!(
        layout.node(hi).map(|n| &n.op),
        Some(Op::Len(place)) if layout.are_same(place, &window.sequence)
    );
    let hidden = |step: &Proj| matches!(step, Proj::Slice(..) | Proj::Flat);
    let sliced = window.sequence.path.iter().any(hidden);
    !sliced && to_end && layout.distance(index, window.index) == Some(0)
}

/// How the view is held: by a shared reference if the loop only reads the object, by an exclusive one if
/// all it does with it goes through the view; `None` if it cannot be.
fn storage(graph: &Graph, body: &Region, window: &Window) -> Option<Storage> {
    let root = window.sequence.root;
    let mut writes = false;
    let mut others = 0;
    let mut only_adds = true;
    for (position, node) in body.nodes.iter().enumerate() {
        let own = window.nodes.contains(&position);
        let mut visit = |node: &Node, own: bool| {
            for access in accesses(&node.op, root) {
                writes |= access.writes;
                only_adds &= access.adds;
            }
            let mut named = false;
            node.op.each_input(&mut |v| named |= v == root);
            others += usize::from(named && !own);
        };
        visit(node, own);
        for inner in node.op.regions() {
            inner.each_node(&mut |n| visit(n, false));
        }
    }
    match (graph.data(root).storage, writes) {
        (Storage::Tangent, _) | (Storage::Slot, false) => None,
        (_, false) => Some(Storage::Ref),
        (Storage::Slot, true) => (others == 0 && only_adds).then_some(Storage::Slot),
        (Storage::Object | Storage::RefMut, true) => (others == 0).then_some(Storage::RefMut),
        _ => None,
    }
}

impl Fresh {
    fn views(&mut self, node: &mut Node, windows: &[Window], before: &mut Vec<Node>) {
        let span = node.span;
        let Op::For { lo, hi, body, .. } = &mut node.op else { unreachable!("of a loop") };
        // Elements count from the first that the loop comes to.
        let from_zero = windows.iter().all(|w| w.from_zero);
        let index = if from_zero { body.params[0] } else { self.value(Type::usize(), span) };
        for window in windows {
            let view = self.part_of(&window.sequence, &window.element, window.storage, span);
            let start = self.first_index(body, window.index, *lo);
            let op = Op::View { sequence: window.sequence.clone(), lo: *lo, hi: *hi, start };
            before.push(Node { op, results: vec![view], span });
            for position in &window.nodes {
                let element = Place::whole(view).with(Proj::Index(index));
                match &mut body.nodes[*position].op {
                    Op::Load(place, _)
                    | Op::Store(place, _)
                    | Op::Accumulate(place, _)
                    | Op::SetZero(place) => {
                        *place = element;
                    }
                    _ => {}
                }
            }
        }
        if !from_zero {
            let op = Op::Scalar(Fun::Sub, vec![body.params[0], *lo]);
            body.nodes.insert(0, Node { op, results: vec![index], span });
        }
    }

    /// A reference to a part of a sequence with such elements.
    pub fn part_of(
        &mut self,
        sequence: &Place,
        element: &Type,
        storage: Storage,
        span: Span,
    ) -> Value {
        let ty = Type::Slice(Box::new(element.clone()));
        let name = self.values[sequence.root.index()].name.clone();
        self.values.push(ValueData::new(ty, name, storage, span));
        Value::new(self.values.len() - 1)
    }

    /// The index in the first iteration from below.
    pub fn first_index(&mut self, body: &Region, index: Value, lo: Value) -> Region {
        let mut renamed = BTreeMap::from([(body.params[0], lo)]);
        let mut nodes = Vec::new();
        self.again(index, &body.nodes, &mut renamed, &mut nodes);
        let result = renamed.get(&index).copied().unwrap_or(index);
        Region { nodes, results: vec![result], ..Region::default() }
    }
}

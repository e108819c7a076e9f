//! Hands on in registers what one iteration leaves in memory for the next.

use std::collections::BTreeMap;

use super::walk::{
    Fresh, Laid, Loop, Range, each_other_access, moving_step, neighbours, only_sums, rewrite_loops,
};
use crate::analysis::{Iteration, Layout, RegionId};
use crate::ir::{Graph, Node, Op, Place, Region, Storage, Take, Type, Value};
use crate::rules::Fun;

/// The widest window: so many numbers wait in registers.
const WIDEST: usize = 3;

/// Gives a recurrence in memory registers: each place is read and written once, and no iteration waits for
/// a store to come back as a load. What is computed stays the same.
///
/// Input → Output, for `x[i] = f(x[i], x[i - 1])`:
///
/// ```text
/// for i in lo..hi                 p = load x[lo - 1]
///   a = load x[i - 1]             for i in lo..hi carrying p
///   b = load x[i]             →     b = load x[i]
///   c = f a, b                      c = f p, b
///   store x[i], c                   store x[i], c
///                                   p = c
/// ```
pub fn relay(graph: Graph) -> Graph {
    rewrite_loops(graph, windows, |fresh, node, windows, before, after| {
        fresh.relay(node, &windows, before, after);
    })
}

/// Neighbouring places of one object that move on with the iterations.
struct Window {
    /// The one that an iteration comes to last: behind it nothing is touched again.
    oldest: Place,
    /// Which step of the path moves.
    step: usize,
    /// How far the window reaches.
    width: usize,
    /// The accesses, by the node: where in the window, counted from the oldest.
    nodes: BTreeMap<usize, usize>,
    /// Where the first write is: what is older stays as it is.
    written: usize,
    ty: Type,
}

/// What a node does at one place.
fn access<'g>(graph: &'g Graph, node: &'g Node) -> Option<(&'g Place, Option<&'g Type>)> {
    match &node.op {
        Op::Load(place, Take::Value | Take::Clone) => {
            Some((place, Some(graph.ty(node.results[0]))))
        }
        Op::Store(place, v) | Op::Accumulate(place, v) => Some((place, Some(graph.ty(*v)))),
        Op::SetZero(place) => Some((place, None)),
        _ => None,
    }
}

fn windows(graph: &Graph, layout: &Laid<'_>, of: &Loop<'_>) -> Vec<Window> {
    let Loop { body, id, rev, .. } = *of;
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (index, node) in body.nodes.iter().enumerate() {
        let Some((place, _)) = access(graph, node) else { continue };
        let storage = graph.data(place.root).storage;
        if !matches!(storage, Storage::Object | Storage::RefMut)
            || !layout.is_outside(place.root, id)
        {
            continue;
        }
        let Some(step) = moving_step(layout, place, body, id) else { continue };
        let near = groups.iter_mut().filter(|group| group.step == step).find_map(|group| {
            neighbours(layout, group.first, place, step).zip(Some(&mut group.accesses))
        });
        match near {
            Some((distance, accesses)) => accesses.push((index, distance)),
            None => groups.push(Group { first: place, step, accesses: vec![(index, 0)] }),
        }
    }
    groups.into_iter().filter_map(|group| window(graph, layout, body, id, rev, group)).collect()
}

/// Accesses to places that differ in one step of their paths, by constants.
struct Group<'g> {
    first: &'g Place,
    step: usize,
    /// The nodes, with the distances from the first place.
    accesses: Vec<(usize, i64)>,
}

fn window(
    graph: &Graph,
    layout: &Layout<'_>,
    body: &Region,
    id: RegionId,
    rev: bool,
    Group { step, accesses, .. }: Group<'_>,
) -> Option<Window> {
    // Counted as the iterations come by: the least is the oldest.
    let ordered = |distance: i64| if rev { -distance } else { distance };
    let least = accesses.iter().map(|(_, distance)| ordered(*distance)).min()?;
    let positions = accesses.into_iter().map(|(index, distance)| {
        usize::try_from(ordered(distance) - least).map(|position| (index, position))
    });
    let nodes: BTreeMap<usize, usize> = positions.collect::<Result<_, _>>().ok()?;
    let width = *nodes.values().max()?;
    let mut ty = None;
    let mut oldest = None;
    for (index, position) in &nodes {
        let (place, of) = access(graph, &body.nodes[*index])?;
        if *position == 0 {
            oldest = Some(place.clone());
        }
        if let Some(of) = of {
            let known: &Type = ty.get_or_insert_with(|| of.clone());
            if known != of || !of.is_float() || of.neutral().is_none() {
                return None;
            }
        }
    }
    let reads = |op: &Op| matches!(op, Op::Load(..) | Op::Accumulate(..));
    let writes = |op: &Op| !matches!(op, Op::Load(..));
    let at = |does: fn(&Op) -> bool| {
        let found = nodes.iter().filter(move |(index, _)| does(&body.nodes[**index].op));
        found.map(|(_, position)| *position)
    };
    // What is written in one iteration is read in a later one.
    let recurs = at(reads).min()? < at(writes).max()?;
    let oldest = oldest?;
    // Where all is merely added up, so that the sums wait, another pass has been.
    if !(1..=WIDEST).contains(&width) || !recurs || only_sums(body, oldest.root) {
        return None;
    }
    let written = at(writes).min()?;
    let window = Window { oldest, step, width, nodes, written, ty: ty? };
    is_alone(graph, layout, body, id, &window).then_some(window)
}

/// Whether whatever else the loop does with the object stays away from the window, in any iteration.
fn is_alone(
    graph: &Graph,
    layout: &Layout<'_>,
    body: &Region,
    id: RegionId,
    window: &Window,
) -> bool {
    let places: Vec<&Place> = window
        .nodes
        .keys()
        .filter_map(|index| access(graph, &body.nodes[*index]))
        .map(|(place, _)| place)
        .collect();
    let mut alone = true;
    let own = |index| window.nodes.contains_key(&index);
    each_other_access(body, window.oldest.root, own, &mut |other| {
        alone &= other.place.is_some_and(|q| {
            places.iter().all(|p| {
                layout.are_disjoint(p, q, Iteration::Same)
                    && layout.are_disjoint(p, q, Iteration::Another(id))
            })
        });
    });
    alone
}

/// What a place of a window holds, as far as an iteration has come.
#[derive(Clone, Copy)]
struct Held {
    value: Value,
    /// It has just been set to zero.
    is_zero: bool,
}

impl Fresh {
    fn relay(
        &mut self,
        node: &mut Node,
        windows: &[Window],
        before: &mut Vec<Node>,
        after: &mut Vec<Node>,
    ) {
        let span = node.span;
        let Op::For { lo, hi, inclusive, rev, init, body } = &mut node.op else { return };
        let range = Range { lo: *lo, hi: *hi, inclusive: *inclusive, span };
        let runs = self.runs(range, before);
        let mut flush = Vec::new();
        let last = self.end(range, !*rev, &mut flush);
        let mut held: Vec<Vec<Option<Held>>> = Vec::new();
        let mut unwritten: Vec<Vec<Place>> = Vec::new();
        for window in windows {
            let mut own = Vec::new();
            for position in 0..window.width {
                // What is there before the first iteration.
                let mut nodes = Vec::new();
                let first = self.end(range, *rev, &mut nodes);
                let place = self.place_in(window, position, *rev, body, first, &mut nodes);
                let load = self.load_if(runs, place, nodes, &window.ty, span);
                init.push(load.results[0]);
                before.push(load);
                own.push(Some(Held { value: self.value(window.ty.clone(), span), is_zero: false }));
            }
            own.push(None);
            held.push(own);
            // What the last iteration leaves to none.
            let left = (window.written + 1..=window.width)
                .map(|position| self.place_in(window, position, *rev, body, last, &mut flush));
            unwritten.push(left.collect());
        }
        body.params.extend(held.iter().flatten().flatten().map(|held| held.value));
        let mut complete: Vec<Option<Place>> = vec![None; windows.len()];
        let mut known: BTreeMap<Value, Value> = BTreeMap::new();
        for (index, mut inner) in body.take_nodes().into_iter().enumerate() {
            inner.op = inner.op.map(&mut |v| known.get(&v).copied().unwrap_or(v));
            let of = windows.iter().enumerate().find_map(|(k, w)| Some((k, *w.nodes.get(&index)?)));
            let Some((k, position)) = of else {
                body.nodes.push(inner);
                continue;
            };
            let ty = &windows[k].ty;
            if let Op::Store(place, _) | Op::Accumulate(place, _) | Op::SetZero(place) = &inner.op
                && position == windows[k].written
            {
                complete[k].get_or_insert_with(|| place.clone());
            }
            held[k][position] = match (inner.op, held[k][position]) {
                (Op::Load(..), Some(there)) => {
                    known.insert(inner.results[0], there.value);
                    Some(there)
                }
                (op @ Op::Load(..), None) => {
                    let value = inner.results[0];
                    body.nodes.push(Node { op, results: vec![value], span: inner.span });
                    Some(Held { value, is_zero: false })
                }
                (Op::SetZero(_), _) => {
                    let value = self.value(ty.clone(), inner.span);
                    let op = ty.static_zero().map_or(Op::Undef, Op::Const);
                    body.nodes.push(Node { op, results: vec![value], span: inner.span });
                    Some(Held { value, is_zero: true })
                }
                (Op::Store(_, value), _)
                | (Op::Accumulate(_, value), Some(Held { is_zero: true, .. })) => {
                    Some(Held { value, is_zero: false })
                }
                (Op::Accumulate(place, v), there) => {
                    let there = there.map_or_else(
                        || {
                            let there = self.value(ty.clone(), inner.span);
                            let op = Op::Load(place, Take::Value);
                            body.nodes.push(Node { op, results: vec![there], span: inner.span });
                            there
                        },
                        |there| there.value,
                    );
                    let value = self.value(ty.clone(), inner.span);
                    let op = Op::Scalar(Fun::Add, vec![there, v]);
                    body.nodes.push(Node { op, results: vec![value], span: inner.span });
                    Some(Held { value, is_zero: false })
                }
                _ => unreachable!("what a window consists of"),
            };
        }
        for result in &mut body.results {
            *result = known.get(result).copied().unwrap_or(*result);
        }
        for (k, window) in windows.iter().enumerate() {
            let value_at = |position: usize| held[k][position].expect("it is accessed").value;
            if let Some(place) = complete[k].take() {
                let op = Op::Store(place, value_at(window.written));
                body.nodes.push(Node { op, results: Vec::new(), span });
            }
            let mut left = unwritten[k].drain(..);
            for position in 1..=window.width {
                body.results.push(value_at(position));
                let end = self.value(window.ty.clone(), span);
                node.results.push(end);
                if position > window.written
                    && let Some(place) = left.next()
                {
                    flush.push(Node { op: Op::Store(place, end), results: Vec::new(), span });
                }
            }
        }
        if windows.iter().any(|window| window.written < window.width) {
            let then = Region { nodes: flush, ..Region::default() };
            let op = Op::If(runs, then, Region::default());
            after.push(Node { op, results: Vec::new(), span });
        }
    }

    /// A place of the window in the iteration with that index.
    fn place_in(
        &mut self,
        window: &Window,
        position: usize,
        rev: bool,
        body: &Region,
        index: Value,
        nodes: &mut Vec<Node>,
    ) -> Place {
        let span = self.values[index.index()].span;
        let mut renamed = BTreeMap::from([(body.params[0], index)]);
        window.oldest.each_index(&mut |v| self.again(v, &body.nodes, &mut renamed, nodes));
        let mut place = window.oldest.map(&mut |v| renamed.get(&v).copied().unwrap_or(v));
        let distance = i64::try_from(position).expect("within the window");
        self.shift(&mut place, window.step, if rev { -distance } else { distance }, span, nodes);
        place
    }
}

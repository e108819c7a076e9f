//! Makes one loop of two that run over the same indices.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::mem;
use std::ops::Range;

use super::ascend::is_plain;
use super::cse::cse;
use super::dce::dce;
use super::remember::remember;
use super::rewrite::{Aliases, hand_on_name};
use super::walk::{accesses, literal_integers};
use crate::ir::{Graph, Node, Op, Place, Proj, Region, Type, Value, ValueData, ValueMap};
use crate::rules::Fun;

/// Lets a loop run within an earlier one over the same indices, if they have elements of an object in common,
/// and of what one of them writes each iteration sees the element of its own index alone: what the first has
/// stored is at hand for the second then, and an object between the two may be none at all.
///
/// Input → Output, where `y` is an object and nothing in between needs `y` or changes `x`:
///
/// ```text
/// for i in 0 .. n                 s = for i in 0 .. n carrying z
///   store y[i], x[i] * x[i]         store y[i], x[i] * x[i]
/// s = for j in 0 .. n carrying z    t = load y[i]
///   t = load y[j]              →    yield s + t
///   yield s + t
/// ```
pub fn join(mut graph: Graph) -> Graph {
    let mut loops = 0;
    graph.body.each_node(&mut |node| loops += usize::from(matches!(node.op, Op::For { .. })));
    if loops < 2 {
        return graph;
    }
    let mut join = Join {
        indices: Indices::of(&graph.body),
        values: mem::take(&mut graph.values),
        joined: false,
    };
    join.region(&mut graph.body);
    graph.values = join.values;
    if !join.joined {
        return graph;
    }
    // Both loops may have computed the same indices, and what the one stores the other need not load.
    dce(remember(cse(graph)))
}

struct Join {
    indices: Indices,
    values: Vec<ValueData>,
    /// Whether a loop has become part of another.
    joined: bool,
}

/// What a node and those within it have to do with others.
#[derive(Clone, Default)]
struct Footprint {
    defines: BTreeSet<Value>,
    uses: BTreeSet<Value>,
    /// The objects and stacks that it changes.
    writes: BTreeSet<Value>,
    /// Whether it does nothing but compute, read and write memory, and keep numbers on stacks.
    plain: bool,
}

impl Footprint {
    fn of(node: &Node) -> Self {
        let mut found = Self { plain: true, ..Self::default() };
        found.add(node);
        found
    }

    fn add(&mut self, node: &Node) {
        node.op.each_input(&mut |v| {
            self.uses.insert(v);
        });
        node.op.each_written(&mut |place| {
            self.writes.insert(place.root);
        });
        if let Op::StackPush(stack, _) | Op::StackPop(stack) = &node.op {
            self.writes.insert(*stack);
        }
        self.plain &= is_plain(&node.op) || matches!(node.op, Op::StackPush(..) | Op::StackPop(_));
        self.defines.extend(node.results.iter().copied());
        for region in node.op.regions() {
            self.defines.extend(region.params.iter().copied());
            self.uses.extend(region.results.iter().copied());
            region.nodes.iter().for_each(|inner| self.add(inner));
        }
    }
}

fn meet(a: &BTreeSet<Value>, b: &BTreeSet<Value>) -> bool {
    !a.is_disjoint(b)
}

impl Join {
    fn region(&mut self, region: &mut Region) {
        let mut footprints = vec![OnceCell::new(); region.nodes.len()];
        let mut second = 0;
        while second < region.nodes.len() {
            match self.joined(region, second, &footprints) {
                Some((first, up)) => {
                    self.apply(region, first, second, &up);
                    footprints = vec![OnceCell::new(); region.nodes.len()];
                    // The longer loop may have something in common with an earlier one.
                    second = first + up.len();
                }
                None => second += 1,
            }
        }
        for node in &mut region.nodes {
            node.op.regions_mut().for_each(|inner| self.region(inner));
        }
    }

    /// The loop that another one can run within, and what of the nodes in between goes before both.
    fn joined(
        &self,
        region: &Region,
        second: usize,
        footprints: &[OnceCell<Footprint>],
    ) -> Option<(usize, Vec<usize>)> {
        let after = &region.nodes[second];
        if !matches!(after.op, Op::For { .. }) {
            return None;
        }
        let of =
            |index: usize| footprints[index].get_or_init(|| Footprint::of(&region.nodes[index]));
        for first in (0..second).rev() {
            let before = &region.nodes[first];
            match &before.op {
                // The two sides of it are run at different times.
                Op::Seed(_) => return None,
                Op::For { .. } if self.run_alike(before, after) => {
                    let (earlier, later) = (of(first), of(second));
                    let up = self
                        .are_free((before, earlier), (after, later))
                        .then(|| go_up(region, first..second, &of))
                        .flatten();
                    if let Some(up) = up {
                        return Some((first, up));
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Whether two loops run over the same indices in the same order.
    fn run_alike(&self, a: &Node, b: &Node) -> bool {
        match (&a.op, &b.op) {
            (
                Op::For { lo, hi, inclusive, rev, body, .. },
                Op::For { lo: l, hi: h, inclusive: i, rev: r, body: other, .. },
            ) => {
                let ty = |body: &Region| &self.values[body.params[0].index()].ty;
                (inclusive, rev) == (i, r)
                    && self.indices.are_same(*lo, *l)
                    && self.indices.are_same(*hi, *h)
                    && *ty(body) == Type::usize()
                    && ty(body) == ty(other)
            }
            _ => false,
        }
    }

    /// Whether the second of two loops may run within the first, whatever is in between.
    fn are_free(&self, (a, earlier): (&Node, &Footprint), (b, later): (&Node, &Footprint)) -> bool {
        earlier.plain
            && later.plain
            && !meet(&later.uses, &earlier.defines)
            && self.have_elements_apart(a, b, earlier, later)
    }

    /// Puts the nodes that go up before the first loop, and the body of the second behind that of the first.
    fn apply(&mut self, region: &mut Region, first: usize, second: usize, up: &[usize]) {
        let after = region.nodes.remove(second);
        for (k, index) in up.iter().enumerate() {
            let node = region.nodes.remove(*index);
            region.nodes.insert(first + k, node);
        }
        let before = &mut region.nodes[first + up.len()];
        let (Op::For { init, body, .. }, Op::For { init: more, body: mut other, .. }) =
            (&mut before.op, after.op)
        else {
            unreachable!("both are loops")
        };
        let (index, same) = (other.params[0], body.params[0]);
        let mut aliases = Aliases::default();
        aliases.set(index, same);
        self.indices.aliases.set(index, same);
        self.joined = true;
        hand_on_name(&mut self.values, index, same);
        aliases.replace_everywhere(&mut other);
        init.extend(more);
        body.params.extend(&other.params[1..]);
        body.results.append(&mut other.results);
        body.nodes.append(&mut other.nodes);
        before.results.extend(after.results);
    }

    /// Whether two loops have elements of an object in common, and of all that one of them changes and the
    /// other looks at or changes, each iteration has to do with elements that no other iteration of either
    /// has to do with.
    fn have_elements_apart(
        &self,
        a: &Node,
        b: &Node,
        earlier: &Footprint,
        later: &Footprint,
    ) -> bool {
        let (Op::For { body: first, .. }, Op::For { body: second, .. }) = (&a.op, &b.op) else {
            return false;
        };
        let mut common = false;
        for root in earlier.uses.intersection(&later.uses).copied() {
            let changes = earlier.writes.contains(&root) || later.writes.contains(&root);
            let (one, two) =
                (self.indices.elements(first, root), self.indices.elements(second, root));
            let own = match (&one, &two) {
                (Elements::At(a), Elements::At(b)) => self.indices.are_alike(a, b),
                _ => false,
            };
            common |= own;
            let neither = [one, two].iter().any(|of| matches!(of, Elements::None));
            if changes && !own && !neither {
                return false;
            }
        }
        common
    }
}

/// The nodes between two loops that go before both, if the second is to run within the first; none if one of
/// them needs what the first does.
fn go_up<'f>(
    region: &Region,
    loops: Range<usize>,
    of: &impl Fn(usize) -> &'f Footprint,
) -> Option<Vec<usize>> {
    let (earlier, later) = (of(loops.start), of(loops.end));
    // From the last to the first, with all that has to be there before.
    let (mut up, mut needed) = (Vec::new(), later.uses.clone());
    let mut changed = later.writes.clone();
    for index in (loops.start + 1..loops.end).rev() {
        let (node, of) = (&region.nodes[index], of(index));
        let checks = matches!(node.op, Op::Effect { .. });
        if !checks
            && !meet(&of.defines, &needed)
            && !meet(&of.writes, &needed)
            && !meet(&of.uses, &changed)
        {
            continue;
        }
        let harmless = of.plain || checks && of.writes.is_empty();
        if !harmless
            || meet(&of.uses, &earlier.defines)
            || meet(&of.uses, &earlier.writes)
            || meet(&of.writes, &earlier.uses)
        {
            return None;
        }
        needed.extend(&of.uses);
        changed.extend(&of.writes);
        up.push(index);
    }
    up.reverse();
    Some(up)
}

/// The elements of an object that a loop has to do with.
enum Elements {
    /// None.
    None,
    /// Those of its own index alone.
    At(Own),
    /// Perhaps others.
    Any,
}

/// Elements that go with the index of a loop: where that is `i`, those at `i`, at `m + i`, or, by the length `n`
/// of a row, at `i * n + k` for each `k` below `n`, and so on inwards.
struct Own {
    shift: Option<Value>,
    rows: Vec<Value>,
}

/// What is known of integers.
struct Indices {
    /// Those that are literals.
    literals: ValueMap<i64>,
    /// Those that are sums, products, or the lesser of two.
    computed: ValueMap<(Fun, [Value; 2])>,
    /// The ends of the loops that begin with zero, by their indices.
    ends: ValueMap<Value>,
    /// The indices of loops that are part of others.
    aliases: Aliases,
}

impl Indices {
    fn of(body: &Region) -> Self {
        let mut found = Self {
            literals: literal_integers(body),
            computed: ValueMap::default(),
            ends: ValueMap::default(),
            aliases: Aliases::default(),
        };
        body.each_node(&mut |node| match &node.op {
            Op::Scalar(fun @ (Fun::Add | Fun::Mul | Fun::Min), args) => {
                found.computed.insert(node.results[0], (*fun, [args[0], args[1]]));
            }
            Op::For { lo, hi, inclusive: false, body, .. }
                if found.literals.get(*lo) == Some(&0) =>
            {
                found.ends.insert(body.params[0], *hi);
            }
            _ => {}
        });
        found
    }

    /// Whether two integers are the same.
    fn are_same(&self, a: Value, b: Value) -> bool {
        let (a, b) = (self.lesser(a), self.lesser(b));
        let literals = self.literals.get(a).zip(self.literals.get(b));
        let computed = self.computed.get(a).zip(self.computed.get(b));
        a == b
            || literals.is_some_and(|(a, b)| a == b)
            || computed.is_some_and(|((f, a), (g, b))| {
                f == g && a.iter().zip(b).all(|(a, b)| self.are_same(*a, *b))
            })
    }

    /// Of the lesser of two that are the same, either.
    fn lesser(&self, v: Value) -> Value {
        let v = self.aliases.get(v);
        match self.computed.get(v) {
            Some((Fun::Min, [a, b])) if self.are_same(*a, *b) => self.lesser(*a),
            _ => v,
        }
    }

    fn are_alike(&self, a: &Own, b: &Own) -> bool {
        let same = |a: &[Value], b: &[Value]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.are_same(*a, *b))
        };
        same(a.shift.as_slice(), b.shift.as_slice()) && same(&a.rows, &b.rows)
    }

    /// The elements of an object that the body of a loop has to do with.
    fn elements(&self, body: &Region, root: Value) -> Elements {
        let mut found = Elements::None;
        body.each_node(&mut |node| {
            for access in accesses(&node.op, root) {
                let own = access.place.and_then(|place| self.own(body, place));
                found = match (mem::replace(&mut found, Elements::Any), own) {
                    (Elements::None, Some(own)) => Elements::At(own),
                    (Elements::At(a), Some(b)) if self.are_alike(&a, &b) => Elements::At(a),
                    _ => Elements::Any,
                };
            }
        });
        found
    }

    /// How a place goes with the index of a loop.
    fn own(&self, body: &Region, place: &Place) -> Option<Own> {
        let path = place.path.strip_prefix(&[Proj::Flat]).unwrap_or(&place.path);
        let Some(Proj::Index(index)) = path.first() else { return None };
        self.row(body, *index)
    }

    fn row(&self, body: &Region, index: Value) -> Option<Own> {
        let own = self.aliases.get(body.params[0]);
        let is_own = |v: Value| self.aliases.get(v) == own;
        if is_own(index) {
            return Some(Own { shift: None, rows: Vec::new() });
        }
        let (Fun::Add, [a, b]) = self.computed.get(index)? else { return None };
        for (start, within) in [(*a, *b), (*b, *a)] {
            if is_own(within) && !self.depends(start, body) {
                return Some(Own { shift: Some(start), rows: Vec::new() });
            }
            let end = self.ends.get(self.aliases.get(within));
            if let Some((Fun::Mul, [a, b])) = self.computed.get(start)
                && let Some(end) = end
            {
                for (row, length) in [(*a, *b), (*b, *a)] {
                    if self.are_same(length, *end)
                        && let Some(mut of) = self.row(body, row)
                    {
                        of.rows.push(length);
                        return Some(of);
                    }
                }
            }
        }
        None
    }

    /// Whether an integer may change from one iteration of a loop to the next.
    fn depends(&self, v: Value, body: &Region) -> bool {
        let v = self.aliases.get(v);
        let mut inside = body.params.contains(&v);
        body.each_node(&mut |node| {
            inside |= node.results.contains(&v);
            node.op.regions().for_each(|region| inside |= region.params.contains(&v));
        });
        match self.computed.get(v) {
            Some((_, args)) if inside => args.iter().any(|v| self.depends(*v, body)),
            _ => inside && self.literals.get(v).is_none(),
        }
    }
}

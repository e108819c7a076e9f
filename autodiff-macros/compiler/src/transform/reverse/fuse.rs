//! Fusion: a loop that merely adds up runs forward and backward in the same iteration.
//!
//! What follows the loop runs backwards first; that it can, and that no iteration changes the adjoint
//! of what is added up, is found by trying.

use quote::format_ident;

use super::augment::Exports;
use super::{Here, Reverse};
use crate::analysis::{Activity, Layout, RegionId, Style};
use crate::ir::{Graph, Node, Op, Region, Storage, Value};

/// So many ways to fuse are tried.
pub(super) const TRIES: usize = 4;

/// A loop is fused if all loops together weigh no more than so many times what it weighs. Where it is
/// one of many, the others keep what they keep, and to build and compile all of them once more takes
/// longer than fusing ever saves.
const SHARE: usize = 4;

/// What a loop weighs beside its body.
const OFTEN: usize = 100;

/// The loops that may be fused, by the index of each node on the way from the function's body inwards:
/// heaviest first, and with its inner loops before it is tried without them.
pub(super) fn candidates(
    graph: &Graph,
    activity: &Activity,
    layout: &Layout<'_>,
) -> Vec<Vec<usize>> {
    let scalar = |v: &Value| activity.style(*v) == Style::Scalar;
    if graph.params.iter().any(crate::ir::Param::in_place) || !graph.body.results.iter().all(scalar)
    {
        return Vec::new();
    }
    let nodes = &graph.body.nodes;
    let all: usize = nodes.iter().map(in_loops).sum();
    let mut paths = Vec::new();
    for index in fusable(&graph.body, activity, layout) {
        if all > SHARE * in_loops(&nodes[index]) {
            break;
        }
        let mut path = vec![index];
        let mut body = inside(&graph.body, index);
        while let Some(inner) = body.and_then(|b| fusable(b, activity, layout).first().copied()) {
            path.push(inner);
            body = body.and_then(|b| inside(b, inner));
        }
        for len in (1..=path.len()).rev() {
            paths.push(path[..len].to_vec());
        }
    }
    paths
}

/// The loops of one region that may be fused, heaviest first.
fn fusable(region: &Region, activity: &Activity, layout: &Layout<'_>) -> Vec<usize> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    // From the end: what follows a loop must be quiet.
    for (index, node) in region.nodes.iter().enumerate().rev() {
        if let Op::For { body, .. } = &node.op
            && activity.touches(node)
            && writes_its_own(body, layout)
        {
            found.push((weight(body), index));
        }
        if !is_quiet(node, activity) {
            break;
        }
    }
    found.reverse();
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    found.into_iter().map(|(_, index)| index).collect()
}

fn inside(region: &Region, index: usize) -> Option<&Region> {
    match &region.nodes[index].op {
        Op::For { body, .. } => Some(body),
        _ => None,
    }
}

/// Whether a node can run backwards before what precedes it has run forward, as far as its form
/// tells: it writes no memory and leaves nothing behind.
fn is_quiet(node: &Node, activity: &Activity) -> bool {
    let leaves_more = matches!(node.op, Op::Call(..) | Op::While { .. }) && activity.touches(node);
    !leaves_more
        && !node.op.writes()
        && node.op.regions().all(|r| r.nodes.iter().all(|n| is_quiet(n, activity)))
}

/// Whether a loop's body writes no memory but its own.
fn writes_its_own(body: &Region, layout: &Layout<'_>) -> bool {
    let home = layout.id(body);
    let mut own = true;
    body.each_node(&mut |node| {
        node.op.each_written(&mut |place| {
            own &= layout.def(place.root).is_some_and(|(region, _)| layout.within(region, home));
        });
    });
    own
}

fn weight(region: &Region) -> usize {
    let mut count = 0;
    // An inner loop weighs as if it ran often.
    region.each_node(&mut |node| count += if node.op.is_loop() { OFTEN } else { 1 });
    count
}

/// What the loops in a node weigh, itself included.
fn in_loops(node: &Node) -> usize {
    let regions = node.op.regions();
    match node.op.is_loop() {
        true => OFTEN + regions.map(weight).sum::<usize>(),
        false => regions.flat_map(|region| &region.nodes).map(in_loops).sum(),
    }
}

impl<'a> Reverse<'a> {
    /// Builds the graph with the loops on that path fused; `None` if they cannot be.
    pub(super) fn run_fused(&mut self, path: &[usize]) -> Option<Graph> {
        let body = &self.graph.body;
        let span = body.nodes[path[0]].span;
        let results = body.results.clone();
        self.b.open();
        self.frames.push(Default::default());
        self.adjoints.push(Default::default());
        let (seeds, shadows) = self.make_seeds(&results, span);
        self.b.node(Op::Seed(Vec::new()), seeds.clone(), span);
        self.around(body, 0, path, &mut |this| {
            this.alias_shadows(body);
            this.seed_results(&seeds, span);
        });
        self.settle_params(span);
        let region = self.b.close(Vec::new(), results);
        (!self.failed && self.missing.copy.is_empty()).then(|| Graph {
            values: std::mem::take(&mut self.b.values),
            params: self.graph.params.clone(),
            body: region,
            result: self.graph.result.clone(),
            shadows,
        })
    }

    /// Appends a region with the first loop of the path fused: what precedes the loop forward, what
    /// follows it backward, once `seed` has given the results their adjoints, then the loop, and the
    /// same two in the other direction.
    fn around(
        &mut self,
        region: &'a Region,
        id: RegionId,
        path: &[usize],
        seed: &mut dyn FnMut(&mut Self),
    ) {
        let (at, end) = (path[0], region.nodes.len());
        let mut exports = Exports::new();
        self.augment_part(region, id, 0..at, &mut exports);
        self.before.push((id, at));
        self.early = true;
        seed(self);
        self.open_shadows(region, id);
        self.backward_part(region, id, at + 1..end);
        self.early = false;
        if self.failed {
            return;
        }
        self.fuse(Here { node: &region.nodes[at], region: id, index: at }, &path[1..]);
        self.before.pop();
        self.augment_part(region, id, at + 1..end, &mut exports);
        self.backward_part(region, id, 0..at);
        self.failed |= !exports.is_empty();
    }

    /// Appends the loop: each iteration forward, then backward.
    fn fuse(&mut self, here: Here<'a>, path: &[usize]) {
        let Op::For { lo, hi, inclusive, rev, init, body } = &here.node.op else { return };
        let span = here.node.span;
        let id = self.layout.id(body);
        let mut seeds = Vec::new();
        for (k, result) in here.node.results.iter().enumerate() {
            if !self.activity.is_active(*result) {
                continue;
            }
            self.failed |= self.activity.style(*result) == Style::Shadow;
            if let Some(seed) = self.take_adjoint(*result) {
                seeds.push((k, seed));
            }
        }
        let mut outer: Vec<Value> = self.outer_numbers(here.node);
        let mut starts = Vec::new();
        let mut params = Vec::new();
        for v in &outer {
            let ty = self.b.ty(*v).clone();
            starts.push(match self.adjoint(*v) {
                Some(adjoint) => adjoint,
                None => self.zero_beside(*v, span),
            });
            params.push(self.b.named(ty, self.bar(*v), Storage::Local, span));
        }
        self.b.open();
        self.live.insert(id, self.b.depth());
        let mut seed = |this: &mut Self| {
            for (v, param) in outer.iter().zip(&params) {
                this.set_adjoint(*v, *param);
            }
            for (k, seed) in &seeds {
                this.add(body.results[*k], *seed, span);
            }
        };
        if path.is_empty() {
            let left = self.augment(body, id);
            self.failed |= !left.is_empty();
            self.open_frame(id, span);
            self.open_adjoints();
            self.open_shadows(body, id);
            seed(self);
            self.backward(body, id);
        } else {
            self.open_frame(id, span);
            self.open_adjoints();
            self.around(body, id, path, &mut seed);
        }
        // What is added up passes its adjoint on as it is, from the last iteration to the first.
        for (k, result) in here.node.results.iter().enumerate() {
            if self.activity.is_active(*result) {
                let seed = seeds.iter().find(|(i, _)| *i == k).map(|(_, seed)| *seed);
                self.failed |= self.adjoint(body.params[k + 1]) != seed;
            }
        }
        let mut sums = Vec::new();
        for (v, param) in outer.iter().zip(&params) {
            let found = self.adjoints.last().and_then(|frame| frame.get(*v)).copied();
            sums.push(found.unwrap_or(*param));
        }
        self.close_adjoints();
        self.close_frame();
        self.live.remove(&id);
        let mut region = self.b.close(body.params.clone(), body.results.clone());
        let mut all = init.clone();
        let mut results = here.node.results.clone();
        let mut k = 0;
        outer.retain(|v| {
            let (param, start, sum) = (params[k], starts[k], sums[k]);
            k += 1;
            if sum == param {
                return false;
            }
            region.params.push(param);
            region.results.push(sum);
            all.push(start);
            let name = self.bar(*v).unwrap_or_else(|| format_ident!("adjoint", span = span));
            let ty = self.b.ty(*v).clone();
            results.push(self.b.named(ty, Some(name), Storage::Local, span));
            true
        });
        let after: Vec<Value> = results[here.node.results.len()..].to_vec();
        let op =
            Op::For { lo: *lo, hi: *hi, inclusive: *inclusive, rev: *rev, init: all, body: region };
        self.b.node(op, results, span);
        for (v, adjoint) in outer.into_iter().zip(after) {
            self.set_adjoint(v, adjoint);
        }
        for (k, seed) in seeds {
            self.add(init[k], seed, span);
        }
    }
}

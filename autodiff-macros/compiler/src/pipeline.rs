//! The passes between lowering and emission, as a list; each result is verified in debug builds.

use crate::analysis::Activity;
use crate::errors::Errors;
use crate::ir::{Graph, verify};
use crate::lower::Function;
use crate::{optimize, transform};

/// What the passes make of a function.
#[derive(Debug)]
pub(crate) struct Passes {
    pub primal: Graph,
    pub activity: Activity,
    pub reverse: Graph,
    pub forward: Graph,
    /// Reverse mode with the seed known from the start, where that saves anything.
    pub fused: Option<Graph>,
}

/// Runs the passes; `own` is the function's own name.
pub(crate) fn run(function: &Function, own: &str, errors: &mut Errors) -> Passes {
    let primal = checked("lower", function.graph.clone());
    let primal = checked("simplify", optimize::primal(primal));
    let activity = Activity::of(&primal, &function.refusals, errors);
    let reverse = checked("reverse", transform::reverse(&primal, &activity, own));
    let reverse = checked("simplify reverse", optimize::derived(reverse));
    let reverse = checked("preaccumulate", transform::preaccumulate(reverse));
    let reverse = checked("simplify again", optimize::derived(reverse));
    let keeps = transform::keeps(&reverse);
    let reverse = checked("view", optimize::finish(reverse));
    let forward = checked("forward", transform::forward(&primal, &activity));
    let forward = checked("simplify forward", optimize::derived(forward));
    let forward = checked("view forward", optimize::finish(forward));
    let fused = transform::fused(&primal, &activity, own)
        .map(|graph| checked("simplify fused", optimize::fused(checked("fuse", graph))))
        .map(|graph| checked("preaccumulate fused", transform::preaccumulate(graph)))
        .map(|graph| checked("simplify fused again", optimize::fused(graph)))
        .filter(|graph| keeps || transform::is_light(graph))
        .map(|graph| checked("view fused", optimize::finish(graph)));
    Passes { primal, activity, reverse, forward, fused }
}

/// The graph, verified after the pass of that name in debug builds.
fn checked(pass: &str, graph: Graph) -> Graph {
    if cfg!(debug_assertions)
        && let Err(broken) = verify::verify(&graph)
    {
        panic!("after `{pass}`: {broken}\n{graph}");
    }
    graph
}

//! The passes between lowering and emission, as a list; each result is verified in debug builds.

use proc_macro2::Ident;

use crate::analysis::Activity;
use crate::errors::{Diagnostic, Errors};
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

/// Runs the passes; `own` is the function's own name. There is no result if the body is ill-typed.
pub(crate) fn run(function: &Function, own: &Ident, errors: &mut Errors) -> Option<Passes> {
    let primal = function.graph.clone();
    if cfg!(debug_assertions)
        && let Err(broken) = verify::verify(&primal)
    {
        let report = Diagnostic::new(
            "AD0901",
            own.span(),
            format!("`{own}` was misunderstood: {broken}"),
            "this is a mistake of `autodiff`: please report it with the function",
        );
        errors.push(report.deferred());
        return None;
    }
    let own = &own.to_string();
    let primal = checked("simplify", optimize::primal(primal));
    let activity = Activity::of(&primal, &function.refusals, errors);
    let reverse = checked("reverse", transform::reverse(&primal, &activity, own));
    let reverse = checked("simplify reverse", optimize::derived(reverse));
    let forward = checked("forward", transform::forward(&primal, &activity));
    let forward = checked("simplify forward", optimize::derived(forward));
    let fused = transform::fused(&primal, &activity, own)
        .map(|graph| checked("simplify fused", optimize::fused(checked("fuse", graph))));
    Some(Passes { primal, activity, reverse, forward, fused })
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

//! Graph to simpler graph. Nothing here changes a bit of any result, NaN, infinities and the sign of
//! zero included: what holds of real numbers only (`x * 0 → 0`, `x / x → 1`, re-association) is not
//! done.

mod ascend;
mod carry;
mod cse;
mod dce;
mod fold;
mod gather;
mod hoist;
mod literal;
mod promote;
mod reciprocal;
mod remember;
mod rewrite;
mod rotate;
mod simplify;
mod split;
mod square;
#[cfg(test)]
mod tests;
mod view;
mod walk;

use crate::ir::Graph;
pub use literal::Literal;

type Pass = fn(Graph) -> Graph;

/// Folding shows identities, hoisting brings equal nodes together, and each leaves dead ones behind.
const PRIMAL: [Pass; 6] =
    [fold::fold, simplify::simplify, carry::carry, hoist::hoist, cse::cse, dce::dce];

/// Squares are multiplied out only here: of `x.powi(2)` the derivative is `2.0 * x`, of `x * x` it
/// would be `x + x`.
const DERIVED: [Pass; 16] = [
    fold::fold,
    simplify::simplify,
    square::square,
    carry::carry,
    hoist::hoist,
    reciprocal::reciprocal,
    cse::cse,
    gather::gather,
    promote::promote,
    remember::remember,
    carry::carry,
    simplify::simplify,
    dce::dce,
    ascend::ascend,
    rotate::rotate,
    split::split,
];

/// What is done last: what a view shows is hidden from the passes before.
pub fn finish(graph: Graph) -> Graph {
    simplify::simplify(view::view(graph))
}

/// What is done to the primal.
pub fn primal(graph: Graph) -> Graph {
    PRIMAL.iter().fold(graph, |graph, pass| pass(graph))
}

/// What is done to a graph in which primal and derivative take turns.
pub fn fused(graph: Graph) -> Graph {
    DERIVED.iter().fold(graph, |graph, pass| pass(graph))
}

/// What is done to a derivative.
pub fn derived(graph: Graph) -> Graph {
    DERIVED.iter().fold(graph, |graph, pass| pass(graph))
}

//! Graph to simpler graph. Nothing here changes a bit of what the primal computes, NaN, infinities and the
//! sign of zero included: what holds of real numbers only (`x * 0 → 0`, `x / x → 1`, re-association) is
//! not done. Adjoints are sums: those of a derivative may be taken in another order.

#[cfg(test)]
mod arithmetic_tests;
mod ascend;
mod carry;
mod collected;
mod cse;
mod dce;
#[cfg(test)]
mod derived_tests;
mod factor;
mod fold;
mod gather;
mod hoist;
mod identities;
mod join;
mod lanes;
mod literal;
#[cfg(test)]
mod loop_tests;
#[cfg(test)]
mod memory_tests;
mod own;
mod presize;
mod promote;
mod reciprocal;
mod relay;
mod remember;
mod rewrite;
mod rotate;
mod split;
mod square;
mod stencil;
mod straight;
mod sums;
mod take;
#[cfg(test)]
mod tests;
mod unstack;
mod view;
mod walk;

use std::collections::BTreeSet;

use crate::ir::Graph;
pub use literal::Literal;
use rewrite::rewrite;

/// A pass under its name, by which tests switch it off.
type Pass = (&'static str, fn(Graph) -> Graph);

/// Folding shows identities, hoisting brings equal nodes together, and each leaves dead ones behind.
const PRIMAL: [Pass; 7] = [
    ("presize", presize::presize),
    ("simplify", simplify),
    ("carry", carry::carry),
    ("hoist", hoist::hoist),
    ("cse", cse::cse),
    ("join", join::join),
    ("dce", dce::dce),
];

/// What derivatives need first. Squares are multiplied out only here: of `x.powi(2)` the derivative is
/// `2.0 * x`, of `x * x` it would be `x + x`.
const SIMPLE: [Pass; 1] = [("simplify", simplify_squares)];

/// What else they need before they are shown, and before partial derivatives are multiplied out.
const TIDY: [Pass; 4] =
    [("carry", carry::carry), ("hoist", hoist::hoist), ("cse", cse::cse), ("dce", dce::dce)];

/// What lets partial derivatives be multiplied out, rather than divided.
const DIVIDED: [Pass; 2] = [("reciprocal", reciprocal::reciprocal), ("factor", factor::factor)];

/// What multiplied partial derivatives need.
const MULTIPLIED: [Pass; 1] = [("identities", identities)];

/// Memory last: what is known of values helps there.
const DERIVED: [Pass; 19] = [
    ("cse", cse::cse),
    ("rows", unstack::rows),
    ("unstack", unstack::unstack),
    ("copies", unstack::copies),
    ("collected", collected::collected),
    ("gather", gather::gather),
    ("take", take::take),
    ("promote", promote::promote),
    ("remember", remember::remember),
    ("carry", carry::carry),
    ("hoist", hoist::hoist),
    ("dce", dce::dce),
    ("ascend", ascend::ascend),
    ("join", join::join),
    ("stencil", stencil::stencil),
    ("sums", sums::sums),
    ("rotate", rotate::rotate),
    ("relay", relay::relay),
    ("split", split::split),
];

/// What makes loops that machines are fast at of those that are to be printed.
const PRINTED: [Pass; 3] =
    [("lanes", lanes::lanes), ("view", view::view), ("identities", identities)];

/// The same where all sums may be taken in lanes.
const IN_VECTORS: [Pass; 3] =
    [("lanes", lanes::all), ("view", view::view), ("identities", identities)];

/// Decides where memory is moved and where it is cloned: done to what is printed.
pub use own::own;

/// Applies identities.
fn identities(graph: Graph) -> Graph {
    rewrite(graph, identities::rule)
}

/// The same, and computes what literals decide, in one walk.
fn simplify(graph: Graph) -> Graph {
    rewrite(graph, |at, node| fold::rule(at, node).or_else(|| identities::rule(at, node)))
}

/// The same once more, and multiplies squares out.
fn simplify_squares(graph: Graph) -> Graph {
    rewrite(graph, |at, node| {
        fold::rule(at, node)
            .or_else(|| identities::rule(at, node))
            .or_else(|| square::rule(at, node))
    })
}

/// The names of all passes.
pub fn names() -> impl Iterator<Item = &'static str> {
    let passes = [&PRIMAL[..], &SIMPLE, &TIDY, &DIVIDED, &MULTIPLIED, &DERIVED, &PRINTED]
        .into_iter()
        .flatten()
        .map(|(name, _)| *name);
    passes.collect::<BTreeSet<_>>().into_iter()
}

/// What is done to the primal.
pub fn primal(graph: Graph, without: Option<&str>) -> Graph {
    all(&PRIMAL, graph, without)
}

/// What is done first to a derivative.
pub fn simple(graph: Graph, without: Option<&str>) -> Graph {
    all(&SIMPLE, graph, without)
}

/// What is done first to one that is shown, or whose partial derivatives are multiplied out.
pub fn tidy(graph: Graph, without: Option<&str>) -> Graph {
    all(&TIDY, simple(graph, without), without)
}

/// What is done to one whose partial derivatives are to be multiplied out.
pub fn divided(graph: Graph, without: Option<&str>) -> Graph {
    all(&DIVIDED, graph, without)
}

/// What is done to one whose partial derivatives are multiplied out.
pub fn multiplied(graph: Graph, without: Option<&str>) -> Graph {
    all(&MULTIPLIED, graph, without)
}

/// What is done to a derivative in the end.
pub fn derived(graph: Graph, without: Option<&str>) -> Graph {
    all(&DERIVED, graph, without)
}

/// What is done to one that is to be printed; all its sums may be taken in lanes if it is for `simd`.
pub fn printed(graph: Graph, simd: bool, without: Option<&str>) -> Graph {
    all(if simd { &IN_VECTORS } else { &PRINTED }, graph, without)
}

/// The graph after all passes, save for one that is switched off.
fn all(passes: &[Pass], graph: Graph, without: Option<&str>) -> Graph {
    let passes = passes.iter().filter(|(name, _)| without != Some(name));
    passes.fold(graph, |graph, (_, pass)| pass(graph))
}

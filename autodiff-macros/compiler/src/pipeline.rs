//! The passes between lowering and emission, as a list. What leaves it is verified in debug builds, and
//! what each pass makes in the tests of the compiler.

use proc_macro2::Ident;

use crate::analysis::Activity;
use crate::errors::{Diagnostic, Errors};
use crate::ir::{Graph, verify};
use crate::{optimize, transform};

/// What the passes make of a function.
#[derive(Debug)]
pub(crate) struct Passes {
    pub primal: Graph,
    pub activity: Activity,
    pub reverse: Graph,
    /// The same before it is made fast: what a person is shown.
    pub drawn: Graph,
    pub forward: Graph,
    /// Reverse mode with the seed known from the start, where that saves anything.
    pub fused: Option<Graph>,
}

/// Runs the passes on a function's graph; `refusals` tell why code kept as it stands has no derivative,
/// `own` is the function's name. There is no result if the body is ill-typed.
pub(crate) fn run(
    primal: Graph,
    refusals: &[Diagnostic],
    own: &Ident,
    errors: &mut Errors,
) -> Option<Passes> {
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
    let primal = step("simplify", optimize::primal(primal));
    let activity = Activity::of(&primal, refusals, errors);
    let segmented = transform::segmented(&primal, &activity)
        .map(|graph| step("simplify", optimize::primal(step("segmented", graph))));
    let drawn = tidy(
        "reverse",
        match &segmented {
            Some(graph) => transform::reverse(graph, &Activity::of(graph, refusals, errors), own),
            None => transform::reverse(&primal, &activity, own),
        },
    );
    let reverse = fast(drawn.clone());
    let forward = fast(tidy("forward", transform::forward(&primal, &activity)));
    let keeps = transform::keeps(&reverse);
    let fused = (segmented.is_none() && (keeps || transform::may_be_light(&primal)))
        .then(|| transform::fused(&primal, &activity, own))
        .flatten()
        .map(|graph| fast(tidy("fuse", graph)))
        .filter(|graph| keeps || transform::is_light(graph));
    Some(Passes { primal, activity, reverse, drawn, forward, fused })
}

/// A derivative as the transform of that name left it, without what is idle.
fn tidy(transform: &str, graph: Graph) -> Graph {
    step("tidy", optimize::tidy(step(transform, graph)))
}

/// A derivative as it is printed.
fn fast(graph: Graph) -> Graph {
    let graph = step("preaccumulate", transform::preaccumulate(graph));
    let graph = step("optimize", optimize::derived(graph));
    checked("own", optimize::own(graph))
}

/// The graph, verified after the pass of that name in tests.
fn step(pass: &str, graph: Graph) -> Graph {
    if cfg!(test) { checked(pass, graph) } else { graph }
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

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use quote::ToTokens;

    #[test]
    fn each_step_leaves_every_tested_function_well_formed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/gradients");
        let mut functions = 0;
        for entry in fs::read_dir(folder).expect("the gradients' tests") {
            let text = fs::read_to_string(entry.expect("a file").path()).expect("text");
            for item in syn::parse_file(&text).expect("Rust").items {
                let syn::Item::Fn(mut function) = item else { continue };
                let marked = |a: &syn::Attribute| a.path().is_ident("differentiate");
                let Some(at) = function.attrs.iter().position(marked) else { continue };
                let options = match function.attrs.remove(at).meta {
                    syn::Meta::List(list) => list.tokens,
                    _ => Default::default(),
                };
                crate::expand(options, function.into_token_stream());
                functions += 1;
            }
        }
        assert!(functions > 100, "{functions} functions");
    }
}

//! The passes between lowering and emission, as a list. What leaves it is verified in debug builds, and
//! what each pass makes in the tests of the compiler.

use proc_macro2::{Ident, TokenStream};

use crate::analysis::{Activity, assume_numbers, unify};
use crate::emit::graph_data;
use crate::errors::{Diagnostic, Errors};
use crate::ir::{Graph, verify};
use crate::{optimize, transform};

/// The passes that can be switched off, one at a time.
pub(crate) fn optional() -> impl Iterator<Item = &'static str> {
    optimize::names().chain(["preaccumulate", "fuse"])
}

/// What the passes make of a function.
#[derive(Debug)]
pub(crate) struct Passes {
    pub primal: Graph,
    pub reverse: Graph,
    /// The primal and its reverse before that is made fast, as a constant: what a person is shown.
    pub shown: TokenStream,
    pub forward: Graph,
    /// Reverse mode for a seed that follows at once, where the other lets its pullback take partial
    /// derivatives along.
    pub at_once: Option<Graph>,
    /// Second derivatives, if they are asked for.
    pub second: Option<Second>,
    /// Reverse mode with the seed known from the start, where that saves anything.
    pub fused: Option<Graph>,
}

/// Forward mode of reverse mode.
#[derive(Debug)]
pub(crate) struct Second {
    /// With a seed that is waited for, for callers.
    pub waiting: Graph,
    /// Of the gradient, where one number is returned: the product of the Hessian and a vector.
    pub product: Option<Graph>,
}

/// What is asked of the passes.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The pass that is left out.
    pub without: Option<&'a str>,
    /// Whether there are to be second derivatives.
    pub hessian: bool,
    /// Whether all sums may be taken in lanes.
    pub simd: bool,
}

/// Runs the passes on a function's graph; `refusals` tell why code kept as it stands has no derivative, `own`
/// is the function's name. There is no result if the body is ill-typed.
pub(crate) fn run(
    mut primal: Graph,
    refusals: &[Diagnostic],
    own: &Ident,
    request: Request<'_>,
    errors: &mut Errors,
) -> Option<Passes> {
    let Request { without, hessian, .. } = request;
    unify(&mut primal);
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
    let mut primal = step("simplify", optimize::primal(primal, without));
    let mut activity = Activity::of(&primal, refusals, errors);
    if hessian {
        assume_numbers(&mut primal, &activity);
        unify(&mut primal);
        activity = Activity::of(&primal, refusals, errors);
    }
    activity.assert_floats(&mut primal);
    let segmented = transform::segmented(&primal, &activity)
        .map(|graph| step("simplify", optimize::primal(step("segmented", graph), without)));
    let segmented = segmented.map(|graph| (Activity::of(&graph, refusals, errors), graph));
    let (active, graph) = segmented.as_ref().map_or((&activity, &primal), |(a, g)| (a, g));
    let known = transform::Known::of(graph, active, own);
    let drawn = tidy("reverse", transform::reverse(&known), without);
    let shown = graph_data(own, &primal, &activity, &drawn);
    let keeps = transform::keeps(&drawn);
    let second = hessian.then(|| second(&drawn, request, errors)).flatten();
    let divided = step("reciprocal", optimize::divided(drawn, without));
    let eager = (without != Some("preaccumulate")).then(|| transform::eager(&divided)).flatten();
    let at_once = multiplied_out(divided, request);
    let (reverse, at_once) = match eager {
        Some(eager) => {
            (fast(multiplied(step("preaccumulate", eager), without), request), Some(at_once))
        }
        None => (at_once, None),
    };
    let forward = step("forward", transform::forward(&primal, &activity));
    let forward = fast(step("simplify", optimize::simple(forward, without)), request);
    let may_fuse = without != Some("fuse") && segmented.is_none();
    let fused = (may_fuse && (keeps || transform::may_be_light(&primal)))
        .then(|| transform::fused(&known))
        .flatten()
        .map(|graph| optimize::divided(tidy("fuse", graph, without), without))
        .map(|graph| derived(products(step("reciprocal", graph), without), without))
        .filter(|graph| keeps || transform::is_light(graph))
        .map(|graph| printed(graph, request));
    Some(Passes { primal, reverse, shown, forward, at_once, second, fused })
}

/// Forward mode of the backward sweep: for callers, and of the gradient, where there is one.
fn second(reverse: &Graph, request: Request<'_>, errors: &mut Errors) -> Option<Second> {
    let along = |of: &Graph, transform: fn(&Graph, &Activity) -> Graph| {
        let (varying, unknown) = transform::varying(of);
        match unknown {
            Some(at) => Err(at),
            None => Ok(transform(of, &Activity::varying(of, varying))),
        }
    };
    let fast = |graph| {
        let graph = optimize::simple(step("hessian", graph), request.without);
        fast(step("simplify", graph), request)
    };
    let waiting = match along(reverse, transform::second) {
        Ok(graph) => fast(graph),
        Err(at) => {
            errors.push(Diagnostic::new(
                "AD0017",
                at,
                "this call or operator has no Hessian here",
                "let a function under `#[differentiate(hessian)]` do the arithmetic, on numbers of known types",
            ));
            return None;
        }
    };
    let in_place = reverse.params.iter().any(|p| p.active && p.in_place());
    let gradient = transform::gradient(reverse).filter(|_| !in_place);
    let product = gradient.and_then(|gradient| {
        let gradient = step("gradient", gradient);
        let mut product = along(&gradient, transform::forward).ok()?;
        product.body.results.drain(..gradient.body.results.len());
        Some(fast(product))
    });
    Some(Second { waiting, product })
}

/// A derivative as the transform of that name left it, without what is idle.
fn tidy(transform: &str, graph: Graph, without: Option<&str>) -> Graph {
    step("tidy", optimize::tidy(step(transform, graph), without))
}

/// A derivative as it is printed, with partial derivatives multiplied out where that saves anything.
fn multiplied_out(divided: Graph, request: Request<'_>) -> Graph {
    fast(products(divided, request.without), request)
}

/// The same before what is done to all derivatives in the end.
fn products(divided: Graph, without: Option<&str>) -> Graph {
    let graph = match without {
        Some("preaccumulate") => divided,
        _ => step("preaccumulate", transform::preaccumulate(divided)),
    };
    multiplied(graph, without)
}

/// One whose partial derivatives have been multiplied out.
fn multiplied(graph: Graph, without: Option<&str>) -> Graph {
    step("identities", optimize::multiplied(graph, without))
}

/// A derivative as it is printed.
fn fast(graph: Graph, request: Request<'_>) -> Graph {
    printed(derived(graph, request.without), request)
}

/// What is done to all derivatives in the end.
fn derived(graph: Graph, without: Option<&str>) -> Graph {
    step("optimize", optimize::derived(graph, without))
}

/// The same as it is printed.
fn printed(graph: Graph, Request { without, simd, .. }: Request<'_>) -> Graph {
    checked("own", optimize::own(step("printed", optimize::printed(graph, simd, without))))
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
    use std::fs;
    use std::path::{Path, PathBuf};

    use quote::ToTokens;

    /// The files in a folder and in those that it holds.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("the gradients' tests");
        let paths = entries.map(|entry| entry.expect("a file").path());
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn each_step_leaves_every_tested_function_well_formed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/gradients");
        let mut functions = 0;
        let is_rust = |file: &PathBuf| file.extension().is_some_and(|name| name == "rs");
        for file in files(&folder).into_iter().filter(is_rust) {
            let text = fs::read_to_string(file).expect("text");
            for item in syn::parse_file(&text).expect("Rust").items {
                let syn::Item::Fn(mut function) = item else { continue };
                let marked = |a: &syn::Attribute| a.path().is_ident("differentiate");
                let Some(at) = function.attrs.iter().position(marked) else { continue };
                let options = match function.attrs.remove(at).meta {
                    syn::Meta::List(list) => list.tokens,
                    _ => Default::default(),
                };
                crate::expand_in_file(&text, options, function.into_token_stream());
                functions += 1;
            }
        }
        assert!(functions > 100, "{functions} functions");
    }
}

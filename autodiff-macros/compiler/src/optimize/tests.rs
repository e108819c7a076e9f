//! Rust in, the optimised graph out; the interpreter tells whether both compute the same.

use proc_macro2::TokenStream;
use syn::{ItemFn, parse_quote};

use super::{PRIMAL, SIMPLE, TIDY, carry, dce, hoist, remember, simplify};
use crate::Library;
use crate::analysis::Activity;
use crate::errors::Errors;
use crate::ir::eval::{Datum, Evaluation};
use crate::ir::{Graph, verify};
use crate::options::Options;
use crate::parse::Signature;
use crate::{lower, transform};

const SPECIAL: [f64; 8] =
    [0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MIN_POSITIVE];

/// A pass without its name.
pub(super) type Pass = fn(Graph) -> Graph;

/// The passes of a list.
pub(super) fn passes(list: &[super::Pass]) -> Vec<Pass> {
    list.iter().map(|(_, pass)| *pass).collect()
}

pub(super) fn lowered(function: &ItemFn) -> Graph {
    let mut errors = Errors::default();
    let options = Options::parse(TokenStream::new(), &mut errors);
    let signature = Signature::read(function, &options, Default::default(), None, &mut errors);
    let lowered = lower::lower(function, &signature, Library::ALL, &mut errors);
    assert!(errors.is_empty(), "{}", errors.to_tokens());
    errors.to_tokens();
    lowered.expect("no error, so a graph").graph
}

pub(super) fn reversed(function: &ItemFn) -> Graph {
    let primal = super::primal(lowered(function), None);
    let mut errors = Errors::default();
    let activity = Activity::of(&primal, &[], &mut errors);
    errors.to_tokens();
    transform::reverse(&transform::Known::of(&primal, &activity, "f"))
}

/// The outcome as text: of floats every bit, save for the payload of NaN.
fn outcome(graph: &Graph, args: &[Datum], seeds: usize) -> String {
    let seeds = vec![Datum::Float(0.7); seeds];
    format!("{:?}", Evaluation::new(graph).seeds(seeds).run(args))
}

/// Runs the passes one by one on the graph; each leaves it well-formed and its outcome as it was.
pub(super) fn run(mut graph: Graph, passes: &[Pass], args: &[Vec<Datum>], seeds: usize) -> Graph {
    let before: Vec<String> = args.iter().map(|args| outcome(&graph, args, seeds)).collect();
    for pass in passes {
        graph = pass(graph);
        verify::verify(&graph).unwrap_or_else(|e| panic!("{e}\n{graph}"));
        for (args, before) in args.iter().zip(&before) {
            assert_eq!(outcome(&graph, args, seeds), *before, "{args:?}\n{graph}");
        }
    }
    graph
}

/// Every pair of special numbers.
fn pairs() -> Vec<Vec<Datum>> {
    let pair = |a: f64| SPECIAL.iter().map(move |b| vec![a.into(), (*b).into()]);
    SPECIAL.iter().copied().flat_map(pair).collect()
}

/// The body of the graph after those passes and the removal of what is dead, for two numbers.
fn body(function: &ItemFn, passes: &[Pass]) -> String {
    let passes: Vec<Pass> = passes.iter().copied().chain([dce::dce as Pass]).collect();
    let graph = run(lowered(function), &passes, &pairs(), 0).to_string();
    let lines = graph.lines().filter(|line| !line.starts_with("param"));
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// How often an operation stands in the graph.
pub(super) fn count(graph: &Graph, operation: &str) -> usize {
    let text = graph.to_string();
    text.lines().filter(|line| line.contains(&format!("= {operation}"))).count()
}

#[test]
fn literals_are_folded() {
    let text = body(
        &parse_quote! { fn f(x: f64, y: f64) -> f64 { if 2 > 1 { x * (0.5 * 4.0) } else { y } } },
        &[simplify],
    );
    assert!(text.contains("const 2.0") && !text.contains("if"), "{text}");
    let text = body(
        &parse_quote! { fn f(x: f64, y: f64) -> f64 { if x == x && true { x } else { y } } },
        &[simplify],
    );
    assert!(text.contains("eq %1, %1") && text.matches("if").count() == 1, "{text}");
}

#[test]
fn identities_that_hold_for_every_float_are_applied() {
    let passes: [Pass; 1] = [simplify];
    let is_x = |function: ItemFn| assert_eq!(body(&function, &passes), "return %1\n");
    is_x(parse_quote! { fn f(x: f64, y: f64) -> f64 { 1.0 * (x * 1.0) } });
    is_x(parse_quote! { fn f(x: f64, y: f64) -> f64 { x / 1.0 - 0.0 } });
    is_x(parse_quote! { fn f(x: f64, y: f64) -> f64 { -0.0 + (x + -0.0) } });
    is_x(parse_quote! { fn f(x: f64, y: f64) -> f64 { -(-x.powi(1)) } });
    is_x(parse_quote! { fn f(x: f64, y: f64) -> f64 { x as f64 } });
}

#[test]
fn identities_of_real_numbers_alone_are_not() {
    let stays = |function: ItemFn, operation: &str| {
        let text = body(&function, &passes(&PRIMAL));
        assert!(text.contains(operation), "{text}");
    };
    stays(parse_quote! { fn f(x: f64, y: f64) -> f64 { x * 0.0 } }, "mul");
    stays(parse_quote! { fn f(x: f64, y: f64) -> f64 { x + 0.0 } }, "add");
    stays(parse_quote! { fn f(x: f64, y: f64) -> f64 { 0.0 - x } }, "sub");
    stays(parse_quote! { fn f(x: f64, y: f64) -> f64 { x / x } }, "div");
    stays(parse_quote! { fn f(x: f64, y: f64) -> f64 { x - x } }, "sub");
    stays(parse_quote! { fn f(x: f64, y: f64) -> f64 { x - (x - y) } }, "sub %1, %3");
}

#[test]
fn what_control_flow_hands_on_is_the_value_from_before() {
    let function = parse_quote! {
        fn f(x: f64, y: f64) -> f64 {
            let mut kept = x;
            for i in 0..2 {
                for j in 0..3 { if x < y { kept = kept; } else { assert!(i + j < 9); } }
            }
            kept
        }
    };
    assert!(body(&function, &[carry::carry]).ends_with("return %1\n"));
}

#[test]
fn signs_move_outwards() {
    let text = body(
        &parse_quote! { fn f(x: f64, y: f64) -> f64 { x + -y * x / -y + -(x * y) } },
        &[simplify],
    );
    assert!(!text.contains("neg"), "{text}");
    let text = body(&parse_quote! { fn f(x: f64, y: f64) -> f64 { x + -y * x } }, &[simplify]);
    assert!(!text.contains("neg") && text.contains("sub"), "{text}");
}

#[test]
fn equal_nodes_are_computed_once() {
    let function = parse_quote! {
        fn f(x: f64, y: f64) -> f64 {
            let s = x.sin() * y.cos();
            let t = y.cos() * x.sin();
            if x < y { x.sin() } else { t }
        }
    };
    let graph = run(lowered(&function), &passes(&PRIMAL), &pairs(), 0);
    assert_eq!((count(&graph, "sin"), count(&graph, "cos")), (1, 1), "{graph}");
}

#[test]
fn memory_that_changes_is_loaded_again() {
    let function = parse_quote! {
        fn f(x: &[f64], n: usize) -> f64 {
            let mut a = [x[0], x[1]];
            let mut s = a[0] * a[0];
            for i in 0..n {
                s += a[0] * x[0];
                a[0] = s + x[0];
                s += a[0];
                if s > 3.0 { a[1] = s; } else { s -= a[1]; }
                s += a[1];
            }
            s * a[0] * a[1]
        }
    };
    let args = [0_i64, 1, 4].map(|n| vec![vec![0.5, -1.25].into(), n.into()]);
    let graph = run(lowered(&function), &passes(&PRIMAL), &args, 0);
    assert!(count(&graph, "load %0") <= 2, "{graph}");
}

#[test]
fn what_no_iteration_changes_moves_in_front_of_the_loop() {
    let function: ItemFn = parse_quote! {
        fn f(x: f64, n: usize) -> f64 {
            let mut s = 0.0;
            for i in 0..n {
                for j in 0..n {
                    if s < 3.0 { s += x.exp(); }
                    s += x.sin() * 2.0 + x.clamp(-1.0, 1.0);
                }
            }
            s
        }
    };
    let args = [0_i64, 1, 3].map(|n| vec![0.5.into(), n.into()]);
    let graph = run(lowered(&function), &[hoist::hoist], &args, 0);
    let text = graph.to_string();
    let depth = |operation: &str| {
        let line = text.lines().find(|line| line.contains(operation)).expect(operation);
        line.len() - line.trim_start().len()
    };
    assert_eq!(depth("sin"), 0, "{text}");
    assert!(depth("exp") > depth("clamp") && depth("clamp") > 0, "{text}");
}

#[test]
fn the_dead_goes_and_effects_stay() {
    let function = parse_quote! {
        fn f(x: f64, n: usize) -> f64 {
            let mut unread = vec![0.0; n];
            let mut alone = x;
            let mut s = 0.0;
            for i in 0..n {
                unread[i] = x;
                alone = alone * x.sin();
                assert!(x < 9.0);
                s += x;
            }
            s
        }
    };
    let args = [0_i64, 1, 3].map(|n| vec![0.5.into(), n.into()]);
    let graph = run(lowered(&function), &[dce::dce], &args, 0);
    assert_eq!(count(&graph, "sin") + count(&graph, "object"), 0, "{graph}");
    assert!(graph.to_string().contains("assert"), "{graph}");
}

#[test]
fn tidied_derivatives_keep_every_bit() {
    let functions: [ItemFn; 4] = [
        parse_quote! { fn f(x: f64, y: f64) -> f64 { (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2) } },
        parse_quote! { fn f(x: f64, y: f64) -> f64 { if x > y { x.powf(2.5) * y } else { (x / y).tanh() } } },
        parse_quote! {
            fn f(x: f64, y: f64) -> f64 {
                let mut s = x;
                let mut k = 0;
                while k < 3 { s = (s * y).sin() - x * -y; k += 1; }
                s
            }
        },
        parse_quote! {
            fn f(x: f64, y: f64) -> f64 {
                let mut a = vec![x; 3];
                for i in 0..3 { let old = a[i]; a[i] = old * y + x.cos(); if a[i] > 0.5 { a[i] *= old; } }
                a[0] + a[1] * a[2]
            }
        },
    ];
    for function in &functions {
        run(reversed(function), &[passes(&SIMPLE), passes(&TIDY)].concat(), &pairs(), 1);
    }
}

#[test]
fn the_derivative_of_a_square_is_short() {
    let function = parse_quote! { fn f(x: f64) -> f64 { x.powi(2) } };
    let graph = run(
        reversed(&function),
        &[passes(&SIMPLE), passes(&TIDY)].concat(),
        &[vec![3.0.into()]],
        1,
    );
    let text = graph.to_string();
    let (_, backward) = text.split_once("result_bar\n").expect("a seed");
    assert_eq!(
        backward,
        "\
%7: f64 = const 2.0
%8: f64 = mul %5, %7
%11: f64 = mul %8, %1  ; x_bar
accumulate %6 += %11
return
"
    );
}

#[test]
fn what_was_stored_is_not_loaded_again() {
    let function = parse_quote! {
        fn f(x: &[f64], at: usize) -> f64 {
            let mut y = vec![0.0; 3];
            y[at] = x[0] * 2.0;
            y[2] = x[0] * x[1];
            let a = y[2];
            y[0] = a * y[at];
            y[0] + y[1] + y[2]
        }
    };
    let args = [0_i64, 1, 2].map(|at| vec![vec![0.5, -1.25].into(), at.into()]);
    let before = lowered(&function);
    let loads = count(&before, "load %6");
    let after = run(before, &[remember::remember, dce::dce], &args, 0);
    assert!(count(&after, "load %6") < loads, "{after}");
}

//! The passes over derivatives: what the primal computes stays bit for bit, adjoints may differ by
//! rounding, and each pass does what its header shows.

use syn::{ItemFn, parse_quote};

use super::tests::{Pass, lowered, passes, reversed};
use super::{
    DERIVED, DIVIDED, TIDY, ascend, gather, lanes, promote, relay, remember, rotate, split,
    stencil, sums, view,
};
use crate::analysis::Activity;
use crate::errors::Errors;
use crate::ir::eval::{Datum, Evaluation, Outcome};
use crate::ir::{Graph, verify};
use crate::transform;

/// Without what the other passes leave to them.
pub fn tidied(function: &ItemFn) -> Graph {
    super::tidy(reversed(function), None)
}

const SEED: Datum = Datum::Float(0.7);

fn outcome(graph: &Graph, args: &[Datum], seed: &Datum) -> Outcome {
    let run = Evaluation::new(graph).seeds(vec![seed.clone()]).run(args);
    run.unwrap_or_else(|e| panic!("{e}\n{graph}"))
}

/// The numbers in a datum.
fn numbers(datum: &Datum, found: &mut Vec<f64>) {
    match datum {
        Datum::Float(x) => found.push(*x),
        Datum::Seq(parts) | Datum::Tuple(parts) => parts.iter().for_each(|d| numbers(d, found)),
        _ => {}
    }
}

fn gradient(outcome: &Outcome) -> Vec<f64> {
    let mut found = Vec::new();
    outcome.shadows.iter().flatten().for_each(|d| numbers(d, &mut found));
    found
}

/// Runs passes on a derivative; each must leave it well-formed and its outcome as it was.
pub fn run(graph: Graph, passes: &[Pass], args: &[Vec<Datum>]) -> Graph {
    run_with_seed(&SEED, graph, passes, args)
}

/// The same with a seed of another shape.
pub fn run_with_seed(
    seed: &Datum,
    mut graph: Graph,
    passes: &[Pass],
    args: &[Vec<Datum>],
) -> Graph {
    let before: Vec<Outcome> = args.iter().map(|args| outcome(&graph, args, seed)).collect();
    for pass in passes {
        graph = pass(graph);
        verify::verify(&graph).unwrap_or_else(|e| panic!("{e}\n{graph}"));
        for (args, before) in args.iter().zip(&before) {
            let after = outcome(&graph, args, seed);
            assert_eq!(format!("{:?}", after.results), format!("{:?}", before.results));
            assert_eq!(format!("{:?}", after.params), format!("{:?}", before.params));
            for (a, b) in gradient(&after).iter().zip(gradient(before)) {
                let close = (a - b).abs() <= 1e-13 * (1.0 + b.abs());
                assert!(close || a.is_nan() && b.is_nan(), "{a} instead of {b}\n{graph}");
            }
        }
    }
    graph
}

pub fn ramp(len: usize) -> Datum {
    Datum::from((0..len).map(|i| Datum::Float(0.3 + 0.2 * (i as f64).sin())).collect::<Vec<_>>())
}

/// Sequences of several lengths, none among them.
pub fn ramps() -> Vec<Vec<Datum>> {
    [0, 1, 2, 3, 7].into_iter().map(|len| vec![ramp(len)]).collect()
}

/// How many lines of the graph contain all the words.
pub fn lines(graph: &Graph, words: &[&str]) -> usize {
    graph.to_string().lines().filter(|line| words.iter().all(|w| line.contains(w))).count()
}

#[test]
fn what_goes_to_one_place_is_added_up_first() {
    let function = parse_quote! {
        fn f(x: &[f64]) -> f64 {
            let mut s = 0.0;
            for (i, w) in x.windows(2).enumerate() { s += w[0].sin() * x[i]; }
            s
        }
    };
    let before = tidied(&function);
    assert!(lines(&before, &["accumulate"]) > 1, "{before}");
    let after = run(before, &[gather::gather], &ramps());
    assert_eq!(lines(&after, &["accumulate"]), 1, "{after}");
}

#[test]
fn a_place_of_the_outer_loop_is_kept_in_a_register() {
    let function = parse_quote! {
        fn f(x: &[f64]) -> f64 {
            let mut s = 0.0;
            for i in 0..x.len() {
                for j in 0..i { s += x[i] * x[j]; }
            }
            s
        }
    };
    let after = run(tidied(&function), &[gather::gather, promote::promote], &ramps());
    assert!(lines(&after, &["for", "carrying"]) > 0, "{after}");
    // One sum runs through the inner loop, and is added to its place behind it.
    assert_eq!(lines(&after, &["accumulate"]), 2, "{after}");
}

#[test]
fn a_place_that_may_be_met_is_not() {
    let function = parse_quote! {
        fn f(x: &[f64], at: usize) -> f64 {
            let mut y = x.to_vec();
            for i in 0..y.len() { y[i] = y[at] * 0.5 + y[i]; }
            y.iter().sum()
        }
    };
    let args = [0_i64, 1, 2].map(|at| vec![ramp(3), at.into()]);
    run(tidied(&function), &[gather::gather, promote::promote, remember::remember], &args);
}

#[test]
fn free_loops_run_forward_and_bound_ones_do_not() {
    let free = parse_quote! {
        fn f(x: &[f64]) -> f64 {
            let mut s = 0.0;
            for i in 0..x.len() { s += x[i].sin(); }
            s
        }
    };
    let after = run(tidied(&free), &[ascend::ascend], &ramps());
    assert_eq!(lines(&after, &["for", "rev"]), 0, "{after}");
    let bound = parse_quote! {
        fn f(x: &[f64]) -> f64 {
            let mut y = x.to_vec();
            for i in 1..y.len() { y[i] = y[i - 1] * y[i]; }
            y.iter().sum()
        }
    };
    let after = run(tidied(&bound), &[ascend::ascend], &ramps());
    assert_eq!(lines(&after, &["for", "rev"]), 1, "{after}");
}

#[test]
fn loops_over_blocks_run_forward_too() {
    // Blocks that overlap are met again by the next iteration.
    for (block, descending) in [
        (parse_quote!(y.chunks_exact_mut(n)), 0),
        (parse_quote!(y.chunks_mut(n)), 0),
        (parse_quote!((0..y.len() / n).map(|i| &mut y[i * n..(i + 1) * n])), 0),
        (parse_quote!((0..y.len() - n).map(|i| &mut y[i..i + n])), 1),
    ] {
        let block: syn::Expr = block;
        let function = parse_quote! {
            fn f(x: &[f64], n: usize) -> f64 {
                let mut y = x.to_vec();
                for block in #block {
                    for k in 1..n { block[k] += 0.5 * block[k - 1]; }
                }
                y.iter().sum()
            }
        };
        let args = [1_i64, 2, 3].map(|n| vec![ramp(6), n.into()]);
        let before = run(tidied(&function), &[gather::gather], &args);
        let after = run(before, &[ascend::ascend], &args);
        let outer = after.to_string();
        let outer = outer.lines().filter(|l| l.starts_with("for ") && l.contains("rev"));
        assert_eq!(outer.count(), descending, "{after}");
    }
}

#[test]
fn rows_get_loops_of_their_own() {
    let function = parse_quote! {
        fn f(x: &[f64], n: usize) -> f64 {
            let mut s = 0.0;
            for i in 1..n {
                for j in 0..n { s += x[i * n + j] * x[j]; }
            }
            s
        }
    };
    let args = [0_i64, 1, 2, 3].map(|n| vec![ramp(9), n.into()]);
    let before = run(tidied(&function), &[gather::gather, ascend::ascend], &args);
    let loops = lines(&before, &["for "]);
    let after = run(before, &[split::split], &args);
    assert_eq!(lines(&after, &["for "]), loops + 1, "{after}");
}

#[test]
fn stencils_write_each_place_once() {
    let function = parse_quote! {
        fn f(x: &[f64]) -> f64 {
            let mut s = 0.0;
            for w in x.windows(3) { s += w[0] * w[1].sin() * w[2]; }
            s
        }
    };
    let before = run(tidied(&function), &[gather::gather, ascend::ascend], &ramps());
    assert_eq!(lines(&before, &["accumulate"]), 3, "{before}");
    let after = run(before, &[rotate::rotate], &ramps());
    // One in the loop, and two behind it for what still waits.
    assert_eq!(lines(&after, &["accumulate"]), 3, "{after}");
    let inside = after.to_string();
    let inside = inside.lines().filter(|l| l.contains("accumulate") && l.starts_with("  "));
    assert!(inside.count() >= 1, "{after}");
}

#[test]
fn what_a_stencil_scatters_is_gathered_where_that_is_cheap() {
    for (term, gathered) in [
        (parse_quote!(x[i - 1] * x[i] * y[i + 1]), true),
        (parse_quote!(x[i - 1] * y[i] - 0.5 * x[i + 1]), true),
        (parse_quote!(x[i] * x[i]), false),
        (parse_quote!((x[i - 1] - x[i]).exp()), true),
        (parse_quote!((x[i - 1] - x[i]).sin()), false),
        (parse_quote!(x[i - 1] * x[n - i]), false),
        (parse_quote!(if y[i] > 0.4 { x[i] * x[i - 1] } else { 0.0 }), false),
    ] {
        let term: syn::Expr = term;
        let function = parse_quote! {
            fn f(x: &[f64], y: &[f64]) -> f64 {
                let n = x.len();
                let mut z = y.to_vec();
                for i in 1..n.max(1) - 1 { z[i] = #term; }
                z.iter().map(|z| z * z).sum()
            }
        };
        let args = [0, 1, 2, 3, 4, 5, 9].map(|n| vec![ramp(n), ramp(n)]);
        let passes: [Pass; 2] = [gather::gather, ascend::ascend];
        let before = run(tidied(&function), &passes, &args);
        let loops = lines(&before, &["for "]);
        let after = run(before, &[stencil::stencil], &args);
        assert_eq!(lines(&after, &["for "]) > loops, gathered, "{after}");
    }
}

#[test]
fn sums_of_adjoints_are_taken_in_lanes() {
    // Whether the sum gets a loop of its own, and one over groups of eight.
    for (step, apart, laned) in [
        (parse_quote!(y[i] = k * x[i]), true, true),
        (parse_quote!(y[i] = y[i] - k * x[i]), true, true),
        (parse_quote!(t += k * x[i]), true, true),
        (parse_quote!(t += k * k), false, true),
        (parse_quote!(y[i] = k * x[n - 1 - i]), false, false),
        (parse_quote!(y[i] = (k * x[i]).sin()), false, false),
        (parse_quote!(y[i] += k * y[n - 1]), false, false),
    ] {
        let step: syn::Expr = step;
        let function = parse_quote! {
            fn f(x: &[f64], k: f64) -> f64 {
                let n = x.len();
                let mut y = x.to_vec();
                let mut t = 0.0;
                for i in 0..n { #step; }
                y.iter().map(|y| y * y).sum::<f64>() + t
            }
        };
        let args = [0, 1, 7, 8, 9, 21].map(|n| vec![ramp(n), Datum::Float(0.4)]);
        let passes: [Pass; 3] = [gather::gather, promote::promote, ascend::ascend];
        let before = run(tidied(&function), &passes, &args);
        let after = run(before.clone(), &[sums::sums], &args);
        let loops = |graph| lines(graph, &["for "]);
        assert_eq!(loops(&after) - loops(&before), usize::from(apart), "{before}\n{after}");
        let lanes = run(after.clone(), &[lanes::lanes], &args);
        assert_eq!(loops(&lanes) - loops(&after), 2 * usize::from(laned), "{after}\n{lanes}");
    }
}

#[test]
fn loops_look_at_their_part_alone() {
    let function = parse_quote! {
        fn f(x: &[f64], y: &[f64], n: usize) -> f64 {
            let mut s = 0.0;
            for i in 1..n { s += x[i] * y[i - 1]; }
            s
        }
    };
    let args = [0_i64, 1, 2, 4].map(|n| vec![ramp(4), ramp(4), n.into()]);
    let after = run(tidied(&function), &[view::view], &args);
    assert!(lines(&after, &["= view"]) >= 3, "{after}");
}

#[test]
fn a_recurrence_in_memory_goes_through_registers() {
    let functions: [ItemFn; 5] = [
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut y = x.to_vec();
                for i in 1..y.len() { y[i] = (y[i] + 0.3 * y[i - 1]) * x[i]; }
                for i in (0..y.len().max(1) - 1).rev() { y[i] -= 0.7 * y[i + 1] * x[i]; }
                y.iter().sum()
            }
        },
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut y = x.to_vec();
                for i in 3..y.len() { y[i] += y[i - 1] * y[i - 3] * x[i]; }
                y.iter().sum()
            }
        },
        // What is behind is written once more.
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut y = x.to_vec();
                for i in 2..y.len() {
                    y[i] += y[i - 1] * y[i - 2];
                    y[i - 1] *= y[i].sin();
                    y[i - 2] = y[i] * y[i - 1] * x[i];
                }
                y.iter().sum()
            }
        },
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut y = x.to_vec();
                for i in (1..=y.len().max(2) - 2).rev() {
                    let t = y[i];
                    y[i] = t * t * y[i + 1];
                    y[i - 1] += t;
                }
                y.iter().sum()
            }
        },
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let n = x.len();
                let mut y = vec![vec![1.0; n]; n];
                for i in 1..n {
                    for j in 1..n { y[i][j] = y[i - 1][j] * x[j] + y[i][j - 1] * x[i]; }
                }
                let mut s = 0.0;
                for i in 0..n { s += y[i][i]; }
                s
            }
        },
    ];
    let passes: [Pass; 3] = [remember::remember, super::dce::dce, relay::relay];
    for function in &functions {
        let before = tidied(function);
        let loads = lines(&before, &["= load"]);
        let after = run(before, &passes, &ramps());
        assert!(lines(&after, &["carrying"]) > 0 && loads > 0, "{after}");
        let again = relay::relay(after.clone());
        assert_eq!(after.to_string(), again.to_string(), "once is enough");
    }
}

#[test]
fn a_recurrence_that_may_be_met_elsewhere_stays_in_memory() {
    for function in [
        parse_quote! {
            fn f(x: &[f64], at: usize) -> f64 {
                let mut y = x.to_vec();
                for i in 1..y.len() { y[i] = y[i - 1] * x[i] + y[at]; }
                y.iter().sum()
            }
        },
        parse_quote! {
            fn f(x: &[f64], at: usize) -> f64 {
                let mut y = x.to_vec();
                for i in 1..y.len() {
                    y[i] = y[i - 1] * x[i];
                    if i == at { y[i] = 1.0; }
                }
                y.iter().sum()
            }
        },
    ] {
        let before = super::dce::dce(remember::remember(tidied(&function)));
        let args: Vec<Vec<Datum>> = (0..3).map(|at| vec![ramp(5), Datum::Int(at)]).collect();
        let after = run(before.clone(), &[relay::relay], &args);
        assert_eq!(before.to_string(), after.to_string());
    }
}

#[test]
fn loops_that_add_up_are_fused_inwards() {
    let function = parse_quote! {
        fn f(x: &[f64]) -> f64 {
            let mut s = 0.0;
            for i in 0..x.len() {
                for j in 0..i { s += (x[i] * x[j]).sqrt(); }
            }
            s
        }
    };
    let primal = super::primal(lowered(&function), None);
    let mut errors = Errors::default();
    let activity = Activity::of(&primal, &[], &mut errors);
    errors.to_tokens();
    let fused = transform::fused(&transform::Known::of(&primal, &activity, "f"))
        .expect("both loops add up");
    assert!(!transform::keeps(&fused), "{fused}");
    let reversed = reversed(&function);
    for args in ramps() {
        let [one, other] = [&fused, &reversed].map(|graph| outcome(graph, &args, &SEED));
        assert_eq!(format!("{:?}", one.results), format!("{:?}", other.results));
        for (a, b) in gradient(&one).iter().zip(gradient(&other)) {
            assert!((a - b).abs() <= 1e-13 * (1.0 + b.abs()), "{a} instead of {b}\n{fused}");
        }
    }
}

#[test]
fn all_passes_together_change_nothing_but_rounding() {
    let functions: [ItemFn; 5] = [
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut y = x.to_vec();
                let n = y.len();
                for i in 0..n { y[i] = y[i] * y[n - 1 - i] + 1.0; }
                y.iter().sum()
            }
        },
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut y = x.to_vec();
                let mut s = 0.0;
                for i in 0..y.len() {
                    for j in 0..i {
                        s += y[i] * y[j];
                        y[j] = y[i] * 0.5 + s;
                    }
                }
                s
            }
        },
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut s = 1.0;
                for i in (1..x.len()).rev() { s = s * x[i] + x[i - 1]; }
                s
            }
        },
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut best = f64::NEG_INFINITY;
                for v in x { if *v > best { best = v * v; } }
                let mut k = 0;
                while k < x.len() && best > 0.01 { best = best / (1.0 + x[k]); k += 2; }
                best
            }
        },
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut y = vec![1.0; x.len()];
                for (i, c) in x.chunks(2).enumerate() {
                    for v in c { y[i] *= v.exp(); }
                }
                let mut s = 0.0;
                for w in y.windows(2) { s += w[0] / w[1]; }
                s
            }
        },
    ];
    for function in &functions {
        let all = [
            passes(&TIDY),
            passes(&DIVIDED),
            vec![transform::preaccumulate as Pass],
            passes(&DERIVED),
        ]
        .concat();
        run(reversed(function), &all, &ramps());
    }
}

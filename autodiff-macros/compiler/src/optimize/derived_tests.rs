//! The passes over derivatives: what the primal computes stays bit for bit, adjoints may differ by
//! rounding, and each pass does what its header shows.

use syn::{ItemFn, parse_quote};

use super::tests::{Pass, lowered, passes, reversed};
use super::{
    DERIVED, DIVIDED, TIDY, ascend, collected, factor, gather, promote, reciprocal, relay,
    remember, rotate, split, take, unstack, view,
};
use crate::analysis::Activity;
use crate::errors::Errors;
use crate::ir::eval::{Datum, Evaluation, Outcome};
use crate::ir::{Graph, verify};
use crate::transform;

/// Without what the other passes leave to them.
fn tidied(function: &ItemFn) -> Graph {
    super::tidy(reversed(function), None)
}

fn outcome(graph: &Graph, args: &[Datum]) -> Outcome {
    let run = Evaluation::new(graph).seeds(vec![Datum::Float(0.7)]).run(args);
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
fn run(mut graph: Graph, passes: &[Pass], args: &[Vec<Datum>]) -> Graph {
    let before: Vec<Outcome> = args.iter().map(|args| outcome(&graph, args)).collect();
    for pass in passes {
        graph = pass(graph);
        verify::verify(&graph).unwrap_or_else(|e| panic!("{e}\n{graph}"));
        for (args, before) in args.iter().zip(&before) {
            let after = outcome(&graph, args);
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

fn ramp(len: usize) -> Datum {
    Datum::from((0..len).map(|i| Datum::Float(0.3 + 0.2 * (i as f64).sin())).collect::<Vec<_>>())
}

/// Sequences of several lengths, none among them.
fn ramps() -> Vec<Vec<Datum>> {
    [0, 1, 2, 3, 7].into_iter().map(|len| vec![ramp(len)]).collect()
}

/// How many lines of the graph contain all the words.
fn lines(graph: &Graph, words: &[&str]) -> usize {
    graph.to_string().lines().filter(|line| words.iter().all(|w| line.contains(w))).count()
}

#[test]
fn what_goes_to_one_place_is_added_up_first() {
    let function = parse_quote! {
        fn f(x: &[f64]) -> f64 {
            let mut s = 0.0;
            for w in x.windows(2) { s += w[0] * w[0] * w[1] + w[0].sin(); }
            s
        }
    };
    let before = tidied(&function);
    assert!(lines(&before, &["accumulate"]) > 2, "{before}");
    let after = run(before, &[gather::gather], &ramps());
    assert_eq!(lines(&after, &["accumulate"]), 2, "{after}");
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
    let args = [0_i64, 1, 2].map(|at| vec![ramp(2), at.into()]);
    let before = tidied(&function);
    let loads = lines(&before, &["= load"]);
    let after = run(before, &[remember::remember, super::dce::dce], &args);
    assert!(lines(&after, &["= load"]) < loads, "{after}");
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
fn adjoints_are_divided_once() {
    let function = parse_quote! {
        fn f(x: f64, y: f64) -> f64 { (x.sin() / y) * (x / y) }
    };
    let args = [[1.0, 2.0], [0.5, -3.0]].map(|a| a.map(Datum::Float).to_vec());
    let after = run(tidied(&function), &[reciprocal::reciprocal], &args);
    assert_eq!(lines(&after, &["recip"]), 1, "{after}");
}

#[test]
fn what_a_loop_appends_is_read_by_its_index() {
    let of = |body: syn::Block| -> ItemFn {
        parse_quote! { fn f(x: &[f64]) -> f64 #body }
    };
    for (body, pops) in [
        (
            parse_quote!({
                let y: Vec<f64> = x.iter().map(|v| v.sin()).collect();
                y.iter().sum()
            }),
            0,
        ),
        // The one before is there to be read.
        (
            parse_quote!({
                let mut y: Vec<f64> = Vec::new();
                for i in 0..x.len() {
                    y.push(if i > 0 { y[i - 1] * x[i] } else { x[0] });
                }
                y.iter().sum()
            }),
            0,
        ),
        // The index of the first is that of the last iteration.
        (
            parse_quote!({
                let y: Vec<f64> = x.iter().rev().map(|v| v.sin()).collect();
                y.iter().sum()
            }),
            0,
        ),
        (
            parse_quote!({
                let mut y: Vec<f64> = Vec::new();
                for i in (0..x.len()).rev() {
                    y.push(x[i].sin());
                }
                let mut s = 0.0;
                for i in 0..y.len() {
                    s += y[i] * x[i];
                }
                s
            }),
            1,
        ),
        // Not empty at first.
        (
            parse_quote!({
                let mut y: Vec<f64> = Vec::new();
                y.push(1.0);
                for i in 0..x.len() {
                    y.push(x[i].sin() * y[i]);
                }
                y.iter().sum()
            }),
            2,
        ),
        // Not in each iteration.
        (
            parse_quote!({
                let mut y: Vec<f64> = Vec::new();
                for i in 0..x.len() {
                    if i > 1 {
                        y.push(x[i].sin());
                    }
                }
                y.iter().sum()
            }),
            1,
        ),
    ] {
        let after = run(tidied(&of(body)), &[collected::collected], &ramps());
        assert_eq!(lines(&after, &["= pop_back"]), pops, "{after}");
    }
}

#[test]
fn what_is_zeroed_next_is_taken() {
    let function = parse_quote! {
        fn f(x: &[[f64; 2]], h: usize) -> f64 {
            let mut y = x.to_vec();
            let (low, high) = y.split_at_mut(h);
            for j in 0..h {
                let [a, b] = high[j];
                let u = low[j];
                low[j] = [u[0] + a, u[1] + b];
                high[j] = [u[0] - a * 0.5, u[1] - b];
            }
            let mut s = 0.0;
            for z in &y { s += z[0] * z[1]; }
            s
        }
    };
    let pair = |i: usize| Datum::from([0.3, 0.2].map(|x| Datum::Float(x * i as f64)).to_vec());
    let pairs = Datum::from((1..5).map(pair).collect::<Vec<_>>());
    let args = [1_i64, 2].map(|h| vec![pairs.clone(), h.into()]);
    let before = tidied(&function);
    let zeroed = lines(&before, &["set_zero"]);
    assert!(zeroed > 1, "{before}");
    let after = run(before, &[gather::gather, take::take], &args);
    assert_eq!(lines(&after, &["set_zero"]), 0, "{after}");
    // Halves of a slice have nothing in common.
    let after = run(after, &[ascend::ascend], &args);
    assert_eq!(lines(&after, &["for", "rev"]), 0, "{after}");
}

#[test]
fn what_is_read_in_between_stays_zeroed() {
    for body in [
        parse_quote!({
            y[0] = [x[0], y[1][0]];
            y[1] = [y[0][1], x[1]];
            y[0][0] * y[at][1]
        }),
        parse_quote!({
            y[at] = [x[0], x[1]];
            y[0] = [y[at][1], 2.0];
            y[0][0] * y[1][1]
        }),
        parse_quote!({
            y[at] = [y[at][1], y[at][0]];
            y[1 - at] = y[at];
            y[0][0] * y[1][1]
        }),
    ] {
        let body: syn::Block = body;
        let stmts = &body.stmts;
        let function = parse_quote! {
            fn f(x: &[f64], at: usize) -> f64 {
                let mut y = [[x[0], x[1]], [x[1] * 0.5, x[0].sin()]];
                #(#stmts)*
            }
        };
        let args = [0_i64, 1].map(|at| vec![ramp(2), at.into()]);
        run(tidied(&function), &[gather::gather, take::take], &args);
    }
}

#[test]
fn the_logarithm_of_a_quotient_divides_by_the_dividend() {
    let function = parse_quote! {
        fn f(x: f64, y: f64) -> f64 { (x / y).ln() }
    };
    let args = [[1.0, 2.0], [0.5, 3.0]].map(|a| a.map(Datum::Float).to_vec());
    let before = tidied(&function);
    let divisions = lines(&before, &["= div"]);
    let after = run(before, &[reciprocal::reciprocal], &args);
    assert_eq!(lines(&after, &["= div"]), divisions - 1, "{after}");
}

#[test]
fn an_adjoint_is_multiplied_once_by_all_it_is_multiplied_by() {
    // Horner's rule, and its derivative by the same.
    let function = parse_quote! {
        fn f(t: f64, a: f64) -> f64 { a * (1.5 - t * (0.5 + t * (2.5 + t * (t * 3.5 - 4.5)))) }
    };
    let args = [[1.0, 2.0], [0.5, -3.0]].map(|a| a.map(Datum::Float).to_vec());
    let before = tidied(&function);
    let products = lines(&before, &["= mul"]);
    let after = run(before, &[factor::factor], &args);
    assert_eq!(lines(&after, &["= mul"]), products - 3, "{after}");
    let again = factor::factor(after.clone());
    assert_eq!(after.to_string(), again.to_string(), "once is enough");
}

#[test]
fn a_multiple_that_something_else_reads_stays() {
    let function = parse_quote! {
        fn f(x: f64, y: f64, z: f64) -> f64 { z * ((x * y + 1.0) * x) }
    };
    let args = [[1.0, 2.0, 0.3], [0.5, -3.0, 1.7]].map(|a| a.map(Datum::Float).to_vec());
    run(tidied(&function), &[factor::factor], &args);
}

#[test]
fn what_a_loop_carries_is_added_last() {
    let function = parse_quote! {
        fn f(x: f64, y: f64) -> f64 {
            let mut x = x;
            for _ in 0..4 { x = (x * y).sin() - y * y.cos(); }
            x
        }
    };
    let args = [[1.0, 2.0], [0.5, -3.0]].map(|a| a.map(Datum::Float).to_vec());
    let before = tidied(&function);
    let after = run(before.clone(), &[factor::factor], &args);
    assert_ne!(before.to_string(), after.to_string());
}

/// A function of an array of three.
fn with_array(body: &syn::Block) -> ItemFn {
    parse_quote! { fn f(x: [f64; 3]) -> f64 #body }
}

#[test]
fn what_loops_over_arrays_keep_is_in_arrays() {
    for (body, arrays) in [
        (
            parse_quote!({
                let mut s = 1.0_f64;
                for v in x.iter() {
                    s = s * s.sin() * v;
                }
                s
            }),
            1,
        ),
        (
            parse_quote!({
                let mut s = 1.0_f64;
                for v in x.iter().rev() {
                    s = s.sin() * v;
                }
                s
            }),
            1,
        ),
        (
            parse_quote!({
                let mut s = 1.0_f64;
                for _ in 0..5 {
                    s = s.sin() * x[1];
                }
                s
            }),
            1,
        ),
        // The inner one counts from where the outer one is.
        (
            parse_quote!({
                let mut s = 1.0_f64;
                for i in 0..3 {
                    for j in i..x.len() {
                        s = s.sin() * x[j];
                    }
                    s = s.cos() * x[i];
                }
                s
            }),
            2,
        ),
        // A number that is negative is no index.
        (
            parse_quote!({
                let mut s = 1.0_f64;
                for k in -1..2 {
                    s = s.sin() * x[1] * k as f64;
                }
                s
            }),
            0,
        ),
        (
            parse_quote!({
                let mut s = 1.0_f64;
                for _ in 0..=5 {
                    s = s.sin() * x[1];
                }
                s
            }),
            0,
        ),
        (
            parse_quote!({
                let mut s = 1.0_f64;
                for _ in 0..500 {
                    s = s.sin() * x[1];
                }
                s
            }),
            0,
        ),
    ] {
        let before = tidied(&with_array(&body));
        let stacks = lines(&before, &["= stack_new"]);
        assert!(stacks > 0, "{before}");
        let after = run(before, &[unstack::unstack], &[vec![ramp(3)]]);
        let left = lines(&after, &["= stack_new"]);
        assert_eq!(left, if arrays == 0 { stacks } else { stacks - arrays }, "{after}");
    }
}

#[test]
fn adjoints_are_multiplied_by_what_is_known_before() {
    let literal = parse_quote! {
        fn f(x: f64) -> f64 { (x.sin() / 3.0).cos() }
    };
    let args = [vec![Datum::Float(0.7)]];
    let after = run(tidied(&literal), &[reciprocal::reciprocal], &args);
    // That of the primal.
    assert_eq!(lines(&after, &["= div"]), 1, "{after}");

    let invariant = parse_quote! {
        fn f(x: f64, y: f64) -> f64 {
            let mut x = x;
            for _ in 0..4 { x = x.sin() / y; }
            x
        }
    };
    let args = [vec![Datum::Float(0.7), Datum::Float(1.3)]];
    let after = run(tidied(&invariant), &[reciprocal::reciprocal], &args);
    assert_eq!(lines(&after, &["= recip"]), 1, "{after}");
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
fn partial_derivatives_are_multiplied_out() {
    let function = parse_quote! {
        fn f(x: f64, r: f64) -> f64 {
            let mut x = x;
            for _ in 0..9 { x = r * x * (1.0 - x); }
            x
        }
    };
    let args = [[0.3, 3.2], [0.5, 2.0]].map(|a| a.map(Datum::Float).to_vec());
    let passes: [Pass; 2] = [transform::preaccumulate, super::identities];
    let after = run(tidied(&function), &passes, &args);
    // The adjoint of the state is read by two multiplications and by nothing else.
    let text = after.to_string();
    let state = text.lines().rev().find_map(|l| l.trim().strip_prefix("body(")).expect("a loop");
    let carried = state.split([',', ')']).nth(1).expect("a state").trim();
    let readers = text.lines().filter(|l| l.split([' ', ',']).any(|w| w == carried));
    assert!(readers.filter(|l| !l.contains("body(")).all(|l| l.contains("mul")), "{after}");
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
    for args in ramps() {
        let (one, other) = (outcome(&fused, &args), outcome(&reversed(&function), &args));
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

//! The passes over what derivatives keep, and over adjoints in memory.

use syn::{ItemFn, parse_quote};

use super::derived_tests::{lines, ramp, ramps, run, tidied};
use super::{ascend, collected, gather, take, unstack};
use crate::ir::eval::Datum;

/// A function of an array of three.
fn with_array(body: &syn::Block) -> ItemFn {
    parse_quote! { fn f(x: [f64; 3]) -> f64 #body }
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
fn what_loops_of_any_length_keep_is_in_vectors() {
    let of = |body: syn::Block| -> ItemFn {
        parse_quote! { fn f(x: &[f64]) -> f64 #body }
    };
    for (body, left) in [
        (
            parse_quote!({
                let s: f64 = x.iter().map(|v| v.exp()).sum();
                s.ln()
            }),
            0,
        ),
        (
            parse_quote!({
                let mut s = 0.0;
                for i in 0..x.len() {
                    for j in 0..x.len() {
                        s += (x[i] * x[j]).exp();
                    }
                }
                s.ln()
            }),
            0,
        ),
        // The order matters to the adjoint.
        (
            parse_quote!({
                let mut s = 1.0_f64;
                for i in 0..x.len() {
                    s = s.sin() * x[i];
                }
                s
            }),
            1,
        ),
        // The length of the inner loop is another one each time.
        (
            parse_quote!({
                let mut s = 0.0;
                for i in 0..x.len() {
                    for j in 0..i {
                        s += (x[i] * x[j]).exp();
                    }
                }
                s.ln()
            }),
            1,
        ),
    ] {
        let before = tidied(&of(body));
        assert!(lines(&before, &["= stack_new"]) > 0, "{before}");
        let after = run(before, &[unstack::unstack, ascend::ascend], &ramps());
        assert_eq!(lines(&after, &["= stack_new"]), left, "{after}");
        assert_eq!(lines(&after, &[" rev"]) > 0, left > 0, "{after}");
    }
}

#[test]
fn what_loops_compute_of_their_neighbours_is_kept_in_rows() {
    let of = |step: syn::Expr| -> ItemFn {
        parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let n = x.len();
                let mut u = x.to_vec();
                for _ in 0..3 {
                    let mut next = u.clone();
                    for i in 2..n {
                        #step;
                    }
                    u = next;
                }
                u.iter().sum()
            }
        }
    };
    // What goes to rows, and whether something stays in records of the inner loop.
    for (step, rows, stays) in [
        (parse_quote!(next[i] = u[i] * (u[i - 1] - u[i - 2])), 1, false),
        (parse_quote!(next[n - 1 - i] = u[i] * u[n - 1 - i] * u[i - 1]), 1, true),
        (parse_quote!(next[i] += (u[i] * u[i - 1]).exp() * u[i - 2]), 1, true),
        // What is overwritten in the loop itself is kept as a whole.
        (parse_quote!(next[i] = next[i - 1] * u[i] * u[i - 1]), 1, false),
        (
            parse_quote!(if u[i] > 0.5 {
                next[i] = u[i] * u[i - 1]
            }),
            1,
            true,
        ),
    ] {
        let before = tidied(&of(step));
        let after = run(before, &[unstack::rows], &ramps());
        assert_eq!(lines(&after, &["rows_push"]), rows, "{after}");
        let is_inner = |line: &str| line.starts_with("        ") && line.contains("stack_push");
        let inner = after.to_string().lines().any(is_inner);
        assert_eq!(inner, stays, "{after}");
    }
}

#[test]
fn copies_of_vectors_are_kept_as_rows() {
    // How many vectors are kept as rows.
    for (step, rows) in [
        (parse_quote!(s += norm(&u)), 1),
        (parse_quote!(s += inner(&u, &v)), 1),
        (parse_quote!(s += inner(&u, &u)), 1),
        // It is there to be read.
        (parse_quote!(s += norm(&v)), 0),
        // A part of it is.
        (parse_quote!(s += norm(&u[1..])), 0),
        (
            parse_quote!(if s > 0.0 {
                s += norm(&u)
            }),
            1,
        ),
    ] {
        let step: syn::Stmt = syn::Stmt::Expr(step, None);
        let function = parse_quote! {
            fn f(x: &[f64]) -> f64 {
                let mut u = x.to_vec();
                let v = x.to_vec();
                let mut s = 0.5;
                for _ in 0..3 {
                    #step;
                    for u in &mut u { *u *= s; }
                }
                s
            }
        };
        let after = run(tidied(&function), &[unstack::copies], &[]);
        assert_eq!(lines(&after, &["rows_push"]), rows, "{after}");
        assert_eq!(lines(&after, &["rows_pop"]), rows, "{after}");
    }
}

#[test]
fn vectors_of_adjoints_are_moved() {
    let swapped = parse_quote! {
        fn f(x: &[f64]) -> f64 {
            let mut u = x.to_vec();
            let mut v = x.to_vec();
            for _ in 0..3 {
                for i in 0..u.len() { v[i] += 0.5 * u[i]; }
                std::mem::swap(&mut u, &mut v);
            }
            u.iter().sum()
        }
    };
    let after = run(tidied(&swapped), &[take::take], &ramps());
    // Those that the parameter was copied to are added to its own.
    let moved = after
        .to_string()
        .lines()
        .filter(|l| l.starts_with("  "))
        .any(|l| l.contains("accumulate_place"));
    assert!(!moved, "{after}");
}

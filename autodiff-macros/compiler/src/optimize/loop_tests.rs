//! Loops that fill vectors, and loops that become one: Rust in, the optimised graph out.

use syn::{ItemFn, parse_quote};

use super::tests::{count, lowered, passes, run};
use super::{PRIMAL, cse, dce, lanes, presize, simplify};
use crate::ir::verify;

#[test]
fn what_a_loop_fills_is_made_as_long() {
    let of = |body: syn::Block| -> ItemFn {
        parse_quote! { fn f(x: &[f64], n: usize) -> f64 #body }
    };
    for (body, pushes, lengths) in [
        // The length of the result is that of `x`.
        (
            parse_quote!({
                let y: Vec<f64> = x.iter().map(|v| v.sin()).collect();
                let z: Vec<[f64; 2]> = y.iter().map(|v| [*v, v * v]).collect();
                (0..z.len()).map(|i| z[i][0] * z[i][1]).sum()
            }),
            0,
            1,
        ),
        (
            parse_quote!({
                let (mut y, mut z) = (Vec::new(), Vec::with_capacity(n));
                for i in 0..n {
                    y.push(x[0]);
                    z.push(x[0] * x[0]);
                }
                y.iter().zip(&z).map(|(y, z)| y * z).sum()
            }),
            0,
            0,
        ),
        // It grows afterwards.
        (
            parse_quote!({
                let mut y = Vec::new();
                for i in 0..n {
                    y.push(x[0]);
                }
                y.push(1.0);
                (0..y.len()).map(|i| y[i]).sum()
            }),
            1,
            1,
        ),
        // The loop reads it, does not run in each iteration, or not from the first index.
        (
            parse_quote!({
                let mut y: Vec<f64> = Vec::new();
                for i in 0..n {
                    y.push(if i > 0 { y[i - 1] * 0.5 } else { x[0] });
                }
                y.iter().sum()
            }),
            1,
            1,
        ),
        (
            parse_quote!({
                let mut y: Vec<f64> = Vec::new();
                for i in 0..n {
                    if i > 1 {
                        y.push(x[0]);
                    }
                }
                y.iter().sum()
            }),
            1,
            1,
        ),
        (
            parse_quote!({
                let mut y: Vec<f64> = Vec::new();
                for i in 1..n {
                    y.push(x[0]);
                }
                y.iter().sum()
            }),
            1,
            1,
        ),
        // Another loop runs around it.
        (
            parse_quote!({
                let mut y: Vec<f64> = Vec::new();
                for j in 0..2 {
                    for i in 0..n {
                        y.push(x[0]);
                    }
                }
                y.iter().sum()
            }),
            1,
            1,
        ),
    ] {
        let args = [0_i64, 1, 4].map(|n| vec![vec![0.5, -1.25].into(), n.into()]);
        let passes = [simplify, presize::presize, cse::cse, dce::dce];
        let graph = run(lowered(&of(body)), &passes, &args, 0);
        let text = graph.to_string();
        let found = (text.matches("push %").count(), count(&graph, "len"));
        assert_eq!(found, (pushes, lengths), "{graph}");
    }
}

#[test]
fn loops_over_the_same_become_one() {
    let of = |body: syn::Block| -> ItemFn {
        parse_quote! { fn f(x: &[f64], n: usize) -> f64 #body }
    };
    for (body, loops, objects) in [
        // Nothing is left of the vectors in between.
        (
            parse_quote!({
                let y: Vec<f64> = x.iter().map(|v| v.sin()).collect();
                let z: Vec<f64> = y.iter().map(|v| v * v).collect();
                z.iter().zip(x).map(|(z, x)| z * x).sum()
            }),
            1,
            0,
        ),
        // The sum is needed before.
        (
            parse_quote!({
                let y: Vec<f64> = x.iter().map(|v| v.exp()).collect();
                let sum: f64 = y.iter().sum();
                y.iter().map(|v| v / sum).sum()
            }),
            2,
            1,
        ),
        // Elements of other indices are read, or changed.
        (
            parse_quote!({
                let mut y = x.to_vec();
                for i in 0..n {
                    y[i] *= 2.0;
                }
                let mut s = 0.0;
                for i in 0..n {
                    s += y[n - 1 - i] * x[i];
                }
                s
            }),
            2,
            1,
        ),
        (
            parse_quote!({
                let mut y = x.to_vec();
                let mut s = 0.0;
                for i in 0..n {
                    s += y[i];
                }
                for i in 0..n {
                    y[0] += x[i];
                }
                s * y[0]
            }),
            2,
            1,
        ),
        // What the second needs is written in between, or checked once the first has run.
        (
            parse_quote!({
                let mut y = x.to_vec();
                for i in 0..n {
                    y[i] *= 2.0;
                }
                y[0] = 7.0;
                let mut s = 0.0;
                for i in 0..n {
                    s += y[i];
                }
                s
            }),
            2,
            1,
        ),
        (
            parse_quote!({
                let mut y = x.to_vec();
                for i in 0..n {
                    y[i] *= 2.0;
                }
                assert!(y[0] < 9.0);
                for i in 0..n {
                    y[i] += 1.0;
                }
                y[0]
            }),
            2,
            1,
        ),
        // In between, nothing has to do with either.
        (
            parse_quote!({
                let mut y = x.to_vec();
                for i in 0..n {
                    y[i] *= 2.0;
                }
                let z = x[0] * x[1];
                for i in 0..n {
                    y[i] += z;
                }
                y[0]
            }),
            1,
            1,
        ),
        // They do not run over the same.
        (
            parse_quote!({
                let mut y = x.to_vec();
                for i in 0..n {
                    y[i] *= 2.0;
                }
                for i in 1..n {
                    y[i] += 1.0;
                }
                y[0]
            }),
            2,
            1,
        ),
    ] {
        let args = [0_i64, 1, 2].map(|n| vec![vec![0.5, -1.25].into(), n.into()]);
        let before = lowered(&of(body));
        let graph = run(before, &passes(&PRIMAL), &args, 0);
        let found = (graph.to_string().matches("for %").count(), count(&graph, "object"));
        assert_eq!(found, (loops, objects), "{graph}");
    }
}

#[test]
fn sums_of_arrays_are_taken_in_lanes() {
    // A sum that iterators take goes from the first to the last, as does what a loop carries besides.
    for (body, loops, sums) in [
        (parse_quote!({ x.mapv(|v| if v > k { v * k } else { v }).sum() }), 3, 1),
        (parse_quote!({ x.dot(x) }), 3, 1),
        (parse_quote!({ x.slice(s![..;2]).dot(x) }), 1, 0),
        (parse_quote!({ x.exp().sum() }), 1, 1),
        (parse_quote!({ x.iter().sum() }), 1, 0),
        (parse_quote!({ x.product() }), 1, 0),
    ] {
        let body: syn::Block = body;
        let function: ItemFn = parse_quote! { fn f(x: &Array1<f64>, k: f64) -> f64 #body };
        let graph = lanes::lanes(lowered(&function));
        verify::verify(&graph).unwrap_or_else(|e| panic!("{e}\n{graph}"));
        let text = graph.to_string();
        assert_eq!(text.matches("for ").count(), loops, "{graph}");
        assert_eq!(text.matches("accumulate ").count(), sums, "{graph}");
    }
}

#[test]
fn all_sums_of_plain_loops_may_be_taken_in_lanes() {
    for (body, loops) in [
        (
            parse_quote!({
                for i in 0..n {
                    s += x[i] * y[i];
                }
            }),
            3,
        ),
        (
            parse_quote!({
                for i in 1..n {
                    s -= (x[i - 1] - y[i]).exp();
                }
            }),
            3,
        ),
        (
            parse_quote!({
                for i in 0..n {
                    s = y[i] + s;
                    t += x[i];
                }
            }),
            3,
        ),
        // Those have no vectors, or take ways of their own.
        (
            parse_quote!({
                for i in 0..n {
                    s += x[i].sin();
                }
            }),
            1,
        ),
        (
            parse_quote!({
                for i in 0..n {
                    if x[i] > 0.0 {
                        s += y[i].exp();
                    }
                }
            }),
            1,
        ),
        // What is carried besides has an order, and so has what goes down.
        (
            parse_quote!({
                for i in 0..n {
                    t = 0.5 * t + x[i];
                    s += t;
                }
            }),
            1,
        ),
        (
            parse_quote!({
                for i in (0..n).rev() {
                    s += x[i];
                }
            }),
            1,
        ),
        // There is no more than one group of eight.
        (
            parse_quote!({
                for i in 0..10 {
                    s += x[i];
                }
            }),
            1,
        ),
    ] {
        let body: syn::Block = body;
        let function: ItemFn = parse_quote! {
            fn f(x: &[f64], y: &[f64], n: usize) -> f64 {
                let (mut s, mut t) = (0.0, 1.0);
                #body
                s + t
            }
        };
        let graph = lanes::all(lowered(&function));
        verify::verify(&graph).unwrap_or_else(|e| panic!("{e}\n{graph}"));
        assert_eq!(graph.to_string().matches("for ").count(), loops, "{graph}");
    }
}

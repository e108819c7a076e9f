//! The passes over the arithmetic of derivatives: each does what its header shows, and changes no more than
//! rounding.

use syn::parse_quote;

use super::derived_tests::{lines, ramp, run, run_with_seed, tidied};
use super::tests::Pass;
use super::{factor, reciprocal};
use crate::ir::Graph;
use crate::ir::eval::Datum;
use crate::transform;

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
fn a_pullback_takes_along_what_is_least() {
    let eager: Pass = |graph| transform::eager(&graph).unwrap_or(graph);
    let behind = |graph: &Graph| {
        let text = graph.to_string();
        text.lines().skip_while(|l| !l.contains("= seed")).filter(|l| l.starts_with('%')).count()
    };
    let args = [[0.3, 3.2], [0.5, -2.0]].map(|a| a.map(Datum::Float).to_vec());
    // One partial derivative for `x`, its sine, and the exponential.
    let chain = parse_quote! {
        fn f(x: f64, y: f64) -> f64 { (x.sin() * 2.0).exp() * x + y }
    };
    let after = run(tidied(&chain), &[eager], &args);
    assert_eq!(behind(&after), 2, "{after}");
    // Both factors are what each other's adjoint needs.
    let product = parse_quote! { fn f(x: f64, y: f64) -> f64 { x * y } };
    assert!(transform::eager(&tidied(&product)).is_none());
    // What is not chosen gets nothing, however large the seed is.
    let choice = parse_quote! {
        fn f(x: f64, y: f64) -> f64 { (x.max(y).sin() * y.exp()).tanh() }
    };
    let after = run(tidied(&choice), &[eager], &args);
    assert!(lines(&after, &["= select"]) > 0, "{after}");
    // Of each seed a partial derivative: `sin x + x cos x` and the exponential.
    let two = parse_quote! { fn f(x: f64) -> [f64; 2] { [x.sin() * x, x.exp()] } };
    let after = run_with_seed(&ramp(2), tidied(&two), &[eager], &[vec![Datum::Float(0.7)]]);
    let products = |graph: &Graph| {
        let text = graph.to_string();
        text.lines().skip_while(|l| !l.contains("= seed")).filter(|l| l.contains("= mul")).count()
    };
    assert_eq!(products(&after), 2, "{after}");
    // Each seed goes to each argument: there are more partial derivatives than arguments.
    let all = parse_quote! {
        fn f(x: f64, y: f64) -> [f64; 3] { [(x * y).sin(), (x * y).cos(), (x * y).exp()] }
    };
    assert!(transform::eager(&tidied(&all)).is_none());
}

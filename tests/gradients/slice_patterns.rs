//! Patterns of slices and arrays that leave elements out.

use autodiff::differentiate;

use crate::harness::{check, check_in_place, check_map};

#[differentiate]
fn ends_of_an_array(x: &[f64; 4]) -> f64 {
    let [first, .., last] = x;
    first * first * last
}

#[differentiate]
fn by_value(x: [f64; 5]) -> f64 {
    let [a, b, .., e] = x;
    a * b - e.sin()
}

#[differentiate]
fn by_dereference(x: &[f64; 5]) -> f64 {
    let [.., d, e] = *x;
    d * e
}

#[differentiate]
fn head_and_tail(x: &[f64]) -> f64 {
    match x {
        [] => 1.0,
        [a] => a.sin(),
        [a, rest @ ..] => a * rest.len() as f64 + rest.iter().map(|r| r * r).sum::<f64>(),
    }
}

#[differentiate]
fn both_ends(x: &[f64]) -> f64 {
    match x {
        [a, middle @ .., z] => a * z + middle.iter().map(|m| m * a).sum::<f64>(),
        [a, ..] => 3.0 * a,
        _ => 0.0,
    }
}

#[differentiate]
fn horner(x: &[f64], at: f64) -> f64 {
    if let [rest @ .., last] = x {
        horner(rest, at) + last * at.powi(rest.len() as i32)
    } else {
        0.0
    }
}

#[differentiate]
fn rows(x: &[[f64; 2]]) -> f64 {
    let [[a, _], rest @ ..] = x else { return 0.0 };
    let mut sum = *a;
    for [p, q] in rest {
        sum += p * q * rest.len() as f64;
    }
    sum
}

#[differentiate]
fn of_the_body(x: f64) -> f64 {
    let powers = [x, x * x, x * x * x];
    let [low, high @ ..] = &powers;
    low + high[0] * high[1]
}

#[differentiate]
fn changed(u: &mut [f64]) {
    if let [first, .., last] = u {
        *first *= *last;
        *last += 1.0;
    }
    if let [_, rest @ ..] = u {
        for r in rest.iter_mut() {
            *r = *r * *r;
        }
    }
}

#[test]
fn arrays() {
    check!(ends_of_an_array(&x); x in [[1.5, -0.3, 0.2, 0.8]]);
    check!(by_value(x); x in [[1.5, -0.3, 0.2, 0.8, 0.6]]);
    check!(by_dereference(&x); x in [[1.5, -0.3, 0.2, 0.8, 0.6]]);
    check!(of_the_body(x); x in [0.7]);
}

#[test]
fn slices_of_any_length() {
    let points: Vec<Vec<f64>> = (1..5).map(|n| [0.5, -1.2, 0.8, 0.3][..n].to_vec()).collect();
    check!(head_and_tail(&x); x in points.clone());
    check!(both_ends(&x); x in points.clone());
    check_map!(rows(&x); x in [vec![[0.3, 0.4]], vec![[0.3, 0.4], [1.2, -0.7], [0.1, 0.9]]]);
    check!(horner(&x, at); (x, at) in [(points[2].clone(), 0.7), (points[0].clone(), 0.7)]);
    assert_eq!(head_and_tail::grad(&[]), [0.0; 0]);
    assert_eq!(horner(&[1.0, 2.0, 3.0], 2.0), 17.0);
}

#[test]
fn elements_that_are_changed() {
    check_in_place!(changed(&mut u); mut u; u in [vec![0.5, -1.2, 0.8], vec![0.5, -1.2], vec![0.4]]);
}

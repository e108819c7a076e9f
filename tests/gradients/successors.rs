//! `std::iter::successors`, whose items are made of each other.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn powers(x: f64) -> f64 {
    std::iter::successors(Some(x), |v| Some(v * x)).take(3).sum()
}

#[differentiate]
fn decay(start: f64, rate: f64, weights: &[f64]) -> f64 {
    use std::iter;
    let mut total = 0.0;
    for (value, weight) in
        iter::successors(Some(start * 2.0), |&v| Some(v * (1.0 - rate))).zip(weights)
    {
        total += value.sin() * weight;
    }
    total
}

#[differentiate]
fn until(x: f64, limit: f64) -> f64 {
    std::iter::successors(Some(x), |v: &f64| Some(v * v + 0.5 * x))
        .take_while(|v| *v < limit)
        .fold(0.0, |a, v| a + v * v)
}

#[differentiate]
fn newton(a: f64) -> f64 {
    let steps: Vec<f64> =
        std::iter::successors(Some(a), |x| Some(0.5 * (x + a / x))).take(6).collect();
    steps[5] + steps[1]
}

#[test]
fn items_made_of_each_other() {
    assert_eq!(powers::grad(3.0), 1.0 + 6.0 + 27.0);
    check!(powers(x); x in [0.7, -1.2]);
    check!(decay(s, r, &w); (s, r, w) in [(0.8, 0.3, vec![1.0, -0.5, 2.0, 0.25]), (0.8, 0.3, vec![])]);
    check!(until(x, limit); (x, limit) in [(0.7, 3.0), (1.1, 9.0)]);
    check!(newton(a); a in [2.0, 5.0]);
}

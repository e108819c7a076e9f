//! `std::array::from_fn`, with its length from wherever it comes.

#![allow(clippy::needless_range_loop, reason = "such code is what is tested")]

use std::array;
use std::iter;

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn powers(x: f64) -> f64 {
    let all: [f64; 4] = array::from_fn(|i| x.powi(i as i32));
    all.iter().sum::<f64>() * all[3]
}

#[differentiate]
fn by_turbofish(x: f64) -> f64 {
    let all = std::array::from_fn::<_, 3, _>(|i| (x * (i + 1) as f64).sin());
    all[0] * all[1] + all[2]
}

#[differentiate]
fn scaled<const N: usize>(x: &[f64; N], k: f64) -> [f64; N] {
    array::from_fn(|i| k * x[i] * x[N - 1 - i])
}

#[differentiate]
fn early<const N: usize>(x: [f64; N]) -> [f64; N] {
    if x[0] < 0.0 {
        return array::from_fn(|i| -x[i]);
    }
    array::from_fn(|i| x[i] * x[i])
}

#[differentiate]
fn nested(x: f64, y: f64) -> f64 {
    let m: [[f64; 2]; 3] = array::from_fn(|i| array::from_fn(|j| x * i as f64 + y * y * j as f64));
    let mut total = 0.0;
    for row in &m {
        for (j, entry) in row.iter().enumerate() {
            total += entry * entry * (j + 1) as f64;
        }
    }
    total
}

#[differentiate]
fn changed(x: f64) -> f64 {
    let mut all: [f64; 3] = array::from_fn(|i| x * i as f64);
    for i in 1..3 {
        all[i] *= all[i - 1] + x;
    }
    all[2]
}

#[differentiate]
fn zipped(x: &[f64], y: &[f64]) -> f64 {
    iter::zip(x, y).map(|(a, b)| a * b).sum::<f64>()
        + iter::zip(x.iter().skip(1), iter::repeat_n(2.0, 2))
            .map(|(a, k)| (k * a).exp())
            .sum::<f64>()
}

#[test]
fn arrays_are_made_element_by_element() {
    check!(powers(x); x in [0.5, -1.25]);
    check!(by_turbofish(x); x in [0.5, -1.25]);
    check_map!(scaled(&x, k); (x, k) in [([0.5, -1.25, 2.0], 1.5)]);
    check_map!(early(x); x in [[0.5, -1.25], [-0.5, 2.0]]);
    check!(nested(x, y); (x, y) in [(0.5, -1.25)]);
    check!(changed(x); x in [0.5, -1.25]);
}

#[test]
fn iterators_are_made_by_functions() {
    check!(zipped(&x, &y); (x, y) in [(vec![0.5, -1.25, 0.75], vec![2.0, 1.0, -1.0])]);
}

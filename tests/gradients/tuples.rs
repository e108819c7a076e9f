//! Tuples as parameters, results and locals.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn dot(a: (f64, f64), b: (f64, f64)) -> f64 {
    a.0 * b.0 + a.1 * b.1
}

#[differentiate]
fn distance((x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> f64 {
    (x1 - x0).hypot(y1 - y0)
}

#[differentiate]
fn complex_product(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

#[differentiate]
fn nested(p: ((f64, f64), f64), scale: f64) -> f64 {
    let ((x, y), z) = p;
    (x * y).sin() * z + p.0.1 * scale
}

#[differentiate]
fn single(p: (f64, f64)) -> f64 {
    p.0.powi(2) * p.1.exp()
}

#[differentiate]
fn mixed_precision(p: (f64, f32), x: f32) -> f64 {
    p.0 * f64::from(p.1) + f64::from(x * x)
}

#[differentiate]
fn fields_assigned(x: f64, y: f64) -> f64 {
    let mut state = (x, y);
    state.0 *= state.1;
    state.1 += state.0.sin();
    let copy = state;
    state.0 = copy.1 * 2.0;
    state.0 * copy.0 + state.1
}

#[differentiate]
fn parameter_assigned(mut p: (f64, f64)) -> f64 {
    p.0 += p.1;
    p = (p.1, p.0 * p.0);
    p.0 * p.1
}

#[differentiate]
fn state_through_loop(x: f64, y: f64, steps: usize) -> (f64, f64) {
    let mut state = (x, y);
    for _ in 0..steps {
        let (u, v) = state;
        state = (u + 0.1 * (u - u * u * u / 3.0 - v), v + 0.1 * (u + 0.7 - 0.8 * v));
    }
    state
}

#[differentiate]
fn tuple_by_branch(p: (f64, f64), swap: bool) -> (f64, f64) {
    let q = if swap { (p.1, p.0) } else { p };
    let norm = (q.0 * q.0 + q.1 * q.1).sqrt();
    (q.0 / norm, q.1 / norm)
}

#[differentiate(wrt(x))]
fn constant_inside(x: f64, count: (usize, f64)) -> f64 {
    x * count.0 as f64 + if count.0 > 2 { count.1 * x } else { x.powi(count.0 as i32) }
}

#[differentiate]
fn statistics(a: f64, b: f64, c: f64) -> (f64, f64, f64) {
    let mean = (a + b + c) / 3.0;
    let variance = ((a - mean).powi(2) + (b - mean).powi(2) + (c - mean).powi(2)) / 2.0;
    let skew = ((a - mean).powi(3) + (b - mean).powi(3) + (c - mean).powi(3)) / variance.powf(1.5);
    (mean, variance, skew)
}

#[differentiate]
fn nested_result(x: f64, y: f64) -> ((f64, f64), f64) {
    let s = x.sin();
    ((s * y, s / y), x)
}

#[differentiate]
fn one_result_ignored(x: f64) -> (f64, f64, f64) {
    let (a, _, c) = (x * x, x.exp(), 3.0);
    (a, c, a * c)
}

#[differentiate]
fn six(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> f64 {
    let triple = (a * b, c * d, e * f);
    let (p, q, r) = triple;
    p * q + q * r - (r * p).cos()
}

#[differentiate]
fn one_tuple(p: (f64,)) -> f64 {
    let (x,) = p;
    x * p.0.sin()
}

#[differentiate]
fn triangle_area(a: (f64, f64), b: (f64, f64), c: (f64, f64)) -> f64 {
    let side = |p: (f64, f64), q: (f64, f64)| ((p.0 - q.0).powi(2) + (p.1 - q.1).powi(2)).sqrt();
    let (u, v, w) = (side(a, b), side(b, c), side(c, a));
    let s = 0.5 * (u + v + w);
    (s * (s - u) * (s - v) * (s - w)).sqrt()
}

#[test]
fn parameters() {
    check!(dot(a, b); (a, b) in [((0.4, 1.1), (2.0, -0.3))]);
    check!(distance(a, b); (a, b) in [((0.4, 1.1), (2.0, -0.3))]);
    check!(nested(p, s); (p, s) in [(((0.4, 1.1), 2.0), -0.3)]);
    check!(single(p); p in [(0.4, 1.1), (-2.0, 0.3)]);
    check!(mixed_precision(p, x); (p, x) in [((0.4, 1.1), 2.0)]);
    check!(parameter_assigned(p); p in [(0.4, 1.1)]);
    check!(constant_inside(x, (3, 0.5)); x in [0.4]);
    check!(one_tuple(p); p in [(0.4,)]);
    check!(six(a, b, c, d, e, f); (a, b, c, d, e, f) in [(0.4, 1.1, 2.0, -0.3, 0.7, 0.9)]);
    check!(triangle_area(a, b, c); (a, b, c) in [((0.0, 0.1), (2.0, 0.3), (0.8, 1.7))]);
}

#[test]
fn locals() {
    check!(fields_assigned(x, y); (x, y) in [(0.4, 1.1)]);
}

#[test]
fn results() {
    check_map!(complex_product(a, b); (a, b) in [((0.4, 1.1), (2.0, -0.3))]);
    check_map!(state_through_loop(x, y, 12); (x, y) in [(0.4, 1.1), (-1.5, 0.2)]);
    check_map!(tuple_by_branch(p, true); p in [(0.4, 1.1)]);
    check_map!(tuple_by_branch(p, false); p in [(0.4, 1.1)]);
    check_map!(statistics(a, b, c); (a, b, c) in [(0.4, 1.1, 2.3)]);
    check_map!(nested_result(x, y); (x, y) in [(0.4, 1.1)]);
    check_map!(one_result_ignored(x); x in [0.4]);
}

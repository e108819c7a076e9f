//! Ranges without an end, and ranges of other integers than `usize`.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn open_zip(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, v) in (1..).zip(x.iter()) {
        s += i as f64 * v * v;
    }
    for (v, k) in x.iter().zip(0..) {
        s += v.powi(k);
    }
    s
}

#[differentiate]
fn zips(x: &[f64], y: &[f64]) -> f64 {
    let mut s = 0.0;
    for (a, b) in x.iter().skip(1).zip(x.iter()) {
        s += a * b;
    }
    for ((a, b), c) in x.iter().zip(y.iter()).zip(&y[1..]) {
        s += a * b * c;
    }
    for (i, v) in x.iter().rev().enumerate() {
        s += i as f64 * v * v;
    }
    for v in x.iter().rev().skip(1).step_by(2) {
        s *= v;
    }
    for (i, (a, b)) in x.iter().zip(y).enumerate().take(2) {
        s += a * b * i as f64;
    }
    for (a, i) in x.iter().zip(3..8) {
        s += a * i as f64;
    }
    s
}

#[differentiate]
fn series(x: f64) -> f64 {
    let mut sum = 0.0;
    let mut term = 1.0;
    for k in 1.. {
        sum += term;
        term *= x / k as f64;
        if term.abs() < 1e-17 {
            break;
        }
    }
    sum
}

#[differentiate]
fn first_above(x: f64, lim: f64) -> f64 {
    let mut t = x;
    for n in (0..).step_by(2) {
        t *= 1.5;
        if t > lim {
            return t * n as f64 + lim;
        }
    }
    unreachable!()
}

#[differentiate]
fn down_breaks(x: &[f64], lim: f64) -> f64 {
    let mut s = 0.0;
    for i in (0..x.len()).rev() {
        if s > lim {
            break;
        }
        s += x[i] * lim;
    }
    for i in (1..=x.len()).rev() {
        if i == 1 {
            continue;
        }
        s += x[i - 1] * x[i - 2];
    }
    let mut i = x.len();
    while i > 0 {
        i -= 1;
        s += x[i];
        if x[i] < 0.0 {
            break;
        }
    }
    s
}

#[differentiate]
fn ranges(x: f64) -> f64 {
    let mut s = 0.0;
    for i in (1..=9).rev().step_by(3) {
        s = s * x + i as f64;
    }
    for i in (0..10).step_by(4).rev() {
        s += x.powi(i);
    }
    for i in -2..=2 {
        s += x * i as f64 * i as f64;
    }
    for i in (-3i32..0).rev() {
        s += x.powi(i);
    }
    s
}

#[differentiate]
fn over_arrays(a: f64, b: f64, c: f64) -> f64 {
    let mut s = 1.0;
    for v in [a, b, c] {
        s *= v;
    }
    for (w, v) in [(1.0, a), (2.0, b)] {
        s += w * v;
    }
    for v in &[a * b, b * c] {
        s += v.sin();
    }
    for (i, v) in [c, a].iter().enumerate() {
        s -= *v * i as f64;
    }
    for v in vec![a, c] {
        s += v * v;
    }
    for [p, q] in [[a, b], [b, c]] {
        s += p * q;
    }
    s
}

#[test]
fn zipped() {
    check!(open_zip(&x); x in [vec![0.3, 0.8, 0.2]]);
    check!(zips(&x, &y); (x, y) in [(vec![0.3, 0.8, 0.2], vec![0.7, 0.9, 0.1])]);
}

#[test]
fn left_by_break_or_return() {
    check!(series(x); x in [0.8]);
    check!(first_above(x, l); (x, l) in [(0.8, 3.0)]);
    check!(down_breaks(&x, l); (x, l) in [(vec![0.3, 0.9, 0.2], 0.4)]);
}

#[test]
fn of_signed_integers() {
    check!(ranges(x); x in [0.7]);
    check!(over_arrays(a, b, c); (a, b, c) in [(0.7, 0.3, 2.0)]);
}

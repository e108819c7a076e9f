//! Generated code stays out of the user's way: no warning under the strictest lints, no name that
//! captures or is captured, no place where the attribute cannot stand.
//!
//! The lints of rustc are checked by compiling this; those of clippy by `cargo clippy`.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]
#![deny(unused, nonstandard_style, future_incompatible, rust_2018_idioms)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![forbid(unsafe_code)]
// What the tests themselves are written like; `tests/renamed` denies these too.
#![allow(clippy::float_cmp, clippy::suboptimal_flops, clippy::redundant_pub_crate)]

mod lints;
mod macros;
mod modules;
mod names;
mod places;
mod shadowed;

/// The central difference of `f` at `x`.
fn difference(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    const STEP: f64 = 1e-6;
    (f(x + STEP) - f(x - STEP)) / (2.0 * STEP)
}

/// Asserts that `got` is the derivative of `f` at `x`.
#[track_caller]
fn assert_derivative(got: f64, f: impl Fn(f64) -> f64, x: f64) {
    let expected = difference(f, x);
    let bound = 1e-7 * (1.0 + expected.abs());
    assert!((got - expected).abs() <= bound, "got {got}, expected {expected}");
}

/// Asserts that all numbers are the same, but for rounding.
#[track_caller]
fn assert_close<const N: usize>(got: [f64; N], expected: [f64; N]) {
    for (a, b) in got.iter().zip(&expected) {
        assert!((a - b).abs() <= 1e-13 * (1.0 + b.abs()), "got {got:?}, expected {expected:?}");
    }
}

//! The attributes of nightly's `std::autodiff`, on stable: argument order, accumulation and results are
//! std's, and the derivatives are right.
//!
//! Each program is written as it would be for nightly, save for its `use` line.

#![deny(warnings, missing_docs, unreachable_pub, unused, clippy::all)]
// What the programs are written like.
#![allow(
    clippy::ptr_arg,
    clippy::needless_lifetimes,
    clippy::needless_range_loop,
    clippy::too_many_arguments,
    clippy::unused_unit,
    clippy::trivially_copy_pass_by_ref
)]

mod batched;
mod forward;
mod places;
mod programs;
mod reverse;
mod several;

/// The central difference of `f` at `x`.
fn difference(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let step = 1e-5 * x.abs().max(1.0);
    (f(x + step) - f(x - step)) / (2.0 * step)
}

/// The central difference of `f` along each coordinate of `x`.
fn gradient<const N: usize>(f: impl Fn(&[f64; N]) -> f64, x: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|i| {
        let along = |t: f64| {
            let mut moved = *x;
            moved[i] = t;
            f(&moved)
        };
        difference(along, x[i])
    })
}

/// Asserts that two lists of numbers are the same to eight digits.
#[track_caller]
fn assert_close(got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (a, b) in got.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-8 * (1.0 + b.abs()), "got {got:?}, expected {expected:?}");
    }
}

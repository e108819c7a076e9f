//! A crate that depends on `autodiff` under another name, in edition 2021 and under the lints that
//! a strict project denies. Its public functions are documented, and so are their derivatives.

#![deny(warnings, missing_docs, missing_debug_implementations, missing_copy_implementations)]
#![deny(unused, nonstandard_style, future_incompatible, rust_2018_idioms, rust_2024_compatibility)]
#![deny(
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unused_results
)]
#![deny(
    let_underscore_drop,
    redundant_lifetimes,
    unit_bindings,
    unused_lifetimes,
    unused_qualifications
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::missing_docs_in_private_items,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]
#![deny(
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::min_ident_chars
)]
#![deny(clippy::exhaustive_structs, clippy::empty_structs_with_brackets, clippy::absolute_paths)]
#![forbid(unsafe_code)]

use derivatives_of_functions::std_compat::{autodiff_forward, autodiff_reverse};
use derivatives_of_functions::{differentiate, stop_gradient, Float, Graph};

/// A parabola, under the attributes of `std::autodiff`.
///
/// ```
/// use renamed::{parabola_backward, parabola_forward};
///
/// let mut slope = 0.0;
/// assert_eq!(parabola_backward(&3.0, &mut slope, 2.0, 1.0), (18.0, 9.0));
/// assert_eq!((slope, parabola_forward(&3.0, &1.0, 2.0)), (12.0, (18.0, 12.0)));
/// ```
#[must_use]
#[autodiff_reverse(parabola_backward, Duplicated, Active, Active)]
#[autodiff_forward(parabola_forward, Dual, Const, Dual)]
pub fn parabola(point: &f64, factor: f64) -> f64 {
    factor * point * point
}

/// The squared distance of two points.
///
/// ```
/// use renamed::squared_distance;
///
/// let (left, right) = squared_distance::grad(&[3.0, 4.0], &[1.0, 0.0]);
/// assert_eq!((left, right), (vec![4.0, 8.0], vec![-4.0, -8.0]));
/// ```
#[must_use]
#[differentiate]
pub fn squared_distance(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(one, other)| (one - other).powi(2)).sum()
}

/// The logistic map, so many times.
///
/// ```
/// let (value, (start, rate)) = renamed::logistic::value_and_grad(0.5, 3.0, 1);
/// assert_eq!((value, start, rate), (0.75, 0.0, 0.25));
/// ```
#[must_use]
#[differentiate(source)]
pub fn logistic(start: f64, rate: f64, times: usize) -> f64 {
    let mut state = start;
    for _ in 0..times {
        state *= rate * (1.0 - state);
        if state > 1.0 {
            state = stop_gradient(1.0);
        }
    }
    state
}

/// The mean, of any float and any number of them.
///
/// ```
/// assert_eq!(renamed::mean::grad(&[1.0_f32, 5.0]), [0.5, 0.5]);
/// ```
#[must_use]
#[differentiate]
pub fn mean<T: Float, const N: usize>(values: &[T; N]) -> T {
    let mut sum = T::zero();
    let mut count = T::zero();
    for value in values {
        sum += *value;
        count += T::one();
    }
    sum / count
}

/// One step of explicit Euler, in place.
///
/// ```
/// let (mut state, mut bar) = ([1.0, 2.0], [1.0, 1.0]);
/// renamed::step::vjp_into(&mut state, 0.5, (), (&mut bar, &mut 0.0));
/// assert_eq!((state, bar), ([0.5, 1.0], [0.5, 0.5]));
/// ```
#[differentiate]
pub fn step(state: &mut [f64], width: f64) {
    for value in state.iter_mut() {
        *value -= width * *value;
    }
}

/// The state after so many steps, kept step by step.
///
/// ```
/// let (state, pullback) = renamed::steps::vjp(&[1.0], 0.5, 2);
/// assert_eq!((state, pullback(vec![1.0])), (vec![0.25], (vec![0.25], -1.0)));
/// ```
#[must_use]
#[differentiate(checkpoint)]
pub fn steps(start: &[f64], width: f64, times: usize) -> Vec<f64> {
    let mut state = start.to_vec();
    let mut taken = 0;
    while taken < times {
        step(&mut state, width);
        taken += 1;
    }
    state
}

/// A square root with a derivative of its own.
///
/// ```
/// assert_eq!(renamed::root::grad(4.0), 0.25);
/// ```
#[must_use]
#[differentiate(vjp = root_vjp)]
pub fn root(square: f64) -> f64 {
    square.sqrt()
}

/// The root and its pullback.
fn root_vjp(square: f64) -> (f64, impl FnOnce(f64) -> f64) {
    let value = root(square);
    (value, move |seed| seed / (2.0 * value))
}

/// The graph of the logistic map.
///
/// ```
/// assert_eq!(renamed::graph().name(), "logistic");
/// ```
#[must_use]
pub const fn graph() -> &'static Graph {
    logistic::GRAPH
}

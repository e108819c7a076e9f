//! Determinants: of `d = det A`, `A_bar = d_bar d A⁻ᵀ` (Giles 2008, 2.2.4).

use autodiff_macros::differentiate;
use faer::linalg::solvers::{DenseSolveCore, PartialPivLu};
use ndarray::Array2;

use super::dense::{Real, array, factored, pivots, regular};
use crate::Float;

/// The determinant of a matrix. That of a singular matrix is zero, and has no derivative here.
///
/// # Panics
///
/// If the matrix is not square; its derivatives also if it is singular.
///
/// ```
/// use autodiff::linalg::det;
/// use ndarray::array;
///
/// let (value, a_bar) = det::value_and_grad(&array![[2.0, 1.0], [1.0, 3.0]]);
/// assert!((value - 5.0_f64).abs() < 1e-14);
/// assert!((a_bar[[0, 1]] + 1.0).abs() < 1e-14);
/// ```
#[track_caller]
#[differentiate(vjp = det_vjp, jvp = det_jvp)]
pub fn det<T: Float + Real>(a: &Array2<T>) -> T {
    determinant(&factored("det", a))
}

fn det_vjp<T: Real>(a: &Array2<T>) -> (T, impl FnOnce(T) -> Array2<T> + use<T>) {
    let factors = regular("det", a);
    let value = determinant(&factors);
    (value, move |seed| scaled_transpose(&factors, seed * value))
}

fn det_jvp<T: Real>(a: &Array2<T>, dot: Array2<T>) -> (T, T) {
    let factors = regular("det", a);
    let value = determinant(&factors);
    (value, value * trace_of_quotient(&factors, &dot))
}

fn determinant<T: Real>(factors: &PartialPivLu<T>) -> T {
    let one = T::from_f64(if is_odd(factors.P().arrays().0) { -1.0 } else { 1.0 });
    pivots(factors).fold(one, |product, pivot| product * pivot)
}

/// The logarithm of the determinant of a matrix; NaN if that is negative.
///
/// # Panics
///
/// If the matrix is not square, or singular.
///
/// ```
/// use autodiff::linalg::logdet;
/// use ndarray::array;
///
/// let (value, a_bar) = logdet::value_and_grad(&array![[2.0, 0.0], [0.0, 4.0]]);
/// assert!((value - 8.0_f64.ln()).abs() < 1e-14);
/// assert_eq!(a_bar, array![[0.5, 0.0], [0.0, 0.25]]);
/// ```
#[track_caller]
#[differentiate(vjp = logdet_vjp, jvp = logdet_jvp)]
pub fn logdet<T: Float + Real>(a: &Array2<T>) -> T {
    log_determinant(&regular("logdet", a))
}

fn log_determinant<T: Real>(factors: &PartialPivLu<T>) -> T {
    let (mut sum, mut is_negative) = (T::from_f64(0.0), is_odd(factors.P().arrays().0));
    for pivot in pivots(factors) {
        is_negative ^= pivot < T::from_f64(0.0);
        sum += num_traits::Float::ln(num_traits::Float::abs(pivot));
    }
    if is_negative { T::from_f64(f64::NAN) } else { sum }
}

/// Whether a permutation takes an odd number of exchanges.
fn is_odd(permutation: &[usize]) -> bool {
    let mut seen = vec![false; permutation.len()];
    let mut odd = false;
    for start in 0..permutation.len() {
        let mut at = start;
        while !seen[at] {
            seen[at] = true;
            at = permutation[at];
            odd ^= at != start;
        }
    }
    odd
}

fn logdet_vjp<T: Real>(a: &Array2<T>) -> (T, impl FnOnce(T) -> Array2<T> + use<T>) {
    let factors = regular("logdet", a);
    (log_determinant(&factors), move |seed| scaled_transpose(&factors, seed))
}

fn logdet_jvp<T: Real>(a: &Array2<T>, dot: Array2<T>) -> (T, T) {
    let factors = regular("logdet", a);
    (log_determinant(&factors), trace_of_quotient(&factors, &dot))
}

/// The transpose of the inverse, times a number.
fn scaled_transpose<T: Real>(factors: &PartialPivLu<T>, by: T) -> Array2<T> {
    array(&factors.inverse()).t().mapv(|entry| entry * by)
}

/// The trace of `A⁻¹ B`.
fn trace_of_quotient<T: Real>(factors: &PartialPivLu<T>, b: &Array2<T>) -> T {
    array(&factors.inverse()).indexed_iter().map(|((i, j), entry)| *entry * b[[j, i]]).sum()
}

//! Exponentials that add up to one.

use autodiff_macros::differentiate;
use ndarray::{Array1, Array2, Axis};

use crate::{Float, stop_gradient};

/// The logarithm of the sum of the exponentials of each row, `(n, k)` to `n`: without overflow. Of a row without
/// elements it is minus infinity.
///
/// ```
/// use autodiff::nn::logsumexp;
/// use ndarray::array;
///
/// let sums = logsumexp(&array![[1000.0, 1000.0], [0.0, f64::NEG_INFINITY]]);
/// assert_eq!(sums, array![1000.0 + f64::ln(2.0), 0.0]);
/// ```
#[differentiate(hessian, simd)]
pub fn logsumexp<T: Float>(x: &Array2<T>) -> Array1<T> {
    let mut sums = Array1::zeros(x.nrows());
    for i in 0..x.nrows() {
        let most = stop_gradient(x.row(i).fold(T::neg_infinity(), |most, x| most.max(*x)));
        let most: T = shift(most);
        let sum = x.row(i).mapv(|x| autodiff::simd::exp(x - most)).sum();
        sums[i] = most + autodiff::simd::ln(sum);
    }
    sums
}

/// The exponentials of each row, divided by their sum.
///
/// ```
/// use autodiff::nn::softmax;
/// use ndarray::array;
///
/// assert_eq!(softmax(&array![[1000.0, 1000.0]]), array![[0.5, 0.5]]);
/// ```
#[differentiate(hessian, simd)]
pub fn softmax<T: Float>(x: &Array2<T>) -> Array2<T> {
    let mut out = Array2::zeros(x.raw_dim());
    for i in 0..x.nrows() {
        let most = stop_gradient(x.row(i).fold(T::neg_infinity(), |most, x| most.max(*x)));
        let most: T = shift(most);
        let powers = x.row(i).mapv(|x| autodiff::simd::exp(x - most));
        let sum = powers.sum();
        for j in 0..x.ncols() {
            out[[i, j]] = powers[j] / sum;
        }
    }
    out
}

/// The logarithm of [`softmax`], without loss of digits.
#[differentiate(hessian)]
pub fn log_softmax<T: Float>(x: &Array2<T>) -> Array2<T> {
    let sums: Array1<T> = logsumexp(x);
    x - &sums.insert_axis(Axis(1))
}

/// What a row is shifted by, given the most in it, so that no exponential overflows. What it contributes to a
/// derivative cancels, so that it is held constant.
fn shift<T: Float>(most: T) -> T {
    if most.is_finite() { most } else { T::zero() }
}

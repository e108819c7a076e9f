//! Products of many matrices.

use autodiff_macros::differentiate;
use ndarray::{Array2, Array3, Axis};

use crate::Float;

/// The product of each matrix of `a` with that of the same number of `b`: `(n, i, j)` and `(n, j, k)` give
/// `(n, i, k)`.
///
/// # Panics
///
/// If the shapes do not fit.
///
/// ```
/// use autodiff::nn::matmul;
/// use ndarray::array;
///
/// let (a, b) = (array![[[1.0, 2.0]], [[3.0, 4.0]]], array![[[1.0], [1.0]], [[2.0], [0.0]]]);
/// assert_eq!(matmul(&a, &b), array![[[3.0]], [[6.0]]]);
/// ```
#[differentiate(hessian)]
pub fn matmul<T: Float>(a: &Array3<T>, b: &Array3<T>) -> Array3<T> {
    let (n, i, _) = a.dim();
    let (count, _, k) = b.dim();
    assert_eq!(n, count, "`matmul` of as many matrices");
    let mut out = Array3::zeros((n, i, k));
    for at in 0..n {
        let left = a.index_axis(Axis(0), at).to_owned();
        let right = b.index_axis(Axis(0), at).to_owned();
        let product: Array2<T> = left.dot(&right);
        out.index_axis_mut(Axis(0), at).assign(&product);
    }
    out
}

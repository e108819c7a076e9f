//! Rows of a table.

use autodiff_macros::differentiate;
use ndarray::Array2;

use crate::Float;

/// The rows of those numbers, one below the other; what a row is given several times over adds up in its
/// gradient.
///
/// `table` is `(n, k)`, the result `(rows.len(), k)`.
///
/// # Panics
///
/// If a number is not below `n`.
///
/// ```
/// use autodiff::nn::embedding;
/// use ndarray::array;
///
/// let table = array![[1.0, 2.0], [3.0, 4.0]];
/// let (rows, pull) = embedding::vjp(&table, &[1, 1]);
/// assert_eq!(rows, array![[3.0, 4.0], [3.0, 4.0]]);
/// assert_eq!(pull(array![[1.0, 0.0], [0.5, 0.0]]), array![[0.0, 0.0], [1.5, 0.0]]);
/// ```
#[differentiate(hessian)]
pub fn embedding<T: Float>(table: &Array2<T>, rows: &[usize]) -> Array2<T> {
    let k = table.ncols();
    let mut out = Array2::zeros((rows.len(), k));
    for i in 0..rows.len() {
        for j in 0..k {
            out[[i, j]] = table[[rows[i], j]];
        }
    }
    out
}

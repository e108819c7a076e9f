//! Running sums, and what is greatest.

use autodiff_macros::differentiate;
use ndarray::{Array1, Array2};

use crate::{Float, stop_gradient};

/// The sums of all elements of a row up to each.
///
/// ```
/// use autodiff::nn::cumsum;
/// use ndarray::array;
///
/// assert_eq!(cumsum(&array![[1.0, 2.0, 3.0]]), array![[1.0, 3.0, 6.0]]);
/// ```
#[differentiate(hessian)]
pub fn cumsum<T: Float>(x: &Array2<T>) -> Array2<T> {
    let mut out = Array2::zeros(x.raw_dim());
    for i in 0..x.nrows() {
        let mut sum = T::zero();
        for j in 0..x.ncols() {
            sum += x[[i, j]];
            out[[i, j]] = sum;
        }
    }
    out
}

/// The greatest element of each row, and its column: the first of several. What is no number is the greatest.
///
/// # Panics
///
/// If rows have no elements.
///
/// ```
/// use autodiff::nn::max_axis;
/// use ndarray::array;
///
/// let x = array![[1.0, 5.0, 5.0]];
/// let ((most, at), pull) = max_axis::vjp(&x);
/// assert_eq!((most, at), (array![5.0], vec![1]));
/// assert_eq!(pull((array![2.0], ())), array![[0.0, 2.0, 0.0]]);
/// ```
#[differentiate(hessian)]
pub fn max_axis<T: Float>(x: &Array2<T>) -> (Array1<T>, Vec<usize>) {
    let at = greatest(stop_gradient(x));
    let mut most = Array1::zeros(x.nrows());
    for i in 0..x.nrows() {
        most[i] = x[[i, at[i]]];
    }
    (most, at)
}

/// The `k` greatest numbers in descending order, and where they are: the first of equals comes first. What is no
/// number is greater than any other.
///
/// # Panics
///
/// If there are not as many.
///
/// ```
/// use autodiff::nn::topk;
/// use ndarray::array;
///
/// let x = array![1.0, 5.0, 3.0];
/// let ((most, at), pull) = topk::vjp(&x, 2);
/// assert_eq!((most, at), (array![5.0, 3.0], vec![1, 2]));
/// assert_eq!(pull((array![1.0, 2.0], ())), array![0.0, 1.0, 2.0]);
/// ```
#[differentiate(hessian)]
pub fn topk<T: Float>(x: &Array1<T>, k: usize) -> (Array1<T>, Vec<usize>) {
    let at = in_order(stop_gradient(x), k);
    let mut most = Array1::zeros(k);
    for i in 0..k {
        most[i] = x[at[i]];
    }
    (most, at)
}

fn greatest<T: Float>(x: &Array2<T>) -> Vec<usize> {
    assert!(x.ncols() > 0 || x.nrows() == 0, "`max_axis` of rows that have elements");
    let of_row = |row: ndarray::ArrayView1<'_, T>| {
        (1..row.len()).fold(0, |best, j| if exceeds(row[j], row[best]) { j } else { best })
    };
    x.rows().into_iter().map(of_row).collect()
}

/// Whether a number is greater than another, where what is no number is the greatest.
pub(super) fn exceeds<T: Float>(next: T, most: T) -> bool {
    next > most || next.is_nan() && !most.is_nan()
}

fn in_order<T: Float>(x: &Array1<T>, k: usize) -> Vec<usize> {
    assert!(k <= x.len(), "`topk` of {k} among {} numbers", x.len());
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (x[*a], x[*b]);
        b.partial_cmp(&a).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
    });
    order.truncate(k);
    order
}

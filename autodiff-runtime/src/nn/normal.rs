//! Means of 0 and variances of 1.

use autodiff_macros::differentiate;
use ndarray::{Array1, Array2};

use crate::Float;

/// Each row with its mean taken off and divided by the root of its variance plus `epsilon`, times `gain` plus
/// `shift` (J. Ba, J. Kiros, G. Hinton, "Layer Normalization", 2016).
///
/// `x` is `(n, k)`, `gain` and `shift` are `k` numbers.
///
/// # Panics
///
/// If these are not as many as there are columns.
#[differentiate(hessian, wrt(x, gain, shift))]
pub fn layer_norm<T: Float>(
    x: &Array2<T>,
    gain: &Array1<T>,
    shift: &Array1<T>,
    epsilon: T,
) -> Array2<T> {
    let (n, k) = x.dim();
    assert!(
        gain.len() == k && shift.len() == k,
        "`layer_norm`: a gain and a shift for each column"
    );
    let count = T::from_f64(k as f64);
    let mut out = Array2::zeros((n, k));
    for i in 0..n {
        let mut sum = T::zero();
        for j in 0..k {
            sum += x[[i, j]];
        }
        let mean = sum / count;
        let mut squares = T::zero();
        for j in 0..k {
            let distance = x[[i, j]] - mean;
            squares += distance * distance;
        }
        let scale = (squares / count + epsilon).sqrt().recip();
        for j in 0..k {
            out[[i, j]] = (x[[i, j]] - mean) * scale * gain[j] + shift[j];
        }
    }
    out
}

/// The same of each column, by the mean and the variance of the batch (S. Ioffe and C. Szegedy, "Batch
/// Normalization", 2015).
///
/// `x` is `(n, k)`, `gain` and `shift` are `k` numbers.
///
/// # Panics
///
/// If these are not as many as there are columns.
#[differentiate(hessian, wrt(x, gain, shift))]
pub fn batch_norm<T: Float>(
    x: &Array2<T>,
    gain: &Array1<T>,
    shift: &Array1<T>,
    epsilon: T,
) -> Array2<T> {
    let (n, k) = x.dim();
    assert!(
        gain.len() == k && shift.len() == k,
        "`batch_norm`: a gain and a shift for each column"
    );
    let count = T::from_f64(n as f64);
    let mut means = Array1::<T>::zeros(k);
    for i in 0..n {
        for j in 0..k {
            means[j] += x[[i, j]] / count;
        }
    }
    let mut variances = Array1::<T>::zeros(k);
    for i in 0..n {
        for j in 0..k {
            let distance = x[[i, j]] - means[j];
            variances[j] += distance * distance / count;
        }
    }
    let scales = variances.mapv(|variance| (variance + epsilon).sqrt().recip());
    let mut out = Array2::zeros((n, k));
    for i in 0..n {
        for j in 0..k {
            out[[i, j]] = (x[[i, j]] - means[j]) * scales[j] * gain[j] + shift[j];
        }
    }
    out
}

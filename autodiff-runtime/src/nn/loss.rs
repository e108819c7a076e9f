//! What is made small.

use autodiff_macros::differentiate;
use ndarray::{Array, Array2, Dimension};

use super::{log_softmax, softplus};
use crate::Float;

/// The mean of the squared differences.
///
/// # Panics
///
/// If the shapes differ.
///
/// ```
/// use autodiff::nn::mse;
/// use ndarray::array;
///
/// assert_eq!(mse(&array![1.0, 2.0], &array![1.0, 4.0]), 2.0);
/// ```
#[differentiate(hessian)]
pub fn mse<T: Float, D: Dimension>(x: &Array<T, D>, y: &Array<T, D>) -> T {
    let difference = x - y;
    (&difference * &difference).sum() / T::from_f64(x.len() as f64)
}

/// The mean of the negative logarithms of the probabilities `p` of what has happened, `y` being 1 where it has
/// and 0 where it has not. A probability of 0 or 1 that turns out wrong gives infinity:
/// [`binary_cross_entropy_with_logits`] does not.
///
/// # Panics
///
/// If the shapes differ.
#[differentiate(hessian, wrt(p))]
pub fn binary_cross_entropy<T: Float, D: Dimension>(p: &Array<T, D>, y: &Array<T, D>) -> T {
    let one = T::one();
    let happened = p.mapv(|p| p.ln()) * y;
    let not = p.mapv(|p| (one - p).ln()) * y.mapv(|y| one - y);
    -(happened + not).sum() / T::from_f64(p.len() as f64)
}

/// The same of probabilities `sigmoid(x)`, without overflow and loss of digits.
///
/// # Panics
///
/// If the shapes differ.
///
/// ```
/// use autodiff::nn::binary_cross_entropy_with_logits;
/// use ndarray::array;
///
/// let (x, y) = (array![800.0, -800.0], array![0.0, 0.0]);
/// assert_eq!(binary_cross_entropy_with_logits(&x, &y), 400.0);
/// ```
#[differentiate(hessian, wrt(x))]
pub fn binary_cross_entropy_with_logits<T: Float, D: Dimension>(
    x: &Array<T, D>,
    y: &Array<T, D>,
) -> T {
    let plus: Array<T, D> = softplus(x);
    (plus - x * y).sum() / T::from_f64(x.len() as f64)
}

/// The mean of the negative logarithms of the probabilities that `softmax` gives each row's class.
///
/// `logits` is `(n, k)`, `classes` are `n` numbers below `k`.
///
/// # Panics
///
/// If there are not as many classes as rows, or one is not below `k`.
#[differentiate(hessian)]
pub fn cross_entropy<T: Float>(logits: &Array2<T>, classes: &[usize]) -> T {
    assert_eq!(logits.nrows(), classes.len(), "`cross_entropy` of as many rows as classes");
    let logarithms: Array2<T> = log_softmax(logits);
    let mut sum = T::zero();
    for i in 0..classes.len() {
        sum += logarithms[[i, classes[i]]];
    }
    -sum / T::from_f64(classes.len() as f64)
}

//! Attention.

use autodiff_macros::differentiate;
use ndarray::{Array2, Array3, Axis};

use super::softmax;
use crate::Float;

/// `softmax(q kᵀ / √d) v` for each head (A. Vaswani and others, "Attention Is All You Need", 2017): `q` is
/// `(heads, n, d)`, `k` is `(heads, m, d)`, `v` is `(heads, m, e)`, and the result is `(heads, n, e)`. Where it is
/// `causal`, no row of `q` sees a later row of `k`.
///
/// # Panics
///
/// If the shapes do not fit.
///
/// ```
/// use autodiff::nn::scaled_dot_product_attention;
/// use ndarray::array;
///
/// let (q, k) = (array![[[0.0], [0.0]]], array![[[1.0], [2.0]]]);
/// let v = array![[[3.0], [5.0]]];
/// assert_eq!(scaled_dot_product_attention(&q, &k, &v, false), array![[[4.0], [4.0]]]);
/// assert_eq!(scaled_dot_product_attention(&q, &k, &v, true), array![[[3.0], [4.0]]]);
/// ```
#[differentiate(hessian)]
pub fn scaled_dot_product_attention<T: Float>(
    q: &Array3<T>,
    k: &Array3<T>,
    v: &Array3<T>,
    causal: bool,
) -> Array3<T> {
    let (heads, n, d) = q.dim();
    let (count, m, _) = k.dim();
    let (values, _, e) = v.dim();
    assert!(heads == count && heads == values, "`scaled_dot_product_attention` of as many heads");
    let scale = T::from_f64((d as f64).sqrt().recip());
    let mut out = Array3::zeros((heads, n, e));
    for head in 0..heads {
        let query = q.index_axis(Axis(0), head).to_owned();
        let key = k.index_axis(Axis(0), head).to_owned();
        let value = v.index_axis(Axis(0), head).to_owned();
        let products: Array2<T> = query.dot(&key.t());
        let mut scores = products.mapv(|product| product * scale);
        if causal {
            for i in 0..n {
                for j in i + 1..m {
                    scores[[i, j]] = T::neg_infinity();
                }
            }
        }
        let weights: Array2<T> = softmax(&scores);
        let product: Array2<T> = weights.dot(&value);
        out.index_axis_mut(Axis(0), head).assign(&product);
    }
    out
}

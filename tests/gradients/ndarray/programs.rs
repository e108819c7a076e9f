//! Programs as their users write them.

use autodiff::differentiate;
use ndarray::{Array1, Array2, Axis, s};

use super::{m23, m32, v2, v3};
use crate::harness::check;

/// Softmax regression: mean cross entropy of classes given by their numbers.
#[differentiate(wrt(w, b))]
fn cross_entropy(x: &Array2<f64>, w: &Array2<f64>, b: &Array1<f64>, classes: &[usize]) -> f64 {
    let logits = x.dot(w) + b;
    let mut loss = 0.0;
    for (row, &class) in logits.outer_iter().zip(classes) {
        let most = row.iter().fold(f64::NEG_INFINITY, |m, &x| m.max(x));
        let total = row.mapv(|x| (x - most).exp()).sum();
        loss += most + total.ln() - row[class];
    }
    loss / classes.len() as f64
}

/// Scaled dot-product attention of one head.
#[differentiate]
fn attention(q: &Array2<f64>, k: &Array2<f64>, v: &Array2<f64>) -> f64 {
    let scores = q.dot(&k.t()) / (q.ncols() as f64).sqrt();
    let powers = scores.mapv(f64::exp);
    let sums = powers.sum_axis(Axis(1)).insert_axis(Axis(1));
    let out = (powers / sums).dot(v);
    out.mapv(|x| x * x).sum()
}

/// An explicit step of the heat equation, some times over.
#[differentiate]
fn heat(u: &Array2<f64>, k: f64) -> f64 {
    let mut u = u.clone();
    for _ in 0..3 {
        let laplacian = &u.slice(s![..-2, 1..-1])
            + &u.slice(s![2.., 1..-1])
            + u.slice(s![1..-1, ..-2])
            + u.slice(s![1..-1, 2..])
            - 4.0 * &u.slice(s![1..-1, 1..-1]);
        let mut inner = u.slice_mut(s![1..-1, 1..-1]);
        inner += &(k * laplacian);
    }
    (&u * &u).sum()
}

/// A recurrent network.
#[differentiate]
fn recurrent(x: &Array2<f64>, w: &Array2<f64>, r: &Array2<f64>) -> f64 {
    let mut h = Array1::zeros(r.nrows());
    for step in x.outer_iter() {
        h = (w.dot(&step) + r.dot(&h)).mapv(f64::tanh);
    }
    h.dot(&h)
}

/// Layer normalisation.
#[differentiate]
fn layer_norm(x: &Array2<f64>, gain: &Array1<f64>) -> f64 {
    let n = x.ncols() as f64;
    let mean = x.sum_axis(Axis(1)) / n;
    let centred = x - &mean.insert_axis(Axis(1));
    let variance = (&centred * &centred).sum_axis(Axis(1)) / n;
    let scale = variance.mapv(|v| 1.0 / (v + 1e-5).sqrt()).insert_axis(Axis(1));
    (centred * scale * gain).mapv(|y| y.sin()).sum()
}

#[test]
fn regression() {
    let x = m23();
    check!(cross_entropy(&x, &w, &b, &[1, 0]); (w, b) in [(m32(), v2())]);
}

#[test]
fn one_head() {
    check!(attention(&q, &k, &v); (q, k, v) in [(m23(), m23() * 0.7, m32().t().to_owned())]);
}

#[test]
fn diffusion() {
    let u = Array2::from_shape_fn((4, 5), |(i, j)| ((i * 5 + j) as f64).sin());
    check!(heat(&u, k); (u, k) in [(u.slice(s![.., ..]).to_owned(), 0.1)]);
}

#[test]
fn recurrence() {
    let r = ndarray::array![[0.3, -0.2], [0.5, 0.1]];
    check!(recurrent(&x, &w, &r); (x, w, r) in [(m32().t().to_owned(), m23(), r)]);
}

#[test]
fn normalisation() {
    check!(layer_norm(&x, &g); (x, g) in [(m23(), v3())]);
}

#[differentiate]
fn squares(x: &Array2<f64>) -> Array2<f64> {
    x * x
}

#[differentiate]
fn of_any_rank<T: autodiff::Float, D: ndarray::Dimension>(x: &ndarray::Array<T, D>) -> T {
    let half = x.mapv(|x| x / (T::one() + T::one()));
    (half * x).sum()
}

/// What is computed of arrays is passed on by reference, and what has been given another shape is multiplied.
#[differentiate]
fn passed_on(x: &Array2<f64>, w: &Array2<f64>) -> f64 {
    let made: Array2<f64> = squares(&(x.dot(w) + 1.0));
    let n = made.len();
    let row = made.into_shape_with_order((1, n)).unwrap();
    let column = squares(&x.dot(w)).into_shape_with_order((n, 1)).unwrap();
    row.dot(&column).sum() + of_any_rank(&(x * 2.0))
}

#[test]
fn computed_arrays_are_passed_on() {
    check!(passed_on(&x, &w); (x, w) in [(m23(), m32())]);
}

//! Closures over the entries of matrices.

use autodiff::{Float, differentiate};
use nalgebra::{Matrix2x3, Matrix3, RealField, SMatrix, SVector, Vector3};

use super::{m, v, w};
use crate::harness::{check, check_in_place, check_map};

#[differentiate]
fn mapped(v: Vector3<f64>, m: &Matrix2x3<f64>, k: f64) -> f64 {
    let a = v.map(|x| x.sin() * k);
    let b = (m * a).map(|x| (x + k).exp());
    let c = m.map(f64::tanh);
    b.sum() * c.norm() + a.map(|x| x * x).dot(&v)
}

#[differentiate]
fn zipped(v: &Vector3<f64>, w: Vector3<f64>, k: f64) -> Vector3<f64> {
    let a = v.zip_map(&w, |x, y| x * y.sin() + k);
    let squared = |x: f64, y: f64| (x - y) * (x - y);
    let b = (a - v).zip_map(v, squared);
    b.zip_map(&(a * k), |x, y| if x > y { x } else { y * x })
}

#[differentiate]
fn folded(m: &Matrix3<f64>, v: Vector3<f64>) -> f64 {
    let largest = m.fold(0.0, |a, x| if x > a { x } else { a });
    let squares = (m * v).fold(1.0, |a, x| a + x * x);
    largest * squares
}

#[differentiate]
fn layers(weights: &[Matrix3<f64>], biases: &[Vector3<f64>], x: Vector3<f64>) -> f64 {
    let mut h = x;
    for (w, b) in weights.iter().zip(biases) {
        h = (w * h + b).map(|x| x.tanh());
    }
    for i in 0..biases.len() {
        h += biases[i].map(|x| x.powi(2));
    }
    h.norm_squared()
}

#[differentiate]
fn changed(v: &mut Vector3<f64>, k: f64) {
    *v = v.map(|x| x * k);
    if k > 0.0 {
        *v = v.zip_map(&v.map(|x| x.cos()), |x, y| x * y);
    }
}

#[differentiate]
fn generic<T: Float + RealField, const R: usize, const C: usize>(
    m: &SMatrix<T, R, C>,
    v: SVector<T, C>,
    k: T,
) -> SVector<T, R> {
    (m * v.map(|x| x * x + k)).map(|x| x * k)
}

#[test]
fn entry_by_entry() {
    let wide = Matrix2x3::new(0.3, -1.1, 0.8, 0.7, 0.4, -0.2);
    check!(mapped(v, &m, k); (v, m, k) in [(v(), wide, 0.7)]);
    check_map!(zipped(&v, w, k); (v, w, k) in [(v(), w(), 0.7)]);
    check!(folded(&m, v); (m, v) in [(m(), v())]);
    check!(layers(&weights, &biases, x); (weights, biases, x) in [
        (vec![m(), m().transpose()], vec![v(), w()], w()),
    ]);
    check_in_place!(changed(&mut v, k); mut v; (v, k) in [(v(), 0.7), (v(), -0.7)]);
    check_map!(generic(&m, v, k); (m, v, k) in [(wide, v(), 0.7)]);
    check_map!(generic(&m, v, k); (m, v, k) in [
        (wide.cast::<f32>(), v().cast::<f32>(), 0.7_f32),
    ]);
}

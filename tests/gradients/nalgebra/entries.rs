//! Entries by index and by name, read and written; and matrices made of numbers.

use autodiff::{differentiate, stop_gradient};
use nalgebra::{
    Matrix2, Matrix2x3, Matrix3, Matrix4, RowVector3, SMatrix, SVector, Vector2, Vector3, Vector4,
};

use super::{m, v, w};
use crate::harness::{check, check_map};

type State = SVector<f64, 4>;

#[differentiate]
fn elements(v: Vector3<f64>, m: Matrix2x3<f64>) -> f64 {
    let mut k = 0.0;
    for i in 0..3 {
        k += v[i] * v[i].sin();
        for j in 0..2 {
            k *= m[(j, i)] + m[2 * i + j];
        }
    }
    k * v.x + v.y * m.m12 + v.z
}

#[differentiate]
fn writes(v: Vector3<f64>, x: f64) -> Matrix2x3<f64> {
    let mut m = Matrix2x3::zeros();
    for i in 0..3 {
        m[(0, i)] = v[i] * x;
        m[(1, 2 - i)] += m[(0, i)] * v.x;
    }
    m.m11 *= x;
    m
}

#[differentiate]
fn coordinates(v: Vector4<f64>, m: Matrix2<f64>) -> Vector2<f64> {
    let p = Vector2::new(v.x, v.y) / v.w;
    let mut n = m;
    n.m11 += v.z;
    n[(0, 1)] *= n.m22;
    n[3] -= n[(1, 0)];
    n * p + m.transpose() * m * -p
}

#[differentiate]
fn swapped(mut v: Vector3<f64>, mut w: Vector3<f64>) -> Vector3<f64> {
    std::mem::swap(&mut v, &mut w);
    v.y *= w.y;
    let c = v.clone();
    v.x -= c[2];
    v - w * 2.0
}

#[differentiate]
fn held(v: Vector3<f64>, w: Vector3<f64>) -> f64 {
    v.dot(&stop_gradient(w)) * w.x
}

#[differentiate]
fn early(v: Vector3<f64>, k: f64) -> f64 {
    if v.x > 1.0 {
        return v.y * k;
    }
    for i in 0..3 {
        if v[i] < 0.0 {
            return v[i] * v.norm() * k;
        }
    }
    v.sum()
}

#[differentiate]
fn fixed<const N: usize>(m: &SMatrix<f64, N, N>, v: SVector<f64, N>) -> f64 {
    let mut k = 0.0;
    for i in 0..N {
        for j in 0..N {
            k += m[(i, j)] * v[i] * v[j];
        }
    }
    k * v.norm() * m.trace()
}

#[differentiate]
fn iterated(v: &Vector3<f64>, m: Matrix2x3<f64>) -> f64 {
    let mut s = 0.0;
    for x in v.iter() {
        s += x * x;
    }
    s + m.iter().map(|x| x.sin()).sum::<f64>() * v.len() as f64
}

#[differentiate]
fn made(x: f64, y: f64, v: &Vector3<f64>) -> Matrix3<f64> {
    let a = Vector3::new(x, 1.0, y * 2.0);
    let b = nalgebra::Vector3::repeat(x * y);
    let c = Matrix3::from_columns(&[a, b, *v]);
    let d = Matrix3::from_diagonal(&(a + b)) * Matrix3::from_element(y) + Matrix3::identity() * x;
    let e = Matrix3::from_diagonal_element(x) + Matrix3::new(x, y, 0.0, 1.0, x * y, y, 0.5, -x, x);
    c * d - e * Matrix3::from_rows(&[RowVector3::new(x, 0.0, y), a.transpose(), b.transpose()])
}

/// The source names the derivatives as a person would.
#[differentiate(source)]
fn readable(x: f64, v: &Vector3<f64>) -> f64 {
    Vector3::new(x, 1.0, x).dot(v)
}

#[differentiate]
fn turbofish(x: f64, s: State) -> State {
    let a = SVector::<f64, 4>::new(x, x * x, 1.0, s[2]);
    let m: Matrix4<f64> = Matrix4::identity() * x;
    m * a + SMatrix::<f64, 4, 1>::repeat(x) + s
}

#[test]
fn read_and_written() {
    let wide = Matrix2x3::new(0.3, -1.1, 0.8, 0.7, 0.4, -0.2);
    check!(elements(v, m); (v, m) in [(v(), wide)]);
    check_map!(writes(v, x); (v, x) in [(v(), 0.7)]);
    check_map!(coordinates(v, m); (v, m) in [
        (State::new(0.3, 0.2, -0.5, 1.1), Matrix2::new(0.3, 0.7, 1.1, -0.4)),
    ]);
    check!(early(v, k); (v, k) in [
        (v(), 1.3),
        (v() + Vector3::repeat(2.0), 1.3),
        (Vector3::new(0.1, 0.2, 0.3), 0.5),
    ]);
    check_map!(swapped(v, w); (v, w) in [(v(), w())]);
    check!(fixed(&m, v); (m, v) in [(m(), v())]);
    check!(iterated(&v, m); (v, m) in [(v(), wide)]);
}

#[test]
fn made_of_numbers() {
    check_map!(made(x, y, &v); (x, y, v) in [(0.7, 0.4, v())]);
    check_map!(turbofish(x, s); (x, s) in [(0.7, State::new(0.3, 0.2, -0.5, 1.1))]);
}

#[test]
fn source_of_foreign_functions() {
    check!(readable(x, &v); (x, v) in [(0.7, v())]);
    let source = readable::BACKWARD;
    assert!(source.contains("Vector3::__new_vjp(") && !source.contains("trait "), "{source}");
}

#[test]
fn held_constant() {
    let (v, w) = (v(), w());
    assert_eq!(held::grad(v, w), (w * w.x, Vector3::new(v.dot(&w), 0.0, 0.0)));
}

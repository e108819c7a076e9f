//! Operators in every mix of owned and borrowed operands; matrices as parameters, results, elements and state.

use autodiff::{Float, differentiate};
use nalgebra::{Matrix2x3, Matrix3, RowVector3, SMatrix, SVector, Vector2, Vector3};

use super::{m, v, w};
use crate::harness::{check, check_in_place, check_map};

const GRAVITY: Vector3<f64> = Vector3::new(0.0, 0.1, -9.81);

#[differentiate]
fn sums(v: Vector3<f64>, w: &Vector3<f64>) -> Vector3<f64> {
    v + w - w + (v - *w) + (*w - v) + w + (w + v) - (&v + w)
}

#[differentiate]
fn products(m: &Matrix3<f64>, v: Vector3<f64>, r: RowVector3<f64>) -> Matrix3<f64> {
    let column = m * v;
    let mut outer = column * r;
    outer = outer * *m + m * &outer;
    -outer * m - (-m)
}

#[differentiate]
fn scalars(v: Vector3<f64>, m: &Matrix3<f64>, x: f64) -> Vector3<f64> {
    let y = x * 2.0;
    (2.0 * v * x + v / y - m * v * 0.5) / x + y * v + 3.0 * (m * &v)
}

#[differentiate]
fn compound(v: Vector3<f64>, m: Matrix3<f64>, x: f64) -> Vector3<f64> {
    let mut r = v;
    r += v * x;
    r -= m * r;
    r *= x;
    r /= x + 2.0;
    r
}

/// Every operator that changes its left operand, by a value and by a reference.
#[differentiate]
fn updates(v: Vector3<f64>, m: &Matrix3<f64>, n: Matrix3<f64>, x: f64) -> Matrix3<f64> {
    let mut a = *m;
    a += n;
    a += m;
    a += &n;
    a -= n * x;
    a -= m;
    a -= &(m * x);
    a *= x;
    a *= 2.0;
    a /= x - 2.0;
    a /= 3.0;
    a *= n;
    a *= m;
    a *= &(v * v.transpose());
    a
}

/// The right factor is square, the left one is not.
#[differentiate]
fn updated_row(mut r: RowVector3<f64>, m: &Matrix3<f64>) -> RowVector3<f64> {
    r *= *m;
    r *= m;
    r
}

/// Where the matrix is in memory, by index, field and reference.
#[differentiate]
fn updated_in_memory(vs: &mut [Vector3<f64>], m: &Matrix3<f64>, x: f64) {
    for i in 1..vs.len() {
        let before = vs[i - 1];
        vs[i] += before;
        vs[i] -= m * before;
        vs[i] *= x;
        vs[i - 1] /= x + 2.0;
    }
    for v in vs.iter_mut() {
        *v *= x;
        *v += m * *v;
        v.x *= x;
        v[1] -= v.x;
    }
}

#[differentiate]
fn updated_anyhow<T: Float, const N: usize>(
    m: &SMatrix<T, N, N>,
    v: SVector<T, N>,
    x: T,
) -> SVector<T, N> {
    let mut w = v;
    w += m * v;
    w *= x;
    w -= v;
    w /= x + x;
    let mut n = *m;
    n *= m;
    n *= *m;
    n * w
}

#[differentiate]
fn in_place(v: &mut Vector3<f64>, m: &Matrix3<f64>, x: f64) {
    *v = m * *v;
    *v += m * *v;
    *v *= x;
    v[0] += x;
    v.y = v.x * v[2];
}

#[differentiate]
fn generic<T: Float, const N: usize>(
    m: &SMatrix<T, N, N>,
    v: SVector<T, N>,
    x: T,
) -> SVector<T, N> {
    m * (v * x) + v
}

#[differentiate]
fn slices(vs: &[Vector3<f64>], m: Matrix3<f64>) -> f64 {
    let mut s = Vector3::repeat(0.5);
    for v in vs {
        s = m * (s + v);
    }
    s.x * s[1]
}

#[differentiate]
fn arrays(vs: [Vector3<f64>; 2], x: f64) -> [Vector3<f64>; 2] {
    [vs[1] * x + vs[0], vs[0] / x]
}

#[differentiate]
fn vecs(vs: Vec<Vector3<f64>>, x: f64) -> Vec<Vector3<f64>> {
    let mut out = Vec::new();
    for v in &vs {
        out.push(v * x);
    }
    for v in vs.iter() {
        out.push(*v * x);
    }
    out.push(vs.iter().fold(Vector3::zeros(), |a, b| a * x + b));
    out
}

#[differentiate]
fn branches(v: Vector3<f64>, m: Matrix3<f64>, x: f64) -> Vector3<f64> {
    let w = if x > 0.0 { &m * &v } else { m * v * x };
    if v.x > 0.0 { w * v.x } else { w - &v }
}

#[differentiate]
fn single(v: Vector2<f32>, m: Matrix2x3<f32>, x: f32) -> Vector2<f32> {
    let w = 2.0 * v * x + m * Vector3::new(x, 0.5, 1.0) / 3.0;
    w * w.norm() + Vector2::new(1.0, x)
}

#[differentiate]
fn helper(v: &Vector3<f64>, k: f64) -> Vector3<f64> {
    v * k + GRAVITY
}

#[differentiate]
fn push(v: &mut Vector3<f64>, w: Vector3<f64>) {
    *v += w * v.norm();
}

#[differentiate]
fn calls(v: Vector3<f64>, k: f64, n: usize) -> Vector3<f64> {
    let mut r = helper(&v, k);
    for _ in 0..n {
        push(&mut r, v);
        r = helper(&r, 0.1 * k);
    }
    let f = |a: Vector3<f64>, b: &Vector3<f64>| a.cross(b);
    f(r, &v) + GRAVITY * k
}

#[differentiate]
fn recursive(v: Vector3<f64>, n: usize) -> Vector3<f64> {
    if n == 0 { v } else { recursive(v * v.norm_squared(), n - 1) + v }
}

#[differentiate]
fn checkpointed(v: Vector3<f64>, m: &Matrix3<f64>, n: usize) -> f64 {
    let mut r = v;
    #[checkpoint(every = 2)]
    for _ in 0..n {
        r = (m * r).normalize() + v;
    }
    r.norm()
}

#[differentiate]
fn chosen(v: Vector3<f64>, w: Vector3<f64>, k: usize) -> (Vector3<f64>, f64) {
    let u = match k {
        0 => v,
        1 => w * v.x,
        _ => Vector3::new(v.x, w.y, 1.0),
    };
    let (a, b) = (u.norm(), w.norm());
    (u / a, a * b)
}

#[differentiate]
fn until(v: Vector3<f64>, k: f64) -> Vector3<f64> {
    let mut r = v;
    while r.norm() < 10.0 {
        r = r * k + v;
    }
    let w = loop {
        r *= 0.5;
        if r.norm_squared() < 4.0 {
            break r * k;
        }
    };
    w - r
}

#[differentiate(wrt(v))]
fn partly(v: Vector3<f64>, m: &Matrix3<f64>, count: usize) -> f64 {
    v.dot(&(m * v)) * count as f64
}

#[differentiate]
fn borrowed_in_loop(vs: &mut [Vector3<f64>], m: &Matrix3<f64>) {
    for v in vs.iter_mut() {
        *v = m * &*v;
        v.x *= 2.0;
    }
    let n = vs.len();
    for i in 1..n {
        vs[i] = vs[i - 1].cross(&vs[i]);
        vs[i][0] += vs[i - 1].y;
    }
}

#[test]
fn operands() {
    check_map!(sums(v, &w); (v, w) in [(v(), w())]);
    check_map!(products(&m, v, r); (m, v, r) in [(m(), v(), w().transpose())]);
    check_map!(scalars(v, &m, x); (v, m, x) in [(v(), m(), 0.7)]);
    check_map!(compound(v, m, x); (v, m, x) in [(v(), m(), 0.7)]);
    check_map!(generic(&m, v, x); (m, v, x) in [(m(), v(), 0.7)]);
    check_map!(generic(&m, v, x); (m, v, x) in [
        (m().cast::<f32>(), v().cast::<f32>(), 0.7_f32),
    ]);
    check_map!(single(v, m, x); (v, m, x) in [
        (Vector2::new(0.3, 1.2), Matrix2x3::new(0.3, -1.1, 0.8, 0.7, 0.4, -0.2), 0.7),
    ]);
    check_map!(updates(v, &m, n, x); (v, m, n, x) in [(v(), m(), m().transpose() * 0.4, 0.7)]);
    check_map!(updated_row(r, &m); (r, m) in [(w().transpose(), m())]);
    check_map!(updated_anyhow(&m, v, x); (m, v, x) in [(m(), v(), 0.7)]);
    check_map!(updated_anyhow(&m, v, x); (m, v, x) in [
        (m().cast::<f32>(), v().cast::<f32>(), 0.7_f32),
    ]);
    let held = m();
    check!(partly(v, &held, 3); v in [v()]);
}

#[test]
fn in_sequences() {
    check!(slices(&vs, m); (vs, m) in [(vec![v(), w(), v()], m()), (vec![], m())]);
    check_map!(arrays(vs, x); (vs, x) in [([v(), w()], 0.7)]);
    check_map!(vecs(vs, x); (vs, x) in [(vec![v(), w()], 0.7)]);
    check_in_place!(updated_in_memory(&mut vs, &m, x); mut vs; (vs, m, x) in [
        (vec![v(), w(), v() * 0.4], m(), 0.7),
    ]);
    check_in_place!(borrowed_in_loop(&mut vs, &m); mut vs; (vs, m) in [
        (vec![v(), w(), v() * 0.4], m()),
    ]);
}

#[test]
fn control_flow() {
    check_in_place!(in_place(&mut v, &m, x); mut v; (v, m, x) in [(v(), m(), 0.7)]);
    check_map!(branches(v, m, x); (v, m, x) in [(v(), m(), 0.7), (-v(), m(), -0.3)]);
    check_map!(calls(v, k, 2); (v, k) in [(v(), 0.7)]);
    check_map!(recursive(v, 3); v in [v() * 0.5]);
    check!(checkpointed(v, &m, 5); (v, m) in [(v(), m())]);
    check_map!(until(v, k); (v, k) in [(v(), 1.3)]);
    for k in 0..3 {
        check_map!(chosen(v, w, k); (v, w) in [(v(), w())]);
    }
}

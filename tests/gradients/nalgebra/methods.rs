//! Methods of matrices, each by itself and among one another.

use autodiff::{Float, differentiate};
use nalgebra::{
    Matrix2, Matrix2x3, Matrix3, Matrix4, Matrix6, RealField, SVector, Vector2, Vector3, Vector6,
};

use super::{m, v, w};
use crate::harness::{check, check_in_place, check_map};

/// One function a method, checked where it stands.
macro_rules! methods {
    ($($test:ident: $name:ident($($x:ident: $ty:ty = $at:expr),+) -> $output:ty { $body:expr })*) => {$(
        #[differentiate]
        fn $name($($x: $ty),+) -> $output {
            $body
        }

        #[test]
        fn $test() {
            methods!(@check $name $($x = $at),+);
        }
    )*};
    (@check $name:ident $x:ident = $at:expr) => {
        check_map!($name($x); $x in [$at])
    };
    (@check $name:ident $x:ident = $at:expr, $y:ident = $by:expr) => {
        check_map!($name($x, $y); ($x, $y) in [($at, $by)])
    };
}

type V3 = Vector3<f64>;
type M3 = Matrix3<f64>;
type M23 = Matrix2x3<f64>;

fn wide() -> M23 {
    Matrix2x3::new(0.3, -1.1, 0.8, 0.7, 0.4, -0.2)
}

methods! {
    norms: norm(a: V3 = v()) -> f64 { a.norm() }
    magnitudes: magnitude(a: M23 = wide()) -> f64 { a.magnitude() }
    squared_norms: norm_squared(a: M23 = wide()) -> f64 { a.norm_squared() }
    squared_magnitudes: magnitude_squared(a: V3 = v()) -> f64 { a.magnitude_squared() }
    unit_vectors: normalize(a: V3 = v()) -> V3 { a.normalize() }
    distances: metric_distance(a: V3 = v(), b: V3 = w()) -> f64 { a.metric_distance(&b) }
    transposed: transpose(a: M23 = wide(), b: V3 = v()) -> f64 { (a.transpose() * a * b).x }
    adjoints: adjoint(a: M23 = wide(), b: V3 = v()) -> f64 { (a.adjoint() * a * b).x }
    sums: sum(a: M23 = wide()) -> f64 { a.sum() * a.sum() }
    means: mean(a: M23 = wide()) -> f64 { a.mean() * a.mean() }
    traces: trace(a: M3 = m()) -> f64 { a.trace() * a.trace() }
    diagonals: diagonal(a: M3 = m()) -> V3 { a.diagonal() * a[(0, 1)] }
    determinants_of_2: determinant_of_2(a: Matrix2<f64> = Matrix2::new(0.3, 0.2, -0.7, 1.1)) -> f64 { a.determinant() }
    determinants_of_3: determinant_of_3(a: M3 = m()) -> f64 { a.determinant() }
    determinants_of_6: determinant_of_6(a: Matrix6<f64> = six()) -> f64 { a.determinant() }
    symmetric_parts: symmetric_part(a: M3 = m(), b: V3 = v()) -> V3 { a.symmetric_part() * b }
    cross_matrices: cross_matrix(a: V3 = v(), b: V3 = w()) -> V3 { a.cross_matrix() * b }
    owned: into_owned(a: V3 = v()) -> f64 { a.into_owned().x * a.clone_owned().y }
    dot_products: dot(a: M23 = wide(), b: M23 = wide() * 0.7) -> f64 { a.dot(&b) }
    transposed_dot_products: tr_dot(a: M3 = m(), b: M3 = m() * 0.7) -> f64 { a.tr_dot(&b) }
    cross_products: cross(a: V3 = v(), b: V3 = w()) -> V3 { a.cross(&b) }
    perpendicular: perp(a: Vector2<f64> = Vector2::new(0.3, 0.7), b: Vector2<f64> = Vector2::new(-0.4, 1.3)) -> f64 { a.perp(&b) }
    products_by_component: component_mul(a: V3 = v(), b: V3 = w()) -> V3 { a.component_mul(&b) }
    quotients_by_component: component_div(a: V3 = v(), b: V3 = w()) -> V3 { a.component_div(&b) }
    transposed_products: tr_mul(a: M23 = wide(), b: Vector2<f64> = Vector2::new(0.3, 0.7)) -> V3 { a.tr_mul(&b) }
    scaled: scale(a: M23 = wide(), k: f64 = 0.7) -> M23 { a.scale(k) }
    unscaled: unscale(a: M23 = wide(), k: f64 = 0.7) -> M23 { a.unscale(k) }
    shifted: add_scalar(a: M23 = wide(), k: f64 = 0.7) -> M23 { a.add_scalar(k) * k }
    inverses: try_inverse(a: M3 = m()) -> M3 { a.try_inverse().unwrap() }
    inverses_of_4: try_inverse_of_4(a: Matrix4<f64> = six().fixed_view::<4, 4>(0, 0).into_owned()) -> Matrix4<f64> {
        a.try_inverse().expect("is regular")
    }
}

fn six() -> Matrix6<f64> {
    Matrix6::from_fn(|i, j| ((i * 7 + j * 3) % 11) as f64 * 0.2 + if i == j { 1.0 } else { 0.0 })
}

#[differentiate]
fn numbers(v: Vector3<f64>, w: &Vector3<f64>, m: &Matrix3<f64>) -> f64 {
    let a = v.dot(w) * v.norm() + w.norm_squared() - (v + w).magnitude();
    let b = m.trace() * m.sum() + m.determinant() * v.mean() + m.diagonal().sum();
    a * b + v.metric_distance(w) * v.magnitude_squared() + m.dot(&m.transpose()) + m.tr_dot(m)
}

#[differentiate]
fn vectors(v: Vector3<f64>, w: &Vector3<f64>, m: &Matrix3<f64>, x: f64) -> Vector3<f64> {
    let n = v.normalize();
    let c = n.cross(w).component_mul(&v) - w.component_div(&v);
    let d = m.tr_mul(&c).scale(x) + w.unscale(x) + v.add_scalar(x * x);
    m.symmetric_part() * d + m.diagonal() + v.cross_matrix() * c
}

#[differentiate]
fn inverse(m: &Matrix3<f64>, v: Vector3<f64>) -> Vector3<f64> {
    let inverse = m.try_inverse().unwrap();
    inverse * v + m.transpose().try_inverse().expect("invertible") * inverse * v
}

/// An `Option` taken apart in each way there is.
#[differentiate]
fn inverse_if_there(m: &Matrix3<f64>, v: Vector3<f64>) -> Vector3<f64> {
    let first = match m.try_inverse() {
        Some(inverse) => inverse * v,
        None => v * 2.0,
    };
    let Some(inverse) = m.transpose().try_inverse() else { return v.cross(&first) };
    let mut sum = inverse * v + first;
    for k in 0..3 {
        let shifted = m - Matrix3::from_diagonal_element(k as f64 * v.x);
        let found = shifted.try_inverse();
        if let Some(inverse) = found {
            sum += inverse * sum;
        } else {
            sum *= v.y;
        }
    }
    sum
}

#[differentiate(wrt(v))]
fn beside_a_constant(v: Vector3<f64>, m: &Matrix3<f64>) -> Vector3<f64> {
    inverse_if_there(m, v)
}

#[differentiate]
fn in_a_loop(v: Vector3<f64>, n: usize, x: f64) -> Vector3<f64> {
    let mut r = v;
    for k in 0..n {
        let s = Vector3::new(r.y, -r.x, x * k as f64);
        r = r.cross(&s).normalize() * x + s;
        if r.norm() > 1.0 {
            r = r / r.norm_squared();
        }
    }
    r
}

#[differentiate]
fn in_branches(v: Vector3<f64>, w: Vector3<f64>, x: f64) -> f64 {
    if x > 0.0 {
        v.dot(&w) * Vector3::new(x, x, 1.0).norm()
    } else {
        v.cross(&w).scale(x).sum() + Vector3::repeat(x).dot(&v)
    }
}

#[differentiate]
fn changing(v: &mut Vector3<f64>, w: &Vector3<f64>) -> f64 {
    let d = v.dot(w);
    *v = v.cross(w) * d;
    v[0] = v.norm();
    v.dot(w)
}

#[differentiate]
fn generic<T: Float + RealField, const N: usize>(v: &SVector<T, N>, w: SVector<T, N>, x: T) -> T {
    let a = v.dot(&w) * v.norm() / w.norm_squared();
    (v.scale(x) - w.normalize()).norm() * a
}

#[differentiate]
fn big(m: &Matrix6<f64>, v: Vector6<f64>) -> f64 {
    m.determinant() * v.norm() + (m.try_inverse().unwrap() * v).sum()
}

#[differentiate]
fn of_sequences(vs: &[Vector3<f64>], ws: &[Vector3<f64>]) -> f64 {
    let total: f64 = vs.iter().map(|v| v.norm()).sum();
    let mixed: f64 = vs.iter().zip(ws).map(|(v, w)| v.dot(w)).sum();
    let folded = vs.iter().fold(Vector3::zeros(), |a, b| a + b);
    let mut largest = Vector3::zeros();
    for v in vs {
        if v.norm() > largest.norm() {
            largest = *v;
        }
    }
    total * mixed + folded.x + largest.y
}

#[test]
fn together() {
    check!(numbers(v, &w, &m); (v, w, m) in [(v(), w(), m())]);
    check_map!(vectors(v, &w, &m, x); (v, w, m, x) in [(v(), w(), m(), 0.7)]);
    check_map!(inverse(&m, v); (m, v) in [(m(), v())]);
    check_map!(inverse_if_there(&m, v); (m, v) in [(m(), v())]);
    let singular = Matrix3::new(1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0);
    check_map!(beside_a_constant(v, &singular); v in [v()]);
    check!(big(&m, v); (m, v) in [(six(), Vector6::new(0.3, 0.2, -0.5, 1.1, 0.4, 0.9))]);
    check!(of_sequences(&vs, &ws); (vs, ws) in [(vec![v(), w()], vec![w(), m() * v()])]);
}

#[test]
fn in_control_flow() {
    check_map!(in_a_loop(v, 3, x); (v, x) in [(v(), 0.7)]);
    check!(in_branches(v, w, x); (v, w, x) in [(v(), w(), 0.7), (v(), w(), -0.7)]);
    check_in_place!(changing(&mut v, &w); mut v; (v, w) in [(v(), w())]);
}

#[test]
fn of_any_float() {
    check!(generic(&v, w, x); (v, w, x) in [(v(), w(), 0.7)]);
    check!(generic(&v, w, x); (v, w, x) in [(v().cast::<f32>(), w().cast::<f32>(), 0.7_f32)]);
}

/// The cofactors are there where no inverse is.
#[test]
fn determinants_of_singular_matrices() {
    let a = Matrix2::new(1.0, 2.0, 2.0, 4.0);
    assert_eq!(determinant_of_2::grad(a), Matrix2::new(4.0, -2.0, -2.0, 1.0));
    let mut six = Matrix6::identity();
    six[(5, 5)] = 0.0;
    let mut expected = Matrix6::zeros();
    expected[(5, 5)] = 1.0;
    assert_eq!(determinant_of_6::grad(six), expected);
}

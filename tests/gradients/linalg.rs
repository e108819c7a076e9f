//! Linear systems, inverses, factors and determinants, by themselves and inside functions.

use autodiff::differentiate;
use autodiff::linalg::{cholesky, det, inv, logdet, solve, solve_matrix};
use ndarray::{Array1, Array2, array, s};

use crate::harness::{check, check_map};

/// Of no structure: its rows have to be exchanged.
fn regular(n: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, n), |(i, j)| {
        ((i * n + j) as f64 * 1.7).sin() + if (i + 1) % n == j { 2.0 } else { 0.0 }
    })
}

fn positive(n: usize) -> Array2<f64> {
    let a = regular(n);
    a.dot(&a.t()) + Array2::<f64>::eye(n)
}

fn vector(n: usize) -> Array1<f64> {
    Array1::from_shape_fn(n, |i| (i as f64 * 0.9).cos())
}

#[test]
fn rules_of_their_own() {
    for n in [1, 2, 4, 7] {
        check_map!(solve(&a, &b); (a, b) in [(regular(n), vector(n))]);
        let right = regular(n).slice(s![.., ..n / 2 + 1]).to_owned();
        check_map!(solve_matrix(&a, &b); (a, b) in [(regular(n), right.clone())]);
        check_map!(inv(&a); a in [regular(n)]);
        check_map!(cholesky(&a); a in [positive(n)]);
        check!(det(&a); a in [regular(n), positive(n)]);
        check!(logdet(&a); a in [positive(n)]);
    }
}

#[test]
fn values() {
    let a = regular(6);
    let close = |a: &Array2<f64>, b: &Array2<f64>| {
        assert!((a - b).iter().all(|d| d.abs() < 1e-12), "{a} instead of {b}");
    };
    close(&inv(&a).dot(&a), &Array2::eye(6));
    close(&a.dot(&solve_matrix(&a, &positive(6))), &positive(6));
    let lower = cholesky(&positive(6));
    close(&lower.dot(&lower.t()), &positive(6));
    assert_eq!(lower[[0, 5]], 0.0);
    assert!((logdet(&positive(6)) - det(&positive(6)).ln()).abs() < 1e-12);
    // An odd number of rows are exchanged, or none.
    for (a, want) in
        [(array![[0.0, 1.0], [2.0, 0.0]], f64::NAN), (array![[0.0, -1.0], [2.0, 0.0]], 2.0)]
    {
        assert!((logdet(&a) - f64::ln(want)).abs() < 1e-15 || want.is_nan() && logdet(&a).is_nan());
    }
}

#[test]
fn single_precision() {
    let (a, b) = (array![[2.0_f32, 1.0], [1.0, 3.0]], array![3.0_f32, 5.0]);
    let (x, pull) = solve::vjp(&a, &b);
    assert!((x[1] - 1.4).abs() < 1e-6);
    assert!((pull(array![0.0, 1.0]).1[1] - 0.4).abs() < 1e-6);
}

/// Of a normal distribution, by the factor of its covariance.
#[differentiate]
fn log_density(covariance: &Array2<f64>, mean: &Array1<f64>, points: &Array2<f64>) -> f64 {
    let mut sum = 0.0;
    let entropy: f64 = logdet(covariance);
    for point in points.rows() {
        let distance = &point - mean;
        let weighted: Array1<f64> = solve(covariance, &distance);
        sum -= 0.5 * (distance.dot(&weighted) + entropy);
    }
    sum
}

/// What a filter of Kalman's does to a covariance.
#[differentiate]
fn updated(p: &Array2<f64>, h: &Array2<f64>, r: &Array2<f64>) -> Array2<f64> {
    let innovation = h.dot(p).dot(&h.t()) + r;
    let inverse: Array2<f64> = inv(&innovation);
    let gain = p.dot(&h.t()).dot(&inverse);
    p - &gain.dot(h).dot(p)
}

#[differentiate]
fn sampled(covariance: &Array2<f64>, noise: &Array1<f64>) -> Array1<f64> {
    let lower: Array2<f64> = cholesky(covariance);
    lower.dot(noise).mapv(f64::tanh)
}

#[test]
fn inside_functions() {
    check!(log_density(&c, &m, &x); (c, m, x) in [(positive(3), vector(3), regular(3))]);
    let h = regular(4).slice(s![..2, ..]).to_owned();
    check_map!(updated(&p, &h, &r); (p, h, r) in [(positive(4), h.clone(), positive(2))]);
    check_map!(sampled(&c, &e); (c, e) in [(positive(3), vector(3))]);
}

#[test]
#[should_panic(expected = "`solve` of a singular matrix")]
fn singular() {
    solve(&array![[1.0, 2.0], [2.0, 4.0]], &array![1.0, 2.0]);
}

#[test]
#[should_panic(expected = "`inv` of a matrix of 2 by 3, which is not square")]
fn not_square() {
    inv(&Array2::<f64>::zeros((2, 3)));
}

#[test]
#[should_panic(expected = "`cholesky` of a matrix that is not positive definite")]
fn not_positive() {
    cholesky(&array![[1.0, 2.0], [2.0, 1.0]]);
}

#[test]
#[should_panic(expected = "`solve` of a matrix of 2 by 2 and a right-hand side of 3 rows")]
fn of_other_lengths() {
    solve(&array![[1.0, 2.0], [3.0, 1.0]], &array![1.0, 2.0, 3.0]);
}

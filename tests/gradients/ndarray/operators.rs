//! `+`, `-`, `*`, `/`, `%` and `-a`: owned, borrowed, with numbers on either side, and with axes that only one
//! of the arrays has.

use ndarray::{Array1, Array2, Array3, Axis};

use super::{functions, m23, n23, t234, v2, v3, w3};

functions! {
    sums(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> Array1<f64> { a + b }
    differences(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> { a - b }
    products(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> { a * b }
    quotients(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> { a / b }
    remainders(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> { a % b }
    opposites(a: &Array2<f64> = m23()) -> Array2<f64> { -a }
    of_owned(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> Array1<f64> { a.clone() * b.clone() + a.clone() * b - a * b.clone() }
    by_numbers(a: &Array2<f64> = m23()) -> Array2<f64> { (a * 2.0 + 1.0) / 3.0 - 0.5 }
    numbers_first(a: &Array2<f64> = n23()) -> Array2<f64> { 2.0 * a - 1.0 / a + (1.0 - a) }
    rows_are_stretched(a: &Array2<f64> = m23(), b: &Array1<f64> = v3()) -> Array2<f64> { a * b + b }
    columns_are_stretched(a: &Array2<f64> = m23(), b: &Array1<f64> = v2()) -> Array2<f64> { a / &b.view().insert_axis(Axis(1)) }
    smaller_first(a: &Array1<f64> = v3(), b: &Array2<f64> = m23()) -> Array2<f64> { b * a - b }
    three_axes(a: &Array3<f64> = t234(), b: &Array1<f64> = ndarray::array![0.3, 0.2, -0.1, 0.9]) -> Array3<f64> { a * b - a / 2.0 }
    nested(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> { (a + b) * (a - b) / (b * b + 1.0) }
    used_twice(a: &Array2<f64> = m23()) -> Array2<f64> {
        let square = a * a;
        &square * &square + &square
    }
}

#[autodiff::differentiate]
fn scaled(a: &Array2<f64>, k: f64) -> Array2<f64> {
    a * k + k / a
}

#[autodiff::differentiate]
fn owned_parameters(a: Array2<f64>, b: Array1<f64>) -> Array2<f64> {
    a * &b
}

#[autodiff::differentiate]
fn assigned(a: &Array2<f64>, b: &Array1<f64>, k: f64) -> Array2<f64> {
    let mut c = a.clone();
    c += b;
    c *= k;
    c -= &(a * b);
    c /= 2.0;
    c += &c.clone();
    c
}

#[autodiff::differentiate]
fn to_an_array_elsewhere(a: &Array2<f64>) -> Array2<f64> {
    let mut total = Array2::zeros(a.dim());
    for k in 0..3 {
        total += &(a * k as f64);
    }
    total
}

#[test]
fn active_numbers() {
    crate::harness::check_map!(scaled(&a, k); (a, k) in [(n23(), 0.7)]);
}

#[test]
fn parameters_by_value() {
    crate::harness::check_map!(owned_parameters(a, b); (a, b) in [(m23(), v3())]);
}

#[test]
fn compound_assignments() {
    crate::harness::check_map!(assigned(&a, &b, k); (a, b, k) in [(m23(), v3(), 0.7)]);
    crate::harness::check_map!(to_an_array_elsewhere(&a); a in [m23()]);
}

#[test]
#[should_panic(expected = "`*` of arrays of the shapes [3] and [2], which do not fit")]
fn shapes_that_do_not_fit() {
    let _ = mul_vectors::vjp(&v3(), &v2());
}

#[autodiff::differentiate]
fn mul_vectors(a: &Array1<f64>, b: &Array1<f64>) -> Array1<f64> {
    a * b
}

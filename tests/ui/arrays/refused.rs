//! What is refused of arrays, each with what to write instead.

use autodiff::differentiate;
use ndarray::{ArcArray1, Array1, Array2, ArrayD, ArrayViewMut1, Axis, s};

#[differentiate]
fn more_axes(a: &Array1<f64>, b: &Array2<f64>) -> Array1<f64> {
    let mut c = a.clone();
    c += b;
    c
}

#[differentiate]
fn unknown_axis(a: &Array2<f64>, k: usize) -> Array1<f64> {
    a.sum_axis(Axis(k))
}

#[differentiate]
fn no_such_axis(a: &Array2<f64>) -> Array1<f64> {
    a.sum_axis(Axis(2))
}

#[differentiate]
fn unknown_slice(a: &Array1<f64>) -> Array1<f64> {
    let inner = s![1..];
    a.slice(inner).to_owned()
}

#[differentiate]
fn unknown_method(a: &Array1<f64>) -> f64 {
    a.clone().map_mut(|x| *x * 2.0).sum()
}

#[differentiate]
fn unknown_shape(a: &Array1<f64>, shape: (usize, usize)) -> Array2<f64> {
    Array2::from_elem(shape, a[0])
}

#[differentiate]
fn in_turn(a: &Array2<f64>) -> Array2<f64> {
    let mut b = a.clone();
    for x in b.slice_mut(s![.., 1..]).iter_mut() {
        *x *= 2.0;
    }
    b
}

#[differentiate]
fn of_any_rank(a: &ArrayD<f64>, b: &Array1<f64>) -> f64 {
    let c = a * b;
    c.sum()
}

#[differentiate]
fn axis_of_any_rank(a: &ArrayD<f64>) -> ArrayD<f64> {
    a.sum_axis(Axis(0))
}

#[differentiate]
fn through_a_view(mut a: ArrayViewMut1<'_, f64>, k: f64) {
    a *= k;
}

#[differentiate]
fn shared_in_place(a: &mut ArcArray1<f64>, k: f64) {
    *a *= k;
}

#[differentiate]
fn shared_result(a: &Array1<f64>) -> ArcArray1<f64> {
    (a * 2.0).into_shared()
}

#[differentiate]
fn unknown_number_of_differences(a: &Array1<f64>, n: usize) -> Array1<f64> {
    a.diff(n, Axis(0))
}

#[differentiate]
fn to_unknown_rank(a: ArrayD<f64>) -> f64 {
    let b: Array1<f64> = a.into_dimensionality().unwrap();
    b.sum()
}

fn main() {}

//! Arrays that are changed: elements, rows, slices, all of them.

use ndarray::{Array1, Array2, Axis, s};

use super::{functions, m23, n23, v3, w3};
use crate::harness::check_in_place;

functions! {
    elements(a: &Array2<f64> = m23()) -> Array2<f64> {
        let mut b = a.clone();
        for i in 0..b.nrows() {
            for j in 1..b.ncols() {
                b[[i, j]] += b[[i, j - 1]] * a[[i, j]];
            }
        }
        b
    }
    rows(a: &Array2<f64> = m23(), x: &Array1<f64> = v3()) -> Array2<f64> {
        let mut b = a.clone();
        b.row_mut(0).assign(x);
        let mut last = b.row_mut(1);
        last *= x;
        b
    }
    slices(a: &Array2<f64> = m23()) -> Array2<f64> {
        let mut b = a * 2.0;
        b.slice_mut(s![.., 1..]).mapv_inplace(|x| x * x);
        b.slice_mut(s![0, ..2]).fill(0.5);
        b.column_mut(2).map_inplace(|x| *x = x.sin());
        b
    }
    exchanged_axes(a: &Array2<f64> = m23(), x: &Array1<f64> = w3()) -> Array1<f64> {
        let mut b = a.clone();
        for k in 0..3 {
            b.swap_axes(0, 1);
            b[[1, 0]] *= k as f64;
            b *= 0.5;
        }
        b.t().dot(x)
    }
    other_shapes(a: &Array2<f64> = m23()) -> Array2<f64> {
        let mut b = a * a;
        let mut sum = b.sum_axis(Axis(0));
        b = b.slice(s![.., 1..]).to_owned();
        sum = &sum * sum.len() as f64;
        b * &sum.slice(s![..2])
    }
    assigned(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> {
        let mut c = Array2::zeros((2, 3));
        c.assign(&(a * b));
        c.scaled_add(0.5, a);
        c
    }
    all(a: &Array2<f64> = m23()) -> Array2<f64> {
        let mut b = a.to_owned();
        b.mapv_inplace(f64::exp);
        b.map_inplace(|x| *x *= 2.0);
        b
    }
    replaced(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> Array1<f64> {
        let mut c = a * b;
        for _ in 0..3 {
            c = &c * a + b;
        }
        c
    }
    in_turn(a: &Array2<f64> = m23(), x: &Array1<f64> = v3()) -> Array2<f64> {
        let mut b = a.clone();
        for (k, mut row) in b.outer_iter_mut().enumerate() {
            row *= x;
            row[0] = k as f64;
        }
        for v in b.iter_mut() {
            *v += 1.0;
        }
        b
    }
    diagonals(a: &Array2<f64> = ndarray::array![[0.3, 0.2], [-0.5, 0.7]]) -> Array2<f64> {
        let mut b = a.dot(a);
        b.diag_mut().fill(1.0);
        b.index_axis_mut(Axis(0), 1).mapv_inplace(|x| 2.0 * x);
        b
    }
}

/// Of zeros whose type is told by what they are computed with.
#[autodiff::differentiate]
fn horner(rows: &Array2<f64>, t: f64) -> f64 {
    let mut sum = Array1::zeros(rows.ncols());
    for row in rows.rows() {
        sum = sum * t + row;
        if sum.sum() > 1e3 {
            return sum[0] * t;
        }
    }
    sum.dot(&sum)
}

#[autodiff::differentiate]
fn in_many_ways(x: &mut Array2<f64>, k: f64) -> f64 {
    let s = x.sum();
    *x += &(x.clone() * k);
    *x = x.dot(&x.t()) * s;
    x[[0, 0]]
}

#[test]
fn replaced_as_a_whole() {
    for t in [0.7, -0.6, 300.0] {
        crate::harness::check!(horner(&rows, t); (rows, t) in [(m23(), t)]);
    }
    let x = ndarray::array![[0.3, 0.2], [-0.5, 0.7]];
    check_in_place!(in_many_ways(&mut x, k); mut x; (x, k) in [(x.clone(), 0.3)]);
}

#[autodiff::differentiate]
fn smooth(u: &mut Array1<f64>, k: f64) {
    for i in 1..u.len() - 1 {
        u[i] += k * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
    }
    *u *= 0.9;
}

#[test]
fn parameters() {
    check_in_place!(smooth(&mut u, k); mut u; (u, k) in [(ndarray::array![0.3, 0.7, -0.2, 0.9, 1.1], 0.2)]);
}

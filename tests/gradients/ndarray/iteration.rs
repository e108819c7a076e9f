//! Loops over elements, rows and columns.

use ndarray::{Array1, Array2, Axis};

use super::{functions, m23, n23, v3, w3};

functions! {
    elements(a: &Array2<f64> = m23()) -> f64 {
        let mut sum = 0.0;
        for x in a.iter() {
            sum += x * x;
        }
        for &x in a {
            sum += x.sin();
        }
        sum
    }
    chains(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> f64 {
        a.iter().zip(b.iter()).map(|(x, y)| x * y).sum::<f64>() + a.iter().skip(1).product::<f64>()
    }
    rows(a: &Array2<f64> = m23(), x: &Array1<f64> = v3()) -> f64 {
        let mut best = 0.0;
        for row in a.outer_iter() {
            best += row.dot(x).powi(2);
        }
        for row in a.rows() {
            best += row.sum().exp();
        }
        best
    }
    columns(a: &Array2<f64> = m23()) -> f64 {
        a.columns().into_iter().map(|c| c[0] * c[1]).sum::<f64>()
            + a.axis_iter(Axis(1)).enumerate().map(|(k, c)| k as f64 * c.dot(&c)).sum::<f64>()
    }
    rows_and_numbers(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> f64 {
        a.outer_iter().zip(b.outer_iter()).map(|(x, y)| x.dot(&y)).fold(0.0, |s, d| s + d * d)
    }
    with_indices(a: &Array2<f64> = m23(), x: &Array1<f64> = v3()) -> f64 {
        let mut sum = 0.0;
        for ((i, j), v) in a.indexed_iter() {
            sum += v * v * (i + 2 * j) as f64;
        }
        for ((i, j), v) in a.t().indexed_iter() {
            sum += v * (2 * i + j) as f64;
        }
        sum + x.indexed_iter().map(|(i, v)| v.powi(i as i32)).sum::<f64>()
    }
    columns_elements(a: &Array2<f64> = m23()) -> f64 { a.column(1).iter().map(|x| x.exp()).sum() }
}

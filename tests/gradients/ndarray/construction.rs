//! Arrays that a function makes.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array, concatenate, stack};

use super::{functions, m23, n23, v2, v3, w3};

functions! {
    zeros(a: &Array1<f64> = v3()) -> Array1<f64> {
        let mut z = Array1::<f64>::zeros(a.len());
        z[1] = a[0] * a[2];
        z
    }
    ones(a: &Array2<f64> = m23()) -> Array2<f64> { Array2::ones(a.raw_dim()) + a }
    filled(a: &Array1<f64> = v3()) -> Array2<f64> { Array2::from_elem((2, 2), a[0] * a[1]) }
    by_functions(a: &Array1<f64> = v3()) -> Array2<f64> { Array2::from_shape_fn((3, 3), |(i, j)| a[i] * a[j]) }
    by_functions_of_one(a: &Array1<f64> = v3()) -> Array1<f64> { Array1::from_shape_fn(a.len(), |i| a[i] * i as f64) }
    literals(a: &Array1<f64> = v3()) -> Array2<f64> { array![[a[0], a[1]], [a[1] * a[2], 1.0]] }
    joined(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> { concatenate![Axis(0), a.view(), b.view()] }
    joined_columns(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> { concatenate![Axis(1), *a, *b] * 2.0 }
    stacked(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> Array2<f64> { stack![Axis(0), a.view(), b.view()] }
    stacked_columns(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> Array2<f64> { stack![Axis(1), *a, *b] }
    diagonal(a: &Array1<f64> = v2()) -> Array2<f64> { Array2::from_diag(a) + Array2::<f64>::eye(2) }
    evenly_spaced(a: &Array1<f64> = v3()) -> Array1<f64> { Array1::linspace(a[0], a[1], 5) * a[2] }
    of_vectors(a: &Array1<f64> = v3()) -> Array1<f64> {
        let doubled: Vec<f64> = a.iter().map(|x| 2.0 * x).collect();
        Array1::from_vec(doubled) * a
    }
    of_shaped_vectors(a: &Array1<f64> = v2()) -> Array2<f64> {
        Array2::from_shape_vec((2, 2), vec![a[0], a[1], a[0] * a[1], 1.0]).unwrap()
    }
}

#[autodiff::differentiate]
fn of_slices(x: &[f64], w: &[f64]) -> f64 {
    let x = ArrayView1::from(x);
    let w = ArrayView2::from_shape((2, 3), w).unwrap();
    w.dot(&x).mapv(|y| y * y).sum()
}

#[test]
fn views_of_slices() {
    let w = vec![0.3, -0.2, 0.9, 1.1, 0.4, -0.5];
    crate::harness::check!(of_slices(&x, &w); (x, w) in [(vec![0.3, 0.1, -0.7], w.clone())]);
}

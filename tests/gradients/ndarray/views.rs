//! Views of the same elements: rows, columns, slices, other orders and shapes.

use ndarray::{Array1, Array2, Array3, Axis, NewAxis, s};

use super::{by_columns, functions, m23, m32, n23, t234, v2, v3};

functions! {
    rows(a: &Array2<f64> = m23()) -> Array1<f64> { &a.row(0) * &a.row(1) }
    columns(a: &Array2<f64> = m23()) -> Array1<f64> { &a.column(0) * &a.column(2) }
    named_rows(a: &Array2<f64> = m23()) -> f64 {
        let (first, second) = (a.row(0), a.row(1));
        first.dot(&second) + first[1] * second[2]
    }
    axes(a: &Array3<f64> = t234()) -> Array2<f64> { a.index_axis(Axis(1), 2).to_owned() * a.index_axis(Axis(1), 0) }
    transposed(a: &Array2<f64> = m23(), b: &Array2<f64> = m32()) -> Array2<f64> { &a.t() * b }
    reversed(a: &Array2<f64> = m23(), b: &Array2<f64> = m32()) -> Array2<f64> { a.clone().reversed_axes() + b }
    permuted(a: &Array3<f64> = t234()) -> Array3<f64> { a.clone().permuted_axes([2, 0, 1]) * 2.0 }
    slices(a: &Array2<f64> = m23()) -> Array2<f64> { a.slice(s![.., 1..]).to_owned() * a.slice(s![.., ..2]) }
    steps(a: &Array2<f64> = m23()) -> Array2<f64> { a.slice(s![..;2, ..;2]).mapv(f64::exp) }
    index_and_slice(a: &Array2<f64> = m23()) -> Array1<f64> { a.slice(s![1, 1..]).to_owned() * 3.0 }
    from_the_end(a: &Array1<f64> = v3()) -> Array1<f64> { a.slice(s![-2..]).to_owned() * a.slice(s![..-1]) }
    differences(a: &Array1<f64> = v3()) -> Array1<f64> { &a.slice(s![1..]) - &a.slice(s![..-1]) }
    new_axes(a: &Array1<f64> = v3(), b: &Array1<f64> = v2()) -> Array2<f64> {
        &a.slice(s![.., NewAxis]) * &b.slice(s![NewAxis, ..])
    }
    diagonals(a: &Array2<f64> = m23().dot(&m32())) -> Array1<f64> { a.diag().to_owned() * 2.0 }
    stretched(a: &Array1<f64> = v3()) -> Array2<f64> { a.broadcast((2, 3)).unwrap().to_owned() * 2.0 }
    other_shapes(a: &Array2<f64> = m23()) -> Array2<f64> { a.to_shape((3, 2)).unwrap().to_owned() * 2.0 }
    flattened(a: &Array2<f64> = n23()) -> Array1<f64> { a.clone().into_shape_with_order(6).unwrap().ln() }
    without_an_axis(a: &Array2<f64> = m23()) -> Array1<f64> { a.slice(s![..1, ..]).remove_axis(Axis(0)).to_owned() * 2.0 }
    as_sequences(a: &Array1<f64> = v3()) -> f64 {
        let rows = a.as_slice().unwrap();
        let copy = a.to_vec();
        rows[0] * copy[1] + rows.iter().sum::<f64>() * copy.len() as f64
    }
    of_no_axes(a: &ndarray::Array0<f64> = ndarray::arr0(0.7)) -> f64 { a[()] * a.sum() + a.mapv(f64::sin)[()] }
    shapes(a: &Array3<f64> = t234()) -> f64 {
        let (n, m, k) = a.dim();
        let rows = a.shape()[0] + a.len_of(Axis(1)) + a.ndim() + usize::from(a.is_empty());
        a[[n - 1, m - 1, k - 1]] * (rows * a.len()) as f64
    }
    selected(a: &Array2<f64> = m23()) -> Array2<f64> { a.select(Axis(1), &[2, 0, 2]) * 2.0 }
    elements(a: &Array2<f64> = m23()) -> f64 { a[[0, 1]] * a[(1, 2)] + a.row(1)[0] }
}

/// However the parameters lie in memory.
#[test]
fn other_layouts() {
    let (a, b) = (by_columns(&m23()), by_columns(&m32()));
    crate::harness::check_map!(transposed::function(&a, &b); (a, b) in [(a.clone(), b.clone())]);
    crate::harness::check_map!(elements::function(&a); a in [a.clone()]);
    crate::harness::check_map!(slices::function(&a); a in [a.clone()]);
    let (x, w) = (by_columns(&m23()), by_columns(&m32()));
    crate::harness::check_map!(multiplied(&a, &b); (a, b) in [(x.clone(), w.clone())]);
}

#[autodiff::differentiate]
fn multiplied(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    a.dot(b)
}

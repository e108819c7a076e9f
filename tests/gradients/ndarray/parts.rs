//! Parts of arrays in turn: lanes, windows, chunks, halves, and `Zip` over them.

use autodiff::differentiate;
use ndarray::{Array1, Array2, Array3, Axis, Slice, Zip, azip, s};

use super::{functions, m23, m32, n23, t234, v3, w3};
use crate::harness::check_in_place;

fn m45() -> Array2<f64> {
    Array2::from_shape_fn((4, 5), |(i, j)| ((i * 5 + j) as f64 * 0.9).cos() + 0.2)
}

fn v7() -> Array1<f64> {
    Array1::from_shape_fn(7, |i| (i as f64 * 1.3).sin() + 0.3)
}

functions! {
    rows_of_three_axes(a: &Array3<f64> = t234()) -> f64 {
        a.rows().into_iter().map(|r| r[0] * r[1] * r.sum()).sum::<f64>()
            + a.columns().into_iter().map(|c| c[0] * c[1].exp()).sum::<f64>()
    }
    lanes(a: &Array3<f64> = t234()) -> f64 {
        let mut sum = 0.0;
        for lane in a.lanes(Axis(1)) {
            sum += lane.dot(&lane) * lane[0];
        }
        for lane in (a * a).lanes(Axis(0)) {
            sum += lane.sum().sin();
        }
        sum
    }
    windows(a: &Array1<f64> = v7()) -> f64 {
        a.windows(3).into_iter().map(|w| w[0] * w[1] - w[2] * w.sum()).sum()
    }
    windows_backwards(a: &Array1<f64> = v7()) -> f64 {
        a.windows(2).into_iter().enumerate().map(|(i, w)| (i as f64 + 1.0) * w[0] * w[1]).sum()
    }
    windows_of_matrices(a: &Array2<f64> = m45()) -> f64 {
        a.windows((2, 3)).into_iter().map(|w| w.sum() * w[[0, 1]] * w[[1, 2]]).sum()
    }
    too_large_windows(a: &Array2<f64> = m23()) -> f64 {
        a.sum() + a.windows([3, 1]).into_iter().map(|w| w.sum()).sum::<f64>()
    }
    windows_apart(a: &Array2<f64> = m45()) -> f64 {
        a.windows_with_stride((2, 2), (1, 2)).into_iter().map(|w| w.sum().powi(2)).sum()
    }
    axis_windows(a: &Array2<f64> = m45()) -> f64 {
        let mut sum = 0.0;
        for w in a.axis_windows(Axis(0), 2) {
            sum += (&w.row(0) * &w.row(1)).sum().sin();
        }
        sum
    }
    convolved(a: &Array1<f64> = v7(), k: &Array1<f64> = v3()) -> Array1<f64> {
        Zip::from(a.windows(3)).map_collect(|w| w.dot(k))
    }
    chunks(a: &Array2<f64> = m45()) -> f64 {
        a.exact_chunks((2, 2)).into_iter().map(|c| c.sum().powi(2) + c[[1, 0]]).sum()
    }
    sections(a: &Array1<f64> = v7(), b: &Array2<f64> = m45()) -> f64 {
        let mut sum = 0.0;
        for c in a.axis_chunks_iter(Axis(0), 3) {
            sum += c.sum().powi(2) / c.len() as f64;
        }
        sum + b.axis_chunks_iter(Axis(1), 2).map(|c| c.sum().exp() * c.ncols() as f64).sum::<f64>()
    }
    halves(a: &Array2<f64> = m45()) -> Array2<f64> {
        let (above, below) = a.view().split_at(Axis(0), 2);
        let (left, right) = above.split_at(Axis(1), 2);
        &below.slice(s![.., ..2]) * &left + &right.slice(s![.., 1..])
    }
    zipped_rows(a: &Array2<f64> = m23(), w: &Array1<f64> = v3()) -> Array1<f64> {
        let mut y = Array1::<f64>::zeros(a.nrows());
        Zip::from(&mut y).and(a.rows()).for_each(|y, row| *y = row.dot(w).tanh());
        y
    }
    collected_rows(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array1<f64> {
        Zip::from(a.rows()).and(b.rows()).map_collect(|x, y| x.dot(&y).exp())
    }
    zipped_axes(a: &Array2<f64> = m23()) -> f64 {
        let mut sum = 0.0;
        azip!((c in a.columns()) sum += c[0] * c[1]);
        sum
    }
    indexed(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> {
        let mut c = a.to_owned();
        Zip::indexed(&mut c).and(b).for_each(|(i, j), c, &b| *c *= b + (i + 2 * j) as f64);
        azip!((index (i, _j), c in &mut c, &b in b) *c += b * i as f64);
        c
    }
    indexed_vectors(a: &Array1<f64> = v3()) -> Array1<f64> {
        Zip::indexed(a).map_collect(|i, &a| a.powi(i as i32 + 1))
    }
    folded(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> f64 {
        Zip::from(a).and(b).fold(1.0, |product, &a, &b| product * (a - b))
    }
    assigned_into(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> Array1<f64> {
        let mut c = Array1::ones(3);
        Zip::from(a).and(b).map_assign_into(&mut c, |&a, &b| a * b);
        c
    }
    stretched_along(a: &Array2<f64> = m23(), b: &Array1<f64> = v3()) -> Array2<f64> {
        let mut c = a.clone();
        Zip::from(&mut c).and_broadcast(b).for_each(|c, &b| *c *= b);
        c
    }
    folded_axes(a: &Array2<f64> = m23()) -> Array1<f64> {
        let largest = a.fold_axis(Axis(1), f64::NEG_INFINITY, |&m, &x| m.max(x));
        let products = a.fold_axis(Axis(0), 1.0, |p, x| p * x);
        products * largest[0] * largest[1]
    }
    stable_softmax(a: &Array2<f64> = m23()) -> Array2<f64> {
        let m = a.fold_axis(Axis(1), f64::NEG_INFINITY, |a, b| a.max(*b)).insert_axis(Axis(1));
        let e = (a - &m).mapv(f64::exp);
        let s = e.sum_axis(Axis(1)).insert_axis(Axis(1));
        e / s
    }
    accumulated(a: &Array2<f64> = m32()) -> Array2<f64> {
        let mut b = a.clone();
        b.accumulate_axis_inplace(Axis(0), |&before, current| *current += 0.5 * before);
        b.accumulate_axis_inplace(Axis(1), |before, current| *current *= *before);
        b
    }
    running(a: &Array2<f64> = m23()) -> Array2<f64> { a.cumprod(Axis(1)) + a.cumprod(Axis(0)) }
    differences(a: &Array2<f64> = m45()) -> Array2<f64> { a.diff(2, Axis(0)) + a.diff(0, Axis(1)).slice(s![..2, ..]) }
    first_differences(a: &Array1<f64> = v7()) -> f64 { a.diff(1, Axis(0)).mapv(|d| d * d).sum() }
    triangles(a: &Array2<f64> = m45()) -> Array2<f64> {
        a.triu(1) * 2.0 + a.tril(-1).mapv(|x| x * x) + a.triu(-2) * a.tril(7)
    }
    single_elements(a: &Array2<f64> = m23(), b: &Array1<f64> = v3()) -> f64 {
        let far = a.get([5, 5]).copied().unwrap_or(2.0);
        let near = a.get((1, 2)).unwrap();
        let sum = a.first().unwrap() * a.t().last().unwrap() * far + near.exp();
        match b.get(1) {
            Some(x) => sum * x,
            None => sum,
        }
    }
    ends_of_nothing(a: &Array2<f64> = m23()) -> f64 {
        let none = a.slice(s![.., 1..1]);
        none.first().copied().unwrap_or(1.5) * none.last().copied().unwrap_or(a[[0, 1]]) * a.sum()
    }
    swapped(a: &Array2<f64> = m23()) -> Array2<f64> {
        let mut b = a.clone();
        b.swap([0, 1], [1, 2]);
        b.swap((0, 0), (0, 0));
        b * a
    }
    flattened(a: &Array2<f64> = m23()) -> f64 {
        let flat = a.flatten();
        let turned = a.t().flatten().to_owned();
        flat.dot(&turned) + a.clone().into_flat()[4]
    }
    sliced_axes(a: &Array2<f64> = m45()) -> f64 {
        let inner = a.slice_axis(Axis(1), Slice::from(1..4));
        inner.slice_axis(Axis(0), (..-1).into()).mapv(|x| x * x).sum()
    }
    backwards(a: &Array2<f64> = m45()) -> Array2<f64> {
        let b = a.slice(s![..;-1, 1..;-2]);
        let c = b.slice(s![1.., ..;-1]);
        &c * &b.slice(s![..3, ..]) + b.row(0)
    }
    reversed(a: &Array1<f64> = v7()) -> f64 {
        let b = a.slice(s![..;-1]);
        let none = a.slice(s![0..0;-1]);
        b.dot(a) + b[0] * b.iter().skip(2).product::<f64>() + none.sum()
    }
    collected_arrays(a: &Array1<f64> = v7()) -> Array1<f64> {
        let b: Array1<f64> = a.iter().map(|x| x * x).collect();
        let c = Array1::from_iter(a.iter().rev().map(|x| x.sin()));
        &b * &c + b.product() * c.sum()
    }
    returned_arrays(a: &Array1<f64> = v3()) -> Array1<f64> { a.iter().zip(a.iter().skip(1)).map(|(x, y)| x * y).collect() }
    ranges(a: &Array1<f64> = v3()) -> f64 { (Array1::range(0.0, 3.0, 1.0) * a).sum() }
    ranges_of_numbers(a: &Array1<f64> = v3()) -> Array1<f64> { Array1::range(a[0], a[0] + 2.5, 1.0) }
    columns_of_one(a: &Array2<f64> = n23()) -> Array2<f64> {
        let sums = a.sum_axis(Axis(1)).into_shape_with_order((a.nrows(), 1)).unwrap();
        let mut firsts = Array2::<f64>::zeros((a.nrows(), 1));
        firsts.column_mut(0).assign(&a.column(0));
        let mut b = a / &sums - &firsts;
        b *= &a.slice(s![.., ..1]);
        b
    }
}

#[differentiate]
fn scaled_chunks(a: &mut Array2<f64>) {
    for mut chunk in a.exact_chunks_mut((1, 2)) {
        let sum = chunk.sum();
        chunk *= sum;
    }
    for mut part in a.axis_chunks_iter_mut(Axis(0), 3) {
        let first = part[[0, 0]];
        part += first;
    }
    for mut lane in a.lanes_mut(Axis(0)) {
        let last = lane[lane.len() - 1];
        lane *= last;
    }
}

#[differentiate]
fn mirrored(a: &mut Array1<f64>, b: &Array1<f64>) {
    a.slice_mut(s![..;-1]).assign(&(b * b));
    a.slice_mut(s![1..;-2]).mapv_inplace(|x| x.sin());
}

#[test]
fn parts_that_are_changed() {
    check_in_place!(scaled_chunks(&mut a); mut a; a in [m45()]);
    check_in_place!(mirrored(&mut a, &b); mut a; (a, b) in [(v3(), w3())]);
}

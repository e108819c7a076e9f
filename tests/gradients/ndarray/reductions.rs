//! Sums, products, means, over all elements and along axes.

use ndarray::{Array1, Array2, Array3, Axis, s};

use super::{functions, m23, n23, t234, v3};

functions! {
    sums(a: &Array1<f64> = v3()) -> f64 { (a * a).sum() }
    sums_of_matrices(a: &Array2<f64> = m23()) -> f64 { a.mapv(f64::exp).sum() * a.sum() }
    products(a: &Array2<f64> = n23()) -> f64 { a.product() }
    means(a: &Array2<f64> = m23()) -> f64 { (a * a).mean().unwrap() }
    rows(a: &Array2<f64> = m23()) -> Array1<f64> { a.sum_axis(Axis(0)) * (a * a).sum_axis(Axis(0)) }
    columns(a: &Array2<f64> = m23()) -> Array1<f64> { (a * a).sum_axis(Axis(1)) }
    mean_rows(a: &Array2<f64> = m23()) -> Array1<f64> { (a * a).mean_axis(Axis(0)).unwrap() }
    product_rows(a: &Array2<f64> = n23()) -> Array1<f64> { a.product_axis(Axis(1)) }
    middle_axis(a: &Array3<f64> = t234()) -> Array2<f64> { (a * a).sum_axis(Axis(1)) }
    folds(a: &Array2<f64> = n23()) -> f64 { a.fold(1.0, |p, &x| p * x + 0.1) }
    lanes(a: &Array2<f64> = m23()) -> Array1<f64> { a.map_axis(Axis(1), |row| row.dot(&row).sqrt()) }
    centred(a: &Array2<f64> = m23()) -> Array2<f64> {
        let mean = a.mean_axis(Axis(0)).unwrap();
        a - &mean
    }
    softmax(a: &Array2<f64> = m23()) -> Array2<f64> {
        let powers = a.exp();
        let sums = powers.sum_axis(Axis(1)).insert_axis(Axis(1));
        powers / sums
    }
    scaled_by_the_sum(a: &Array1<f64> = v3().mapv(f64::exp)) -> Array1<f64> { a / a.sum() }
}

/// More elements than `ndarray` has lanes for, in rows and out of them: the values are the same to the bit.
fn long(n: usize) -> Array1<f64> {
    Array1::from_shape_fn(n, |i| (i as f64 * 0.37).sin() + 1e-3 * i as f64)
}

functions! {
    long_sums(a: &Array1<f64> = long(37), b: &Array1<f64> = long(37)) -> f64 {
        let c = a * b;
        c.sum() * a.slice(s![1..;2]).sum() + (&c * a).mean().unwrap() + a.slice(s![3..]).mapv(f64::sin).sum()
    }
    long_products(a: &Array1<f64> = long(29), b: &Array1<f64> = long(29)) -> f64 {
        a.dot(b) + a.slice(s![..20]).dot(&b.slice(s![9..])) * a.slice(s![..;3]).dot(&b.slice(s![..;3]))
    }
    long_rows(a: &Array1<f64> = long(33)) -> f64 {
        let m = a.view().into_shape_with_order((3, 11)).unwrap();
        let sums = m.sum_axis(Axis(1)) * m.sum_axis(Axis(0)).sum();
        let inner = m.slice(s![.., 1..10]).sum() + m.slice(s![.., ..;2]).sum();
        sums.sum() * inner + m.mean_axis(Axis(1)).unwrap()[2] + (&m * &m).sum_axis(Axis(1))[0]
    }
    long_projections(a: &Array1<f64> = long(33), w: &Array1<f64> = long(11)) -> Array1<f64> {
        let m = a.view().into_shape_with_order((3, 11)).unwrap();
        let mut y = Array1::<f64>::zeros(3);
        for (y, row) in y.iter_mut().zip(m.rows()) {
            *y = row.dot(w).tanh();
        }
        y
    }
    sums_of_one_number(a: &Array1<f64> = long(3)) -> f64 {
        let stretched = a.slice(s![1..2]);
        stretched.broadcast(19).unwrap().sum() + stretched.broadcast((3, 11)).unwrap().sum()
    }
    sums_of_branches(a: &Array1<f64> = long(21)) -> f64 {
        a.mapv(|x| if x > 0.2 { x * x } else { 0.1 * x }).sum()
    }
    short_and_empty_sums(a: &Array1<f64> = long(8)) -> f64 {
        a.sum() + a.slice(s![..7]).sum() * a.slice(s![3..3]).sum() + a.slice(s![..1]).sum()
    }
}

#[autodiff::differentiate]
fn long_sums_of_f32(a: &Array1<f32>, k: f32) -> f32 {
    a.mapv(|x| x * k).sum()
}

#[test]
fn sums_in_lanes_of_f32() {
    let a = long(45).mapv(|x| x as f32);
    let (value, (da, dk)) = long_sums_of_f32::value_and_grad(&a, 1.5);
    assert_eq!(value, long_sums_of_f32(&a, 1.5));
    assert_eq!(da, Array1::from_elem(45, 1.5));
    assert!((dk - a.sum()).abs() < 1e-5, "{dk}");
}

#[autodiff::differentiate]
fn spread(a: &Array2<f64>) -> f64 {
    a.var(1.0) + a.std(0.0) * 2.0
}

#[autodiff::differentiate]
fn spread_along(a: &Array2<f64>) -> f64 {
    (a.var_axis(Axis(1), 0.0) * a.std_axis(Axis(1), 1.0)).sum() + a.std_axis(Axis(0), 0.0)[1]
}

#[autodiff::differentiate]
fn of_many(a: &Array2<f64>) -> f64 {
    (a * a).sum() + a.mean().unwrap() * a.row(1).dot(&a.row(0))
}

/// Sums that are added up in another order than `ndarray` does: to rounding.
#[test]
fn to_rounding() {
    let many = Array2::from_shape_fn((5, 23), |(i, j)| ((i * 23 + j) as f64 * 0.37).sin() + 0.2);
    let cases: [(fn(&Array2<f64>) -> f64, fn(&Array2<f64>) -> (f64, Array2<f64>)); 3] = [
        (spread, |a| spread::value_and_grad(a)),
        (spread_along, |a| spread_along::value_and_grad(a)),
        (of_many, |a| of_many::value_and_grad(a)),
    ];
    for (function, value_and_grad) in cases {
        for a in [m23(), many.clone()] {
            let (value, gradient) = value_and_grad(&a);
            assert!((value - function(&a)).abs() < 1e-13 * value.abs().max(1.0));
            let h = 1e-6;
            for (index, bar) in gradient.indexed_iter() {
                let moved = |by: f64| {
                    let mut a = a.clone();
                    a[index] += by;
                    function(&a)
                };
                let slope = (moved(h) - moved(-h)) / (2.0 * h);
                assert!((bar - slope).abs() < 1e-7, "{index:?}: {bar} and {slope}");
            }
        }
    }
}

#[autodiff::differentiate]
fn of_none(a: &Array2<f64>) -> f64 {
    let sums = (a * 2.0).sum_axis(Axis(0));
    a.mapv(f64::exp).sum() + sums.sum() + a.product()
}

#[test]
fn empty_arrays() {
    let empty = Array2::zeros((0, 3));
    assert_eq!(of_none::value_and_grad(&empty), (1.0, empty.clone()));
    assert!(std::panic::catch_unwind(|| means::function::grad(&Array2::zeros((0, 3)))).is_err());
}

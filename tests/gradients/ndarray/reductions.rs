//! Sums, products, means, over all elements and along axes.

use ndarray::{Array1, Array2, Array3, Axis};

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

//! `dot`.

use ndarray::{Array1, Array2};

use super::{functions, m23, m32, n23, v2, v3, w3};

functions! {
    of_vectors(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> f64 { a.dot(b) }
    of_a_vector_with_itself(a: &Array1<f64> = v3()) -> f64 { a.dot(a) }
    of_matrices(a: &Array2<f64> = m23(), b: &Array2<f64> = m32()) -> Array2<f64> { a.dot(b) }
    of_matrix_and_vector(a: &Array2<f64> = m23(), b: &Array1<f64> = v3()) -> Array1<f64> { a.dot(b) }
    of_vector_and_matrix(a: &Array1<f64> = v2(), b: &Array2<f64> = m23()) -> Array1<f64> { a.dot(b) }
    transposed_left(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> { a.t().dot(b) }
    transposed_right(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> { a.dot(&b.t()) }
    transposed_both(a: &Array2<f64> = m23(), b: &Array2<f64> = m32()) -> Array2<f64> { a.t().dot(&b.t()) }
    transposed_before_a_vector(a: &Array2<f64> = m23(), b: &Array1<f64> = v2()) -> Array1<f64> { a.t().dot(b) }
    a_matrix_with_itself(a: &Array2<f64> = m23()) -> Array2<f64> { a.t().dot(a) }
    of_what_is_computed(a: &Array2<f64> = m23(), b: &Array2<f64> = m32()) -> Array2<f64> { (a * 2.0).dot(&b.mapv(f64::sin)) }
    quadratic_forms(a: &Array2<f64> = m23(), x: &Array1<f64> = v3()) -> f64 { x.dot(&a.t().dot(&a.dot(x))) }
    three_factors(a: &Array2<f64> = m23(), b: &Array2<f64> = m32(), c: &Array1<f64> = v2()) -> Array1<f64> { a.dot(b).dot(c) }
    layers(x: &Array2<f64> = m23(), w: &Array2<f64> = m32(), b: &Array1<f64> = v2()) -> Array2<f64> {
        let hidden = (x.dot(w) + b).mapv(f64::tanh);
        &hidden * &hidden
    }
}

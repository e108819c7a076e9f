//! Sums of products by the labels of axes.

use autodiff::einsum;
use ndarray::{Array1, Array2, Array3};

use super::{functions, m23, m32, n23, t234, v2, v3, w3};

functions! {
    matrices(a: &Array2<f64> = m23(), b: &Array2<f64> = m32()) -> Array2<f64> { einsum!("ij,jk->ik", a, b) }
    transposed_matrices(a: &Array2<f64> = m32(), b: &Array2<f64> = m23()) -> Array2<f64> {
        einsum!("ji,kj->ik", a, b) + einsum!("ji,kj->ki", a, b).t() + einsum!("ji,kj", a, b)
    }
    matrix_and_vector(a: &Array2<f64> = m23(), x: &Array1<f64> = v3(), y: &Array1<f64> = v2()) -> f64 {
        let first: Array1<f64> = einsum!("ij,j->i", a, x);
        let second = einsum!("i,ij->j", y, a);
        einsum!("i,i", first, y) + second.sum()
    }
    numbers(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> f64 {
        einsum!("ij,ij->", a, b) * einsum!("ij->", a) + einsum!("i,i->", a.row(0), b.row(1))
    }
    bilinear(x: &Array1<f64> = v2(), a: &Array2<f64> = m23(), y: &Array1<f64> = v3()) -> f64 {
        einsum!("i, ij, j ->", x, a, y)
    }
    diagonals(a: &Array3<f64> = t234()) -> f64 {
        let square = einsum!("kij,kij->ij", a, a);
        let inner = square.slice(ndarray::s![.., ..3]);
        einsum!("ii", inner) + einsum!("ii->i", inner)[1].sin()
    }
    outer(x: &Array1<f64> = v3(), y: &Array1<f64> = w3()) -> Array2<f64> { einsum!("a,b->ba", x, y) }
    elementwise(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> {
        einsum!("ij,ij->ij", a + b, a.mapv(f64::sin))
    }
    batches(a: &Array3<f64> = t234(), b: &Array3<f64> = t234()) -> Array3<f64> { einsum!("bij,bkj->bik", a, b) }
    contracted(a: &Array3<f64> = t234(), b: &Array2<f64> = m23()) -> Array1<f64> { einsum!("ijk,ij->k", a, b) }
    turned(a: &Array3<f64> = t234()) -> Array3<f64> { einsum!("ijk->kij", a) }
    attention(q: &Array2<f64> = m23(), k: &Array2<f64> = n23(), v: &Array2<f64> = m23()) -> Array2<f64> {
        let scores = einsum!("id,jd->ij", q, k).mapv(f64::exp);
        let sums = einsum!("ij->i", scores);
        einsum!("ij,jd,i->id", scores, v, sums.mapv(|s| 1.0 / s))
    }
}

#[test]
fn by_itself() {
    let (a, x) = (m23(), v3());
    assert_eq!(einsum!("ij,j->i", a, x), a.dot(&x));
    assert_eq!(einsum!("ij,kj->ik", &a, a.view()), a.dot(&a.t()));
    assert_eq!(einsum!("ij,kj->ik", a.mapv(|x| x), a).dim(), (2, 2));
    assert_eq!(einsum!("i->i", ndarray::array![1.0_f32, 2.0]), ndarray::array![1.0_f32, 2.0]);
}

#[test]
#[should_panic(expected = "`einsum` of arrays of the shapes [3] and [2], which do not fit")]
fn of_other_lengths() {
    einsum!("ij,j->i", m23(), v2());
}

#[test]
#[should_panic(expected = "`einsum` of arrays of the shapes [3] and [2], which do not fit")]
fn of_other_lengths_under_the_attribute() {
    let _ = matrices::function::vjp(&m23(), &m23());
}

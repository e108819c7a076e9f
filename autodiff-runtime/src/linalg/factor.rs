//! Cholesky's factor: of `A = L Lᵀ`, `A_bar` is the symmetric part of `L⁻ᵀ Φ(Lᵀ L_bar) L⁻¹`, where `Φ` takes the
//! lower triangle with half of the diagonal (S. Smith, "Differentiation of the Cholesky algorithm", 1995; I.
//! Murray, "Differentiation of the Cholesky decomposition", 2016).

use autodiff_macros::differentiate;
use faer::linalg::triangular_solve::{
    solve_lower_triangular_in_place, solve_upper_triangular_in_place,
};
use faer::{Mat, Par, Side};
use ndarray::Array2;

use super::dense::{Real, array, check_square, matrix};
use crate::Float;

/// The lower triangular `L` with `L Lᵀ = A`. `A` is taken for symmetric: what counts is `(A + Aᵀ) / 2`, and the
/// gradient is symmetric.
///
/// # Panics
///
/// If the matrix is not square, or not positive definite.
///
/// ```
/// use autodiff::linalg::cholesky;
/// use ndarray::array;
///
/// assert_eq!(cholesky(&array![[4.0, 2.0], [2.0, 5.0]]), array![[2.0, 0.0], [1.0, 2.0]]);
/// let a = array![[4.0, 0.0], [0.0, 9.0]];
/// let (_, pull) = cholesky::vjp(&a);
/// assert_eq!(pull(array![[1.0, 0.0], [0.0, 1.0]])[[0, 0]], 0.25);
/// ```
#[track_caller]
#[differentiate(vjp = cholesky_vjp, jvp = cholesky_jvp)]
pub fn cholesky<T: Float + Real>(a: &Array2<T>) -> Array2<T> {
    check_square("cholesky", a);
    match matrix(&symmetric(a)).llt(Side::Lower) {
        Ok(factor) => {
            let lower = factor.L();
            Array2::from_shape_fn(
                a.dim(),
                |(i, j)| {
                    if j <= i { lower[(i, j)] } else { T::from_f64(0.0) }
                },
            )
        }
        Err(_) => panic!("`cholesky` of a matrix that is not positive definite"),
    }
}

fn cholesky_vjp<T: Real>(
    a: &Array2<T>,
) -> (Array2<T>, impl FnOnce(Array2<T>) -> Array2<T> + use<T>) {
    let lower = cholesky(a);
    let factor = lower.clone();
    let pull = move |seed: Array2<T>| {
        let mut inner = matrix(&half(&factor.t().dot(&seed)));
        let factor = matrix(&factor);
        // `L⁻ᵀ Φ`, and then `(L⁻ᵀ (L⁻ᵀ Φ)ᵀ)ᵀ`.
        solve_upper_triangular_in_place(factor.transpose(), inner.as_mut(), Par::Seq);
        let mut outer: Mat<T> = inner.transpose().to_owned();
        solve_upper_triangular_in_place(factor.transpose(), outer.as_mut(), Par::Seq);
        symmetric(&array(&outer))
    };
    (lower, pull)
}

fn cholesky_jvp<T: Real>(a: &Array2<T>, dot: Array2<T>) -> (Array2<T>, Array2<T>) {
    let lower = cholesky(a);
    let factor = matrix(&lower);
    let mut inner = matrix(&symmetric(&dot));
    solve_lower_triangular_in_place(factor.as_ref(), inner.as_mut(), Par::Seq);
    let mut outer: Mat<T> = inner.transpose().to_owned();
    solve_lower_triangular_in_place(factor.as_ref(), outer.as_mut(), Par::Seq);
    let along = lower.dot(&half(&array(&outer)));
    (lower, along)
}

/// The mean of a matrix and its transpose.
fn symmetric<T: Real>(of: &Array2<T>) -> Array2<T> {
    (of + &of.t()).mapv(|entry| entry * T::from_f64(0.5))
}

/// The lower triangle, with half of the diagonal.
fn half<T: Real>(of: &Array2<T>) -> Array2<T> {
    Array2::from_shape_fn(of.dim(), |(i, j)| {
        let share = if j < i {
            1.0
        } else if j == i {
            0.5
        } else {
            0.0
        };
        of[[i, j]] * T::from_f64(share)
    })
}

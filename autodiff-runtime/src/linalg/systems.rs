//! Linear systems and inverses: of `X = A⁻¹ B`, `B_bar = A⁻ᵀ X_bar` and `A_bar = -B_bar Xᵀ` (Giles 2008, 2.2.3,
//! 2.3.1).

use autodiff_macros::differentiate;
use faer::linalg::solvers::{DenseSolveCore, Solve};
use ndarray::{Array1, Array2, Axis};

use super::dense::{Real, array, check_rows, column, matrix, regular, vector};
use crate::Float;

/// The solution `x` of `A x = b`, by factors of `A` whose rows are exchanged.
///
/// # Panics
///
/// If `a` is not square, or singular, or `b` has another length.
///
/// ```
/// use autodiff::linalg::solve;
/// use ndarray::array;
///
/// let (a, b) = (array![[2.0_f64, 1.0], [1.0, 3.0]], array![3.0, 5.0]);
/// let (x, pull) = solve::vjp(&a, &b);
/// assert!((x[0] - 0.8).abs() < 1e-15 && (x[1] - 1.4).abs() < 1e-15);
/// let (a_bar, b_bar) = pull(array![1.0, 0.0]);
/// assert!((b_bar[0] - 0.6).abs() < 1e-15 && (b_bar[1] + 0.2).abs() < 1e-15);
/// assert!((a_bar[[0, 1]] + 0.6 * 1.4).abs() < 1e-15);
/// ```
#[track_caller]
#[differentiate(vjp = solve_vjp, jvp = solve_jvp)]
pub fn solve<T: Float + Real>(a: &Array2<T>, b: &Array1<T>) -> Array1<T> {
    check_rows("solve", a, b.len());
    vector(&regular("solve", a).solve(column(b)))
}

#[allow(clippy::type_complexity, reason = "a value and its pullback")]
fn solve_vjp<T: Real>(
    a: &Array2<T>,
    b: &Array1<T>,
) -> (Array1<T>, impl FnOnce(Array1<T>) -> (Array2<T>, Array1<T>) + use<T>) {
    check_rows("solve", a, b.len());
    let factors = regular("solve", a);
    let x = vector(&factors.solve(column(b)));
    let solution = x.clone();
    let pull = move |seed: Array1<T>| {
        let b_bar = vector(&factors.solve_transpose(column(&seed)));
        let a_bar = -b_bar.view().insert_axis(Axis(1)).dot(&solution.insert_axis(Axis(0)));
        (a_bar, b_bar)
    };
    (x, pull)
}

fn solve_jvp<T: Real>(
    a: &Array2<T>,
    b: &Array1<T>,
    (a_dot, b_dot): (Array2<T>, Array1<T>),
) -> (Array1<T>, Array1<T>) {
    check_rows("solve", a, b.len());
    let factors = regular("solve", a);
    let x = vector(&factors.solve(column(b)));
    let x_dot = vector(&factors.solve(column(&(b_dot - a_dot.dot(&x)))));
    (x, x_dot)
}

/// The solutions of `A X = B`, one for each column.
///
/// # Panics
///
/// If `a` is not square, or singular, or `b` has another number of rows.
///
/// ```
/// use autodiff::linalg::solve_matrix;
/// use ndarray::array;
///
/// let x = solve_matrix(&array![[2.0, 0.0], [0.0, 4.0]], &array![[2.0, 4.0], [4.0, 2.0]]);
/// assert_eq!(x, array![[1.0, 2.0], [1.0, 0.5]]);
/// ```
#[track_caller]
#[differentiate(vjp = solve_matrix_vjp, jvp = solve_matrix_jvp)]
pub fn solve_matrix<T: Float + Real>(a: &Array2<T>, b: &Array2<T>) -> Array2<T> {
    check_rows("solve_matrix", a, b.nrows());
    array(&regular("solve_matrix", a).solve(matrix(b)))
}

#[allow(clippy::type_complexity, reason = "a value and its pullback")]
fn solve_matrix_vjp<T: Real>(
    a: &Array2<T>,
    b: &Array2<T>,
) -> (Array2<T>, impl FnOnce(Array2<T>) -> (Array2<T>, Array2<T>) + use<T>) {
    check_rows("solve_matrix", a, b.nrows());
    let factors = regular("solve_matrix", a);
    let x = array(&factors.solve(matrix(b)));
    let solutions = x.clone();
    let pull = move |seed: Array2<T>| {
        let b_bar = array(&factors.solve_transpose(matrix(&seed)));
        (-b_bar.dot(&solutions.t()), b_bar)
    };
    (x, pull)
}

fn solve_matrix_jvp<T: Real>(
    a: &Array2<T>,
    b: &Array2<T>,
    (a_dot, b_dot): (Array2<T>, Array2<T>),
) -> (Array2<T>, Array2<T>) {
    check_rows("solve_matrix", a, b.nrows());
    let factors = regular("solve_matrix", a);
    let x = array(&factors.solve(matrix(b)));
    let x_dot = array(&factors.solve(matrix(&(b_dot - a_dot.dot(&x)))));
    (x, x_dot)
}

/// The inverse of a matrix. Where it is multiplied with something, [`solve`] is faster and more exact.
///
/// # Panics
///
/// If the matrix is not square, or singular.
///
/// ```
/// use autodiff::linalg::inv;
/// use ndarray::array;
///
/// assert_eq!(inv(&array![[2.0, 0.0], [0.0, 4.0]]), array![[0.5, 0.0], [0.0, 0.25]]);
/// ```
#[track_caller]
#[differentiate(vjp = inv_vjp, jvp = inv_jvp)]
pub fn inv<T: Float + Real>(a: &Array2<T>) -> Array2<T> {
    array(&regular("inv", a).inverse())
}

fn inv_vjp<T: Real>(a: &Array2<T>) -> (Array2<T>, impl FnOnce(Array2<T>) -> Array2<T> + use<T>) {
    let inverse = inv(a);
    let transposed = inverse.t().to_owned();
    (inverse, move |seed| -transposed.dot(&seed).dot(&transposed))
}

fn inv_jvp<T: Real>(a: &Array2<T>, dot: Array2<T>) -> (Array2<T>, Array2<T>) {
    let inverse = inv(a);
    let along = -inverse.dot(&dot).dot(&inverse);
    (inverse, along)
}

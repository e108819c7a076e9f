//! Linear systems and inverses: of `X = A⁻¹ B`, `B_bar = A⁻ᵀ X_bar` and `A_bar = -B_bar Xᵀ` (Giles 2008, 2.2.3,
//! 2.3.1).

use autodiff_macros::differentiate;
use faer::linalg::solvers::{DenseSolveCore, PartialPivLu, Solve};
use ndarray::{Array1, Array2, Axis};

use super::dense::{Real, array, matrix, regular};
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
    solved("solve", a, &column(b)).0.remove_axis(Axis(1))
}

#[allow(clippy::type_complexity, reason = "a value and its pullback")]
fn solve_vjp<T: Real>(
    a: &Array2<T>,
    b: &Array1<T>,
) -> (Array1<T>, impl FnOnce(Array1<T>) -> (Array2<T>, Array1<T>) + use<T>) {
    let (x, pull) = solved_vjp("solve", a, &column(b));
    let pull = move |seed: Array1<T>| {
        let (a_bar, b_bar) = pull(column(&seed));
        (a_bar, b_bar.remove_axis(Axis(1)))
    };
    (x.remove_axis(Axis(1)), pull)
}

fn solve_jvp<T: Real>(
    a: &Array2<T>,
    b: &Array1<T>,
    (a_dot, b_dot): (Array2<T>, Array1<T>),
) -> (Array1<T>, Array1<T>) {
    let (x, x_dot) = solved_jvp("solve", a, &column(b), (a_dot, column(&b_dot)));
    (x.remove_axis(Axis(1)), x_dot.remove_axis(Axis(1)))
}

/// A vector as a matrix.
fn column<T: Real>(of: &Array1<T>) -> Array2<T> {
    of.view().insert_axis(Axis(1)).to_owned()
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
    solved("solve_matrix", a, b).0
}

#[allow(clippy::type_complexity, reason = "a value and its pullback")]
fn solve_matrix_vjp<T: Real>(
    a: &Array2<T>,
    b: &Array2<T>,
) -> (Array2<T>, impl FnOnce(Array2<T>) -> (Array2<T>, Array2<T>) + use<T>) {
    solved_vjp("solve_matrix", a, b)
}

fn solve_matrix_jvp<T: Real>(
    a: &Array2<T>,
    b: &Array2<T>,
    dots: (Array2<T>, Array2<T>),
) -> (Array2<T>, Array2<T>) {
    solved_jvp("solve_matrix", a, b, dots)
}

/// The solutions, and the factors that gave them.
#[track_caller]
fn solved<T: Real>(operation: &str, a: &Array2<T>, b: &Array2<T>) -> (Array2<T>, PartialPivLu<T>) {
    assert!(
        a.nrows() == b.nrows(),
        "`{operation}` of a matrix of {} by {} and a right-hand side of {} rows",
        a.nrows(),
        a.ncols(),
        b.nrows()
    );
    let factors = regular(operation, a);
    (array(&factors.solve(matrix(b))), factors)
}

#[allow(clippy::type_complexity, reason = "a value and its pullback")]
fn solved_vjp<T: Real>(
    operation: &str,
    a: &Array2<T>,
    b: &Array2<T>,
) -> (Array2<T>, impl FnOnce(Array2<T>) -> (Array2<T>, Array2<T>) + use<T>) {
    let (x, factors) = solved(operation, a, b);
    let solutions = x.clone();
    let pull = move |seed: Array2<T>| {
        let b_bar = array(&factors.solve_transpose(matrix(&seed)));
        (-b_bar.dot(&solutions.t()), b_bar)
    };
    (x, pull)
}

fn solved_jvp<T: Real>(
    operation: &str,
    a: &Array2<T>,
    b: &Array2<T>,
    (a_dot, b_dot): (Array2<T>, Array2<T>),
) -> (Array2<T>, Array2<T>) {
    let (x, factors) = solved(operation, a, b);
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

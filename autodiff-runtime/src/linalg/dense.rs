//! Matrices of `ndarray` as those of `faer`, and back.

use faer::Mat;
use faer::linalg::solvers::{PartialPivLu, ShapeCore};
use ndarray::{Array1, Array2};

use crate::Float;

/// A float that matrices can be factored of: `f32` and `f64`.
pub trait Real: Float + faer::traits::RealField {}

impl Real for f32 {}
impl Real for f64 {}

pub fn matrix<T: Real>(of: &Array2<T>) -> Mat<T> {
    Mat::from_fn(of.nrows(), of.ncols(), |i, j| of[[i, j]])
}

pub fn column<T: Real>(of: &Array1<T>) -> Mat<T> {
    Mat::from_fn(of.len(), 1, |i, _| of[i])
}

pub fn array<T: Real>(of: &Mat<T>) -> Array2<T> {
    Array2::from_shape_fn((of.nrows(), of.ncols()), |(i, j)| of[(i, j)])
}

pub fn vector<T: Real>(of: &Mat<T>) -> Array1<T> {
    Array1::from_shape_fn(of.nrows(), |i| of[(i, 0)])
}

/// Refuses a matrix that is not square.
#[track_caller]
pub fn check_square<T>(operation: &str, of: &Array2<T>) {
    let (rows, columns) = of.dim();
    assert!(
        rows == columns,
        "`{operation}` of a matrix of {rows} by {columns}, which is not square"
    );
}

/// The factors of a matrix whose rows are exchanged.
///
/// # Panics
///
/// If it is not square, or if the factors show that it is singular.
#[track_caller]
pub fn regular<T: Real>(operation: &str, of: &Array2<T>) -> PartialPivLu<T> {
    check_square(operation, of);
    let factors = matrix(of).partial_piv_lu();
    let zero = T::from_f64(0.0);
    let singular = (0..factors.nrows()).any(|k| factors.U()[(k, k)] == zero);
    assert!(!singular, "`{operation}` of a singular matrix");
    factors
}

/// Refuses a right-hand side that does not fit.
#[track_caller]
pub fn check_rows<T>(operation: &str, of: &Array2<T>, rows: usize) {
    assert!(
        of.nrows() == rows,
        "`{operation}` of a matrix of {} by {} and a right-hand side of {rows} rows",
        of.nrows(),
        of.ncols()
    );
}

//! Matrices of `ndarray` as those of `faer`, and back.

use faer::Mat;
use faer::linalg::solvers::{PartialPivLu, ShapeCore};
use ndarray::Array2;

use crate::Float;

/// A float that matrices can be factored of: `f32` and `f64`.
pub trait Real: Float + faer::traits::RealField {}

impl Real for f32 {}
impl Real for f64 {}

pub fn matrix<T: Real>(of: &Array2<T>) -> Mat<T> {
    Mat::from_fn(of.nrows(), of.ncols(), |i, j| of[[i, j]])
}

pub fn array<T: Real>(of: &Mat<T>) -> Array2<T> {
    Array2::from_shape_fn((of.nrows(), of.ncols()), |(i, j)| of[(i, j)])
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
/// If it is not square.
#[track_caller]
pub fn factored<T: Real>(operation: &str, of: &Array2<T>) -> PartialPivLu<T> {
    check_square(operation, of);
    matrix(of).partial_piv_lu()
}

/// The same of a matrix that has an inverse.
///
/// # Panics
///
/// If it is not square, or if the factors show that it is singular.
#[track_caller]
pub fn regular<T: Real>(operation: &str, of: &Array2<T>) -> PartialPivLu<T> {
    let factors = factored(operation, of);
    let zero = T::from_f64(0.0);
    let singular = pivots(&factors).any(|pivot| pivot == zero);
    assert!(!singular, "`{operation}` of a singular matrix");
    factors
}

/// What the determinant is the product of, up to its sign.
pub fn pivots<T: Real>(factors: &PartialPivLu<T>) -> impl Iterator<Item = T> {
    (0..factors.nrows()).map(|k| factors.U()[(k, k)])
}

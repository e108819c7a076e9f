//! Jacobians: one column for each coordinate of the parameters, by forward mode, or one row for each of the
//! result, by reverse mode (A. Griewank, A. Walther, *Evaluating Derivatives*, section 3.1 and 3.2).

use alloc::vec::Vec;

pub use ndarray::Array2;

use crate::coordinates::{change, values};
use crate::{Coordinates, CoordinatesMut, Float};

/// How many coordinates a value has.
pub fn count<T: Coordinates + ?Sized>(value: &T) -> usize {
    values(value).len()
}

/// The Jacobians by the parameters, which have so many coordinates each, from the derivatives along each
/// coordinate of their tangents.
///
/// `rows` is how many coordinates the result has.
pub fn forward<T: Float, G: CoordinatesMut + Clone, S: Coordinates, const N: usize>(
    zero: &G,
    sizes: [usize; N],
    rows: usize,
    mut along: impl FnMut(G) -> S,
) -> [Array2<T>; N] {
    let mut all = sizes.map(|size| Array2::zeros((rows, size)));
    let mut coordinate = 0;
    for by in &mut all {
        for mut column in by.columns_mut() {
            let dot = values(&along(unit(zero, coordinate)));
            assert!(dot.len() == rows, "the result has another shape from call to call");
            column.iter_mut().zip(dot).for_each(|(entry, dot)| *entry = T::from_f64(dot));
            coordinate += 1;
        }
    }
    all
}

/// The same from the gradients of each coordinate of the result.
pub fn reverse<T: Float, S: CoordinatesMut + Clone, G: Coordinates, const N: usize>(
    zero: &S,
    sizes: [usize; N],
    rows: usize,
    mut pull: impl FnMut(S) -> G,
) -> [Array2<T>; N] {
    let mut all = sizes.map(|size| Array2::zeros((rows, size)));
    for row in 0..rows {
        let mut bars = values(&pull(unit(zero, row))).into_iter();
        for by in &mut all {
            let entries = by.row_mut(row);
            entries.into_iter().zip(&mut bars).for_each(|(entry, bar)| *entry = T::from_f64(bar));
        }
    }
    all
}

/// One in that coordinate, zero in every other.
fn unit<T: CoordinatesMut + Clone>(zero: &T, coordinate: usize) -> T {
    let mut unit = zero.clone();
    change(&mut unit, |index, _| if index == coordinate { 1.0 } else { 0.0 });
    unit
}

/// Whether reverse mode takes fewer runs than forward mode does.
pub fn is_wide<const N: usize>(sizes: [usize; N], rows: usize) -> bool {
    rows < sizes.iter().sum()
}

/// The number of coordinates of each of several values.
pub fn counts<const N: usize>(values: [&dyn Coordinates; N]) -> [usize; N] {
    let mut counts = Vec::with_capacity(N);
    counts.extend(values.iter().map(|value| count(*value)));
    counts.try_into().expect("as many as there are values")
}

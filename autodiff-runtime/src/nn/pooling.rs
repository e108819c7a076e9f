//! The greatest element, or the mean, of windows.

use autodiff_macros::differentiate;
use ndarray::Array4;

use super::scan::exceeds;
use crate::{Float, stop_gradient};

/// How many windows of `size`, `stride` apart, there are among `length` elements.
fn places(length: usize, size: usize, stride: usize) -> usize {
    assert!(size > 0 && stride > 0, "windows whose size and stride are positive");
    assert!(size <= length, "windows of {size} elements among {length}");
    (length - size) / stride + 1
}

/// The greatest element of each square window of `size`, `stride` apart, of `(n, c, height, width)`; the first of
/// several. What is no number is the greatest.
///
/// # Panics
///
/// If a window is larger than the image, or `size` or `stride` are zero.
///
/// ```
/// use autodiff::nn::max_pool2d;
/// use ndarray::array;
///
/// let x = array![[[[1.0, 2.0, 0.0], [4.0, 3.0, 5.0]]]];
/// let (most, pull) = max_pool2d::vjp(&x, 2, 1);
/// assert_eq!(most, array![[[[4.0, 5.0]]]]);
/// assert_eq!(pull(array![[[[1.0, 2.0]]]]), array![[[[0.0, 0.0, 0.0], [1.0, 0.0, 2.0]]]]);
/// ```
#[differentiate(hessian)]
pub fn max_pool2d<T: Float>(x: &Array4<T>, size: usize, stride: usize) -> Array4<T> {
    let (n, channels, height, width) = x.dim();
    let (rows, columns) = (places(height, size, stride), places(width, size, stride));
    let at = greatest(stop_gradient(x), size, stride);
    let mut out = Array4::zeros((n, channels, rows, columns));
    for image in 0..n {
        for c in 0..channels {
            for i in 0..rows {
                for j in 0..columns {
                    let window = ((image * channels + c) * rows + i) * columns + j;
                    let within = at[window];
                    let (row, column) = (i * stride + within / size, j * stride + within % size);
                    out[[image, c, i, j]] = x[[image, c, row, column]];
                }
            }
        }
    }
    out
}

/// For each window, the number of its greatest element.
fn greatest<T: Float>(x: &Array4<T>, size: usize, stride: usize) -> Vec<usize> {
    let (n, channels, height, width) = x.dim();
    let (rows, columns) = (places(height, size, stride), places(width, size, stride));
    let mut at = Vec::with_capacity(n * channels * rows * columns);
    for image in 0..n {
        for c in 0..channels {
            for window in 0..rows * columns {
                let (top, left) = (window / columns * stride, window % columns * stride);
                let element =
                    |within: usize| x[[image, c, top + within / size, left + within % size]];
                at.push((1..size * size).fold(0, |best, within| {
                    if exceeds(element(within), element(best)) { within } else { best }
                }));
            }
        }
    }
    at
}

/// The mean of each square window of `size`, `stride` apart, of `(n, c, height, width)`.
///
/// # Panics
///
/// If a window is larger than the image, or `size` or `stride` are zero.
///
/// ```
/// use autodiff::nn::avg_pool2d;
/// use ndarray::array;
///
/// assert_eq!(avg_pool2d(&array![[[[1.0, 2.0], [4.0, 5.0]]]], 2, 2), array![[[[3.0]]]]);
/// ```
#[differentiate(hessian)]
pub fn avg_pool2d<T: Float>(x: &Array4<T>, size: usize, stride: usize) -> Array4<T> {
    let (n, channels, height, width) = x.dim();
    let (rows, columns) = (places(height, size, stride), places(width, size, stride));
    let count = T::from_f64((size * size) as f64);
    let mut out = Array4::zeros((n, channels, rows, columns));
    for image in 0..n {
        for c in 0..channels {
            for i in 0..rows {
                for j in 0..columns {
                    let mut sum = T::zero();
                    for a in 0..size {
                        for b in 0..size {
                            sum += x[[image, c, i * stride + a, j * stride + b]];
                        }
                    }
                    out[[image, c, i, j]] = sum / count;
                }
            }
        }
    }
    out
}

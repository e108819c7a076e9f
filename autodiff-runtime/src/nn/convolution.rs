//! Convolutions: sums over windows that slide, as one product of matrices (K. Chellapilla, S. Puri, P. Simard,
//! "High Performance Convolutional Neural Networks for Document Processing", 2006).

use autodiff_macros::differentiate;
use ndarray::{Array2, Array3, Array4, Axis};

use crate::Float;

/// How the window of a convolution moves.
///
/// ```
/// use autodiff::nn::Convolution;
///
/// let usual = Convolution::default();
/// assert_eq!((usual.stride, usual.padding, usual.dilation, usual.groups), (1, 0, 1, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// How far it moves at a time.
    pub stride: usize,
    /// How many zeros are put on either side.
    pub padding: usize,
    /// How far apart the elements are that it sees.
    pub dilation: usize,
    /// Into how many parts the channels are divided, each of which is a convolution by itself.
    pub groups: usize,
}

impl Default for Convolution {
    fn default() -> Self {
        Self { stride: 1, padding: 0, dilation: 1, groups: 1 }
    }
}

impl Convolution {
    /// How many places a window of `size` has among `length` elements.
    fn places(&self, length: usize, size: usize) -> usize {
        assert!(
            self.stride > 0 && self.dilation > 0,
            "a convolution whose stride and dilation are positive"
        );
        let extent = self.dilation * size.saturating_sub(1) + 1;
        let padded = length + 2 * self.padding;
        assert!(size > 0 && extent <= padded, "a window of {extent} elements among {padded}");
        (padded - extent) / self.stride + 1
    }

    /// That the groups divide the channels, and that there are weights for those of each.
    fn check_channels(&self, given: usize, of_weights: usize, made: usize) {
        let into = |channels: usize| channels.is_multiple_of(self.groups);
        let divides = self.groups > 0 && into(given) && into(made);
        assert!(divides, "{given} and {made} channels in {} groups", self.groups);
        let each = given / self.groups;
        assert_eq!(each, of_weights, "weights for as many channels as a group has");
    }

    /// The index of the element that a window at a place sees, if that is no padding.
    fn element(&self, place: usize, within: usize, length: usize) -> Option<usize> {
        let padded = place * self.stride + within * self.dilation;
        padded.checked_sub(self.padding).filter(|at| *at < length)
    }
}

/// For each element of the windows and each place of them, the element that is seen, as its number in the rows of an
/// image, or none.
fn seen(
    of: &Convolution,
    image: (usize, usize),
    window: (usize, usize),
    places: (usize, usize),
) -> Vec<Option<usize>> {
    let mut seen = Vec::with_capacity(window.0 * window.1 * places.0 * places.1);
    for a in 0..window.0 {
        for b in 0..window.1 {
            for i in 0..places.0 {
                for j in 0..places.1 {
                    let row = of.element(i, a, image.0);
                    let column = of.element(j, b, image.1);
                    seen.push(row.zip(column).map(|(row, column)| row * image.1 + column));
                }
            }
        }
    }
    seen
}

/// The same of a sequence.
fn seen_in_row(
    of: &Convolution,
    length: usize,
    window: usize,
    places: usize,
) -> Vec<Option<usize>> {
    let element = |at| of.element(at % places, at / places, length);
    (0..window * places).map(element).collect()
}

/// What windows see of some channels of an image: one row for each channel and element of the window, one column
/// for each place.
#[differentiate(hessian, wrt(x))]
fn unfolded<T: Float>(
    x: &Array4<T>,
    at: (usize, usize, usize),
    seen: &[Option<usize>],
    elements: usize,
) -> Array2<T> {
    let (image, first, channels) = at;
    let width = x.dim().3;
    let places = seen.len() / elements;
    let mut out = Array2::zeros((channels * elements, places));
    for c in 0..channels {
        for e in 0..elements {
            for p in 0..places {
                if let Some(element) = seen[e * places + p] {
                    out[[c * elements + e, p]] =
                        x[[image, first + c, element / width, element % width]];
                }
            }
        }
    }
    out
}

/// The products of weights and what the windows see, `(n, o, places)`.
#[differentiate(hessian)]
fn convolved<T: Float>(
    x: &Array4<T>,
    weights: &Array4<T>,
    groups: usize,
    seen: &[Option<usize>],
) -> Array3<T> {
    let n = x.dim().0;
    let (made, each, a, b) = weights.dim();
    let (given, elements) = (made / groups, a * b);
    let places = seen.len() / elements;
    let mut out = Array3::zeros((n, made, places));
    for image in 0..n {
        for group in 0..groups {
            let windows: Array2<T> = unfolded(x, (image, group * each, each), seen, elements);
            let mut matrix = Array2::zeros((given, each * elements));
            for o in 0..given {
                for c in 0..each {
                    for e in 0..elements {
                        matrix[[o, c * elements + e]] =
                            weights[[group * given + o, c, e / b, e % b]];
                    }
                }
            }
            let product: Array2<T> = matrix.dot(&windows);
            for o in 0..given {
                for p in 0..places {
                    out[[image, group * given + o, p]] = product[[o, p]];
                }
            }
        }
    }
    out
}

/// The convolution of images with windows: `x` is `(n, c, height, width)`, `weights` are `(o, c / groups, a, b)`,
/// and the result is `(n, o, ..)`. As elsewhere in networks the windows are not turned round.
///
/// # Panics
///
/// If the shapes do not fit, a window is larger than what it slides over, or the groups do not divide the channels.
///
/// ```
/// use autodiff::nn::{Convolution, conv2d};
/// use ndarray::array;
///
/// let x = array![[[[1.0, 2.0], [3.0, 4.0]]]];
/// let sums = conv2d(&x, &array![[[[1.0, 1.0], [1.0, 1.0]]]], Convolution::default());
/// assert_eq!(sums, array![[[[10.0]]]]);
/// ```
#[differentiate(hessian)]
pub fn conv2d<T: Float>(x: &Array4<T>, weights: &Array4<T>, of: Convolution) -> Array4<T> {
    let (n, channels, height, width) = x.dim();
    let (made, each, a, b) = weights.dim();
    of.check_channels(channels, each, made);
    let (rows, columns) = (of.places(height, a), of.places(width, b));
    let seen = seen(&of, (height, width), (a, b), (rows, columns));
    let out: Array3<T> = convolved(x, weights, of.groups, &seen);
    out.into_shape_with_order((n, made, rows, columns)).expect("as many places")
}

/// The same of sequences: `x` is `(n, c, length)`, `weights` are `(o, c / groups, a)`, and the result is
/// `(n, o, ..)`.
///
/// # Panics
///
/// As [`conv2d`] does.
///
/// ```
/// use autodiff::nn::{Convolution, conv1d};
/// use ndarray::array;
///
/// let x = array![[[1.0, 2.0, 4.0]]];
/// let of = Convolution { padding: 1, ..Convolution::default() };
/// assert_eq!(conv1d(&x, &array![[[-1.0, 0.0, 1.0]]], of), array![[[2.0, 3.0, -2.0]]]);
/// ```
#[differentiate(hessian)]
pub fn conv1d<T: Float>(x: &Array3<T>, weights: &Array3<T>, of: Convolution) -> Array3<T> {
    let (_, channels, length) = x.dim();
    let (made, each, a) = weights.dim();
    of.check_channels(channels, each, made);
    let seen = seen_in_row(&of, length, a, of.places(length, a));
    // Images of one row.
    let rows = x.view().insert_axis(Axis(2)).to_owned();
    let windows = weights.view().insert_axis(Axis(2)).to_owned();
    convolved(&rows, &windows, of.groups, &seen)
}

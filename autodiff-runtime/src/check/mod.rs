//! Gradient checking: derivatives held against central differences.
//!
//! [`check!`](crate::check!) takes an ordinary call of a function under `#[differentiate]` and checks its
//! derivatives at these arguments, in reverse and in forward mode:
//!
//! ```
//! use autodiff::{check, differentiate};
//!
//! #[differentiate]
//! fn loss(x: &[f64], w: f64) -> f64 {
//!     x.iter().map(|x| w * x * x).sum()
//! }
//!
//! check!(loss(&[1.0, 2.0], 0.5)).unwrap();
//! ```
//!
//! Whatever gives a derivative can be checked, written by hand or generated. Several arguments are a
//! tuple, and so is their gradient then, as that of `f::grad` is:
//!
//! ```
//! use autodiff::check;
//!
//! let loss = |(x, w): &(Vec<f64>, f64)| x.iter().map(|x| w * x * x).sum::<f64>();
//! let gradient = |(x, w): &(Vec<f64>, f64)| {
//!     let dx: Vec<f64> = x.iter().map(|x| 2.0 * w * x).collect();
//!     (dx, x.iter().map(|x| x * x).sum::<f64>())
//! };
//! let report = check::gradient(loss, gradient, (vec![1.0, 2.0], 0.5)).unwrap();
//! assert_eq!(report.compared, 3);
//! ```
//!
//! | function | checks |
//! | --- | --- |
//! | [`gradient`] | the gradient of a function that returns one float |
//! | [`vjp`] | a pullback, for every unit seed |
//! | [`jvp`] | a pushforward, for every unit tangent |
//! | [`jacobian`] | a whole matrix |
//! | [`hvp`], [`hessian`] | second derivatives, against differences of a gradient |
//!
//! They are methods of [`Check`], too, which has the settings: step and tolerances, names of the arguments,
//! and random directions in the place of every coordinate. The defaults are those of PyTorch's
//! `gradcheck`:
//!
//! | | `f64` | where an `f32` is among the coordinates |
//! | --- | --- | --- |
//! | step | 1e-6 | 1e-2 |
//! | absolute tolerance | 1e-5 | 1e-3 |
//! | relative tolerance | 1e-3 | 1e-2 |
//!
//! The step to both sides of a coordinate `x` is that number times `max(1, |x|)`. A slope is right if it is
//! off by no more than the absolute tolerance and the relative one times the difference's value.
//!
//! # Errors
//!
//! An [`Error`] names the argument and the index, what was got and what was expected:
//!
//! ```
//! use autodiff::check::Check;
//!
//! let f = |(x, y): &([[f64; 2]; 2], f64)| x[1][0] * x[0][1] + y * y;
//! let gradient = |(x, y): &([[f64; 2]; 2], f64)| ([[0.0, x[1][0]], [-x[0][1], 0.0]], 2.0 * y);
//! let at = ([[1.0, 2.0], [3.0, 4.0]], 5.0);
//! let error = Check::new().names(["x", "y"]).gradient(f, gradient, at).unwrap_err();
//! let text = error.to_string();
//! assert!(text.contains("wrong in 1 of 5 slopes\n  x[1][0]: got -2, expected 2"), "{text}");
//! ```
//!
//! Where the slopes to the left and to the right differ, it says so: differences are of no use at a kink
//! or a jump. Numbers that are not finite, gradients of the wrong shape and empty arguments are errors of
//! their own.

mod call;
mod outcome;
mod settings;
mod subject;

#[doc(hidden)]
pub use call::{Bar, bar};
pub use outcome::{Error, Report, Slope};
pub use settings::Check;

use crate::{Coordinates, CoordinatesMut, Differentiable, Float};

/// Checks a gradient: `gradient(at)` against central differences of `function` in every coordinate.
///
/// Several arguments are a tuple, and so is their gradient then, as that of `f::grad` is.
///
/// # Errors
///
/// If the gradient disagrees with differences, or cannot be checked.
///
/// # Examples
///
/// ```
/// use autodiff::check;
///
/// let volume = |(r, h): &(f64, f64)| r * r * h;
/// check::gradient(volume, |(r, h)| (2.0 * r * h, r * r), (2.0, 3.0)).unwrap();
/// ```
pub fn gradient<P, T>(
    function: impl Fn(&P) -> T,
    gradient: impl Fn(&P) -> P::Tangent,
    at: P,
) -> Result<Report, Error>
where
    P: Clone + Differentiable<Tangent: Coordinates> + CoordinatesMut,
    T: Float + Coordinates,
{
    Check::new().gradient(function, gradient, at)
}

/// Checks a pullback: `vjp(at, seed)`, for every unit seed, against central differences of `function`.
///
/// # Errors
///
/// If the pullback disagrees with differences, or cannot be checked.
///
/// # Examples
///
/// ```
/// use autodiff::check;
///
/// // Of a function under `#[differentiate]`: |x, seed| squares::vjp(x).1(seed)
/// let squares = |x: &Vec<f64>| x.iter().map(|x| x * x).collect::<Vec<_>>();
/// let pull = |x: &Vec<f64>, seed: Vec<f64>| x.iter().zip(seed).map(|(x, s)| 2.0 * x * s).collect();
/// check::vjp(squares, pull, vec![1.0, -2.0]).unwrap();
/// ```
pub fn vjp<P, R>(
    function: impl Fn(&P) -> R,
    vjp: impl Fn(&P, R::Tangent) -> P::Tangent,
    at: P,
) -> Result<Report, Error>
where
    P: Clone + Differentiable<Tangent: Coordinates> + CoordinatesMut,
    R: Differentiable<Tangent: CoordinatesMut> + Coordinates,
{
    Check::new().vjp(function, vjp, at)
}

/// Checks a pushforward: `jvp(at, tangent)`, which gives the value and its tangent, for every unit
/// tangent, against central differences of `function`.
///
/// # Errors
///
/// If the pushforward disagrees with differences, or cannot be checked.
///
/// # Examples
///
/// ```
/// use autodiff::check;
///
/// // Of a function under `#[differentiate]`: |x, dx| cube::jvp(*x, dx)
/// let cube = |x: &f64| x * x * x;
/// check::jvp(cube, |x, dx| (cube(x), 3.0 * x * x * dx), 2.0).unwrap();
/// ```
pub fn jvp<P, R>(
    function: impl Fn(&P) -> R,
    jvp: impl Fn(&P, P::Tangent) -> (R, R::Tangent),
    at: P,
) -> Result<Report, Error>
where
    P: Clone + Differentiable<Tangent: CoordinatesMut> + CoordinatesMut,
    R: Differentiable<Tangent: Coordinates> + Coordinates,
{
    Check::new().jvp(function, jvp, at)
}

/// Checks a Jacobian: every entry against central differences of `function`.
///
/// The matrix is whatever shows its entries by rows, one row for each coordinate of the result: an array
/// of arrays, a `Vec` of `Vec`s. For several arguments it is one matrix of all their coordinates, or a
/// tuple with a matrix for each.
///
/// # Errors
///
/// If an entry disagrees with differences, or the matrix cannot be checked.
///
/// # Examples
///
/// ```
/// use autodiff::check;
///
/// let f = |(x, y): &([f64; 2], f64)| [x[0] * y, x[1] * y];
/// check::jacobian(f, |(x, y)| ([[*y, 0.0], [0.0, *y]], x.map(|x| [x])), ([1.0, 2.0], 3.0)).unwrap();
/// check::jacobian(f, |(x, y)| [[*y, 0.0, x[0]], [0.0, *y, x[1]]], ([1.0, 2.0], 3.0)).unwrap();
/// ```
pub fn jacobian<P, R, M>(
    function: impl Fn(&P) -> R,
    jacobian: impl Fn(&P) -> M,
    at: P,
) -> Result<Report, Error>
where
    P: Clone + CoordinatesMut,
    R: Coordinates,
    M: Coordinates,
{
    Check::new().jacobian(function, jacobian, at)
}

/// Checks products of a Hessian with vectors: `hvp(at, v)`, for every unit vector, against central
/// differences of `gradient`, which is taken to be right.
///
/// # Errors
///
/// If the product disagrees with differences, or cannot be checked.
///
/// # Examples
///
/// ```
/// use autodiff::check;
///
/// let gradient = |x: &f64| x.cos();
/// check::hvp(gradient, |x, v| -x.sin() * v, 0.5).unwrap();
/// ```
pub fn hvp<P>(
    gradient: impl Fn(&P) -> P::Tangent,
    hvp: impl Fn(&P, P::Tangent) -> P::Tangent,
    at: P,
) -> Result<Report, Error>
where
    P: Clone + Differentiable<Tangent: CoordinatesMut> + CoordinatesMut,
{
    Check::new().hvp(gradient, hvp, at)
}

/// Checks a Hessian: every entry against central differences of `gradient`, which is taken to be right.
///
/// # Errors
///
/// If an entry disagrees with differences, or the matrix cannot be checked.
///
/// # Examples
///
/// ```
/// use autodiff::check;
///
/// let gradient = |x: &[f64; 2]| [x[1].exp(), x[0] * x[1].exp()];
/// let hessian = |x: &[f64; 2]| vec![vec![0.0, x[1].exp()], vec![x[1].exp(), x[0] * x[1].exp()]];
/// check::hessian(gradient, hessian, [2.0, 0.5]).unwrap();
/// ```
pub fn hessian<P, M>(
    gradient: impl Fn(&P) -> P::Tangent,
    hessian: impl Fn(&P) -> M,
    at: P,
) -> Result<Report, Error>
where
    P: Clone + Differentiable<Tangent: Coordinates> + CoordinatesMut,
    M: Coordinates,
{
    Check::new().hessian(gradient, hessian, at)
}

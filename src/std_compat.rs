//! Nightly's `std::autodiff` on stable: the same attributes, with the same arguments and results.
//!
//! A file that is written for `std::autodiff` moves here by its `use` line, and needs neither nightly nor
//! Enzyme, `-Zautodiff` or fat LTO:
//!
//! ```
//! // use std::autodiff::{autodiff_forward, autodiff_reverse};
//! use autodiff::std_compat::{autodiff_forward, autodiff_reverse};
//!
//! #[autodiff_reverse(d_rosenbrock, Active, Active, Active)]
//! #[autodiff_forward(along_x, Dual, Const, DualOnly)]
//! fn rosenbrock(x: f64, y: f64) -> f64 {
//!     (1.0 - x).powi(2) + 100.0 * (y - x.powi(2)).powi(2)
//! }
//!
//! let (value, dx, dy) = d_rosenbrock(1.0, 3.0, 1.0);
//! assert_eq!((value, dx, dy), (400.0, -800.0, 400.0));
//! assert_eq!(along_x(1.0, 1.0, 3.0), -800.0);
//! ```
//!
//! An attribute names the function to generate, then an activity for each parameter, then one for the
//! returned value if there is one. The generated function stands beside the original, as visible as it.
//! Several attributes may stand on one function.
//!
//! # Reverse mode
//!
//! | activity | of | in the generated function |
//! | --- | --- | --- |
//! | `Active` | a parameter by value | the gradient is returned, behind the value |
//! | `Duplicated` | a reference | a shadow, `&mut` of the same type, follows the parameter; the gradient is **added** to it |
//! | `DuplicatedOnly` | a reference | the same; the function is `unsafe`, as in std |
//! | `Const` | anything | no derivative |
//! | `Active` | the returned value | its adjoint, the seed, is the last argument |
//! | `ActiveOnly` | the returned value | the same, and the value is not returned |
//! | `Const` | the returned value | it is returned, and not differentiated |
//!
//! The shadow of a `&mut` parameter is read as the adjoint of what stands there in the end, and left as
//! the adjoint of what stood there in the beginning: zero, if the function overwrites it.
//!
//! ```
//! use autodiff::std_compat::autodiff_reverse;
//!
//! #[autodiff_reverse(d_area, Duplicated, Active, Duplicated)]
//! fn area(sides: &[f64; 2], scale: f64, out: &mut f64) {
//!     *out = scale * sides[0] * sides[1];
//! }
//!
//! let (mut d_sides, mut out, mut d_out) = ([100.0, 100.0], 0.0, 1.0);
//! let d_scale = d_area(&[2.0, 3.0], &mut d_sides, 10.0, &mut out, &mut d_out);
//! assert_eq!(out, 60.0);
//! assert_eq!((d_sides, d_scale), ([130.0, 120.0], 6.0));
//! assert_eq!(d_out, 0.0);
//! ```
//!
//! # Forward mode
//!
//! | activity | of | in the generated function |
//! | --- | --- | --- |
//! | `Dual` | a parameter | its tangent, of the same type, follows it |
//! | `DualOnly` | a parameter | the same; the function is `unsafe`, as in std |
//! | `Dualv`, `DualvOnly` | a slice or a `Vec` | one shadow follows it, with the tangents of all directions one after the other |
//! | `Const` | anything | no derivative |
//! | `Dual` | the returned value | the value and its tangent are returned |
//! | `DualOnly` | the returned value | the tangent is returned |
//! | `Const` | the returned value | the value is returned |
//!
//! ```
//! use autodiff::std_compat::autodiff_forward;
//!
//! #[autodiff_forward(d_turn, Dual, Dual)]
//! fn turn(angle: f64, point: &mut [f64; 2]) {
//!     let (sin, cos) = angle.sin_cos();
//!     *point = [cos * point[0] - sin * point[1], sin * point[0] + cos * point[1]];
//! }
//!
//! let (mut point, mut d_point) = ([3.0, 4.0], [0.0, 0.0]);
//! d_turn(0.0, 1.0, &mut point, &mut d_point);
//! assert_eq!((point, d_point), ([3.0, 4.0], [-4.0, 3.0]));
//! ```
//!
//! # Several directions at once
//!
//! A number behind the name is the width. Every parameter with a tangent is then followed by so many of
//! them, and what is returned is an array, with the value first unless it is left out. In reverse mode it
//! is the shadows of references that are so many.
//!
//! ```
//! use autodiff::std_compat::autodiff_forward;
//!
//! #[autodiff_forward(gradient, 2, Dual, Dual, Dual)]
//! fn product(x: f64, y: f64) -> f64 {
//!     x * y
//! }
//!
//! assert_eq!(gradient(3.0, 1.0, 0.0, 4.0, 0.0, 1.0), [12.0, 4.0, 3.0]);
//!
//! #[autodiff_forward(jacobian, 2, Dualv, Dualv)]
//! fn polynomials(x: &[f64], y: &mut [f64]) {
//!     y[0] = x[0] * x[1];
//!     y[1] = x[0] + 5.0 * x[1];
//! }
//!
//! let (mut y, mut columns) = ([0.0; 2], [0.0; 4]);
//! jacobian(&[3.0, 4.0], &[1.0, 0.0, 0.0, 1.0], &mut y, &mut columns);
//! assert_eq!(columns, [4.0, 1.0, 3.0, 5.0]);
//! ```
//!
//! # What is different
//!
//! - The function has the handle that [`differentiate`](crate::differentiate) gives as well, and with it
//!   `f::grad`, `f::vjp`, `f::GRAPH` and the rest, with respect to the parameters that any of the attributes
//!   differentiates. So other functions of this crate may call it. `#[differentiate]` beside these
//!   attributes is refused, as there would be two handles.
//! - What a function calls with differentiated values is differentiated under an attribute of its own,
//!   `#[differentiate]` or one of these. Enzyme looks into whatever is called.
//! - Generic floats are bound by [`Float`](crate::Float), methods and raw pointers are refused, and so is
//!   what `LIMITATIONS.md` lists.
//! - A shadow of another length than its parameter panics.
//! - The seed of a returned value counts, whatever it is: twice the seed gives twice the gradient.
//! - A generated function is no function under an attribute: derivatives of derivatives are refused.
//!
//! # Errors
//!
//! Arguments that do not fit the function are compile errors at the argument, with the
//! [codes](crate::errors) AD0601 to AD0608.

pub use autodiff_macros::{autodiff_forward, autodiff_reverse};

//! What programs differentiated by `autodiff` need at run time: tangents, the computation graph as
//! data and as a picture, and the few functions that generated code calls.

#![deny(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "alloc")]
extern crate alloc;
// What the attribute generates for functions of this crate finds it by the name that users know.
#[cfg(any(feature = "linalg", feature = "nn"))]
extern crate self as autodiff;

#[cfg(not(any(feature = "std", feature = "libm")))]
compile_error!(
    "`autodiff` takes `sin`, `exp` and their like from `std` or from the crate `libm`: \
     turn on its feature `std`, or `libm` for a crate without `std`"
);

#[cfg(feature = "std")]
pub mod check;
mod coordinates;
#[cfg(feature = "alloc")]
mod dot;
mod graph;
#[cfg(feature = "linalg")]
pub mod linalg;
#[cfg(feature = "nalgebra")]
mod matrix;
#[cfg(feature = "nn")]
pub mod nn;
mod node;
pub mod private;
pub mod simd;
#[cfg(any(feature = "linalg", feature = "nn"))]
#[doc(hidden)]
pub use private as __private;
#[cfg(feature = "std")]
mod svg;
#[cfg(feature = "alloc")]
mod table;
mod tangent;
#[cfg(feature = "ndarray")]
mod tensor;

pub use coordinates::{Coordinates, CoordinatesMut, Segment, Visitor, VisitorMut};
pub use graph::Graph;
#[cfg(feature = "ndarray")]
pub use ndarray;
pub use node::Node;
pub use tangent::{Accumulate, Differentiable, Float, SetZero};

/// The value, held constant: no derivative passes through it.
///
/// # Examples
///
/// ```
/// assert_eq!(autodiff_runtime::stop_gradient(2.0), 2.0);
/// ```
#[inline]
pub fn stop_gradient<T>(value: T) -> T {
    value
}

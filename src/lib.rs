//! Source-transformation automatic differentiation for Rust, as an attribute.

pub use autodiff_macros::differentiate;
pub use autodiff_runtime::{Accumulate, Differentiable, Float, Graph, Node, SetZero, stop_gradient};

#[doc(hidden)]
pub use autodiff_runtime::private as __private;

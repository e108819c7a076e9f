//! From the primal's graph to the graphs of its derivatives.

mod contribution;
mod forward;
mod reverse;

pub use forward::forward;
pub use reverse::{fused, reverse};

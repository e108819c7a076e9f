//! From the primal's graph to the graphs of its derivatives.

mod checkpoint;
mod contribution;
mod forward;
mod gradient;
mod operator;
mod preaccumulate;
mod reverse;

pub use checkpoint::segmented;
pub use forward::{forward, second};
pub use gradient::{gradient, varying};
pub use preaccumulate::{eager, preaccumulate};
pub use reverse::{Known, fused, is_light, keeps, may_be_light, reverse};

//! From the primal's graph to the graphs of its derivatives.

mod checkpoint;
mod contribution;
mod eager;
mod forward;
mod gradient;
mod operator;
mod partials;
mod preaccumulate;
mod reverse;

pub use checkpoint::segmented;
pub use eager::eager;
pub use forward::{forward, second};
pub use gradient::{gradient, varying};
pub use preaccumulate::preaccumulate;
pub use reverse::{Known, fused, is_light, keeps, may_be_light, reverse};

//! What is true of a graph: where things are, what carries a derivative.

mod activity;
mod affine;
mod branches;
mod heap;
mod layout;
mod numbers;
mod seeded;
mod unify;

pub use activity::{Activity, Style};
pub use affine::Iteration;
pub use branches::Branches;
pub use heap::refuse_heap;
pub use layout::{At, Kind, Layout, RECOMPUTE, RegionId, Site};
pub use numbers::assume_numbers;
pub use seeded::Seeded;
pub use unify::unify;

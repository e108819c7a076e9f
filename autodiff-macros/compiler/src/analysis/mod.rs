//! What is true of a graph: where things are, what carries a derivative.

mod activity;
mod layout;

pub use activity::{Activity, Style};
pub use layout::{At, Kind, Layout, RegionId, Site};

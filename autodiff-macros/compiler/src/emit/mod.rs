//! From graphs to the items that stand beside the user's function.

mod graph_data;
mod handle;
mod manifest;
mod rename;
mod rust;
mod types;

pub use handle::{Derivatives, can_be_checked, handle, refused, rules_supported, silenced};
pub use manifest::facade_path;
pub use rename::rename_facade;
pub use types::{plain_tangent as tangent_type, vec_element};

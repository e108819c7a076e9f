//! From graphs to the items that stand beside the user's function.

mod graph_data;
mod handle;
mod rename;
mod rust;
mod types;

pub use handle::{Derivatives, can_be_checked, handle, refused, rules_supported};
pub use rename::{facade_name, rename_facade};

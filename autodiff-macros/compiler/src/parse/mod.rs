//! From the item under the attribute to a signature that the rest can rely on.

mod checkpoint;
mod same_name;
mod signature;
mod types;

pub use checkpoint::{Spacing, is_differentiated, item_without_checkpoints, without_checkpoints};
pub use signature::{Parameter, Signature, is_in_place};
pub use types::TypeReader;

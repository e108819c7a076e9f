//! From the item under the attribute to a signature that the rest can rely on.

mod fallback;
mod same_name;
mod signature;
mod types;

pub use fallback::fallback;
pub use signature::{Parameter, Signature, is_in_place, parameters};
pub use types::TypeReader;

//! From the item under the attribute to a signature that the rest can rely on.

mod declared;
pub mod method;
mod same_name;
mod signature;
mod types;

pub use declared::{Declared, Implementation};
pub use method::Method;
pub use signature::{Parameter, Signature, is_in_place};
pub use types::TypeReader;

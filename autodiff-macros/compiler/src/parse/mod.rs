//! From the item under the attribute to a signature that the rest can rely on.

mod checkpoint;
mod declaration;
mod declared;
mod elided;
mod fallback;
mod implementation;
mod imports;
pub mod method;
mod names;
mod same_name;
mod scopes;
mod signature;
mod types;

pub use checkpoint::{Spacing, item_without_checkpoints, without_checkpoints};
pub use declared::{Declared, Receiver, Returned};
pub use elided::{FreshLifetimes, name_all};
pub use fallback::fallback;
pub use implementation::Implementation;
pub use method::Method;
pub use signature::{Parameter, Signature, is_in_place, needs_heap, parameters};
pub use types::{TypeReader, names};

/// Whether an attribute is `#[differentiate]`, by whatever path.
pub fn is_differentiate(attribute: &syn::Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "differentiate")
}

/// Whether `#[differentiate]` is among these.
pub fn is_differentiated(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(is_differentiate)
}

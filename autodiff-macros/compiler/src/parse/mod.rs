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
pub mod tensor;
mod types;

pub use checkpoint::{Spacing, item_without_checkpoints, without_checkpoints};
pub use declared::{Declared, Receiver, Returned};
pub use elided::{FreshLifetimes, name_all};
pub use fallback::fallback;
pub use implementation::Implementation;
pub use method::Method;
pub use signature::{Parameter, Signature, is_in_place, needs_heap, parameters};
pub use types::{TypeReader, names};

/// Shows what types a macro of the user's has put into a signature: they come as groups.
pub fn ungroup(signature: &mut syn::Signature) {
    use syn::visit_mut::{self, VisitMut};
    struct Ungroup;
    impl VisitMut for Ungroup {
        fn visit_type_mut(&mut self, ty: &mut syn::Type) {
            while let syn::Type::Group(group) = ty {
                *ty = (*group.elem).clone();
            }
            visit_mut::visit_type_mut(self, ty);
        }
    }
    Ungroup.visit_signature_mut(signature);
}

/// Whether an attribute is `#[differentiate]`, by whatever path.
pub fn is_differentiate(attribute: &syn::Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "differentiate")
}

/// Whether `#[differentiate]` is among these.
pub fn is_differentiated(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(is_differentiate)
}

//! From graphs to the items that stand beside the user's function.

/// `quote!`, with variables that no variable of the user's can be mistaken for.
macro_rules! hygienic {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

mod graph_data;
mod handle;
mod manifest;
mod rename;
mod rust;
pub mod types;

pub use graph_data::graph_data;
pub use handle::{
    Derivatives, Header, can_be_checked, handle, local, refuse_jacobian, refused, rules_supported,
    silenced,
};
pub(crate) use hygienic;
pub use manifest::facade_path;
pub use rename::rename_facade;
pub use types::{plain_tangent as tangent_type, vec_element};

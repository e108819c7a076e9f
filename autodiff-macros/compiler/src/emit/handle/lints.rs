//! Lints are for code that somebody writes, and nobody writes what is generated.

use proc_macro2::TokenStream;
use quote::quote;

/// Allows every lint that could find something in generated code with the user's spans. Groups that
/// the user denies by name are not covered by `warnings`.
pub fn silenced() -> TokenStream {
    quote! {
        #[allow(
            unknown_lints, warnings, unused, nonstandard_style, future_incompatible, rust_2018_idioms,
            deprecated, elided_lifetimes_in_paths, explicit_outlives_requirements, if_let_rescope,
            impl_trait_redundant_captures, let_underscore_drop, missing_copy_implementations,
            missing_debug_implementations, missing_docs, non_ascii_idents, redundant_lifetimes,
            single_use_lifetimes, tail_expr_drop_order, trivial_casts, trivial_numeric_casts,
            unit_bindings, unnameable_types, unreachable_pub, unused_import_braces, unused_lifetimes,
            unused_qualifications, unused_results, variant_size_differences,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction, clippy::cargo
        )]
    }
}

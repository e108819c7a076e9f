//! What stands in the place of the derivatives of a function that was refused.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ItemFn;

use crate::errors::Diagnostic;

/// Everything that can be called on a handle.
const NAMES: [&str; 14] = [
    "GRAPH",
    "BACKWARD",
    "grad",
    "value_and_grad",
    "vjp",
    "jvp",
    "grad_into",
    "vjp_into",
    "jacobian",
    "hvp",
    "hessian",
    "__vjp",
    "__vjp_into",
    "__jvp",
];

/// A handle whose functions have a type in error, so that nothing is reported where they are called:
/// the refusal is the only error. rustc shows the same `compile_error!` at the same place once.
pub fn refused(item: &ItemFn, reason: &Diagnostic) -> TokenStream {
    let ItemFn { vis, sig, attrs, .. } = item;
    let name = &sig.ident;
    let cfgs: Vec<_> = attrs.iter().filter(|a| a.path().is_ident("cfg")).collect();
    let names = NAMES.iter().map(|name| format_ident!("{}", name));
    let reason = reason.to_expression();
    let silenced = super::lints::silenced();
    quote! {
        #(#cfgs)*
        #silenced
        #vis struct #name {}

        #(#cfgs)*
        #silenced
        impl #name {
            #[doc(hidden)] pub const fn __annotated<T>() {}
            #(#[doc(hidden)] pub const #names: [(); #reason] = [];)*
        }
    }
}

//! A function has one handle, whatever attributes stand on it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, ItemFn};

use crate::errors::Diagnostic;

/// By this an attribute knows that another was here: it stays on the function, and does nothing else.
const REASON: &str = "called by its derivatives, if by nothing else";

/// Stands on every function that comes out with a handle.
pub fn mark() -> TokenStream {
    quote!(#[allow(dead_code, reason = #REASON)])
}

/// The refusal of a function that has a handle already.
pub fn refusal(function: &ItemFn) -> Option<Diagnostic> {
    let is_mark = |attribute: &Attribute| {
        attribute.path().is_ident("allow")
            && attribute.to_token_stream().to_string().contains(REASON)
    };
    function.attrs.iter().any(is_mark).then(|| {
        Diagnostic::new(
            "AD0608",
            Span::call_site(),
            format!("`{}` is differentiated by another attribute already", function.sig.ident),
            "one of `#[differentiate]` and the attributes of `std_compat` is enough, and gives `f::grad` and its kin; several of the latter need their own names, not those of a `use .. as ..`",
        )
    })
}

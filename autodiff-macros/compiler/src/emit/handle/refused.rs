//! What stands in the place of the derivatives of a function that was refused.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ItemFn;

use super::checked;
use crate::errors::Diagnostic;
use crate::parse::Signature;

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
/// the refusals are the only errors. What is deferred panics in a constant, unless that constant is in
/// error because the body is. rustc shows the same `compile_error!` at the same place once.
pub fn refused(item: &ItemFn, signature: &Signature, reasons: &[Diagnostic]) -> TokenStream {
    let ItemFn { vis, sig, attrs, .. } = item;
    // Among the items of an `impl` no type can stand.
    if signature.method.is_some() {
        return TokenStream::new();
    }
    let name = &sig.ident;
    let cfgs: Vec<_> = attrs.iter().filter(|a| a.path().is_ident("cfg")).collect();
    let names = NAMES.iter().map(|name| format_ident!("{}", name));
    let checked = if reasons.iter().any(|r| r.deferred) {
        checked::constant(item, signature, None)
    } else {
        quote!(
            #[doc(hidden)]
            pub const __CHECKED: usize = 0;
        )
    };
    let constants = (0..reasons.len()).map(|i| format_ident!("__REFUSED{}", i));
    let reasons = reasons.iter().zip(constants).map(|(reason, constant)| {
        let value = if reason.deferred {
            let panic = reason.to_panic();
            quote!({ let _: [(); Self::__CHECKED]; #panic })
        } else {
            reason.to_expression()
        };
        quote!(#[doc(hidden)] pub const #constant: usize = #value;)
    });
    let (silenced, implement) = (super::lints::silenced(), super::implement());
    quote! {
        #(#cfgs)*
        #silenced
        #vis struct #name {}

        #(#cfgs)*
        #silenced
        #implement #name {
            #checked
            #(#reasons)*
            #[doc(hidden)] pub const fn __annotated<T>() {}
            #(#[doc(hidden)] pub const #names: [(); Self::__REFUSED0] = [];)*
        }

        #(#cfgs)*
        #silenced
        impl<const PARAMETER: usize> ::autodiff::__private::Wrt<PARAMETER> for #name {}
    }
}

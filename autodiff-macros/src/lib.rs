//! The attribute `#[differentiate]`: a shell over `autodiff-compiler`.

#![forbid(unsafe_code)]

use proc_macro::TokenStream;

/// Generates the derivatives of the function it stands on. See the crate `autodiff`.
#[proc_macro_attribute]
pub fn differentiate(args: TokenStream, item: TokenStream) -> TokenStream {
    autodiff_compiler::expand(args.into(), item.into()).into()
}

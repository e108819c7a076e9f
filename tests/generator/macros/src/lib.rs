//! `differentiate` with an optimisation switched off.

#![forbid(unsafe_code)]

use proc_macro2::{TokenStream, TokenTree};

/// `#[differentiate(pass; options)]` is `#[differentiate(options)]` of the facade without that pass. By
/// another name the compiler would not see that other functions of the file are under it.
#[proc_macro_attribute]
pub fn differentiate(
    args: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let mut args = TokenStream::from(args).into_iter();
    let pass = args.next().expect("the name of a pass").to_string();
    let semicolon = args.next();
    assert!(matches!(semicolon, Some(TokenTree::Punct(p)) if p.as_char() == ';'), "a `;`");
    autodiff_compiler::expand_without(&pass, args.collect(), item.into()).into()
}

//! What a call names: a path, or a method of its first argument, `.name`. A method of which is not known
//! how it takes `self`, where it may be by `&mut`, is `.dyn name`.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Ident;

/// A method; of which is known whether it changes its receiver, or is not.
pub fn method(name: &Ident, known: bool) -> TokenStream {
    if known { quote!(.#name) } else { quote!(.dyn #name) }
}

/// The name of a method; none of a path.
pub fn method_name(callee: &TokenStream) -> Option<Ident> {
    let mut trees = callee.clone().into_iter();
    match trees.next()? {
        TokenTree::Punct(p) if p.as_char() == '.' => {}
        _ => return None,
    }
    match trees.last()? {
        TokenTree::Ident(name) => Some(name),
        _ => None,
    }
}

/// Whether it is not known if a method changes its receiver.
pub fn is_uncertain(callee: &TokenStream) -> bool {
    let second = callee.clone().into_iter().nth(1);
    matches!(second, Some(TokenTree::Ident(word)) if word == "dyn")
}

/// The callee as a person writes it.
pub fn plain(callee: &TokenStream) -> TokenStream {
    method_name(callee).map_or_else(|| callee.clone(), ToTokens::into_token_stream)
}

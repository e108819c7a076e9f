//! What is asked of tokens, and done to them, wherever they nest.

use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};

/// Whether an identifier of that name stands among the tokens.
pub fn mentions<Name: ?Sized>(tokens: TokenStream, name: &Name) -> bool
where
    Ident: PartialEq<Name>,
{
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// Calls `f` on every identifier.
pub fn each_ident(tokens: TokenStream, f: &mut dyn FnMut(Ident)) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) => f(ident),
            TokenTree::Group(group) => each_ident(group.stream(), f),
            _ => {}
        }
    }
}

/// The literal that the tokens are, and whether there is a minus before it.
pub fn signed_literal(tokens: &TokenStream) -> Option<(bool, Literal)> {
    let mut trees = tokens.clone().into_iter();
    match (trees.next()?, trees.next(), trees.next()) {
        (TokenTree::Literal(literal), None, _) => Some((false, literal)),
        (TokenTree::Punct(p), Some(TokenTree::Literal(literal)), None) if p.as_char() == '-' => {
            Some((true, literal))
        }
        _ => None,
    }
}

/// The group with other tokens in it.
pub fn regrouped(group: &Group, inner: TokenStream) -> TokenTree {
    let mut other = Group::new(group.delimiter(), inner);
    other.set_span(group.span());
    other.into()
}

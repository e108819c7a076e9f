//! Methods and associated functions: as the functions that they are, with `self` as a parameter.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Generics, ItemFn, Receiver, ReceiverKind};

use super::Declared;
use super::elided::has_unnamed;
use super::implementation::Implementation;
use crate::tokens::regrouped;

/// The name under which generated code has `self`, which no parameter of a closure can be called.
pub const SELF: &str = "ad_self";

/// A function of a type.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its own name, which those of its derivatives begin with.
    pub name: Ident,
    /// Whether it takes `self`.
    pub has_receiver: bool,
    /// Lifetimes and other generic parameters of the `impl`, as far as it can be read.
    pub lifetimes: Vec<String>,
    /// See above.
    pub params: Vec<String>,
    /// Whether the `impl` leaves a lifetime without a name, as in `impl Window<'_>`.
    pub has_unnamed_lifetimes: bool,
}

impl Method {
    /// The method that an item is, within its `impl` if that can be read.
    pub fn new(item: &ItemFn, of: Option<&Implementation>, declared: &Declared) -> Self {
        Self {
            name: item.sig.ident.clone(),
            has_receiver: item.sig.receiver().is_some(),
            lifetimes: of.map(|of| of.lifetimes.clone()).unwrap_or_default(),
            params: of.map(|of| of.params.clone()).unwrap_or_default(),
            has_unnamed_lifetimes: of
                .and_then(|of| syn::parse_str(&of.self_ty).ok())
                .is_some_and(|ty| has_unnamed(&ty, declared)),
        }
    }

    /// The name of one of its derivatives: `loss_grad`, `__loss_vjp`.
    pub fn derivative(&self, function: &str) -> Ident {
        derivative_name(&self.name, function)
    }
}

/// The name of a method's derivative.
pub fn derivative_name(method: &Ident, function: &str) -> Ident {
    match function.strip_prefix("__") {
        Some(core) => format_ident!("__{}_{}", method, core, span = method.span()),
        None => format_ident!("{}_{}", method, function, span = method.span()),
    }
}

/// The method as a function whose first parameter is `self` under another name.
pub fn as_function(item: &ItemFn) -> ItemFn {
    let mut function = item.clone();
    let Some(FnArg::Receiver(receiver)) = function.sig.inputs.first() else { return function };
    let ty = receiver_type(receiver);
    let name = Ident::new(SELF, receiver.self_token.span());
    let mutability = &receiver.mutability;
    let typed = syn::parse_quote!(#mutability #name: #ty);
    if let Some(first) = function.sig.inputs.first_mut() {
        *first = typed;
    }
    let block = renamed(function.block.to_token_stream());
    if let Ok(block) = syn::parse2(block) {
        *function.block = block;
    }
    function
}

fn receiver_type(receiver: &Receiver) -> TokenStream {
    let this = quote_spanned!(receiver.span()=> Self);
    match &receiver.kind {
        ReceiverKind::Reference(and, lifetime, mutability) => {
            quote!(#and #lifetime #mutability #this)
        }
        ReceiverKind::Typed(_, ty) => quote!(#ty),
        _ => this,
    }
}

/// Code with `self` under its other name; `self::path` is a module.
fn renamed(tokens: TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        out.push(match tree {
            TokenTree::Group(group) => regrouped(&group, renamed(group.stream())),
            TokenTree::Ident(ident)
                if ident == "self"
                    && !matches!(trees.peek(), Some(TokenTree::Punct(p)) if p.as_char() == ':') =>
            {
                Ident::new(SELF, ident.span()).into()
            }
            tree => tree,
        });
    }
    out.into_iter().collect()
}

/// The function of an `impl` as it would stand outside: with the type for `Self`, its associated types
/// for theirs, and the generic parameters of both.
pub fn outside(function: &ItemFn, of: &Implementation) -> Option<ItemFn> {
    let this: TokenStream = of.self_ty.parse().ok()?;
    let types: Vec<(String, TokenStream)> = of
        .types
        .iter()
        .map(|(name, ty)| Some((name.clone(), without_self(ty.parse().ok()?, &this, &[]))))
        .collect::<Option<_>>()?;
    let tokens = without_self(function.to_token_stream(), &this, &types);
    let mut function: ItemFn = syn::parse2(tokens).ok()?;
    let generics: Generics = syn::parse_str(&of.generics).ok()?;
    let mut all = generics.params;
    all.extend(function.sig.generics.params.clone());
    let predicates: TokenStream = of.where_clause.parse().ok()?;
    if !all.is_empty() {
        let own = function.sig.generics.where_clause.iter().flat_map(|w| &w.predicates);
        let own: Vec<_> = own.collect();
        let where_clause = syn::parse2(quote!(where #predicates #(#own),*)).ok();
        function.sig.generics = Generics { where_clause, ..syn::parse2(quote!(<#all>)).ok()? };
    }
    Some(function)
}

fn without_self(
    tokens: TokenStream,
    this: &TokenStream,
    types: &[(String, TokenStream)],
) -> TokenStream {
    let mut out = TokenStream::new();
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < trees.len() {
        match &trees[at] {
            TokenTree::Group(group) => {
                let inner = without_self(group.stream(), this, types);
                out.extend([regrouped(group, inner)]);
            }
            TokenTree::Ident(ident) if ident == "Self" => {
                let associated = match trees.get(at + 1..at + 4) {
                    Some([TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(name)])
                        if a.as_char() == ':' && b.as_char() == ':' =>
                    {
                        types.iter().find(|(n, _)| name == n)
                    }
                    _ => None,
                };
                let (with, taken) = match (associated, trees.get(at + 1)) {
                    (Some((_, ty)), _) => (ty.clone(), 4),
                    // A constructor, or the path of a function: expressions.
                    (None, Some(TokenTree::Group(_))) => (turbofish(this), 1),
                    (None, Some(TokenTree::Punct(p))) if p.as_char() == ':' => (turbofish(this), 1),
                    (None, _) => (this.clone(), 1),
                };
                out.extend(located(with, ident.span()));
                at += taken;
                continue;
            }
            tree => out.extend([tree.clone()]),
        }
        at += 1;
    }
    out
}

/// A type as an expression names it: `Pair::<T>` for `Pair<T>`, which is good for a type too.
fn turbofish(ty: &TokenStream) -> TokenStream {
    let Ok(mut path) = syn::parse2::<syn::Path>(ty.clone()) else { return ty.clone() };
    for segment in &mut path.segments {
        if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            arguments.colon2_token.get_or_insert_default();
        }
    }
    path.to_token_stream()
}

fn located(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut tree| {
            tree.set_span(span);
            tree
        })
        .collect()
}

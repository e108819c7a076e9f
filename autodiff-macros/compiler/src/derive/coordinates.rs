//! The coordinates of a struct and of its tangent: those of the fields that have a derivative.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, Member};

use super::Part;
use super::generics::{Generics, add_leaves};
use crate::emit::silenced;
use crate::tokens::mentions;

/// Implements `Coordinates` and `CoordinatesMut` for both.
pub fn coordinates(
    input: &DeriveInput,
    generics: &Generics,
    target: &TokenStream,
    active: &[&Part<'_>],
) -> TokenStream {
    let Generics { declared, kept, .. } = generics;
    let (_, own, _) = input.generics.split_for_impl();
    let name = &input.ident;
    let (of_primal, of_tangent) = (generics.of_primal(input, None), generics.bounded(input, None));
    // Where a constant holds its place there is nothing to see.
    let seen: Vec<_> = active.iter().filter(|part| part.primal != syn::parse_quote!(())).collect();
    let mut leaves = Vec::new();
    seen.iter().for_each(|part| add_leaves(&part.field.ty, &mut leaves));
    // A struct that holds itself has coordinates if all else in it has.
    leaves.retain(|ty| !mentions(ty.to_token_stream(), &name.to_string()));
    let primals: Vec<TokenStream> = leaves.iter().map(ToTokens::to_token_stream).collect();
    let tangents = leaves.iter().map(|ty| quote!(<#ty as ::autodiff::Differentiable>::Tangent));
    let tangents: Vec<TokenStream> = tangents.collect();
    let primal = both(declared, &quote!(#name #own), &of_primal, &primals, &seen);
    let tangent = both(kept, target, &of_tangent, &tangents, &seen);
    // What is behind a shared reference cannot be changed.
    let borrows = seen.iter().any(|part| part.field.ty.to_token_stream().to_string().contains('&'));
    let primal_mut = (!borrows).then_some(primal.exclusive);
    let (primal, shared, exclusive) = (primal.shared, tangent.shared, tangent.exclusive);
    quote!(#primal #primal_mut #shared #exclusive)
}

/// The implementations of the two traits.
struct Both {
    shared: TokenStream,
    exclusive: TokenStream,
}

fn both(
    generics: &TokenStream,
    of: &TokenStream,
    written: &TokenStream,
    leaves: &[TokenStream],
    seen: &[&&Part<'_>],
) -> Both {
    let silenced = silenced();
    let members: Vec<&Member> = seen.iter().map(|part| &part.member).collect();
    let segments = members.iter().map(|member| match member {
        Member::Named(name) => {
            let name = name.to_string();
            quote!(Field(#name))
        }
        Member::Unnamed(i) => {
            let index = i.index as usize;
            quote!(Position(#index))
        }
    });
    // rustc refuses a bound that never holds, save under a lifetime of which it might depend.
    let shared = quote! {
        #silenced
        #[automatically_derived]
        impl #generics ::autodiff::Coordinates for #of
        #written #(for<'ad> #leaves: ::autodiff::Coordinates,)*
        {
            fn visit(&self, ad_visitor: &mut dyn ::autodiff::Visitor) {
                #(
                    ad_visitor.enter(::autodiff::Segment::#segments);
                    ::autodiff::Coordinates::visit(&self.#members, ad_visitor);
                    ad_visitor.leave();
                )*
            }
        }
    };
    let exclusive = quote! {
        #silenced
        #[automatically_derived]
        impl #generics ::autodiff::CoordinatesMut for #of
        #written #(for<'ad> #leaves: ::autodiff::CoordinatesMut,)*
        {
            fn visit_mut(&mut self, ad_visitor: &mut dyn ::autodiff::VisitorMut) {
                #(::autodiff::CoordinatesMut::visit_mut(&mut self.#members, ad_visitor);)*
            }
        }
    };
    Both { shared, exclusive }
}

//! The shape of a value: of each differentiated field its own, as nested pairs.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Member, Type};

use super::generics::Generics;
use super::{Part, Reader};
use crate::emit::silenced;

/// Pairs that end in `()`.
pub fn pairs(parts: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    parts.rev().fold(quote!(()), |rest, part| quote!((#part, #rest)))
}

/// The place of a part in pairs.
pub fn place(k: usize) -> TokenStream {
    let inwards = (0..k).map(|_| quote!(.1));
    quote!(#(#inwards)* .0)
}

/// The type of the shape of fields.
pub fn of_types(active: &[&Part<'_>]) -> TokenStream {
    pairs(
        active
            .iter()
            .map(|Part { primal, .. }| quote!(<#primal as ::autodiff::Differentiable>::Shape)),
    )
}

/// The fields of a neutral tangent of what `shape` tells.
pub fn neutral(active: &[&Part<'_>], shape: &TokenStream) -> TokenStream {
    let members: Vec<&Member> = active.iter().map(|part| &part.member).collect();
    let types: Vec<&Type> = active.iter().map(|part| &part.primal).collect();
    let places = (0..active.len()).map(place);
    quote!(#(#members: <#types as ::autodiff::Differentiable>::neutral(&#shape #places),)*)
}

/// `Differentiable` by the type of a shape, its value, and a tangent given `ad_shape`.
pub fn differentiable(
    reader: &Reader<'_>,
    parts: &[&Part<'_>],
    (ty, value): (&TokenStream, &TokenStream),
    tangent: &TokenStream,
    neutral: &TokenStream,
    bound: Option<&TokenStream>,
) -> TokenStream {
    let input = reader.input;
    let generics = Generics::of_tangent(input, &reader.types, parts);
    let (declared, written) = (&generics.declared, generics.of_primal(input, bound));
    let (name, silenced) = (&input.ident, silenced());
    let (_, own, _) = input.generics.split_for_impl();
    let implementation = |shape: &TokenStream, value: &TokenStream, open: &TokenStream| {
        quote! {
            #silenced
            #[automatically_derived]
            impl #declared ::autodiff::Differentiable for #name #own #written {
                type Tangent = #tangent;
                type Shape = #shape;
                #[inline]
                fn tangent_shape(&self) -> Self::Shape {
                    #value
                }
                #[inline]
                fn neutral(ad_shape: &Self::Shape) -> Self::Tangent {
                    #open
                    #neutral
                }
            }
        }
    };
    if !reader.is_recursive(parts.iter().copied()) {
        return implementation(ty, value, &TokenStream::new());
    }
    // A type that is named may hold itself.
    let shape = Generics::of_shape(input, &reader.types, parts);
    let (kept, arguments) = (&shape.kept, &shape.arguments);
    let bounds = shape.bounded(input, bound);
    let implementation = implementation(
        &quote!(AdShape #arguments),
        &quote!(AdShape(#value)),
        &quote!(let ad_shape = &ad_shape.0;),
    );
    quote! {
        #silenced
        const _: () = {
            pub struct AdShape #kept (#ty) #bounds;

            #[automatically_derived]
            impl #kept ::core::clone::Clone for AdShape #arguments #bounds {
                fn clone(&self) -> Self {
                    Self(::core::clone::Clone::clone(&self.0))
                }
            }

            #implementation
        };
    }
}

//! The tangent of an enum: of each variant that holds something its own.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Fields, Member, Variant};

use super::coordinates::{self, Subject, Visits};
use super::generics::Generics;
use super::tangent::{self, Entry};
use super::{Part, Reader, shape};

pub fn tangent_of(reader: &Reader<'_>, variants: &[(&Variant, Vec<Part<'_>>)]) -> TokenStream {
    let input = reader.input;
    let (name, vis) = (&input.ident, &input.vis);
    let tangent = format_ident!("{}Tangent", name, span = name.span());
    let all: Vec<&Part<'_>> = variants.iter().flat_map(|(_, parts)| parts).collect();
    let generics = Generics::of_tangent(input, &reader.types, &all);
    // Variants without fields have no room.
    let held: Vec<_> = variants.iter().filter(|(variant, _)| !variant.fields.is_empty()).collect();
    let (mut payloads, mut entries) = (TokenStream::new(), Vec::new());
    let (mut shapes, mut zeros) = (Vec::new(), Vec::new());
    for (k, (variant, parts)) in held.iter().enumerate() {
        let own = &variant.ident;
        let payload = format_ident!("{}{}", tangent, own, span = own.span());
        let of_variant: Vec<&Part<'_>> = parts.iter().collect();
        let generics = Generics::of_tangent(input, &reader.types, &of_variant);
        let arguments = &generics.arguments;
        payloads.extend(tangent::define(
            input,
            &generics,
            &payload,
            &format!("The tangent of what [`{name}::{own}`] holds."),
            matches!(variant.fields, Fields::Named(_)),
            &Entry::of_parts(parts, Some(vis)),
        ));
        payloads.extend(tangent::constants(input, &generics, &payload, &variant.fields, parts));
        payloads.extend(
            Subject::tangent(input, &generics, &quote!(#payload #arguments), &of_variant)
                .visited(&coordinates::of_self(&of_variant), true),
        );
        let active: Vec<&Part<'_>> = parts.iter().filter(|part| part.tangent.is_some()).collect();
        let of_types = shape::of_types(&active);
        shapes.push(quote!(::core::option::Option<#of_types>));
        let (place, neutral) = (shape::place(k), shape::neutral(&active, &quote!(ad_payload)));
        zeros.push(quote! {
            #own: match &ad_shape #place {
                ::core::option::Option::Some(ad_payload) => #payload { #neutral },
                ::core::option::Option::None => ::core::default::Default::default(),
            }
        });
        entries.push(Entry {
            vis,
            name: Some(own),
            member: Member::Named(own.clone()),
            doc: format!("The tangent of what it holds as [`{name}::{own}`]."),
            tangent: quote!(#payload #arguments),
            default: quote!(::core::default::Default::default()),
        });
    }
    let arms = variants.iter().map(|(variant, parts)| {
        let own = &variant.ident;
        let active = parts.iter().filter(|part| part.tangent.is_some());
        let read: Vec<_> = active.clone().filter(|part| !part.holds_place()).collect();
        let members = read.iter().map(|part| &part.member);
        let names = read.iter().map(|part| part.binding());
        let here = shape::pairs(active.map(|part| {
            if part.holds_place() {
                return quote!(());
            }
            let (name, primal) = (part.binding(), &part.primal);
            quote!(<#primal as ::autodiff::Differentiable>::tangent_shape(#name))
        }));
        let value = shape::pairs(held.iter().map(|(other, _)| {
            if other.ident == *own {
                quote!(::core::option::Option::Some(#here))
            } else {
                quote!(::core::option::Option::None)
            }
        }));
        quote!(Self::#own { #(#members: #names,)* .. } => #value,)
    });
    let value = match variants {
        [] => quote!(match *self {}),
        _ => quote!(match self { #(#arms)* }),
    };
    let arguments = &generics.arguments;
    let differentiable = shape::differentiable(
        reader,
        &all,
        (&shape::pairs(shapes.into_iter()), &value),
        &quote!(#tangent #arguments),
        &quote!(#tangent { #(#zeros,)* }),
        Some(&quote!(::core::default::Default)),
    );
    let definition = tangent::define(
        input,
        &generics,
        &tangent,
        &format!(
            "The tangent of [`{name}`], and its gradient: zero in the variants that the value is not in."
        ),
        true,
        &entries,
    );
    let of_tangent = Subject::tangent(input, &generics, &quote!(#tangent #arguments), &all);
    let of_tangent = of_tangent.visited(&in_payloads(&held), true);
    let of_primal = Subject::primal(input, &generics, &all);
    let of_primal = of_primal.visited(&in_variants(variants), coordinates::are_owned(&all));
    quote!(#payloads #definition #differentiable #of_primal #of_tangent)
}

/// The coordinates of an enum: those of the variant that it is in.
fn in_variants(variants: &[(&Variant, Vec<Part<'_>>)]) -> Visits {
    if variants.is_empty() {
        return Visits { shown: quote!(match *self {}), lent: quote!(match *self {}) };
    }
    let (mut shown, mut lent) = (TokenStream::new(), TokenStream::new());
    for (variant, parts) in variants {
        let (own, parts): (_, Vec<_>) = (&variant.ident, parts.iter().collect());
        let seen = coordinates::seen(&parts);
        let members = seen.iter().map(|part| &part.member);
        let names = seen.iter().map(|part| part.binding());
        let pattern = quote!(Self::#own { #(#members: #names,)* .. });
        let visits = coordinates::of_fields(&parts, |part, _| part.binding().to_token_stream());
        let inner = coordinates::in_variant(own, &visits.shown);
        shown.extend(quote!(#pattern => { #inner }));
        let inner = visits.lent;
        lent.extend(quote!(#pattern => { #inner }));
    }
    Visits { shown: quote!(match self { #shown }), lent: quote!(match self { #lent }) }
}

/// The coordinates of an enum's tangent: those of all variants.
fn in_payloads(held: &[&(&Variant, Vec<Part<'_>>)]) -> Visits {
    let (mut shown, mut lent) = (TokenStream::new(), TokenStream::new());
    for (variant, _) in held {
        let own = &variant.ident;
        let visit = quote!(::autodiff::Coordinates::visit(&self.#own, ad_visitor););
        shown.extend(coordinates::in_variant(own, &visit));
        lent.extend(quote!(::autodiff::CoordinatesMut::visit_mut(&mut self.#own, ad_visitor);));
    }
    Visits { shown, lent }
}

//! The tangent of a struct: of each differentiated field its own.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Fields;

use super::coordinates::{self, Subject};
use super::generics::Generics;
use super::tangent::{self, Entry};
use super::{Part, Reader, shape};

pub fn tangent_of(reader: &Reader<'_>, fields: &Fields, parts: &[Part<'_>]) -> TokenStream {
    let input = reader.input;
    let name = &input.ident;
    let tangent = format_ident!("{}Tangent", name, span = name.span());
    let all: Vec<&Part<'_>> = parts.iter().collect();
    let generics = Generics::of_tangent(input, &reader.types, &all);
    let arguments = &generics.arguments;
    let definition = tangent::define(
        input,
        &generics,
        &tangent,
        &format!("The tangent of [`{name}`], and its gradient."),
        matches!(fields, Fields::Named(_)),
        &Entry::of_parts(parts, None),
    );
    let active: Vec<&Part<'_>> = parts.iter().filter(|part| part.tangent.is_some()).collect();
    let shapes = active.iter().map(|part| {
        let (member, primal) = (&part.member, &part.primal);
        if part.holds_place() {
            return quote!(());
        }
        quote!(<#primal as ::autodiff::Differentiable>::tangent_shape(&self.#member))
    });
    let neutral = shape::neutral(&active, &quote!(ad_shape));
    let differentiable = shape::differentiable(
        reader,
        &all,
        (&shape::of_types(&active), &shape::pairs(shapes)),
        &quote!(#tangent #arguments),
        &quote!(#tangent { #neutral }),
        None,
    );
    let constants = tangent::constants(input, &generics, &tangent, fields, parts);
    let target = quote!(#tangent #arguments);
    let visits = coordinates::of_self(&all);
    let primal = Subject::primal(input, &generics, &all);
    let primal = primal.visited(&visits, coordinates::are_owned(&all));
    let tangent = Subject::tangent(input, &generics, &target, &all).visited(&visits, true);
    quote!(#definition #differentiable #constants #primal #tangent)
}

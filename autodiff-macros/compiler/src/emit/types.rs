//! The types that stand in generated signatures: gradients, shadows, tangents.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, Lifetime, PathArguments, Type, TypeReference};

use crate::parse::{Parameter, TypeReader, is_in_place};

/// The gradient's type for a primal of this type: owned, constants `()`. What only rustc
/// can look up is in error if the body is.
pub fn tangent(ty: &Type, types: &TypeReader) -> TokenStream {
    tangent_by(ty, types, in_error)
}

/// The same outside of a handle.
pub fn plain_tangent(ty: &Type, types: &TypeReader) -> TokenStream {
    tangent_by(ty, types, TokenStream::clone)
}

fn tangent_by(ty: &Type, types: &TypeReader, held: fn(&TokenStream) -> TokenStream) -> TokenStream {
    let tangent = |ty: &Type| tangent_by(ty, types, held);
    let derived = |ty: &Type| {
        // A tangent owns what it is made of, whatever its primal borrows.
        let mut ty = ty.clone();
        Borrowed.visit_type_mut(&mut ty);
        let ty = held(&ty.to_token_stream());
        quote!(<#ty as ::autodiff::Differentiable>::Tangent)
    };
    if types.is_constant(ty) && !matches!(ty, Type::Tuple(t) if !t.elems.is_empty()) {
        return quote!(());
    }
    match ty {
        Type::Paren(t) => tangent(&t.elem),
        Type::Group(t) => tangent(&t.elem),
        Type::Reference(t) => tangent(&t.elem),
        Type::Array(t) => {
            let (element, len) = (tangent(&t.elem), &t.len);
            quote!([#element; #len])
        }
        Type::Slice(t) => {
            let element = tangent(&t.elem);
            quote!(::autodiff::__private::alloc::vec::Vec<#element>)
        }
        Type::Tuple(t) => {
            let parts = t.elems.iter().map(tangent);
            quote!((#(#parts,)*))
        }
        Type::Path(_) if types.read(ty).is_float() => quote!(#ty),
        Type::Path(_) => match vec_element(ty) {
            Some(element) => {
                let element = tangent(element);
                quote!(::autodiff::__private::alloc::vec::Vec<#element>)
            }
            None => derived(ty),
        },
        other => derived(other),
    }
}

/// Whether the values of this type are their own tangents, as far as its name tells.
pub fn is_its_own_tangent(ty: &Type, types: &TypeReader) -> bool {
    match ty {
        Type::Paren(t) => is_its_own_tangent(&t.elem, types),
        Type::Group(t) => is_its_own_tangent(&t.elem, types),
        Type::Array(t) => is_its_own_tangent(&t.elem, types),
        Type::Slice(t) => is_its_own_tangent(&t.elem, types),
        Type::Tuple(t) => t.elems.iter().all(|t| is_its_own_tangent(t, types)),
        Type::Path(t) => match vec_element(ty) {
            Some(element) => is_its_own_tangent(element, types),
            None => t.path.get_ident().is_some() && types.read(ty).is_float(),
        },
        _ => false,
    }
}

/// Makes every lifetime in a type `'static`.
struct Borrowed;

impl VisitMut for Borrowed {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        lifetime.ident = Ident::new("static", lifetime.ident.span());
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| Lifetime::new("'static", Span::call_site()));
        visit_mut::visit_type_reference_mut(self, reference);
    }
}

/// What a `Vec` is a `Vec` of.
pub fn vec_element(ty: &Type) -> Option<&Type> {
    let Type::Path(p) = ty else { return None };
    let last = p.path.segments.last()?;
    if last.ident != "Vec" {
        return None;
    }
    let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    match args.args.first()? {
        GenericArgument::Type(element) => Some(element),
        _ => None,
    }
}

/// What is behind the reference by which a shadow is passed: sequences as slices.
pub fn shadow(parameter: &Parameter, types: &TypeReader) -> TokenStream {
    let (inner, in_place) = match &parameter.ty {
        Type::Reference(r) => (&*r.elem, r.mutability.is_some()),
        ty => (ty, false),
    };
    let element = match inner {
        Type::Slice(t) => Some(&*t.elem),
        // What is pushed to in place has a shadow that can grow.
        _ if in_place => None,
        ty => vec_element(ty),
    };
    match element {
        Some(element) => {
            let element = tangent(element, types);
            quote!([#element])
        }
        None => tangent(inner, types),
    }
}

/// The type of the slot through which a pullback is given a shadow.
pub fn slot(parameter: &Parameter, types: &TypeReader) -> TokenStream {
    if parameter.active {
        let shadow = in_error(&shadow(parameter, types));
        if parameter.takes_shadow() {
            quote!(&mut #shadow)
        } else {
            quote!(::core::option::Option<&mut #shadow>)
        }
    } else {
        let held = held(parameter, types);
        quote!(::core::option::Option<&mut #held>)
    }
}

/// The type of the slot through which a pushforward is given a tangent.
pub fn tangent_slot(parameter: &Parameter, types: &TypeReader) -> TokenStream {
    if parameter.is_receiver() {
        let given =
            if parameter.active { shadow(parameter, types) } else { held(parameter, types) };
        let how = if is_in_place(&parameter.ty) { quote!(Exclusive) } else { quote!(Shared) };
        quote!(impl ::autodiff::__private::receiver::#how<#given>)
    } else if parameter.active {
        let shadow = in_error(&shadow(parameter, types));
        if is_in_place(&parameter.ty) {
            quote!(&mut #shadow)
        } else {
            quote!(::core::option::Option<&#shadow>)
        }
    } else {
        let held = held(parameter, types);
        quote!(::core::option::Option<&#held>)
    }
}

/// The same where second derivatives are taken: in the form that the function takes the parameter.
pub fn second_slot(parameter: &Parameter, types: &TypeReader) -> TokenStream {
    if !parameter.is_receiver() {
        return tangent_slot(parameter, types);
    }
    let given = if parameter.active { shadow(parameter, types) } else { held(parameter, types) };
    let mutable = is_in_place(&parameter.ty).then(|| quote!(mut));
    quote!(::core::option::Option<&#mutable #given>)
}

/// What stands for the shadow of a parameter that derivatives are not taken for. Of a type that could
/// have one it is a type of its own, so that a caller who has an adjoint for it is told.
fn held(parameter: &Parameter, types: &TypeReader) -> TokenStream {
    if types.is_constant(&parameter.ty) {
        quote!(())
    } else {
        quote!(::autodiff::__private::NotInWrt)
    }
}

/// The closure parameter through which a pullback is given a reference once more.
pub fn again(ty: &Type) -> TokenStream {
    match ty {
        Type::Reference(r) if r.mutability.is_none() => {
            let inner = &r.elem;
            quote!(&#inner)
        }
        _ => quote!(::autodiff::__private::Ignored),
    }
}

/// A type, in error if the body is (see `handle::checked`). Of a reference, what it refers to is.
pub fn checked(ty: &Type) -> TokenStream {
    match ty {
        Type::Reference(r) => {
            let (lifetime, mutability, inner) = (&r.lifetime, &r.mutability, &r.elem);
            let inner = checked(inner);
            quote!(&#lifetime #mutability #inner)
        }
        ty => in_error(&ty.to_token_stream()),
    }
}

/// The same of a type that is no reference.
pub fn in_error(ty: &TokenStream) -> TokenStream {
    quote!(::autodiff::__private::Checked<#ty, { Self::__CHECKED }>)
}

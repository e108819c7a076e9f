//! `self` in the derivatives of a method.
//!
//! Who calls a method does not know whether it takes `self`, `&self` or `&mut self`, so each offers the
//! same: a slot for the shadow that may be empty, a tangent in any form or none, and a function that says.

use proc_macro2::TokenStream;
use syn::{Ident, Type};

use super::functions::Functions;
use crate::parse::{Signature, is_in_place};

impl Functions<'_> {
    /// How the method takes `self`, for a caller who does not know and keeps what it is called on: the
    /// reference, or a copy.
    pub(super) fn receiver(&self) -> TokenStream {
        let Some((_, ty)) = self.header.inputs.first().filter(|_| self.header.has_receiver) else {
            return TokenStream::new();
        };
        let (name, silenced) = (self.named("__self"), &self.silenced);
        let function = match ty {
            Type::Reference(r) => {
                let (mutability, this) = (&r.mutability, &r.elem);
                hygienic!(fn #name(self: & #mutability #this) -> & #mutability #this { self })
            }
            // Asked of every method, the bound need not hold for one that nobody calls so.
            ty => hygienic! {
                fn #name(self: &#ty) -> #ty
                where
                    for<'ad> #ty: ::core::clone::Clone,
                {
                    ::core::clone::Clone::clone(self)
                }
            },
        };
        hygienic! {
            #silenced
            #[doc(hidden)]
            #[inline]
            pub #function
        }
    }
}

/// What is done about the shadow of `&mut self`.
#[derive(Default)]
pub struct Shadow {
    /// Keeps its shape, in the forward sweep.
    pub keep: TokenStream,
    /// Stands in for one that the caller does not want, in the backward sweep.
    pub open: TokenStream,
}

/// The shadow goes by the name `slot`.
pub fn shadow(signature: &Signature, slot: Option<&Ident>) -> Shadow {
    let (Some(first), Some(slot)) = (signature.parameters.first(), slot) else {
        return Shadow::default();
    };
    if !(first.is_receiver() && first.active && is_in_place(&first.ty)) {
        return Shadow::default();
    }
    let name = &first.name;
    Shadow {
        keep: hygienic!(let ad_shape = ::autodiff::__private::shape_of(&*#name);),
        open: hygienic! {
            let mut ad_unread;
            let #slot = match #slot {
                ::core::option::Option::Some(ad_given) => ad_given,
                ::core::option::Option::None => {
                    ad_unread = ::autodiff::__private::zero_of(&ad_shape);
                    &mut ad_unread
                }
            };
        },
    }
}

/// Takes the tangent, which goes by the name `dot`, as the body expects it.
pub fn tangent(signature: &Signature, dot: Option<&Ident>) -> TokenStream {
    let (Some(first), Some(dot)) = (signature.parameters.first(), dot) else {
        return TokenStream::new();
    };
    let name = &first.name;
    match (first.is_receiver(), is_in_place(&first.ty)) {
        (false, _) => TokenStream::new(),
        (true, false) => hygienic! {
            let #dot = ::autodiff::__private::receiver::Shared::shared(#dot);
        },
        (true, true) if first.active => hygienic! {
            let mut ad_unread;
            let #dot = match ::autodiff::__private::receiver::Exclusive::exclusive(#dot) {
                ::core::option::Option::Some(ad_given) => ad_given,
                ::core::option::Option::None => {
                    ad_unread = ::autodiff::__private::zero_tangent(&*#name);
                    &mut ad_unread
                }
            };
        },
        (true, true) => TokenStream::new(),
    }
}

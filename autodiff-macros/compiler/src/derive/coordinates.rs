//! The coordinates of a type and of its tangent: those of the fields that have a derivative.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, Ident, Member, Type};

use super::generics::{Generics, add_leaves};
use super::{Part, mentions_own};
use crate::emit::silenced;

/// What has coordinates by its fields.
pub struct Subject<'a> {
    /// The generic parameters that it declares.
    declared: &'a TokenStream,
    /// Its type.
    ty: TokenStream,
    /// Its bounds.
    written: TokenStream,
    /// The types whose coordinates are asked for.
    leaves: Vec<TokenStream>,
}

/// How coordinates are come by.
pub struct Visits {
    /// Those that are shown.
    pub shown: TokenStream,
    /// Those that are lent to be changed.
    pub lent: TokenStream,
}

impl<'a> Subject<'a> {
    /// The type itself, with these fields in it.
    pub fn primal(input: &'a DeriveInput, generics: &'a Generics, parts: &[&Part<'_>]) -> Self {
        let (name, (_, own, _)) = (&input.ident, input.generics.split_for_impl());
        Self {
            declared: &generics.declared,
            ty: quote!(#name #own),
            written: generics.of_primal(input, None),
            leaves: leaves(input, parts).iter().map(ToTokens::to_token_stream).collect(),
        }
    }

    /// A tangent of these fields.
    pub fn tangent(
        input: &'a DeriveInput,
        generics: &'a Generics,
        ty: &TokenStream,
        parts: &[&Part<'_>],
    ) -> Self {
        let of = |ty: &Type| quote!(<#ty as ::autodiff::Differentiable>::Tangent);
        Self {
            declared: &generics.kept,
            ty: ty.clone(),
            written: generics.bounded(input, None),
            leaves: leaves(input, parts).iter().map(of).collect(),
        }
    }

    /// Implements `Coordinates` and `CoordinatesMut`, the latter if nothing is behind a shared reference.
    pub fn visited(&self, Visits { shown, lent }: &Visits, is_owned: bool) -> TokenStream {
        let Self { declared, ty, written, leaves } = self;
        let silenced = silenced();
        // rustc refuses a bound that never holds, save under a lifetime of which it might depend.
        let shown = quote! {
            #silenced
            #[automatically_derived]
            impl #declared ::autodiff::Coordinates for #ty
            #written #(for<'ad> #leaves: ::autodiff::Coordinates,)*
            {
                fn visit(&self, ad_visitor: &mut dyn ::autodiff::Visitor) {
                    #shown
                }
            }
        };
        let lent = is_owned.then(|| {
            quote! {
                #silenced
                #[automatically_derived]
                impl #declared ::autodiff::CoordinatesMut for #ty
                #written #(for<'ad> #leaves: ::autodiff::CoordinatesMut,)*
                {
                    fn visit_mut(&mut self, ad_visitor: &mut dyn ::autodiff::VisitorMut) {
                        #lent
                    }
                }
            }
        });
        quote!(#shown #lent)
    }
}

/// The fields that show something: where a constant holds its place there is nothing to see.
pub fn seen<'p>(parts: &[&'p Part<'p>]) -> Vec<&'p Part<'p>> {
    let seen = |part: &&Part<'_>| part.tangent.is_some() && !part.holds_place();
    parts.iter().copied().filter(seen).collect()
}

/// Whether all fields can be changed, none being behind a shared reference.
pub fn are_owned(parts: &[&Part<'_>]) -> bool {
    let borrows = |part: &&Part<'_>| part.primal.to_token_stream().to_string().contains('&');
    !seen(parts).iter().any(borrows)
}

/// Those of fields, each of which `place` finds.
pub fn of_fields(
    parts: &[&Part<'_>],
    place: impl Fn(&Part<'_>, TokenStream) -> TokenStream,
) -> Visits {
    let (mut shown, mut lent) = (TokenStream::new(), TokenStream::new());
    for part in seen(parts) {
        let segment = match &part.member {
            Member::Named(name) => {
                let name = name.to_string();
                quote!(Field(#name))
            }
            Member::Unnamed(i) => {
                let index = i.index as usize;
                quote!(Position(#index))
            }
        };
        let (read, changed) = (place(part, quote!(&)), place(part, quote!(&mut)));
        shown
            .extend(entered(&segment, &quote!(::autodiff::Coordinates::visit(#read, ad_visitor);)));
        lent.extend(quote!(::autodiff::CoordinatesMut::visit_mut(#changed, ad_visitor);));
    }
    Visits { shown, lent }
}

/// Those of fields of `self`.
pub fn of_self(parts: &[&Part<'_>]) -> Visits {
    of_fields(parts, |part, reference| {
        let member = &part.member;
        quote!(#reference self.#member)
    })
}

/// What lies in a variant.
pub fn in_variant(variant: &Ident, inner: &TokenStream) -> TokenStream {
    let name = variant.to_string();
    entered(&quote!(Variant(#name)), inner)
}

/// What lies one segment deeper.
fn entered(segment: &TokenStream, inner: &TokenStream) -> TokenStream {
    quote! {
        ad_visitor.enter(::autodiff::Segment::#segment);
        #inner
        ad_visitor.leave();
    }
}

/// The types whose coordinates fields need. What holds itself has coordinates if all else in it has.
fn leaves(input: &DeriveInput, parts: &[&Part<'_>]) -> Vec<Type> {
    let mut leaves = Vec::new();
    seen(parts).iter().for_each(|part| add_leaves(&part.primal, &mut leaves));
    leaves.retain(|ty| !mentions_own(input, ty));
    leaves
}

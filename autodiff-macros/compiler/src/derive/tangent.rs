//! The struct of which a tangent is, and what every tangent can do.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Fields, Ident, Member, Type, Visibility};

use super::Part;
use super::generics::Generics;
use crate::emit::silenced;

/// A field of a tangent.
pub struct Entry<'a> {
    /// Its visibility.
    pub vis: &'a Visibility,
    /// Its name, if it has one.
    pub name: Option<&'a Ident>,
    /// Its name or number.
    pub member: Member,
    /// What it is.
    pub doc: String,
    /// Its type.
    pub tangent: TokenStream,
    /// Its zero where no shape is known.
    pub default: TokenStream,
}

impl<'a> Entry<'a> {
    /// The tangents of a type's differentiated fields, each seen as the field is or as `vis` says.
    pub fn of_parts(parts: &'a [Part<'a>], vis: Option<&'a Visibility>) -> Vec<Self> {
        let entry = |part: &'a Part<'a>| {
            Some(Self {
                vis: vis.unwrap_or(&part.field.vis),
                name: part.field.ident.as_ref(),
                member: part.member.clone(),
                doc: match &part.member {
                    Member::Named(name) => format!("The tangent of `{name}`."),
                    Member::Unnamed(i) => format!("The tangent of field {}.", i.index),
                },
                tangent: part.tangent.clone()?,
                default: default_of(&part.primal),
            })
        };
        parts.iter().filter_map(entry).collect()
    }
}

/// Declares a tangent, with braces if it is `named`.
pub fn define(
    input: &DeriveInput,
    generics: &Generics,
    tangent: &Ident,
    doc: &str,
    named: bool,
    entries: &[Entry<'_>],
) -> TokenStream {
    let (vis, kept, silenced) = (&input.vis, &generics.kept, silenced());
    let written = generics.bounded(input, None);
    let body = entries.iter().map(|Entry { vis, name, doc, tangent, .. }| {
        let colon = name.map(|_| quote!(:));
        quote!(#[doc = #doc] #vis #name #colon #tangent)
    });
    let definition = match named {
        true => quote! {
            #[doc = #doc] #silenced #vis struct #tangent #kept #written { #(#body,)* }
        },
        false => quote! {
            #[doc = #doc] #silenced #vis struct #tangent #kept ( #(#body,)* ) #written;
        },
    };
    let arithmetic = arithmetic(input, generics, tangent, entries);
    quote!(#definition #arithmetic)
}

/// What every tangent can do.
fn arithmetic(
    input: &DeriveInput,
    generics: &Generics,
    tangent: &Ident,
    entries: &[Entry<'_>],
) -> TokenStream {
    let Generics { kept, arguments, .. } = generics;
    let target = quote!(#tangent #arguments);
    let members: Vec<&Member> = entries.iter().map(|entry| &entry.member).collect();
    let silenced = silenced();
    let one = |of: TokenStream, bound: TokenStream, body: TokenStream| {
        let bounds = generics.bounded(input, Some(&bound));
        quote! {
            #silenced
            #[automatically_derived]
            impl #kept #of for #target #bounds { #body }
        }
    };
    let text = tangent.to_string();
    let names = members.iter().map(|member| member.to_token_stream().to_string());
    let debug = match members.as_slice() {
        [Member::Unnamed(_), ..] => quote! {
            formatter.debug_tuple(#text) #(.field(&self.#members))* .finish()
        },
        _ => quote!(formatter.debug_struct(#text) #(.field(#names, &self.#members))* .finish()),
    };
    // Arrays of more than 32 elements have no `Default` of their own.
    let defaults = entries.iter().map(|entry| &entry.default);
    let impls = [
        one(
            quote!(::core::clone::Clone),
            quote!(::core::clone::Clone),
            quote! {
                #[inline]
                fn clone(&self) -> Self {
                    Self { #(#members: ::core::clone::Clone::clone(&self.#members),)* }
                }
            },
        ),
        one(
            quote!(::core::fmt::Debug),
            quote!(::core::fmt::Debug),
            quote! {
                fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #debug
                }
            },
        ),
        one(
            quote!(::core::default::Default),
            quote!(::core::default::Default),
            quote! {
                #[inline]
                fn default() -> Self {
                    Self { #(#members: #defaults,)* }
                }
            },
        ),
        one(
            quote!(::core::cmp::PartialEq),
            quote!(::core::cmp::PartialEq),
            quote! {
                #[inline]
                fn eq(&self, other: &Self) -> bool {
                    true #(&& self.#members == other.#members)*
                }
            },
        ),
        one(
            quote!(::autodiff::Accumulate<Self>),
            quote!(::core::clone::Clone),
            quote! {
                #[inline]
                fn accumulate(&mut self, rhs: &Self) {
                    #(::autodiff::Accumulate::accumulate(&mut self.#members, &rhs.#members);)*
                }
            },
        ),
        one(
            quote!(::autodiff::SetZero),
            quote!(::autodiff::SetZero),
            quote! {
                #[inline]
                fn set_zero(&mut self) {
                    #(::autodiff::SetZero::set_zero(&mut self.#members);)*
                }
            },
        ),
        one(
            quote!(::autodiff::__private::Plus),
            quote!(::autodiff::__private::Plus),
            quote! {
                #[inline]
                fn plus(&mut self, rhs: &Self) {
                    #(::autodiff::__private::Plus::plus(&mut self.#members, &rhs.#members);)*
                }
            },
        ),
        one(
            quote!(::core::ops::AddAssign),
            quote!(::autodiff::__private::Plus),
            quote! {
                #[inline]
                fn add_assign(&mut self, rhs: Self) {
                    ::autodiff::__private::Plus::plus(self, &rhs);
                }
            },
        ),
        one(
            quote!(::core::ops::Add),
            quote!(::autodiff::__private::Plus),
            quote! {
                type Output = Self;
                #[inline]
                fn add(mut self, rhs: Self) -> Self {
                    ::autodiff::__private::Plus::plus(&mut self, &rhs);
                    self
                }
            },
        ),
    ];
    let written = generics.bounded(input, None);
    // Tangents make a space of their own: what is tangent to it is of the same type.
    let flat = quote! {
        #silenced
        #[automatically_derived]
        impl #kept ::autodiff::Differentiable for #target
        #written
            Self: ::core::clone::Clone + ::autodiff::SetZero + ::autodiff::Accumulate<Self>,
        {
            type Tangent = Self;
            type Shape = Self;

            #[inline]
            fn tangent_shape(&self) -> Self {
                ::core::clone::Clone::clone(self)
            }

            #[inline]
            fn neutral(shape: &Self) -> Self {
                let mut zero = ::core::clone::Clone::clone(shape);
                ::autodiff::SetZero::set_zero(&mut zero);
                zero
            }
        }
    };
    let scaled = scaled(input, generics, &target, entries);
    // rustc refuses a bound that never holds, save under a lifetime of which it might depend.
    let (written, tangents) =
        (generics.bounded(input, None), entries.iter().map(|entry| &entry.tangent));
    let copied = quote! {
        #silenced
        #[automatically_derived]
        impl #kept ::core::marker::Copy for #target
        #written #(for<'ad> #tangents: ::core::marker::Copy,)* {}
    };
    quote!(#(#impls)* #flat #copied #scaled)
}

/// Multiplication with a number of the type of which the tangent is made.
fn scaled(
    input: &DeriveInput,
    generics: &Generics,
    target: &TokenStream,
    entries: &[Entry<'_>],
) -> TokenStream {
    let silenced = silenced();
    let members: Vec<&Member> = entries.iter().map(|entry| &entry.member).collect();
    let kept = generics.kept.clone().into_iter().collect::<Vec<_>>();
    // `AdK` behind whatever is declared.
    let inner = match kept.as_slice() {
        [_, inner @ .., _] => inner.iter().cloned().collect(),
        _ => TokenStream::new(),
    };
    let comma = (!inner.is_empty()).then(|| quote!(,));
    let bounds = generics.bounded(input, None);
    let tangents: Vec<_> = entries.iter().map(|entry| &entry.tangent).collect();
    let scales = quote!(#(#tangents: ::autodiff::__private::Scale<AdK>,)*);
    quote! {
        #silenced
        #[automatically_derived]
        impl<#inner #comma AdK: ::core::marker::Copy> ::autodiff::__private::Scale<AdK> for #target
        #bounds #scales {
            #[inline]
            fn scale(&mut self, by: AdK) {
                #(::autodiff::__private::Scale::scale(&mut self.#members, by);)*
            }
        }
        #silenced
        #[automatically_derived]
        impl<#inner #comma AdK: ::core::marker::Copy> ::core::ops::Mul<AdK> for #target
        #bounds #scales {
            type Output = Self;
            #[inline]
            fn mul(mut self, by: AdK) -> Self {
                ::autodiff::__private::Scale::scale(&mut self, by);
                self
            }
        }
    }
}

/// The default of a type's tangent.
fn default_of(ty: &Type) -> TokenStream {
    match ty {
        Type::Array(array) => {
            let element = default_of(&array.elem);
            quote!(::core::array::from_fn(|_| #element))
        }
        Type::Paren(ty) => default_of(&ty.elem),
        Type::Group(ty) => default_of(&ty.elem),
        Type::Reference(ty) => default_of(&ty.elem),
        _ => quote!(::core::default::Default::default()),
    }
}

/// The fields that the tangent leaves out.
pub fn constants(
    input: &DeriveInput,
    generics: &Generics,
    tangent: &Ident,
    fields: &Fields,
    parts: &[Part<'_>],
) -> TokenStream {
    let constant: Vec<_> = parts.iter().filter(|p| p.tangent.is_none()).collect();
    let Some(first) = constant.first() else { return TokenStream::new() };
    let names = constant.iter().filter_map(|part| part.field.ident.as_ref());
    // Numbered fields are found by their numbers, those in between included.
    let numbered = parts.iter().map(|_| quote!(pub ()));
    let (definition, value) = match fields {
        Fields::Named(_) => {
            let values = names.clone();
            (quote!({ #(pub #names: (),)* }), quote!({ #(#values: (),)* }))
        }
        _ => {
            let values = parts.iter().map(|_| quote!(()));
            (quote!((#(#numbered,)*);), quote!((#(#values,)*)))
        }
    };
    let Generics { kept, arguments, .. } = generics;
    let (target, written) = (quote!(#tangent #arguments), generics.bounded(input, None));
    let silenced = silenced();
    let at = first.field.span();
    quote_spanned! {at=>
        #silenced
        const _: () = {
            pub struct AdConstants #definition
            const AD_CONSTANTS: AdConstants = AdConstants #value;

            #[automatically_derived]
            impl #kept ::core::ops::Deref for #target #written {
                type Target = AdConstants;
                #[inline]
                fn deref(&self) -> &AdConstants {
                    &AD_CONSTANTS
                }
            }

            #[automatically_derived]
            impl #kept ::core::ops::DerefMut for #target #written {
                #[inline]
                fn deref_mut(&mut self) -> &mut AdConstants {
                    ::autodiff::__private::nothing(AD_CONSTANTS)
                }
            }
        };
    }
}

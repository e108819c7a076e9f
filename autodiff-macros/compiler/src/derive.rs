//! `#[derive(Differentiable)]`: the tangent of a struct.
//!
//! Input → Output:
//!
//! ```text
//! struct Model { w: Vec<f64>, b: f64, degree: usize }
//! struct ModelTangent { w: Vec<f64>, b: f64 }
//! ```
//!
//! Code that the attribute generates cannot know which fields are differentiated: it names the adjoint of
//! `model.degree` as it names that of `model.b`. So a tangent dereferences to a struct of the fields that
//! it leaves out, each of type `()`, which is the tangent of every constant.

mod coordinates;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Fields, GenericParam, Ident, Member, Type};

use crate::Library;
use crate::emit::{silenced, tangent_type, vec_element};
use crate::errors::{Diagnostic, Errors, Extent};
use crate::parse::{TypeReader, needs_heap};
use crate::tokens::each_ident;
use crate::under_facade_name;

/// Expands `#[derive(Differentiable)]` on `item`, in a crate with that library; what is refused becomes `compile_error!`s.
pub fn expand(library: Library, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let derived = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => derive(&input, library, &mut errors),
        Err(error) => error.to_compile_error(),
    };
    let refused = errors.to_tokens();
    let derived = under_facade_name(derived, None);
    quote!(#derived #refused)
}

/// A field as the derive sees it.
struct Part<'a> {
    field: &'a Field,
    member: Member,
    /// The type of its tangent; none of a constant.
    tangent: Option<TokenStream>,
    /// The type whose tangent it is.
    primal: Type,
    /// A reference to the primal.
    borrow: TokenStream,
}

fn derive(input: &DeriveInput, library: Library, errors: &mut Errors) -> TokenStream {
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        Data::Enum(data) => return refuse(data.enum_token, "an enum", errors),
        Data::Union(data) => return refuse(data.union_token, "a union", errors),
    };
    let types = TypeReader::of_fields(&input.generics);
    let mut parts: Vec<Part<'_>> = fields
        .iter()
        .zip(fields.members())
        .map(|(field, member)| {
            let constant = is_marked_constant(field, errors) || types.is_constant(&field.ty);
            if !constant && !library.alloc && needs_heap(&field.ty) {
                errors.push(Diagnostic::new(
                    "AD0701",
                    Extent::of(&field.ty),
                    "the tangent of this field is a `Vec`, which needs the heap",
                    "turn on the feature `alloc` of `autodiff`, or use an array",
                ));
            }
            let tangent = (!constant).then(|| tangent_type(&field.ty, &types));
            let borrow = quote!(&self.#member);
            Part { field, member, tangent, primal: field.ty.clone(), borrow }
        })
        .collect();
    // Fields without names keep their numbers: a constant before others holds its place.
    if let (Fields::Unnamed(_), Some(last)) =
        (fields, parts.iter().rposition(|part| part.tangent.is_some()))
    {
        for part in parts[..last].iter_mut().filter(|part| part.tangent.is_none()) {
            part.tangent = Some(quote!(()));
            part.primal = syn::parse_quote!(());
            part.borrow = quote!(&());
        }
    }
    if errors.is_empty() { tangent_of(input, &types, fields, &parts) } else { TokenStream::new() }
}

fn refuse(at: impl ToTokens, what: &str, errors: &mut Errors) -> TokenStream {
    errors.push(Diagnostic::new(
        "AD0501",
        Extent::of(&at),
        format!("`Differentiable` cannot be derived for {what}: which numbers it holds is not known before the program runs"),
        "derive it for a struct, and choose by an integer or a `bool` in it",
    ));
    TokenStream::new()
}

/// Whether a field stands under `#[differentiable(constant)]`.
fn is_marked_constant(field: &Field, errors: &mut Errors) -> bool {
    let mut constant = false;
    for attribute in field.attrs.iter().filter(|a| a.path().is_ident("differentiable")) {
        let known = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("constant") { Ok(()) } else { Err(meta.error("")) }
        });
        match known {
            Ok(()) => constant = true,
            Err(_) => {
                errors.push(Diagnostic::new(
                    "AD0502",
                    Extent::of(attribute),
                    "`differentiable` on a field has one option",
                    "write `#[differentiable(constant)]` on a field that has no derivative",
                ));
            }
        }
    }
    constant
}

/// The generic parameters of the tangent: those that the types of its fields mention.
struct Generics {
    /// As the struct declares them.
    declared: TokenStream,
    /// As the tangent declares them.
    kept: TokenStream,
    /// As they are named.
    arguments: TokenStream,
    /// The types in differentiated fields whose tangents depend on a type parameter.
    dependent: Vec<Type>,
    /// The type parameters that stand for floats: such a number's tangent is of its own type.
    floats: Vec<String>,
}

impl Generics {
    fn new(input: &DeriveInput, types: &TypeReader, parts: &[Part<'_>]) -> Self {
        let differentiated: Vec<_> = parts.iter().filter(|p| p.tangent.is_some()).collect();
        let mut mentioned = BTreeSet::new();
        for tangent in differentiated.iter().filter_map(|p| p.tangent.clone()) {
            each_ident(tangent, &mut |ident| _ = mentioned.insert(ident.to_string()));
        }
        let (mut declared, mut kept, mut arguments) = (Vec::new(), Vec::new(), Vec::new());
        let mut parameters = BTreeSet::new();
        for param in &input.generics.params {
            let (name, tokens) = match param.clone() {
                GenericParam::Lifetime(l) => (l.lifetime.to_token_stream(), l.to_token_stream()),
                GenericParam::Type(mut t) => {
                    t.default = None;
                    parameters.insert(t.ident.to_string());
                    (t.ident.to_token_stream(), t.to_token_stream())
                }
                GenericParam::Const(mut c) => {
                    c.default = None;
                    (c.ident.to_token_stream(), c.to_token_stream())
                }
            };
            if mentioned.contains(name.to_string().trim_start_matches(['\'', ' '])) {
                kept.push(tokens.clone());
                arguments.push(name);
            }
            declared.push(tokens);
        }
        let depends = |ty: &Type| {
            let mut found = false;
            each_ident(ty.to_token_stream(), &mut |ident| {
                found |= parameters.contains(&ident.to_string());
            });
            found
        };
        let mut leaves = Vec::new();
        for part in &differentiated {
            add_leaves(&part.primal, &mut leaves);
        }
        leaves.retain(depends);
        let angle = |list: &[TokenStream]| {
            if list.is_empty() { TokenStream::new() } else { quote!(<#(#list),*>) }
        };
        Self {
            declared: angle(&declared),
            kept: angle(&kept),
            arguments: angle(&arguments),
            dependent: leaves,
            floats: types.floats().to_vec(),
        }
    }

    /// `where` each dependent field is differentiable, and its tangent has what `bound` asks.
    fn bounded(&self, input: &DeriveInput, bound: Option<&TokenStream>) -> TokenStream {
        let written = input.generics.where_clause.iter().flat_map(|w| &w.predicates);
        let dependent = &self.dependent;
        let differentiable = dependent.iter().map(|ty| {
            let own = self.floats.contains(&ty.to_token_stream().to_string());
            let own = own.then(|| quote!(<Tangent = #ty>));
            quote!(#ty: ::autodiff::Differentiable #own)
        });
        let bounds = bound.iter().flat_map(|bound| {
            dependent
                .iter()
                .map(move |ty| quote!(<#ty as ::autodiff::Differentiable>::Tangent: #bound))
        });
        quote!(where #(#written,)* #(#differentiable,)* #(#bounds,)*)
    }
}

/// The types of which a type's tangent is made: what is neither a sequence nor a tuple.
fn add_leaves(ty: &Type, leaves: &mut Vec<Type>) {
    match ty {
        Type::Array(ty) => add_leaves(&ty.elem, leaves),
        Type::Slice(ty) => add_leaves(&ty.elem, leaves),
        Type::Reference(ty) => add_leaves(&ty.elem, leaves),
        Type::Paren(ty) => add_leaves(&ty.elem, leaves),
        Type::Group(ty) => add_leaves(&ty.elem, leaves),
        Type::Tuple(ty) => ty.elems.iter().for_each(|ty| add_leaves(ty, leaves)),
        ty => match vec_element(ty) {
            Some(element) => add_leaves(element, leaves),
            None => leaves.push(ty.clone()),
        },
    }
}

fn tangent_of(
    input: &DeriveInput,
    types: &TypeReader,
    fields: &Fields,
    parts: &[Part<'_>],
) -> TokenStream {
    let (name, vis) = (&input.ident, &input.vis);
    let tangent = format_ident!("{}Tangent", name, span = name.span());
    let generics = Generics::new(input, types, parts);
    let Generics { declared, kept, arguments, .. } = &generics;
    let (_, own, _) = input.generics.split_for_impl();
    let written = generics.bounded(input, None);
    let silenced = silenced();
    let active: Vec<&Part<'_>> = parts.iter().filter(|p| p.tangent.is_some()).collect();
    let definition = {
        let doc = format!("The tangent of [`{name}`], and its gradient.");
        let body = active.iter().map(|part| {
            let (ty, vis, name) = (&part.tangent, &part.field.vis, &part.field.ident);
            let colon = name.as_ref().map(|_| quote!(:));
            let doc = match &part.member {
                Member::Named(name) => format!("The tangent of `{name}`."),
                Member::Unnamed(i) => format!("The tangent of field {}.", i.index),
            };
            quote!(#[doc = #doc] #vis #name #colon #ty)
        });
        match fields {
            Fields::Named(_) => quote! {
                #[doc = #doc] #silenced #vis struct #tangent #kept #written { #(#body,)* }
            },
            _ => quote! {
                #[doc = #doc] #silenced #vis struct #tangent #kept ( #(#body,)* ) #written;
            },
        }
    };
    let members: Vec<Member> = active.iter().map(|part| part.member.clone()).collect();
    let types: Vec<&Type> = active.iter().map(|part| &part.primal).collect();
    let shapes = types
        .iter()
        .rev()
        .fold(quote!(()), |rest, ty| quote!((<#ty as ::autodiff::Differentiable>::Shape, #rest)));
    let shape = active.iter().rev().fold(quote!(()), |rest, part| {
        let borrow = &part.borrow;
        quote!((::autodiff::Differentiable::shape(#borrow), #rest))
    });
    let places: Vec<TokenStream> = (0..active.len())
        .map(|i| {
            let inwards = (0..i).map(|_| quote!(.1));
            quote!(&ad_shape #(#inwards)* .0)
        })
        .collect();
    let differentiable = quote! {
        #silenced
        #[automatically_derived]
        impl #declared ::autodiff::Differentiable for #name #own #written {
            type Tangent = #tangent #arguments;
            type Shape = #shapes;
            #[inline]
            fn shape(&self) -> Self::Shape {
                #shape
            }
            #[inline]
            fn neutral(ad_shape: &Self::Shape) -> Self::Tangent {
                #tangent {
                    #(#members: <#types as ::autodiff::Differentiable>::neutral(#places),)*
                }
            }
        }
    };
    let target = quote!(#tangent #arguments);
    let arithmetic = arithmetic(input, &generics, &target, &tangent, &members, &active);
    let constants = constants(&generics, &target, &written, fields, parts);
    let coordinates = coordinates::coordinates(input, &generics, &target, &active);
    quote!(#definition #differentiable #arithmetic #constants #coordinates)
}

/// What every tangent can do.
fn arithmetic(
    input: &DeriveInput,
    generics: &Generics,
    target: &TokenStream,
    tangent: &Ident,
    members: &[Member],
    active: &[&Part<'_>],
) -> TokenStream {
    let kept = &generics.kept;
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
    let debug = match members {
        [Member::Unnamed(_), ..] => quote! {
            formatter.debug_tuple(#text) #(.field(&self.#members))* .finish()
        },
        _ => quote!(formatter.debug_struct(#text) #(.field(#names, &self.#members))* .finish()),
    };
    // Arrays of more than 32 elements have no `Default` of their own.
    let defaults = active.iter().map(|part| default_of(&part.primal));
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
    let scaled = scaled(input, generics, target, members, active);
    // rustc refuses a bound that never holds, save under a lifetime of which it might depend.
    let (written, tangents) = (generics.bounded(input, None), active.iter().map(|p| &p.tangent));
    let copied = quote! {
        #silenced
        #[automatically_derived]
        impl #kept ::core::marker::Copy for #target
        #written #(for<'ad> #tangents: ::core::marker::Copy,)* {}
    };
    quote!(#(#impls)* #copied #scaled)
}

/// Multiplication with a number of the type of which the tangent is made.
fn scaled(
    input: &DeriveInput,
    generics: &Generics,
    target: &TokenStream,
    members: &[Member],
    active: &[&Part<'_>],
) -> TokenStream {
    let silenced = silenced();
    let kept = generics.kept.clone().into_iter().collect::<Vec<_>>();
    // `AdK` behind whatever is declared.
    let inner = match kept.as_slice() {
        [_, inner @ .., _] => inner.iter().cloned().collect(),
        _ => TokenStream::new(),
    };
    let comma = (!inner.is_empty()).then(|| quote!(,));
    let bounds = generics.bounded(input, None);
    let tangents: Vec<_> = active.iter().map(|part| &part.tangent).collect();
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
fn constants(
    generics: &Generics,
    target: &TokenStream,
    written: &TokenStream,
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
    let Generics { kept, .. } = generics;
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

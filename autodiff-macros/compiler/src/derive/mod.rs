//! `#[derive(Differentiable)]`: the tangent of a struct or an enum.
//!
//! Input → Output:
//!
//! ```text
//! struct Model { w: Vec<f64>, b: f64, degree: usize }
//! struct ModelTangent { w: Vec<f64>, b: f64 }
//! ```
//!
//! The tangent of an enum has room for every variant, and is zero in those that the primal is not in:
//!
//! ```text
//! enum Shape { Circle { r: f64 }, Rect(f64, f64), Point }
//! struct ShapeTangent { Circle: ShapeTangentCircle, Rect: ShapeTangentRect }
//! struct ShapeTangentCircle { r: f64 }
//! struct ShapeTangentRect(f64, f64);
//! ```
//!
//! Code that the attribute generates cannot know which fields are differentiated: it names the adjoint of
//! `model.degree` as it names that of `model.b`. So a tangent dereferences to a struct of the fields that
//! it leaves out, each of type `()`, which is the tangent of every constant.

mod coordinates;
mod enums;
mod generics;
mod shape;
mod structs;
mod tangent;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Data, DeriveInput, Field, Fields, GenericArgument, Ident, Member, PathArguments, Type,
    parse_quote,
};

use self::generics::add_leaves;
use crate::Library;
use crate::emit::{silenced, tangent_type, vec_element};
use crate::errors::{Diagnostic, Errors, Extent};
use crate::parse::{TypeReader, needs_heap};
use crate::tokens::mentions;
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
    /// The types of which it is made that rustc is to check.
    made_of: Vec<Type>,
}

impl Part<'_> {
    /// Whether it merely holds the place of a constant.
    fn holds_place(&self) -> bool {
        matches!(&self.primal, Type::Tuple(ty) if ty.elems.is_empty())
    }

    /// What a pattern binds it to.
    fn binding(&self) -> Ident {
        match &self.member {
            Member::Named(name) => format_ident!("ad_{}", name),
            Member::Unnamed(i) => format_ident!("ad_{}", i.index),
        }
    }
}

fn derive(input: &DeriveInput, library: Library, errors: &mut Errors) -> TokenStream {
    let reader = Reader { input, types: TypeReader::of_fields(&input.generics), library };
    match &input.data {
        Data::Struct(data) => {
            let parts = reader.parts(&data.fields, errors);
            if errors.is_empty() {
                let check = check(input, parts.iter());
                let tangent = structs::tangent_of(&reader, &data.fields, &parts);
                quote!(#check #tangent)
            } else {
                TokenStream::new()
            }
        }
        Data::Enum(data) => {
            let variants = data.variants.iter();
            let variants: Vec<_> =
                variants.map(|variant| (variant, reader.parts(&variant.fields, errors))).collect();
            if errors.is_empty() {
                let check = check(input, variants.iter().flat_map(|(_, parts)| parts));
                let tangent = enums::tangent_of(&reader, &variants);
                quote!(#check #tangent)
            } else {
                TokenStream::new()
            }
        }
        Data::Union(data) => {
            errors.push(Diagnostic::new(
                "AD0501",
                Extent::of(&data.union_token),
                "`Differentiable` cannot be derived for a union: which numbers it holds is not known before the program runs",
                "derive it for a struct, or for an enum with a variant for each case",
            ));
            TokenStream::new()
        }
    }
}

/// Reads the fields of what the derive stands on.
struct Reader<'a> {
    input: &'a DeriveInput,
    types: TypeReader,
    library: Library,
}

impl Reader<'_> {
    fn parts<'f>(&self, fields: &'f Fields, errors: &mut Errors) -> Vec<Part<'f>> {
        let mut parts: Vec<Part<'_>> = fields
            .iter()
            .zip(fields.members())
            .map(|(field, member)| self.part(field, member, errors))
            .collect();
        // Fields without names keep their numbers: a constant before others holds its place.
        if let (Fields::Unnamed(_), Some(last)) =
            (fields, parts.iter().rposition(|part| part.tangent.is_some()))
        {
            for part in parts[..last].iter_mut().filter(|part| part.tangent.is_none()) {
                part.tangent = Some(quote!(()));
                part.primal = syn::parse_quote!(());
            }
        }
        parts
    }

    fn part<'f>(&self, field: &'f Field, member: Member, errors: &mut Errors) -> Part<'f> {
        let constant = is_marked_constant(field, errors) || self.types.is_constant(&field.ty);
        if !constant && !self.library.alloc && needs_heap(&field.ty) {
            errors.push(Diagnostic::new(
                "AD0701",
                Extent::of(&field.ty),
                "the tangent of this field is a `Vec`, which needs the heap",
                "turn on the feature `alloc` of `autodiff`, or use an array",
            ));
        }
        if !constant && holds(&field.ty, &self.input.ident) {
            errors.push(Diagnostic::new(
                "AD0503",
                Extent::of(&field.ty),
                format!("the tangent of `{}` would hold itself without end", self.input.ident),
                "put what the type holds of its own kind in a `Vec`, or mark the field `#[differentiable(constant)]`",
            ));
        }
        let (mut primal, mut made_of) = (field.ty.clone(), Vec::new());
        if !constant {
            made_of = self.made_of(&primal);
            Checked { made_of: &made_of, by: &checked_name(self.input) }
                .visit_type_mut(&mut primal);
        }
        let tangent = (!constant).then(|| tangent_type(&primal, &self.types));
        Part { field, member, tangent, primal, made_of }
    }

    /// The types of which a field is made that rustc is to check.
    fn made_of(&self, ty: &Type) -> Vec<Type> {
        let mut made_of = Vec::new();
        add_leaves(ty, &mut made_of);
        made_of.retain(|leaf| {
            let known = self.types.is_constant(leaf) || self.types.read(leaf).is_float();
            !known && !self.is_dependent(leaf)
        });
        made_of
    }

    /// Whether a type mentions a generic parameter, or what the derive stands on.
    fn is_dependent(&self, ty: &Type) -> bool {
        let generics = &self.input.generics;
        let lifetime = ty.to_token_stream().to_string().contains('\'');
        let parameters = generics.type_params().map(|t| &t.ident);
        let parameters = parameters.chain(generics.const_params().map(|c| &c.ident));
        let mut names = parameters.map(Ident::to_string);
        lifetime
            || names.any(|name| mentions(ty.to_token_stream(), &name))
            || mentions_own(self.input, ty)
    }

    /// Whether a differentiated field holds a sequence of what the derive stands on.
    fn is_recursive<'p>(&self, parts: impl IntoIterator<Item = &'p Part<'p>>) -> bool {
        let mut parts = parts.into_iter();
        parts.any(|part| part.tangent.is_some() && mentions_own(self.input, &part.primal))
    }
}

/// Whether a type mentions what the derive stands on.
fn mentions_own(input: &DeriveInput, ty: &Type) -> bool {
    let own = input.ident.to_string();
    ["Self", &own].iter().any(|name| mentions(ty.to_token_stream(), name))
}

/// Puts types of which another is made in error if the check is.
struct Checked<'a> {
    made_of: &'a [Type],
    by: &'a Ident,
}

impl VisitMut for Checked<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if !self.made_of.contains(ty) {
            return visit_mut::visit_type_mut(self, ty);
        }
        let by = self.by;
        *ty = parse_quote!(::autodiff::__private::Checked<#ty, { #by }>);
    }
}

fn checked_name(input: &DeriveInput) -> Ident {
    format_ident!("__AD_CHECKED_{}", input.ident)
}

/// A constant that is in error if a field has no derivative. Where it stands in a type, that is said once, of
/// the field, and not of everything that is derived.
fn check<'p>(
    input: &DeriveInput,
    parts: impl Iterator<Item = &'p Part<'p>>,
) -> Option<TokenStream> {
    let name = checked_name(input);
    let checks = parts.flat_map(|part| &part.made_of).map(|ty| {
        let span = Span::call_site().located_at(ty.span());
        quote_spanned!(span=> ::autodiff::__private::differentiable::<#ty>();)
    });
    let checks: Vec<_> = checks.collect();
    let silenced = silenced();
    (!checks.is_empty()).then(|| {
        quote! {
            #[doc(hidden)]
            #silenced
            const #name: usize = { #(#checks)* 0 };
        }
    })
}

/// Whether a type holds another, save in sequences that may be empty.
fn holds(ty: &Type, other: &Ident) -> bool {
    match ty {
        Type::Paren(ty) => holds(&ty.elem, other),
        Type::Group(ty) => holds(&ty.elem, other),
        Type::Reference(ty) => holds(&ty.elem, other),
        Type::Array(ty) => holds(&ty.elem, other),
        Type::Tuple(ty) => ty.elems.iter().any(|ty| holds(ty, other)),
        Type::Path(path) if vec_element(ty).is_none() => {
            let segments = &path.path.segments;
            let within = |arguments: &PathArguments| match arguments {
                PathArguments::AngleBracketed(all) => all
                    .args
                    .iter()
                    .any(|one| matches!(one, GenericArgument::Type(ty) if holds(ty, other))),
                _ => false,
            };
            segments.last().is_some_and(|last| {
                last.ident == *other || last.ident == "Self" || within(&last.arguments)
            })
        }
        _ => false,
    }
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

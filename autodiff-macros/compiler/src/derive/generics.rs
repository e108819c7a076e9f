//! The generic parameters of what is derived.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, GenericParam, Type, WherePredicate};

use super::{Part, mentions_own};
use crate::emit::vec_element;
use crate::parse::TypeReader;
use crate::tokens::{each_ident, mentions};

/// The generic parameters of the tangent: those that the types of its fields mention.
pub struct Generics {
    /// As the type declares them.
    pub declared: TokenStream,
    /// As the tangent declares them.
    pub kept: TokenStream,
    /// As they are named.
    pub arguments: TokenStream,
    /// The types in differentiated fields whose tangents depend on a type parameter.
    dependent: Vec<Type>,
    /// The type parameters that stand for floats: such a number's tangent is of its own type.
    floats: Vec<String>,
    /// The type parameters that the tangent leaves out.
    left_out: Vec<String>,
    /// Whether it is of an enum that holds itself, which is differentiable if tangents have defaults.
    needs_defaults: bool,
}

impl Generics {
    /// Of the tangent of a type with these parts.
    pub fn of_tangent(input: &DeriveInput, types: &TypeReader, parts: &[&Part<'_>]) -> Self {
        let tangents = parts.iter().filter_map(|part| part.tangent.clone());
        Self::new(input, types, parts, tangents.collect())
    }

    /// Of the shape of a type with these parts.
    pub fn of_shape(input: &DeriveInput, types: &TypeReader, parts: &[&Part<'_>]) -> Self {
        let differentiated = parts.iter().filter(|part| part.tangent.is_some());
        let primals = differentiated.map(|part| part.primal.to_token_stream());
        Self::new(input, types, parts, primals.collect())
    }

    fn new(
        input: &DeriveInput,
        types: &TypeReader,
        parts: &[&Part<'_>],
        within: Vec<TokenStream>,
    ) -> Self {
        let differentiated = parts.iter().filter(|p| p.tangent.is_some());
        let mut mentioned = BTreeSet::new();
        for tangent in within {
            each_ident(tangent, &mut |ident| _ = mentioned.insert(ident.to_string()));
        }
        let (mut declared, mut kept, mut arguments) = (Vec::new(), Vec::new(), Vec::new());
        let (mut parameters, mut left_out) = (BTreeSet::new(), Vec::new());
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
            } else {
                left_out.push(name.to_string());
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
        for part in differentiated {
            add_leaves(&part.primal, &mut leaves);
        }
        // What holds itself is differentiable if all else in it is.
        let holds_itself = |ty: &Type| mentions_own(input, ty);
        let is_enum = matches!(input.data, Data::Enum(_));
        let needs_defaults = is_enum && leaves.iter().any(holds_itself);
        leaves.retain(|ty| depends(ty) && !holds_itself(ty));
        let angle = |list: &[TokenStream]| {
            if list.is_empty() { TokenStream::new() } else { quote!(<#(#list),*>) }
        };
        Self {
            declared: angle(&declared),
            kept: angle(&kept),
            arguments: angle(&arguments),
            dependent: leaves,
            floats: types.floats().to_vec(),
            left_out,
            needs_defaults,
        }
    }

    /// `where` each dependent field of the tangent is differentiable, and its tangent has what `bound` asks.
    pub fn bounded(&self, input: &DeriveInput, bound: Option<&TokenStream>) -> TokenStream {
        self.clause(input, bound, |predicate| {
            !self.left_out.iter().any(|name| mentions(predicate.to_token_stream(), name))
        })
    }

    /// The same of the type itself.
    pub fn of_primal(&self, input: &DeriveInput, bound: Option<&TokenStream>) -> TokenStream {
        self.clause(input, bound, |_| true)
    }

    fn clause(
        &self,
        input: &DeriveInput,
        bound: Option<&TokenStream>,
        stands: impl Fn(&WherePredicate) -> bool,
    ) -> TokenStream {
        let written = input.generics.where_clause.iter().flat_map(|w| &w.predicates);
        let written = written.filter(|predicate| stands(predicate));
        let dependent = &self.dependent;
        let differentiable = dependent.iter().map(|ty| {
            let own = self.floats.contains(&ty.to_token_stream().to_string());
            let own = own.then(|| quote!(<Tangent = #ty>));
            quote!(#ty: ::autodiff::Differentiable #own)
        });
        let default = self.needs_defaults.then(|| quote!(::core::default::Default));
        let bounds = bound.into_iter().chain(&default).flat_map(|bound| {
            dependent
                .iter()
                .map(move |ty| quote!(<#ty as ::autodiff::Differentiable>::Tangent: #bound))
        });
        quote!(where #(#written,)* #(#differentiable,)* #(#bounds,)*)
    }
}

/// The types of which a type's tangent is made: what is neither a sequence nor a tuple.
pub fn add_leaves(ty: &Type, leaves: &mut Vec<Type>) {
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

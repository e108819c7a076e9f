//! The part of a generated signature that follows the user's own.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Ident, ItemFn, Lifetime, Type};

use crate::emit::types;
use crate::parse::{FreshLifetimes, Parameter, Signature};

/// Parameters and generics, with every lifetime named.
pub struct Header {
    /// Names and types.
    pub inputs: Vec<(Ident, Type)>,
    /// `<'a, T: Float>`.
    pub generics: TokenStream,
    /// `where ...`.
    pub where_clause: TokenStream,
    /// `use<'a, T>`: what a public pullback may borrow from.
    pub captures: TokenStream,
    /// The same without the lifetimes of the parameters' own references.
    pub core_captures: TokenStream,
    /// `::<T>`.
    pub turbofish: TokenStream,
    /// The returned type.
    pub output: Type,
    /// Whether the first parameter is `self`.
    pub has_receiver: bool,
}

/// A variable of generated code, which no variable of the user's can be mistaken for.
pub fn local(name: &str, span: Span) -> Ident {
    Ident::new(name.trim_start_matches("r#"), Span::mixed_site().located_at(span))
}

/// Collects lifetimes.
struct Inner {
    names: Vec<String>,
}

impl<'a> Visit<'a> for Inner {
    fn visit_lifetime(&mut self, lifetime: &'a Lifetime) {
        self.names.push(lifetime.to_string());
    }
}

impl Header {
    /// Reads the user's signature.
    pub fn new(item: &ItemFn, signature: &Signature) -> Self {
        let mut name = FreshLifetimes::new("ad");
        let mut inner = Inner { names: Vec::new() };
        let mut extra_types = Vec::new();
        let mut inputs = Vec::new();
        for parameter in &signature.parameters {
            let mut ty = parameter.ty.clone();
            match &mut ty {
                // Pullbacks borrow nothing: the lifetime of a reference itself is not captured.
                Type::Reference(r) => {
                    name.visit_type_mut(&mut r.elem);
                    inner.visit_type(&r.elem);
                    let named = r.lifetime.as_ref().is_some_and(|l| l.ident != "_");
                    if r.mutability.is_none() && !named {
                        r.lifetime = Some(name.next());
                    }
                }
                ty => {
                    name.visit_type_mut(ty);
                    inner.visit_type(ty);
                }
            }
            // `impl Trait` needs a name to stand in `use<>`.
            Opaque(&mut extra_types).visit_type_mut(&mut ty);
            inputs.push((parameter.name.clone(), ty));
        }
        let generics = &item.sig.generics;
        let mut lifetimes: Vec<TokenStream> = Vec::new();
        let mut lifetime_names = Vec::new();
        let mut others = Vec::new();
        let mut arguments = Vec::new();
        for param in &generics.params {
            match param {
                GenericParam::Lifetime(l) => {
                    lifetimes.push(l.to_token_stream());
                    lifetime_names.push(l.lifetime.to_token_stream());
                }
                GenericParam::Type(t) => {
                    let mut t = t.clone();
                    t.default = None;
                    arguments.push(t.ident.to_token_stream());
                    others.push(t.to_token_stream());
                }
                GenericParam::Const(c) => {
                    let mut c = c.clone();
                    c.default = None;
                    arguments.push(c.ident.to_token_stream());
                    others.push(c.to_token_stream());
                }
            }
        }
        for lifetime in name.names {
            lifetime_names.push(lifetime.to_token_stream());
            lifetimes.push(lifetime.to_token_stream());
        }
        for (param, bounded) in extra_types {
            arguments.push(param.to_token_stream());
            others.push(bounded);
        }
        let all = lifetimes.iter().chain(&others);
        let generics_tokens =
            if lifetimes.is_empty() && others.is_empty() { quote!() } else { quote!(<#(#all),*>) };
        let floats = signature.types.floats().iter().map(|f| {
            let f = Ident::new(f, Span::call_site());
            quote!(#f: ::autodiff::Float)
        });
        let written = generics.where_clause.iter().flat_map(|w| &w.predicates);
        let predicates: Vec<TokenStream> =
            written.map(ToTokens::to_token_stream).chain(floats).collect();
        let where_clause =
            if predicates.is_empty() { quote!() } else { quote!(where #(#predicates),*) };
        let outer = |names: &[String]| -> Vec<TokenStream> {
            names.iter().filter_map(|name| name.parse().ok()).collect()
        };
        let (outer_lifetimes, outer_params) = match &signature.method {
            Some(method) => (outer(&method.lifetimes), outer(&method.params)),
            None => (Vec::new(), Vec::new()),
        };
        let captured =
            outer_lifetimes.iter().chain(&lifetime_names).chain(&outer_params).chain(&arguments);
        let captures = quote!(use<#(#captured),*>);
        let inside: Vec<_> = lifetime_names
            .iter()
            .filter(|l| inner.names.contains(&l.to_string().replace(' ', "")))
            .collect();
        let core_captures =
            quote!(use<#(#outer_lifetimes,)* #(#inside,)* #(#outer_params,)* #(#arguments),*>);
        let turbofish = if arguments.is_empty() { quote!() } else { quote!(::<#(#arguments),*>) };
        Self {
            inputs,
            generics: generics_tokens,
            where_clause,
            captures,
            core_captures,
            turbofish,
            output: signature.output.clone(),
            has_receiver: signature.method.as_ref().is_some_and(|method| method.has_receiver),
        }
    }

    /// The parameter of that index, as callers give it.
    fn given(&self, i: usize) -> Ident {
        let (name, _) = &self.inputs[i];
        if i == 0 && self.has_receiver { Ident::new("self", name.span()) } else { name.clone() }
    }

    /// The parameters, as callers give them.
    pub fn names(&self) -> Vec<Ident> {
        (0..self.inputs.len()).map(|i| self.given(i)).collect()
    }

    /// Lets the body find `self` under its other name.
    pub fn prelude(&self) -> TokenStream {
        let (name, this) = match self.inputs.first() {
            Some((name, _)) if self.has_receiver => (name, self.given(0)),
            _ => return TokenStream::new(),
        };
        quote!(let #name = #this;)
    }

    /// `x: &'a [f64], n: usize`.
    pub fn params(&self) -> Vec<TokenStream> {
        let names = self.names();
        self.inputs.iter().zip(names).map(|((_, ty), name)| quote!(#name: #ty)).collect()
    }

    /// The same for what contains the body's code.
    pub fn core_params(&self) -> Vec<TokenStream> {
        let one = |((_, ty), name): (&(Ident, Type), Ident)| {
            let ty = if name == "self" { quote!(#ty) } else { types::checked(ty) };
            quote!(#name: #ty)
        };
        self.inputs.iter().zip(self.names()).map(one).collect()
    }

    /// The type of the seed.
    pub fn seed_type(&self, signature: &Signature) -> TokenStream {
        types::tangent(&self.output, &signature.types)
    }

    /// The same for what contains the body's code.
    pub fn core_seed_type(&self, signature: &Signature) -> TokenStream {
        types::in_error(&self.seed_type(signature))
    }

    /// The closure parameters through which a pullback is given shadows.
    pub fn slot_params(&self, names: &[Ident], signature: &Signature) -> Vec<TokenStream> {
        names
            .iter()
            .zip(&signature.parameters)
            .map(|(name, parameter)| {
                let ty = types::slot(parameter, &signature.types);
                let mutable = (parameter.active && !parameter.takes_shadow()).then(|| quote!(mut));
                quote!(#mutable #name: #ty)
            })
            .collect()
    }

    /// The closure parameters through which a pullback is given the references once more.
    pub fn again_params(&self) -> Vec<TokenStream> {
        self.inputs
            .iter()
            .map(|(name, ty)| {
                let again = types::again(ty);
                match ty {
                    Type::Reference(r) if r.mutability.is_none() => {
                        let inner = types::checked(&r.elem);
                        quote!(#name: &#inner)
                    }
                    _ => quote!(_: #again),
                }
            })
            .collect()
    }

    /// The parameters through which a pullback is given the tangents of these once more, by their names.
    pub fn dots_again(&self, dots: &[Ident], signature: &Signature) -> Vec<TokenStream> {
        let types = self.dot_types_again(signature);
        dots.iter()
            .zip(&self.inputs)
            .zip(types)
            .map(|((dot, (_, ty)), again)| match ty {
                Type::Reference(r) if r.mutability.is_none() => quote!(#dot: #again),
                _ => quote!(_: #again),
            })
            .collect()
    }

    /// The types of these.
    pub fn dot_types_again(&self, signature: &Signature) -> Vec<TokenStream> {
        let one = |((_, ty), parameter): (&(Ident, Type), &Parameter)| match ty {
            Type::Reference(r) if r.mutability.is_none() => {
                types::second_slot(parameter, &signature.types)
            }
            _ => quote!(::core::option::Option<::autodiff::__private::Ignored>),
        };
        self.inputs.iter().zip(&signature.parameters).map(one).collect()
    }

    /// The types of these.
    pub fn again_types(&self) -> Vec<TokenStream> {
        self.inputs.iter().map(|(_, ty)| types::again(ty)).collect()
    }

    /// The references once more, where they are at hand as the function was given them.
    pub fn again(&self) -> Vec<TokenStream> {
        self.again_by(self.names())
    }

    /// The same inside a pullback, by its own parameters: what the function was given is gone.
    pub fn again_by_param(&self) -> Vec<TokenStream> {
        self.again_by(self.inputs.iter().map(|(name, _)| name.clone()))
    }

    fn again_by(&self, names: impl IntoIterator<Item = Ident>) -> Vec<TokenStream> {
        self.inputs
            .iter()
            .zip(names)
            .map(|((_, ty), name)| match ty {
                Type::Reference(r) if r.mutability.is_none() => quote!(#name),
                _ => quote!(::autodiff::__private::Ignored),
            })
            .collect()
    }
}

/// Gives each `impl Trait` in a type a name, and declares that with its bounds.
struct Opaque<'a>(&'a mut Vec<(Ident, TokenStream)>);

impl VisitMut for Opaque<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(opaque) = ty {
            let (param, bounds) = (format_ident!("Ad{}", self.0.len()), &opaque.bounds);
            self.0.push((param.clone(), quote!(#param: #bounds)));
            *ty = syn::parse_quote!(#param);
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

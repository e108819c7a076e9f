//! What is read of an `impl` in the file around the attribute.

use quote::ToTokens;
use syn::{GenericParam, Generics, ImplItem, ItemImpl};

/// An `impl`, as text.
#[derive(Debug)]
pub struct Implementation {
    /// `<'a, T: Float>`, or nothing.
    pub generics: String,
    /// Its lifetimes, `'a`.
    pub lifetimes: Vec<String>,
    /// The names of its other generic parameters.
    pub params: Vec<String>,
    /// Its predicates, each with a comma.
    pub where_clause: String,
    /// The type.
    pub self_ty: String,
    /// The trait, with its generic arguments.
    pub of_trait: Option<String>,
    /// Associated types.
    pub types: Vec<(String, String)>,
    /// The functions in it, by name and line.
    pub functions: Vec<(String, usize)>,
}

impl Implementation {
    /// Reads an `impl`.
    pub fn new(item: &ItemImpl) -> Self {
        let mut implementation = Self {
            generics: String::new(),
            lifetimes: Vec::new(),
            params: Vec::new(),
            where_clause: String::new(),
            self_ty: item.self_ty.to_token_stream().to_string(),
            of_trait: item.trait_.as_ref().map(|(path, _)| path.to_token_stream().to_string()),
            types: Vec::new(),
            functions: Vec::new(),
        };
        let Generics { params, where_clause, .. } = &item.generics;
        if !params.is_empty() {
            implementation.generics = format!("<{}>", params.to_token_stream());
        }
        implementation.lifetimes =
            item.generics.lifetimes().map(|param| param.lifetime.to_string()).collect();
        implementation.params = param_names(&item.generics);
        for predicate in where_clause.iter().flat_map(|w| &w.predicates) {
            implementation.where_clause += &format!("{}, ", predicate.to_token_stream());
        }
        for item in &item.items {
            match item {
                ImplItem::Fn(f) => {
                    let ident = &f.sig.ident;
                    let line = ident.span().start().line;
                    implementation.functions.push((ident.to_string(), line));
                }
                ImplItem::Type(t) => {
                    let ty = t.ty.to_token_stream().to_string();
                    implementation.types.push((t.ident.to_string(), ty));
                }
                _ => {}
            }
        }
        implementation
    }
}

/// The names of generic parameters, save for lifetimes.
pub fn param_names(generics: &Generics) -> Vec<String> {
    let names = generics.params.iter().filter_map(|param| match param {
        GenericParam::Lifetime(_) => None,
        GenericParam::Type(t) => Some(t.ident.to_string()),
        GenericParam::Const(c) => Some(c.ident.to_string()),
    });
    names.collect()
}

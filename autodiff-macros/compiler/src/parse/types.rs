//! Reads a written type into what the graph knows of types.

use quote::ToTokens;
use syn::{GenericArgument, GenericParam, Generics, PathArguments};

use crate::ir::{Float, Type};

const INTEGERS: [&str; 12] =
    ["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

/// Knows the type parameters that stand for floats.
#[derive(Clone, Debug, Default)]
pub struct TypeReader {
    floats: Vec<String>,
    others: Vec<String>,
    aliases: Vec<(String, Type)>,
}

impl TypeReader {
    /// The reader for a function with these generics.
    pub fn new(generics: &Generics) -> Self {
        let mut reader = Self::default();
        for param in &generics.params {
            if let GenericParam::Type(param) = param {
                let name = param.ident.to_string();
                let mut bounds: Vec<_> = param.bounds.iter().cloned().collect();
                for predicate in generics.where_clause.iter().flat_map(|w| &w.predicates) {
                    if let syn::WherePredicate::Type(p) = predicate
                        && p.bounded_ty.to_token_stream().to_string() == name
                    {
                        bounds.extend(p.bounds.iter().cloned());
                    }
                }
                let float = bounds.iter().any(|b| {
                    matches!(b, syn::TypeParamBound::Trait(t)
                        if t.path.segments.last().is_some_and(|s| s.ident == "Float"))
                });
                if float { reader.floats.push(name) } else { reader.others.push(name) }
            }
        }
        reader
    }

    /// The type parameters that stand for floats.
    pub fn floats(&self) -> &[String] {
        &self.floats
    }

    /// Whether there are type parameters that do not.
    pub fn has_others(&self) -> bool {
        !self.others.is_empty()
    }

    /// Declares a local type alias.
    pub fn alias(&mut self, name: String, ty: Type) {
        self.aliases.push((name, ty));
    }

    /// The type as far as it can be known; references are seen through.
    pub fn read(&self, ty: &syn::Type) -> Type {
        match ty {
            syn::Type::Paren(t) => self.read(&t.elem),
            syn::Type::Group(t) => self.read(&t.elem),
            syn::Type::Reference(t) => self.read(&t.elem),
            syn::Type::Array(t) => {
                Type::Array(Box::new(self.read(&t.elem)), t.len.to_token_stream().to_string())
            }
            syn::Type::Slice(t) => Type::Slice(Box::new(self.read(&t.elem))),
            syn::Type::Tuple(t) if t.elems.is_empty() => Type::Unit,
            syn::Type::Tuple(t) => Type::Tuple(t.elems.iter().map(|t| self.read(t)).collect()),
            syn::Type::Path(t) if t.qself.is_none() => self.path(&t.path),
            _ => Type::Unknown,
        }
    }

    fn path(&self, path: &syn::Path) -> Type {
        let Some(last) = path.segments.last() else { return Type::Unknown };
        let name = last.ident.to_string();
        if path.segments.len() == 1 {
            if let Some((_, ty)) = self.aliases.iter().rev().find(|(n, _)| *n == name) {
                return ty.clone();
            }
            if self.floats.contains(&name) {
                return Type::Float(Float::Param(name));
            }
            if INTEGERS.contains(&name.as_str()) {
                return Type::Int(Some(name));
            }
            match name.as_str() {
                "f32" => return Type::Float(Float::F32),
                "f64" => return Type::F64,
                "bool" => return Type::Bool,
                _ => {}
            }
        }
        match (name.as_str(), &last.arguments) {
            ("Vec", PathArguments::AngleBracketed(args)) => match args.args.first() {
                Some(GenericArgument::Type(t)) => Type::Vec(Box::new(self.read(t))),
                _ => Type::Vec(Box::new(Type::Unknown)),
            },
            ("Box", PathArguments::AngleBracketed(args)) => match args.args.first() {
                Some(GenericArgument::Type(t)) => self.read(t),
                _ => Type::Unknown,
            },
            _ => Type::Unknown,
        }
    }

    /// Whether a parameter of this type is constant by its type alone.
    pub fn is_constant(&self, ty: &syn::Type) -> bool {
        match ty {
            syn::Type::Paren(t) => self.is_constant(&t.elem),
            syn::Type::Group(t) => self.is_constant(&t.elem),
            syn::Type::Reference(t) => self.is_constant(&t.elem),
            syn::Type::Array(t) => self.is_constant(&t.elem),
            syn::Type::Slice(t) => self.is_constant(&t.elem),
            syn::Type::Tuple(t) => t.elems.iter().all(|t| self.is_constant(t)),
            syn::Type::ImplTrait(_) | syn::Type::FnPtr(_) | syn::Type::TraitObject(_) => true,
            syn::Type::Path(t) => {
                let Some(last) = t.path.segments.last() else { return true };
                let name = last.ident.to_string();
                if t.path.segments.len() == 1 && self.others.contains(&name) {
                    return true;
                }
                match name.as_str() {
                    "char" | "str" | "String" | "Range" | "RangeInclusive" | "RangeFrom"
                    | "Option" | "Result" | "PhantomData" => true,
                    "Vec" | "Box" => match &last.arguments {
                        PathArguments::AngleBracketed(args) => args
                            .args
                            .iter()
                            .all(|a| matches!(a, GenericArgument::Type(t) if self.is_constant(t))),
                        _ => false,
                    },
                    _ => self.read(ty).is_constant(),
                }
            }
            _ => self.read(ty).is_constant(),
        }
    }
}

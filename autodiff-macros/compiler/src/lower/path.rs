//! Paths: what they name, and of which type it is.

use proc_macro2::Span;
use quote::{ToTokens, quote};

use super::form::is_none;
use super::{Binding, Lowerer, Read, Rv};
use crate::errors::{Lowered, Reported};
use crate::ir::{Float, Type};
use crate::parse::names;

impl Lowerer<'_> {
    /// What a path stands for: something of the body, or a constant.
    pub(super) fn path(&mut self, p: &syn::ExprPath, span: Span) -> Lowered<Rv> {
        if let Some(name) = p.path.get_ident() {
            match self.lookup(name).cloned() {
                Some(Binding::Refused) => return Err(Reported),
                Some(Binding::Item(ty)) => {
                    return Ok(Rv::Value(self.b.constant(quote!(#p), ty, span)));
                }
                Some(binding) => return Ok(self.bound_rv(&binding, span)),
                None => {}
            }
        }
        if p.qself.is_none() && is_none(&p.path) {
            return Ok(Rv::None);
        }
        let variant = self.variant(&p.path, &Type::Unknown).filter(|_| p.qself.is_none());
        let made = variant.map_or(Type::Unknown, |variant| Self::type_made(&variant));
        let ty = match self.path_type(&p.path).refined(&made) {
            Type::Unknown if p.qself.is_none() => self.declared_type(&p.path),
            ty => ty,
        };
        let value = self.b.constant(p.to_token_stream(), ty, span);
        if p.qself.is_none() {
            self.paths.insert(value, p.path.clone());
        }
        Ok(Rv::Value(value))
    }

    /// The path behind an operand that may be a function.
    pub(super) fn named_function(&self, rv: &Rv) -> Option<syn::Path> {
        match rv {
            Rv::Value(v) => self.paths.get(v).cloned(),
            Rv::Place(place, _) | Rv::Ref(place, ..) if place.path.is_empty() => {
                self.paths.get(&place.root).cloned()
            }
            _ => None,
        }
    }

    /// The type of a constant behind a path, where the path tells it.
    fn path_type(&self, path: &syn::Path) -> Type {
        if let Some(name) = path.get_ident() {
            return self.types.constant(&name.to_string());
        }
        for segment in path.segments.iter().take(path.segments.len() - 1) {
            let name = segment.ident.to_string();
            if self.types.floats().contains(&name) {
                return Type::Float(Float::Param(name));
            }
            let ty = self.types.read(&syn::parse_quote!(#segment));
            if ty.is_scalar() {
                return ty;
            }
        }
        Type::Unknown
    }

    /// The type of a constant that this file declares, if it is a number or an array of numbers: `LIMIT`,
    /// `Model::WEIGHTS`.
    fn declared_type(&mut self, path: &syn::Path) -> Type {
        let ty = names(path).and_then(|path| self.types.declared().constant(&path));
        let ty = ty.and_then(|ty| syn::parse_str(ty).ok()).map(|ty| self.types.read(&ty));
        match ty {
            Some(ty) if of_numbers(&ty) => {
                self.readings
                    .insert((path.to_token_stream().to_string(), Read::Constant), ty.clone());
                ty
            }
            _ => Type::Unknown,
        }
    }

    /// The type of an item of the body, if it is a number.
    pub(super) fn item_type(&self, ty: &syn::Type) -> Type {
        Some(self.types.read(ty)).filter(Type::is_scalar).unwrap_or(Type::Unknown)
    }
}

fn of_numbers(ty: &Type) -> bool {
    match ty {
        Type::Array(element, _) => of_numbers(element),
        ty => ty.is_scalar() && *ty != Type::Unknown,
    }
}

//! Lifetimes without a name: those of references, `'_`, and those that a type leaves out altogether, as
//! `Window` does for `Window<'_>`.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    AngleBracketedGenericArguments, GenericArgument, GenericParam, ItemImpl, Lifetime,
    LifetimeParam, PathArguments, Type, TypePath, TypeReference, parse_quote,
};

use super::Declared;
use super::tensor;
use super::types::names;

/// Writes `'_` for each: a generated signature names every lifetime.
pub struct Elided<'a>(pub &'a Declared);

impl VisitMut for Elided<'_> {
    fn visit_type_path_mut(&mut self, ty: &mut TypePath) {
        visit_mut::visit_type_path_mut(self, ty);
        let declaration = names(&ty.path).and_then(|path| self.0.get(&path));
        let of_view = || ty.path.segments.last().and_then(tensor::lifetimes);
        let count = declaration.map(|declaration| declaration.lifetimes).or_else(of_view);
        let Some(count) = count else { return };
        let Some(last) = ty.path.segments.last_mut().filter(|_| count > 0) else { return };
        let written: AngleBracketedGenericArguments = match &last.arguments {
            PathArguments::None => parse_quote!(<>),
            PathArguments::AngleBracketed(written) => written.clone(),
            PathArguments::Parenthesized(_) => return,
        };
        let is_lifetime =
            |argument: &GenericArgument| matches!(argument, GenericArgument::Lifetime(_));
        if !written.args.iter().any(is_lifetime) {
            let args = written.args.iter();
            let elided = (0..count).map(|_| -> GenericArgument { parse_quote!('_) });
            last.arguments = PathArguments::AngleBracketed(parse_quote!(<#(#elided,)* #(#args),*>));
        }
    }
}

/// Whether a lifetime in a type has no name.
pub fn has_unnamed(ty: &Type, declared: &Declared) -> bool {
    let mut ty = ty.clone();
    Elided(declared).visit_type_mut(&mut ty);
    let mut unnamed = Unnamed(false);
    unnamed.visit_type(&ty);
    unnamed.0
}

/// Finds lifetimes without a name.
struct Unnamed(bool);

impl<'a> Visit<'a> for Unnamed {
    fn visit_lifetime(&mut self, lifetime: &'a Lifetime) {
        self.0 |= lifetime.ident == "_";
    }

    fn visit_type_reference(&mut self, reference: &'a TypeReference) {
        self.0 |= reference.lifetime.is_none();
        visit::visit_type_reference(self, reference);
    }
}

/// Gives the lifetimes of an `impl`'s type names, for pullbacks to say what they borrow from.
pub fn name_all(item: &mut ItemImpl, declared: &Declared) {
    Elided(declared).visit_type_mut(&mut item.self_ty);
    let mut lifetimes = FreshLifetimes::new("ad_own");
    lifetimes.visit_type_mut(&mut item.self_ty);
    let own = std::mem::take(&mut item.generics.params);
    let named = lifetimes.names.into_iter();
    let named = named.map(|name| GenericParam::Lifetime(LifetimeParam::new(name)));
    item.generics.params = named.chain(own).collect();
}

/// Gives names to the lifetimes that have none.
pub struct FreshLifetimes {
    prefix: &'static str,
    /// The names so far.
    pub names: Vec<Lifetime>,
}

impl FreshLifetimes {
    /// Names that begin with `prefix`.
    pub fn new(prefix: &'static str) -> Self {
        Self { prefix, names: Vec::new() }
    }

    /// One more.
    pub fn next(&mut self) -> Lifetime {
        let name = format!("'{}{}", self.prefix, self.names.len());
        let lifetime = Lifetime::new(&name, Span::call_site());
        self.names.push(lifetime.clone());
        lifetime
    }
}

impl VisitMut for FreshLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.next());
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.next();
        }
    }
}

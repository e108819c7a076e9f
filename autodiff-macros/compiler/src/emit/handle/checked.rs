//! One error for one mistake: generated code is silent where the user's own body does not compile.
//!
//! The derivatives contain most of the body's expressions, and rustc would say of each copy, in other
//! words and at other places, what is wrong with the body. So the handle has a constant, `__CHECKED`,
//! in which the body stands once more as it is, and the parameters of the derivatives have types that
//! name that constant: `Checked<T, { Self::__CHECKED }>` is `T`. If the body is in error, then so is the
//! constant, then so are these types, and rustc reports nothing about values whose type is in error. What
//! it says of the body inside the constant is word for word what it says of the function itself, at the
//! same place, and so is shown once.
//!
//! What rustc alone can tell of the functions that the body calls, and of what it iterates over, is
//! checked there too.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, GenericParam, Ident, ItemFn, Type, TypeParamBound, WherePredicate};

use super::Derivatives;
use crate::emit::rust::{Plain, takes};
use crate::emit::types;
use crate::errors::Extent;
use crate::ir::{Graph, Op};
use crate::parse::{Signature, TypeReader};
use crate::tokens::mentions;

/// The constant. It checks nothing if it would depend on generic arguments that only the caller can
/// choose.
pub fn constant(
    item: &ItemFn,
    signature: &Signature,
    derivatives: Option<&Derivatives<'_>>,
) -> TokenStream {
    let callees = derivatives.map(|d| callees(d.forward)).unwrap_or_default();
    let body = match derivatives {
        Some(derivatives) if !derivatives.iterated.is_empty() => {
            let mut item = item.clone();
            Iterated(derivatives.iterated).visit_block_mut(&mut item.block);
            body(&item, signature, &callees)
        }
        _ => body(item, signature, &callees),
    };
    let body = body.unwrap_or_else(|| quote!(0));
    quote!(#[doc(hidden)] pub const __CHECKED: usize = #body;)
}

/// Whether the constant checks anything.
pub fn is_possible(item: &ItemFn, signature: &Signature) -> bool {
    body(item, signature, &[]).is_some()
}

/// Checks that what is called has a derivative with respect to what is differentiated.
fn callees(forward: &Graph) -> Vec<TokenStream> {
    let mut checks: Vec<TokenStream> = Vec::new();
    forward.body.each_node(&mut |node| {
        let Op::CallJvp(path, _, dots) = &node.op else { return };
        let given: Vec<usize> = (0..dots.len()).filter(|i| dots[*i].is_some()).collect();
        let check = takes(path, &given, node.span);
        let same = |check: &TokenStream| checks.iter().any(|c| c.to_string() == check.to_string());
        checks.extend(check.filter(|check| !same(check)));
    });
    checks
}

/// `for a in b` → `for a in iterated(b)`, which is in error where `b` cannot be indexed.
struct Iterated<'a>(&'a [Extent]);

impl VisitMut for Iterated<'_> {
    fn visit_expr_mut(&mut self, e: &mut Expr) {
        visit_mut::visit_expr_mut(self, e);
        let extent = Extent::of(e);
        if self.0.iter().any(|iterated| iterated.is(&extent)) {
            let span = e.span();
            *e = syn::parse_quote_spanned!(span=> ::autodiff::__private::iterated(#e));
        }
    }
}

fn body(item: &ItemFn, signature: &Signature, callees: &[TokenStream]) -> Option<TokenStream> {
    let opaque = signature.parameters.iter().any(|p| mentions(p.ty.to_token_stream(), "impl"));
    if opaque || signature.method.is_some() {
        return None;
    }
    let parameters = signature.parameters.iter().map(|p| {
        let (pat, ty) = (&p.pat, &p.ty);
        quote!(#pat: #ty)
    });
    let (output, block) = (&signature.output, &item.block);
    let active = signature.parameters.iter().filter(|p| p.active);
    let tangents = active.filter_map(|p| {
        let mut ty = syn::parse2::<Type>(types::tangent(&p.ty, &signature.types)).ok()?;
        Plain.visit_type_mut(&mut ty);
        Some(ty)
    });
    // A closure's errors, unlike a function's, are errors of what is around it. A type without a
    // derivative is a mistake like another.
    let body = quote!({
        let _ = |#(#parameters),*| -> #output #block;
        #(let _ = |_: #tangents| ();)*
        #(#callees)*
        0
    });
    match &item.sig.generics {
        generics if generics.params.is_empty() => Some(body),
        generics => {
            let Generics { declared, names, used, arguments } = chosen(item, &signature.types)?;
            let bounds = &generics.where_clause;
            Some(quote!({
                struct AdBody<#(#declared),*>(::core::marker::PhantomData<(#(#used,)*)>) #bounds;
                impl<#(#declared),*> AdBody<#(#names),*> #bounds {
                    const CHECKED: usize = #body;
                }
                AdBody::<#(#arguments),*>::CHECKED
            }))
        }
    }
}

/// Generic parameters as they are declared, named and mentioned, and arguments for them.
#[derive(Default)]
struct Generics {
    declared: Vec<TokenStream>,
    names: Vec<TokenStream>,
    used: Vec<TokenStream>,
    arguments: Vec<TokenStream>,
}

/// Arguments for the function's generic parameters: `f64` for a float, 0 for a length. There are none
/// for another type, nor for a float of which more is asked than every float offers.
fn chosen(item: &ItemFn, types: &TypeReader) -> Option<Generics> {
    let is_float = |ty: &dyn ToTokens| types.floats().contains(&ty.to_token_stream().to_string());
    let mut all = Generics::default();
    for parameter in &item.sig.generics.params {
        match parameter {
            GenericParam::Lifetime(l) => {
                let name = &l.lifetime;
                all.declared.push(l.to_token_stream());
                all.names.push(name.to_token_stream());
                all.used.push(quote!(&#name ()));
                all.arguments.push(quote!('static));
            }
            GenericParam::Type(t) if is_float(&t.ident) && t.bounds.iter().all(every_float_has) => {
                let (name, bounds) = (&t.ident, &t.bounds);
                all.declared.push(quote!(#name: #bounds));
                all.names.push(name.to_token_stream());
                all.used.push(name.to_token_stream());
                all.arguments.push(quote!(f64));
            }
            GenericParam::Const(c) if is_integer(&c.ty) => {
                let (name, ty) = (&c.ident, &c.ty);
                all.declared.push(quote!(const #name: #ty));
                all.names.push(name.to_token_stream());
                all.arguments.push(quote!(0));
            }
            _ => return None,
        }
    }
    let satisfied = |predicate: &WherePredicate| match predicate {
        WherePredicate::Type(p) => is_float(&p.bounded_ty) && p.bounds.iter().all(every_float_has),
        _ => true,
    };
    let mut predicates = item.sig.generics.where_clause.iter().flat_map(|w| &w.predicates);
    predicates.all(satisfied).then_some(all)
}

fn every_float_has(bound: &TypeParamBound) -> bool {
    const TRAITS: [&str; 7] =
        ["Float", "Copy", "Clone", "Debug", "Display", "PartialEq", "PartialOrd"];
    match bound {
        TypeParamBound::Trait(t) => {
            t.path.segments.last().is_some_and(|s| TRAITS.iter().any(|name| s.ident == name))
        }
        _ => true,
    }
}

fn is_integer(ty: &Type) -> bool {
    let name = ty.to_token_stream().to_string();
    syn::parse_str::<Ident>(&name).is_ok() && !matches!(name.as_str(), "bool" | "char")
}

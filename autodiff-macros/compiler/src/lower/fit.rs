//! Patterns: when they fit.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::{Expr, Member, Pat};

use super::pattern::{calls, component, opaque_pattern, positions};
use super::{Binding, Lowerer, Rv, span_of};
use crate::errors::Lowered;
use crate::ir::{Place, Type, Value};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// What to match on, as code that may run more than once: an expression that may do something, or
    /// give another value the next time, is replaced by a name for the value that it gave.
    pub(super) fn scrutinee(&mut self, e: &Expr, rv: &Rv) -> Expr {
        match (e, rv) {
            (Expr::Paren(e), rv) => self.scrutinee(&e.expr, rv),
            (Expr::Tuple(t), Rv::Tuple(parts)) if t.elems.len() == parts.len() => {
                let mut tuple = t.clone();
                for (e, part) in tuple.elems.iter_mut().zip(parts) {
                    *e = self.scrutinee(e, part);
                }
                Expr::Tuple(tuple)
            }
            (e, Rv::Value(v)) if calls(e) => {
                let name = quote::format_ident!("ad_scrutinee_{}", v.index(), span = span_of(e));
                let ty = self.b.ty(*v).clone();
                self.declare(&name, Binding::Ref(Place::whole(*v), ty, false));
                syn::parse_quote!(::core::clone::Clone::clone(#name))
            }
            (e, _) => e.clone(),
        }
    }

    /// When a pattern fits: `None` if always.
    pub(super) fn test(&mut self, pat: &Pat, rv: &Rv, scrutinee: &Expr) -> Lowered<Option<Value>> {
        let span = span_of(pat);
        if let Some(fits) = self.test_optional(pat, rv)? {
            return Ok(Some(fits));
        }
        if let Some((variant, parts)) = self.variant_pattern(pat, rv) {
            return self.test_variant(&variant, &parts, rv, span);
        }
        match pat {
            Pat::Wild(_) | Pat::Rest(_) => Ok(None),
            Pat::Ident(p) => match &p.subpat {
                Some((_, sub)) => self.test(sub, rv, scrutinee),
                None if self.is_constant_name(&p.ident) => {
                    // What is no number may be a variant of an enum, which need not have `==`.
                    if !self.type_of(rv).is_scalar() {
                        return self.fits(pat, scrutinee, span).map(Some);
                    }
                    self.equals(rv, p.ident.to_token_stream(), span).map(Some)
                }
                None => {
                    self.confirm_binding(&p.ident);
                    Ok(None)
                }
            },
            Pat::Paren(p) => self.test(&p.pat, rv, scrutinee),
            Pat::Type(p) => self.test(&p.pat, rv, scrutinee),
            Pat::Reference(p) => self.test(&p.pat, rv, scrutinee),
            Pat::Lit(lit) if is_number(lit) => {
                self.equals(rv, lit.to_token_stream(), span).map(Some)
            }
            Pat::Range(range) => self.in_range(range, rv, span),
            Pat::Or(or) => {
                let mut any: Option<Value> = None;
                for case in &or.cases {
                    let Some(test) = self.test(case, rv, scrutinee)? else { return Ok(None) };
                    any = Some(match any {
                        None => test,
                        Some(any) => self.b.scalar(Fun::Or, vec![any, test], Type::Bool, span),
                    });
                }
                Ok(any)
            }
            Pat::Tuple(t) if !matches!(self.type_of(rv), Type::Unknown) => {
                let total = self.tuple_len(rv);
                let mut all: Option<Value> = None;
                for (i, pat) in positions(t.elems.iter(), total) {
                    let part = self.taken_apart(rv, &Member::from(i), span)?;
                    let scrutinee = &component(scrutinee, i);
                    let fits = self.test(pat, &part, scrutinee)?;
                    all = self.both(all, fits, span);
                }
                Ok(all)
            }
            Pat::Slice(s)
                if !s.elems.iter().any(|p| matches!(p, Pat::Rest(_)))
                    && matches!(self.type_of(rv), Type::Array(..)) =>
            {
                Ok(None)
            }
            _ => match Self::field_patterns(pat) {
                Some(fields) if matches!(self.type_of(rv), Type::Struct(_)) => {
                    self.test_fields(&fields, rv, scrutinee, span)
                }
                _ => self.fits(pat, scrutinee, span).map(Some),
            },
        }
    }

    fn equals(
        &mut self,
        rv: &Rv,
        constant: proc_macro2::TokenStream,
        span: Span,
    ) -> Lowered<Value> {
        let value = self.value_of(rv.clone(), span)?;
        let ty = self.b.ty(value).clone();
        let constant = self.b.constant(constant, ty, span);
        Ok(self.b.scalar(Fun::Eq, vec![value, constant], Type::Bool, span))
    }

    fn in_range(&mut self, range: &syn::PatRange, rv: &Rv, span: Span) -> Lowered<Option<Value>> {
        let value = self.value_of(rv.clone(), span)?;
        let mut tests = Vec::new();
        if let Some(lo) = &range.start {
            let lo = self.value(lo)?;
            tests.push(self.b.scalar(Fun::Ge, vec![value, lo], Type::Bool, span));
        }
        if let Some(hi) = &range.end {
            let hi = self.value(hi)?;
            let fun = match range.limits {
                syn::RangeLimits::HalfOpen(_) => Fun::Lt,
                syn::RangeLimits::Closed(_) => Fun::Le,
            };
            tests.push(self.b.scalar(fun, vec![value, hi], Type::Bool, span));
        }
        Ok(tests.into_iter().reduce(|a, b| self.b.scalar(Fun::And, vec![a, b], Type::Bool, span)))
    }

    /// Whether a constant of a type of the user's fits: left to rustc.
    fn fits(&mut self, pat: &Pat, scrutinee: &Expr, span: Span) -> Lowered<Value> {
        let tokens = quote!(match (#scrutinee) {
            #[allow(unused_variables)]
            #pat => true,
            _ => false,
        });
        self.verbatim_as(tokens, Type::Bool, span, opaque_pattern(pat))
    }
}

fn is_number(lit: &syn::PatLit) -> bool {
    matches!(lit.lit, syn::Lit::Int(_) | syn::Lit::Float(_) | syn::Lit::Bool(_))
}

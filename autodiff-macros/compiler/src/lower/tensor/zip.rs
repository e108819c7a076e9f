//! `Zip` and `azip!`: a closure over the elements of several arrays of one shape.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprMethodCall, Macro, Pat, Token};

use super::{At, Tensor};
use crate::errors::Lowered;
use crate::ir::Type;
use crate::lower::iter::Callee;
use crate::lower::{Lowerer, Rv};

impl Lowerer<'_> {
    /// `Zip::from(a).and(b)...for_each(f)`, `.map_collect(f)`; `None` of anything else.
    pub(in crate::lower) fn zip_chain(&mut self, m: &ExprMethodCall) -> Lowered<Option<Rv>> {
        let span = m.method.span();
        let name = m.method.to_string();
        let [f] = &m.args.iter().collect::<Vec<_>>()[..] else { return Ok(None) };
        if !["for_each", "map_collect"].contains(&name.as_str()) {
            return Ok(None);
        }
        let Some(parts) = zipped(&m.receiver) else { return Ok(None) };
        let parts = parts.into_iter().map(|e| self.ranked_expr(e)).collect::<Lowered<Vec<_>>>()?;
        let f = self.callee(f)?;
        self.zip_over(&parts, &f, name == "map_collect", span).map(Some)
    }

    /// Runs a closure over the elements of arrays of one shape.
    pub(super) fn zip_over(
        &mut self,
        parts: &[Tensor],
        f: &Callee,
        collect: bool,
        span: Span,
    ) -> Lowered<Rv> {
        let shape = parts[0].shape.clone();
        for part in &parts[1..] {
            let pairs: Vec<_> = shape.iter().copied().zip(part.shape.iter().copied()).collect();
            self.check_fit("Zip", &pairs, span);
        }
        let made = collect.then(|| self.fresh(&shape, Type::Unknown, span));
        let target = made.as_ref().map(|made| &made.rows);
        let mut element = Type::Unknown;
        let all: Vec<&Tensor> = parts.iter().chain(target).collect();
        self.each_index(&shape, &all, span, &mut |this, at| {
            let mut given = Vec::new();
            for part in parts {
                given.push(if part.is_exclusive() {
                    this.exclusive_or_shared(part, &at, span)?
                } else {
                    this.shared_element(part, &at, span)?
                });
            }
            let value = this.apply(f, given, span)?;
            if let Some(target) = target {
                let value = this.value_of(value, span)?;
                element = this.b.ty(value).clone();
                this.store_at(target, &at, value, span)?;
            }
            Ok(())
        })?;
        Ok(made.map_or(Rv::Unit, |made| self.finished(&made, element)))
    }

    fn exclusive_or_shared(&mut self, of: &Tensor, at: &At<'_>, span: Span) -> Lowered<Rv> {
        match self.element(of, at, span)? {
            Rv::Place(place, ty) => {
                let exclusive = self.is_mutable(&place);
                Ok(Rv::Ref(place, ty, exclusive))
            }
            rv => Ok(rv),
        }
    }

    /// `azip!((a in &mut x, &b in &y) *a += b)`: `Zip` with a closure over these patterns.
    pub(super) fn azip(&mut self, mac: &Macro, span: Span) -> Lowered<Option<Rv>> {
        let mut trees = mac.tokens.clone().into_iter();
        let Some(TokenTree::Group(operands)) = trees.next() else { return Ok(None) };
        let body: TokenStream = trees.collect();
        let parse = |input: ParseStream<'_>| {
            let operand = |input: ParseStream<'_>| {
                let pat = Pat::parse_single(input)?;
                input.parse::<Token![in]>()?;
                Ok((pat, input.parse::<Expr>()?))
            };
            input.parse_terminated(operand, Token![,])
        };
        let Ok(operands) = parse.parse2(operands.stream()) else {
            return Ok(None);
        };
        let (patterns, arrays): (Vec<_>, Vec<_>) = operands.into_iter().unzip();
        let Ok(closure) = syn::parse2::<Expr>(quote!(|#(#patterns),*| { #body })) else {
            return Ok(None);
        };
        let parts = arrays.iter().map(|e| self.ranked_expr(e)).collect::<Lowered<Vec<_>>>()?;
        let f = self.callee(&closure)?;
        self.zip_over(&parts, &f, false, span).map(Some)
    }
}

/// The arrays of `Zip::from(a).and(b)`.
fn zipped(e: &Expr) -> Option<Vec<&Expr>> {
    match e {
        Expr::Call(call) => match &*call.func {
            Expr::Path(p) => {
                let names: Vec<_> = p.path.segments.iter().map(|s| s.ident.to_string()).collect();
                let is_zip =
                    matches!(&names[..], [.., zip, from] if zip == "Zip" && from == "from");
                is_zip.then(|| call.args.iter().collect())
            }
            _ => None,
        },
        Expr::MethodCall(m) if m.method == "and" && m.args.len() == 1 => {
            let mut parts = zipped(&m.receiver)?;
            parts.push(&m.args[0]);
            Some(parts)
        }
        _ => None,
    }
}

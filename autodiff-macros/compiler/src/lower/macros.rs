//! Macro calls: `vec!`, assertions, panics, printing.

use proc_macro2::Span;
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

use super::{Lowerer, Rv};
use crate::errors::{Extent, Lowered};
use crate::ir::{CallArg, Op, Place, Type};

/// Macros whose result, if any, is a constant.
const EFFECTS: [&str; 10] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "println",
    "eprintln",
    "print",
    "eprint",
];

/// What a macro is given, as far as these are expressions: a walk over syntax takes them for tokens.
pub(super) fn arguments(mac: &Macro) -> Vec<Expr> {
    let read = |input: syn::parse::ParseStream<'_>| {
        let mut arguments = Vec::new();
        while !input.is_empty() {
            arguments.push(input.parse()?);
            if !input.is_empty() && input.parse::<Option<Token![;]>>()?.is_none() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    };
    read.parse2(mac.tokens.clone()).unwrap_or_default()
}

impl Lowerer<'_> {
    pub(super) fn macro_call(&mut self, mac: &Macro, span: Span) -> Lowered<Rv> {
        let name = mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        if name == "vec" {
            return self.vec_macro(mac, span);
        }
        if let Some(rv) = self.tensor_macro(mac, span)? {
            return Ok(rv);
        }
        if super::stmt::diverges(mac) {
            self.effect(quote!(#mac), span)?;
            return Ok(self.unreachable(span));
        }
        if name == "dbg" {
            return self.dbg(mac, span);
        }
        if EFFECTS.contains(&name.as_str()) {
            self.effect(quote!(#mac), span)?;
            return Ok(Rv::Unit);
        }
        if [
            "write",
            "writeln",
            "matches",
            "format",
            "concat",
            "stringify",
            "line",
            "column",
            "env",
            "cfg",
        ]
        .contains(&name.as_str())
        {
            let ty = match name.as_str() {
                "matches" | "cfg" => Type::Bool,
                _ => Type::Unknown,
            };
            let value = self.verbatim(quote!(#mac), ty, span, "this macro's result")?;
            return Ok(Rv::Value(value));
        }
        Err(self.refuse(
            "AD0402",
            Extent::of(mac),
            format!(
                "the macro `{name}!` cannot be seen through: what it expands to is not known here"
            ),
            "write out what it stands for, or put it in a function of its own",
        ))
    }

    /// `dbg!(a)` is `a`, shown.
    fn dbg(&mut self, mac: &Macro, span: Span) -> Lowered<Rv> {
        let parsed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone());
        let Ok(parsed) = parsed else {
            return Err(self.refuse(
                "AD0403",
                Extent::of(mac),
                "this `dbg!` cannot be read",
                "write `dbg!(a, b)`",
            ));
        };
        let mut shown = Vec::new();
        for e in &parsed {
            let rv = self.expr(e)?;
            let value = self.value_of(rv, span)?;
            let name = syn::Ident::new("ad_shown", span);
            let text = e.to_token_stream().to_string();
            let tokens = quote_spanned! {span=>
                ::std::eprintln!(
                    "[{}:{}:{}] {} = {:#?}",
                    ::core::file!(), ::core::line!(), ::core::column!(), #text, ad_shown
                )
            };
            let captures = vec![(name, CallArg::Value(value))];
            self.b.effect(Op::Effect { tokens, captures }, span);
            shown.push(Rv::Value(value));
        }
        Ok(match shown.len() {
            0 => Rv::Unit,
            1 => shown.remove(0),
            _ => Rv::Tuple(shown),
        })
    }

    fn vec_macro(&mut self, mac: &Macro, span: Span) -> Lowered<Rv> {
        let repeat = |input: syn::parse::ParseStream<'_>| -> syn::Result<(Expr, Expr)> {
            let value = input.parse()?;
            input.parse::<Token![;]>()?;
            Ok((value, input.parse()?))
        };
        let (op, ty) = if let Ok((value, len)) = repeat.parse2(mac.tokens.clone()) {
            let value = self.value(&value)?;
            let len = self.index(&len)?;
            (Op::VecRepeat(value, len), Type::Vec(Box::new(self.b.ty(value).clone())))
        } else {
            let parsed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone());
            let Ok(parsed) = parsed else {
                return Err(self.refuse(
                    "AD0403",
                    Extent::of(mac),
                    "this `vec!` cannot be read",
                    "write `vec![a, b]` or `vec![a; n]`",
                ));
            };
            let values = self.elements(&parsed)?;
            let element = values
                .iter()
                .map(|v| self.b.ty(*v).clone())
                .reduce(|a, b| a.join(&b))
                .unwrap_or(Type::Unknown);
            (Op::VecOf(values), Type::Vec(Box::new(element)))
        };
        let value = self.b.op(op, ty.clone(), span);
        let object = self.object(value, None, span);
        Ok(Rv::Temp(Place::whole(object), ty))
    }
}

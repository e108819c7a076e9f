//! Constants whose value is known here: literals, with or without a sign.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Ident, Lit};

use crate::ir::{Float, Op, Type};
use crate::tokens::signed_literal;

/// The value of a literal.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Literal {
    Bool(bool),
    Int(i64),
    /// In double precision; see [`Literal::is_exact`].
    Float(f64),
}

impl Literal {
    /// Reads a constant; `None` if it is not a literal.
    pub fn read(tokens: &TokenStream) -> Option<Self> {
        let Some((negative, literal)) = signed_literal(tokens) else {
            let mut trees = tokens.clone().into_iter();
            return match (trees.next()?, trees.next()) {
                (TokenTree::Ident(word), None) if word == "true" => Some(Self::Bool(true)),
                (TokenTree::Ident(word), None) if word == "false" => Some(Self::Bool(false)),
                _ => None,
            };
        };
        match Lit::new(literal) {
            Lit::Int(n) if !matches!(n.suffix(), "f32" | "f64") => {
                let n: i64 = n.base10_parse().ok()?;
                Some(Self::Int(if negative { -n } else { n }))
            }
            Lit::Int(x) => Some(Self::signed(x.base10_parse().ok()?, negative)),
            Lit::Float(x) => Some(Self::signed(x.base10_parse().ok()?, negative)),
            _ => None,
        }
    }

    fn signed(x: f64, negative: bool) -> Self {
        Self::Float(if negative { -x } else { x })
    }

    /// The constant, as something of that type; `None` if it cannot be written as one.
    pub fn write(self, ty: &Type) -> Option<Op> {
        Some(Op::Const(match (self, ty) {
            (Self::Bool(value), Type::Bool) => quote!(#value),
            (Self::Int(n), Type::Int(name)) => {
                // Small enough for any type, or for any that has 32 bits.
                let is_wide =
                    name.as_deref().is_some_and(|n| !n.ends_with('8') || n.ends_with("128"));
                let is_wide = is_wide && !name.as_deref().is_some_and(|n| n.ends_with("16"));
                let most = if is_wide { i64::from(i32::MAX) } else { i64::from(i8::MAX) };
                if !(0..=most).contains(&n) {
                    return None;
                }
                let digits = proc_macro2::Literal::i64_unsuffixed(n);
                quote!(#digits)
            }
            (Self::Float(x), Type::Float(float)) if x.is_finite() => {
                let digits = proc_macro2::Literal::f64_unsuffixed(x.abs());
                let sign = x.is_sign_negative().then(|| quote!(-));
                match float {
                    Float::Param(name) => {
                        let name = Ident::new(name, proc_macro2::Span::call_site());
                        quote!(<#name as ::autodiff::Float>::from_f64(#sign #digits))
                    }
                    _ => quote!(#sign #digits),
                }
            }
            // Rules alone make floats of a type that is not known, and of whole numbers.
            (Self::Float(x), Type::Unknown) if x >= 0.0 => {
                let digits = proc_macro2::Literal::f64_unsuffixed(x);
                quote!(#digits)
            }
            _ => return None,
        }))
    }

    /// Whether a float of that type holds exactly this; of a type not known, whether any does.
    pub fn is_exact(self, ty: &Type) -> bool {
        match self {
            Self::Float(x) => {
                *ty == Type::F64 || (ty.is_float() && f64::from(x as f32).to_bits() == x.to_bits())
            }
            _ => true,
        }
    }
}

//! The user's own code, as far as it is literals and simple arithmetic.

use std::f64::consts;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{BinOp, Expr, Lit, Member, Token, UnOp};

use super::scalar::{apply, cast, type_named};
use super::{Datum, Step};
use crate::ir::Type;
use crate::rules::Fun;

/// What the names in some code stand for.
pub type Names<'a> = &'a dyn Fn(&str) -> Option<Datum>;

/// Evaluates code; what goes beyond simple arithmetic is an error.
pub fn run(tokens: &TokenStream, names: Names<'_>) -> Result<Datum, String> {
    let expr = syn::parse2(tokens.clone()).map_err(|e| format!("`{tokens}`: {e}"))?;
    value(&expr, names)
}

fn value(expr: &Expr, names: Names<'_>) -> Result<Datum, String> {
    match expr {
        Expr::Lit(e) => literal(&e.lit),
        Expr::Paren(e) => value(&e.expr, names),
        Expr::Group(e) => value(&e.expr, names),
        Expr::Reference(e) => value(&e.expr, names),
        Expr::Path(e) => path(&e.path, names),
        Expr::Unary(e) => {
            let x = value(&e.expr, names)?;
            match e.op {
                UnOp::Deref(_) => Ok(x),
                UnOp::Neg(_) => apply(Fun::Neg, &[x], &Type::Unknown),
                _ => apply(Fun::Not, &[x], &Type::Unknown),
            }
        }
        Expr::Binary(e) => {
            let left = value(&e.left, names)?;
            match (&e.op, &left) {
                (BinOp::And(_), Datum::Bool(false)) | (BinOp::Or(_), Datum::Bool(true)) => {
                    return Ok(left);
                }
                _ => {}
            }
            let fun = Fun::from_binary(&e.op.to_token_stream().to_string());
            let fun = fun.ok_or_else(|| unknown(expr))?;
            apply(fun, &[left, value(&e.right, names)?], &Type::Unknown)
        }
        Expr::Cast(e) => {
            let ty = type_named(&e.ty.to_token_stream().to_string());
            cast(&value(&e.expr, names)?, &ty)
        }
        Expr::Index(e) => {
            let index = value(&e.index, names)?.index()?;
            value(&e.expr, names)?.get(&[Step::Index(index)])
        }
        Expr::Field(e) => value(&e.base, names)?.get(&[member(&e.member)]),
        Expr::Tuple(e) if e.elems.is_empty() => Ok(Datum::Unit),
        Expr::Tuple(e) => {
            Ok(Datum::Tuple(e.elems.iter().map(|e| value(e, names)).collect::<Result<_, _>>()?))
        }
        Expr::Repeat(e) => super::repeat(value(&e.expr, names)?, &value(&e.len, names)?),
        Expr::MethodCall(e) if e.method == "count" && e.args.is_empty() => {
            range_length(&e.receiver, names)
        }
        Expr::MethodCall(e) => {
            let mut args = vec![value(&e.receiver, names)?];
            for arg in &e.args {
                args.push(value(arg, names)?);
            }
            method(&e.method.to_string(), &args).unwrap_or_else(|| Err(unknown(expr)))
        }
        Expr::Call(e) => {
            let Expr::Path(callee) = &*e.func else { return Err(unknown(expr)) };
            let name = callee.path.segments.last().map(|s| s.ident.to_string());
            let args = e.args.iter().map(|e| value(e, names)).collect::<Result<Vec<_>, _>>()?;
            let result = name.and_then(|name| method(&name, &args));
            result.unwrap_or_else(|| Err(unknown(expr)))
        }
        Expr::Macro(e) => statement(&e.mac, names),
        _ => Err(unknown(expr)),
    }
}

fn unknown(code: &impl ToTokens) -> String {
    format!("`{}` is beyond the interpreter", code.to_token_stream())
}

fn literal(lit: &Lit) -> Result<Datum, String> {
    match lit {
        Lit::Float(x) => x.base10_parse().map(Datum::Float).map_err(|e| e.to_string()),
        Lit::Int(n) if matches!(n.suffix(), "f32" | "f64") => {
            n.base10_parse().map(Datum::Float).map_err(|e| e.to_string())
        }
        Lit::Int(n) => n.base10_parse().map(Datum::Int).map_err(|e| e.to_string()),
        Lit::Bool(b) => Ok(Datum::Bool(b.value)),
        other => Err(unknown(other)),
    }
}

fn path(path: &syn::Path, names: Names<'_>) -> Result<Datum, String> {
    let segments: Vec<_> = path.segments.iter().map(|s| s.ident.to_string()).collect();
    let last = segments.last().map_or("", String::as_str);
    if segments.len() == 1
        && let Some(datum) = names(last)
    {
        return Ok(datum);
    }
    let single = segments.iter().any(|s| s == "f32");
    let x = match last {
        "EPSILON" if single => f64::from(f32::EPSILON),
        "MAX" if single => f64::from(f32::MAX),
        "MIN" if single => f64::from(f32::MIN),
        "MIN_POSITIVE" if single => f64::from(f32::MIN_POSITIVE),
        "MAX" | "MIN" if !segments.iter().any(|s| s == "f64") => return Err(unknown(path)),
        "EPSILON" => f64::EPSILON,
        "MAX" => f64::MAX,
        "MIN" => f64::MIN,
        "MIN_POSITIVE" => f64::MIN_POSITIVE,
        "INFINITY" => f64::INFINITY,
        "NEG_INFINITY" => f64::NEG_INFINITY,
        "NAN" => f64::NAN,
        "PI" => consts::PI,
        "TAU" => consts::TAU,
        "E" => consts::E,
        "SQRT_2" => consts::SQRT_2,
        "LN_2" => consts::LN_2,
        "LN_10" => consts::LN_10,
        "LOG2_E" => consts::LOG2_E,
        "LOG10_E" => consts::LOG10_E,
        "FRAC_PI_2" => consts::FRAC_PI_2,
        "FRAC_PI_3" => consts::FRAC_PI_3,
        "FRAC_PI_4" => consts::FRAC_PI_4,
        "FRAC_PI_6" => consts::FRAC_PI_6,
        "FRAC_PI_8" => consts::FRAC_PI_8,
        "FRAC_1_PI" => consts::FRAC_1_PI,
        "FRAC_2_PI" => consts::FRAC_2_PI,
        "FRAC_1_SQRT_2" => consts::FRAC_1_SQRT_2,
        "FRAC_2_SQRT_PI" => consts::FRAC_2_SQRT_PI,
        _ => return Err(unknown(path)),
    };
    Ok(Datum::Float(x))
}

/// A method, the receiver first; `None` if it is not known.
fn method(name: &str, args: &[Datum]) -> Option<Result<Datum, String>> {
    Some(match (name, args) {
        ("from_f64" | "from" | "clone" | "recast", [x]) => Ok(x.clone()),
        ("len", [Datum::Seq(parts)]) => Ok(Datum::Int(parts.len() as i64)),
        ("is_empty", [Datum::Seq(parts)]) => Ok(Datum::Bool(parts.is_empty())),
        ("nth", [Datum::Int(start), Datum::Int(k)]) => Ok(Datum::Int(start + k)),
        // Of lengths: these are not negative.
        ("saturating_sub", [Datum::Int(a), Datum::Int(b)]) => Ok(Datum::Int((a - b).max(0))),
        ("div_ceil", [Datum::Int(a), Datum::Int(b)]) if *b > 0 => Ok(Datum::Int((a + b - 1) / b)),
        ("pow", [Datum::Int(a), Datum::Int(n)]) => {
            let power = u32::try_from(*n).ok().and_then(|n| a.checked_pow(n));
            power.map(Datum::Int).ok_or_else(|| format!("{a}.pow({n}) overflows"))
        }
        _ => apply(Fun::from_method(name, args.len())?, args, &Type::Unknown),
    })
}

/// `(lo..hi).count()`.
fn range_length(range: &Expr, names: Names<'_>) -> Result<Datum, String> {
    let mut range = range;
    while let Expr::Paren(inner) = range {
        range = &inner.expr;
    }
    let Expr::Range(e) = range else { return Err(unknown(range)) };
    let (Some(lo), Some(hi)) = (&e.start, &e.end) else { return Err(unknown(range)) };
    let (lo, hi) = (value(lo, names)?.int()?, value(hi, names)?.int()?);
    let end = if matches!(e.limits, syn::RangeLimits::Closed(_)) { hi + 1 } else { hi };
    Ok(Datum::Int((end - lo).max(0)))
}

/// An assertion, a panic, or something printed, which is left out.
fn statement(mac: &syn::Macro, names: Names<'_>) -> Result<Datum, String> {
    let name = mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
    let operand = |i: usize| {
        let parsed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone());
        let parsed = parsed.map_err(|e| e.to_string())?;
        parsed.get(i).ok_or_else(|| unknown(mac)).and_then(|e| value(e, names))
    };
    let holds = match name.trim_start_matches("debug_") {
        "assert" => operand(0)?.bool()?,
        "assert_eq" => operand(0)? == operand(1)?,
        "assert_ne" => operand(0)? != operand(1)?,
        "print" | "println" | "eprint" | "eprintln" => true,
        "panic" | "unreachable" | "todo" | "unimplemented" => false,
        _ => return Err(unknown(mac)),
    };
    if holds { Ok(Datum::Unit) } else { Err(format!("panics: `{}`", mac.to_token_stream())) }
}

/// A field as a step.
pub fn member(member: &Member) -> Step {
    match member {
        Member::Named(name) => Step::Name(name.to_string()),
        Member::Unnamed(i) => Step::Position(i.index as usize),
    }
}

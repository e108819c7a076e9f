//! Scalar operations on data: floats by the rule table, integers as Rust computes them.

use super::Datum;
use crate::ir::{Float, Type};
use crate::rules::Fun;

/// One operation, the result as a variable of type `ty` holds it.
pub fn apply(fun: Fun, args: &[Datum], ty: &Type) -> Result<Datum, String> {
    if fun == Fun::Select && args.len() == 3 {
        return match &args[0] {
            Datum::Undef => Ok(Datum::Undef),
            cond => Ok(args[if cond.bool()? { 1 } else { 2 }].clone()),
        };
    }
    if args.len() != fun.arity() {
        return Err(format!("`{}` takes {} operands", fun.name(), fun.arity()));
    }
    if args.contains(&Datum::Undef) {
        return Ok(Datum::Undef);
    }
    if let ([a, b], Fun::Eq | Fun::Ne) = (args, fun) {
        return Ok(Datum::Bool((a == b) == (fun == Fun::Eq)));
    }
    let all_ints: Option<Vec<i64>> = args.iter().map(|a| a.int().ok()).collect();
    if let Some(ints) = all_ints
        && fun != Fun::IntToFloat
    {
        if fun.returns_bool() && fun != Fun::Not {
            return compare(fun, &ints);
        }
        let n = integer(fun, &ints).ok_or_else(|| {
            format!("`{}` of the integers {ints:?} panics or does not exist", fun.name())
        })?;
        return in_range(n, ty);
    }
    let all_bools = args.iter().all(|a| matches!(a, Datum::Bool(_)));
    let numbers = args.iter().map(number).collect::<Result<Vec<_>, _>>()?;
    let y = fun.eval(&numbers);
    let is_bool = fun.returns_bool() || (all_bools && fun != Fun::IntToFloat);
    Ok(if is_bool { Datum::Bool(y != 0.0) } else { Datum::Float(y).of_type(ty) })
}

/// `datum as T`.
pub fn cast(datum: &Datum, ty: &Type) -> Result<Datum, String> {
    Ok(match (datum, ty) {
        (Datum::Undef, _) => Datum::Undef,
        (Datum::Float(_) | Datum::Int(_), Type::Float(_)) => {
            Datum::Float(number(datum)?).of_type(ty)
        }
        (Datum::Float(x), Type::Int(_)) => {
            let (least, most) = range(ty);
            Datum::Int((*x as i64).clamp(least, most))
        }
        (Datum::Int(n), Type::Int(name)) => Datum::Int(match name.as_deref() {
            Some("u8") => i64::from(*n as u8),
            Some("i8") => i64::from(*n as i8),
            Some("u16") => i64::from(*n as u16),
            Some("i16") => i64::from(*n as i16),
            Some("u32") => i64::from(*n as u32),
            Some("i32") => i64::from(*n as i32),
            _ => return in_range(*n, ty),
        }),
        (Datum::Bool(b), Type::Int(_)) => Datum::Int(i64::from(*b)),
        _ => return Err(format!("{datum} cannot be cast to {ty}")),
    })
}

fn number(datum: &Datum) -> Result<f64, String> {
    match datum {
        Datum::Float(x) => Ok(*x),
        Datum::Int(n) => Ok(*n as f64),
        Datum::Bool(b) => Ok(f64::from(*b)),
        other => Err(format!("{other} is no scalar")),
    }
}

fn compare(fun: Fun, ints: &[i64]) -> Result<Datum, String> {
    let &[a, b] = ints else {
        return Err(format!("`{}` of an integer", fun.name()));
    };
    Ok(Datum::Bool(match fun {
        Fun::Lt => a < b,
        Fun::Le => a <= b,
        Fun::Gt => a > b,
        Fun::Ge => a >= b,
        _ => return Err(format!("`{}` of integers", fun.name())),
    }))
}

/// `None` where Rust panics or has no such operation.
fn integer(fun: Fun, ints: &[i64]) -> Option<i64> {
    match (fun, ints) {
        (Fun::Neg, &[n]) => n.checked_neg(),
        (Fun::Not, &[n]) => Some(!n),
        (Fun::Abs, &[n]) => n.checked_abs(),
        (Fun::Signum, &[n]) => Some(n.signum()),
        (Fun::IntPred, &[n]) => Some(fun.eval(&[n as f64]) as i64),
        (Fun::Add, &[a, b]) => a.checked_add(b),
        (Fun::Sub, &[a, b]) => a.checked_sub(b),
        (Fun::Mul, &[a, b]) => a.checked_mul(b),
        (Fun::Div, &[a, b]) => a.checked_div(b),
        (Fun::Rem, &[a, b]) => a.checked_rem(b),
        (Fun::DivEuclid, &[a, b]) => a.checked_div_euclid(b),
        (Fun::RemEuclid, &[a, b]) => a.checked_rem_euclid(b),
        (Fun::Min, &[a, b]) => Some(a.min(b)),
        (Fun::Max, &[a, b]) => Some(a.max(b)),
        (Fun::Clamp, &[n, lo, hi]) => (lo <= hi).then(|| n.clamp(lo, hi)),
        (Fun::BitAnd, &[a, b]) => Some(a & b),
        (Fun::BitOr, &[a, b]) => Some(a | b),
        (Fun::BitXor, &[a, b]) => Some(a ^ b),
        (Fun::Shl, &[a, b]) => a.checked_shl(u32::try_from(b).ok()?),
        (Fun::Shr, &[a, b]) => a.checked_shr(u32::try_from(b).ok()?),
        _ => None,
    }
}

/// Overflow is an error, as in a debug build.
fn in_range(n: i64, ty: &Type) -> Result<Datum, String> {
    let (least, most) = range(ty);
    if (least..=most).contains(&n) { Ok(Datum::Int(n)) } else { Err(format!("{n} overflows {ty}")) }
}

/// The part of a type's range that [`Datum::Int`] can hold.
fn range(ty: &Type) -> (i64, i64) {
    let Type::Int(Some(name)) = ty else {
        return (i64::MIN, i64::MAX);
    };
    match name.as_str() {
        "u8" => (0, i64::from(u8::MAX)),
        "i8" => (i64::from(i8::MIN), i64::from(i8::MAX)),
        "u16" => (0, i64::from(u16::MAX)),
        "i16" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "u32" => (0, i64::from(u32::MAX)),
        "i32" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        "usize" | "u64" | "u128" => (0, i64::MAX),
        _ => (i64::MIN, i64::MAX),
    }
}

/// The type that a name in a cast stands for, as far as the interpreter cares.
pub fn type_named(name: &str) -> Type {
    match name {
        "f32" => Type::Float(Float::F32),
        "f64" => Type::F64,
        name => Type::Int(Some(name.to_owned())),
    }
}

//! Computes what depends on literals alone.

use super::literal::Literal::{self, Bool, Float, Int};
use super::rewrite::{Rewriter, To};
use crate::ir::{self, Node, Op, Storage, Type, Value};
use crate::rules::Fun;

/// Folds constants.
pub fn rule(at: &mut Rewriter, node: &Node) -> Option<To> {
    match &node.op {
        Op::Scalar(fun, args) => {
            let (ty, args) = (at.ty(node.results[0]), &args[..]);
            computed(at, *fun, args, ty)
                .and_then(|literal| literal.write(ty))
                .map(To::Op)
                .or_else(|| decided(at, *fun, args))
        }
        Op::If(cond, a, b) => {
            let Some(Bool(cond)) = at.literal(*cond) else { return None };
            let taken = if cond { a } else { b };
            // Memory that a branch yields is read there, not where the result is.
            let fits = |(result, v): (&Value, &Value)| {
                at.storage(*v) == Storage::Local && at.ty(*v) == at.ty(*result)
            };
            node.results.iter().zip(&taken.results).all(fits).then_some(To::Branch(cond))
        }
        _ => None,
    }
}

/// An operation on literals, where its result is exact in every type that the operands may have.
fn computed(at: &Rewriter, fun: Fun, args: &[Value], ty: &Type) -> Option<Literal> {
    // Of most operations the first operand tells that there is nothing to compute.
    at.literal(*args.first()?)?;
    let operands = args.iter().map(|v| at.literal(*v)).collect::<Option<Vec<_>>>()?;
    if !operands.iter().zip(args).all(|(literal, v)| literal.is_exact(at.ty(*v))) {
        return None;
    }
    match (fun, &operands[..]) {
        (Fun::Not, [Bool(a)]) => Some(Bool(!a)),
        (Fun::IntPred, &[Int(n)]) => Some(Int(n.saturating_sub(i64::from(n != 0)))),
        (Fun::IntToFloat, &[Int(n)]) => {
            let narrowest = Type::Float(ir::Float::F32);
            let ty = if *ty == Type::Unknown { &narrowest } else { ty };
            Some(Float(n as f64)).filter(|x| x.is_exact(ty))
        }
        (Fun::Add, &[Int(a), Int(b)]) => a.checked_add(b).map(Int),
        (Fun::Sub, &[Int(a), Int(b)]) => a.checked_sub(b).map(Int),
        (Fun::Mul, &[Int(a), Int(b)]) => a.checked_mul(b).map(Int),
        (Fun::Eq, &[Int(a), Int(b)]) => Some(Bool(a == b)),
        (Fun::Ne, &[Int(a), Int(b)]) => Some(Bool(a != b)),
        (Fun::Lt, &[Int(a), Int(b)]) => Some(Bool(a < b)),
        (Fun::Le, &[Int(a), Int(b)]) => Some(Bool(a <= b)),
        (Fun::Gt, &[Int(a), Int(b)]) => Some(Bool(a > b)),
        (Fun::Ge, &[Int(a), Int(b)]) => Some(Bool(a >= b)),
        (Fun::Eq | Fun::Ne | Fun::Lt | Fun::Le | Fun::Gt | Fun::Ge, &[Float(a), Float(b)]) => {
            Some(Bool(fun.eval(&[a, b]) != 0.0))
        }
        // Double precision rounds these so that rounding the result to single gives what single
        // precision computes.
        (Fun::Add | Fun::Sub | Fun::Mul | Fun::Div, &[Float(a), Float(b)]) => {
            Some(Float(fun.eval(&[a, b]))).filter(|x| x.is_exact(ty))
        }
        _ => None,
    }
}

/// An operation that a literal among the operands decides.
fn decided(at: &Rewriter, fun: Fun, args: &[Value]) -> Option<To> {
    match (fun, args) {
        // true ? a : b = a
        (Fun::Select, &[cond, a, b]) => match at.literal(cond)? {
            Bool(cond) => Some(To::Value(if cond { a } else { b })),
            _ => None,
        },
        // a && true = a, a && false = false, for either operand: both have been computed.
        (Fun::And | Fun::Or, &[a, b]) => {
            let neutral = fun == Fun::And;
            let (literal, literal_at, other) = match (at.literal(a), at.literal(b)) {
                (Some(literal), _) => (literal, a, b),
                (_, Some(literal)) => (literal, b, a),
                _ => return None,
            };
            let Bool(literal) = literal else { return None };
            Some(To::Value(if literal == neutral { other } else { literal_at }))
        }
        _ => None,
    }
}

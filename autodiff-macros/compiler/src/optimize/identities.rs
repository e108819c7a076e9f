//! Applies identities that hold for every float, each under its equation.

use super::literal::Literal::{self, Bool, Float, Int};
use super::rewrite::{Rewriter, To};
use crate::ir::{Node, Op, Region, Type, Value};
use crate::rules::Fun;

/// Simplifies an operation.
pub fn rule(at: &mut Rewriter, node: &Node) -> Option<To> {
    match &node.op {
        Op::Scalar(fun, args) => match at.ty(node.results[0]) {
            Type::Float(_) => float(at, *fun, args)
                .or_else(|| outward(at, *fun, args, node))
                .or_else(|| choice(at, *fun, args)),
            Type::Int(_) => integer(at, *fun, args).or_else(|| choice(at, *fun, args)),
            Type::Bool => logic(at, *fun, args),
            _ => None,
        },
        // x as T = x where x is a T
        Op::Cast(x, _) => {
            let named =
                !matches!(at.ty(*x), Type::Int(None) | Type::Float(crate::ir::Float::Infer));
            (named && at.ty(*x) == at.ty(node.results[0])).then_some(To::Value(*x))
        }
        Op::If(cond, a, b) => {
            the_condition_itself(at, node, *cond, a, b);
            None
        }
        _ => None,
    }
}

/// Identities of floats that give an operand back.
fn float(at: &Rewriter, fun: Fun, args: &[Value]) -> Option<To> {
    let is =
        |v: Value, x: f64| matches!(at.literal(v), Some(Float(y)) if y.to_bits() == x.to_bits());
    let value = |v: Value| Some(To::Value(v));
    let scalar = |fun: Fun, args: Vec<Value>| Some(To::Op(Op::Scalar(fun, args)));
    match (fun, args) {
        // x * 1 = 1 * x = x
        (Fun::Mul, &[x, one]) if is(one, 1.0) => value(x),
        (Fun::Mul, &[one, x]) if is(one, 1.0) => value(x),
        // x * -1 = -1 * x = -x
        (Fun::Mul, &[x, one]) if is(one, -1.0) => scalar(Fun::Neg, vec![x]),
        (Fun::Mul, &[one, x]) if is(one, -1.0) => scalar(Fun::Neg, vec![x]),
        // x / 1 = x
        (Fun::Div, &[x, one]) if is(one, 1.0) => value(x),
        // 1 / x = x.recip(), whose derivative takes no second division
        (Fun::Div, &[one, x]) if is(one, 1.0) => scalar(Fun::Recip, vec![x]),
        // x - 0 = x; not so x + 0, which makes 0 of -0
        (Fun::Sub, &[x, zero]) if is(zero, 0.0) => value(x),
        // x + -0 = -0 + x = x
        (Fun::Add, &[x, zero]) if is(zero, -0.0) => value(x),
        (Fun::Add, &[zero, x]) if is(zero, -0.0) => value(x),
        // x.powi(1) = x
        (Fun::Powi, &[x, n]) if at.literal(n) == Some(Int(1)) => value(x),
        // x.powi(0) = 1, of NaN too
        (Fun::Powi, &[x, n]) if at.literal(n) == Some(Int(0)) => {
            Float(1.0).write(at.ty(x)).map(To::Op)
        }
        // --x = x
        (Fun::Neg, &[x]) => at.operand(Fun::Neg, x).and_then(value),
        _ => None,
    }
}

/// Moves a sign outwards, where it may vanish; rounding is the same for either sign. A sign that has
/// another reader, or a name of the user's, stays.
fn outward(at: &mut Rewriter, fun: Fun, args: &[Value], node: &Node) -> Option<To> {
    let &[a, b] = args else { return None };
    let negated = |v: Value| at.operand(Fun::Neg, v);
    let anonymous = |v: Value| negated(v).filter(|_| at.is_anonymous(v));
    let passing = |v: Value| negated(v).filter(|_| at.is_passing(v));
    let scalar = |fun: Fun, args: Vec<Value>| Some(To::Op(Op::Scalar(fun, args)));
    match fun {
        // a + -b = a - b, -a + b = b - a
        Fun::Add => match (anonymous(a), anonymous(b)) {
            (_, Some(inner)) => scalar(Fun::Sub, vec![a, inner]),
            (Some(inner), _) => scalar(Fun::Sub, vec![b, inner]),
            _ => None,
        },
        // -b - b = b * -2, exactly
        Fun::Sub if anonymous(a) == Some(b) => {
            let factor = at.constant(Float(-2.0), at.ty(node.results[0]).clone(), node.span)?;
            scalar(Fun::Mul, vec![b, factor])
        }
        // a - -b = a + b
        Fun::Sub => anonymous(b).and_then(|inner| scalar(Fun::Add, vec![a, inner])),
        // -a * -b = a * b, -a * b = a * -b = -(a * b), and so for a quotient
        Fun::Mul | Fun::Div => match (passing(a), passing(b)) {
            (None, None) => None,
            (Some(a), Some(b)) => scalar(fun, vec![a, b]),
            (x, y) => {
                let operands = vec![x.unwrap_or(a), y.unwrap_or(b)];
                let ty = at.ty(node.results[0]).clone();
                let unsigned = at.scalar(fun, operands, ty, node.span);
                scalar(Fun::Neg, vec![unsigned])
            }
        },
        _ => None,
    }
}

/// Identities of integers.
fn integer(at: &Rewriter, fun: Fun, args: &[Value]) -> Option<To> {
    let is = |v: Value, n: i64| at.literal(v) == Some(Int(n));
    match (fun, args) {
        // n + 0 = 0 + n = n - 0 = n
        (Fun::Add | Fun::Sub, &[n, zero]) if is(zero, 0) => Some(To::Value(n)),
        (Fun::Add, &[zero, n]) if is(zero, 0) => Some(To::Value(n)),
        // n * 1 = 1 * n = n / 1 = n
        (Fun::Mul | Fun::Div, &[n, one]) if is(one, 1) => Some(To::Value(n)),
        (Fun::Mul, &[one, n]) if is(one, 1) => Some(To::Value(n)),
        // min(n, n) = n
        (Fun::Min, &[n, m]) if n == m => Some(To::Value(n)),
        _ => None,
    }
}

/// Identities of choices.
fn choice(at: &Rewriter, fun: Fun, args: &[Value]) -> Option<To> {
    let (Fun::Select, &[cond, a, b]) = (fun, args) else { return None };
    if a == b {
        // c ? a : a = a
        return Some(To::Value(a));
    }
    // !c ? a : b = c ? b : a
    let inner = at.operand(Fun::Not, cond)?;
    Some(To::Op(Op::Scalar(Fun::Select, vec![inner, b, a])))
}

/// Identities of conditions. A comparison is not turned round: with NaN, `!(a < b)` is not `a >= b`.
fn logic(at: &Rewriter, fun: Fun, args: &[Value]) -> Option<To> {
    match (fun, args) {
        // !!c = c
        (Fun::Not, &[c]) => at.operand(Fun::Not, c).map(To::Value),
        // c && c = c || c = c
        (Fun::And | Fun::Or, &[a, b]) if a == b => Some(To::Value(a)),
        _ => choice(at, fun, args),
    }
}

/// c ? true : false = c
fn the_condition_itself(at: &mut Rewriter, node: &Node, cond: Value, a: &Region, b: &Region) {
    for (k, result) in node.results.iter().enumerate() {
        if *at.ty(*result) == Type::Bool
            && defined_literal(a, a.results[k]) == Some(Bool(true))
            && defined_literal(b, b.results[k]) == Some(Bool(false))
        {
            at.alias(*result, cond);
        }
    }
}

/// The literal that a region defines a value as.
fn defined_literal(region: &Region, value: Value) -> Option<Literal> {
    match &region.nodes.iter().find(|node| node.results == [value])?.op {
        Op::Const(tokens) => Literal::read(tokens),
        _ => None,
    }
}

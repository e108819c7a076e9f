//! What adjoints are of a seed that they are multiples of: one partial derivative for each, as a value that
//! is computed without the seed.

use std::collections::BTreeMap;

use proc_macro2::Span;
use quote::quote;

use super::contribution::one;
use crate::ir::{Node, Op, Type, Value, ValueData};
use crate::rules::Fun;

/// What a multiple is of the seed.
#[derive(Clone, Copy, Debug)]
pub enum Partial {
    One,
    MinusOne,
    Value(Value),
}

/// The multiples of one seed that have been found so far.
#[derive(Clone, Debug)]
pub struct Partials {
    seed: Value,
    known: BTreeMap<Value, Partial>,
}

/// Where what partial derivatives are computed by goes.
pub struct Target<'a> {
    pub nodes: &'a mut Vec<Node>,
    pub values: &'a mut Vec<ValueData>,
    /// The operation whose adjoint it is.
    pub span: Span,
}

impl Target<'_> {
    fn push(&mut self, op: Op, ty: Type) -> Value {
        let value = Value::fresh(self.values, ty, self.span);
        self.nodes.push(Node { op, results: vec![value], span: self.span });
        value
    }
}

impl Partials {
    /// A seed is once itself.
    pub fn of(seed: Value) -> Self {
        Self { seed, known: BTreeMap::from([(seed, Partial::One)]) }
    }

    pub fn seed(&self) -> Value {
        self.seed
    }

    pub fn get(&self, multiple: Value) -> Option<Partial> {
        self.known.get(&multiple).copied()
    }

    pub fn insert(&mut self, multiple: Value, partial: Partial) {
        self.known.insert(multiple, partial);
    }

    /// That of the result of a linear operation, of which an operand at least is a multiple, and of a choice
    /// both. A term of a sum that is none counts as zero.
    pub fn derive(&self, fun: Fun, args: &[Value], at: &mut Target) -> Partial {
        let [first, second] = [args.first(), args.get(1)].map(|v| v.and_then(|v| self.get(*v)));
        let ty = at.values[self.seed.index()].ty.clone();
        let args = match (fun, args) {
            (Fun::Neg, [a]) => match first {
                Some(Partial::One) => return Partial::MinusOne,
                Some(Partial::MinusOne) => return Partial::One,
                _ => vec![self.written(*a, at)],
            },
            (Fun::Add | Fun::Sub, _) if second.is_none() => return first.expect("a multiple"),
            (Fun::Add, _) if first.is_none() => return second.expect("a multiple"),
            (Fun::Sub, [_, b]) if first.is_none() => return self.derive(Fun::Neg, &[*b], at),
            (Fun::Mul, [a, b]) => {
                let (multiple, k) = if first.is_some() { (a, b) } else { (b, a) };
                match self.get(*multiple) {
                    Some(Partial::One) => return Partial::Value(*k),
                    Some(Partial::MinusOne) => {
                        return Partial::Value(at.push(Op::Scalar(Fun::Neg, vec![*k]), ty));
                    }
                    _ => vec![self.written(*multiple, at), *k],
                }
            }
            (Fun::Div, [a, k]) => vec![self.written(*a, at), *k],
            (Fun::Select, [c, a, b]) => vec![*c, self.written(*a, at), self.written(*b, at)],
            (_, operands) => operands.iter().map(|v| self.written(*v, at)).collect(),
        };
        Partial::Value(at.push(Op::Scalar(fun, args), ty))
    }

    /// That of a multiple as a value.
    pub fn written(&self, multiple: Value, at: &mut Target) -> Value {
        let ty = at.values[self.seed.index()].ty.clone();
        let constant = match self.known[&multiple] {
            Partial::Value(partial) => return partial,
            Partial::One => one(&ty),
            Partial::MinusOne => {
                let one = one(&ty);
                quote!(-#one)
            }
        };
        at.push(Op::Const(constant), ty)
    }
}

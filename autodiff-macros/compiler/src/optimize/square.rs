//! Multiplies squares out.

use super::literal::Literal::Int;
use super::rewrite::{Rewriter, To};
use crate::ir::{Float, Node, Op, Type};
use crate::rules::Fun;

/// `x.powi(2) = x * x`, bit for bit, in `f32` and `f64`.
pub fn rule(at: &mut Rewriter, node: &Node) -> Option<To> {
    let Op::Scalar(Fun::Powi, args) = &node.op else { return None };
    let known = matches!(at.ty(args[0]), Type::Float(Float::F32 | Float::F64));
    (known && at.literal(args[1]) == Some(Int(2)))
        .then(|| To::Op(Op::Scalar(Fun::Mul, vec![args[0], args[0]])))
}

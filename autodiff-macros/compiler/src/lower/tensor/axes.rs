//! Axes by their numbers, which are written out.

use syn::{Expr, Lit};

use super::Tensor;
use crate::errors::{Extent, Lowered, Reported};
use crate::lower::Lowerer;

impl Lowerer<'_> {
    /// `Axis(k)`.
    pub(super) fn axis(&mut self, e: &Expr) -> Lowered<usize> {
        let inner = match e {
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(p), Some(k))
                    if p.path.segments.last().is_some_and(|s| s.ident == "Axis") =>
                {
                    literal(k)
                }
                _ => None,
            },
            _ => None,
        };
        inner.ok_or_else(|| self.unknown_axis(e))
    }

    fn unknown_axis(&mut self, e: &Expr) -> Reported {
        self.refuse(
            "AD0254",
            Extent::of(e),
            "which axis this is is not known at compile time, or the array has none such",
            "write it as a number, as in `Axis(0)`",
        )
    }

    /// An axis that the array has.
    pub(super) fn axis_of(&mut self, e: &Expr, of: &Tensor) -> Lowered<usize> {
        let axis = self.axis(e)?;
        if axis < of.rank() { Ok(axis) } else { Err(self.unknown_axis(e)) }
    }

    /// An axis by its number alone.
    pub(super) fn axis_number(&mut self, e: &Expr, of: &Tensor) -> Lowered<usize> {
        match literal(e).filter(|axis| *axis < of.rank()) {
            Some(axis) => Ok(axis),
            None => Err(self.unknown_axis(e)),
        }
    }

    /// `[1, 0, 2]`, `(1, 0, 2)`.
    pub(super) fn order(&mut self, e: &Expr, of: &Tensor) -> Lowered<Vec<usize>> {
        let parts: Vec<&Expr> = match e {
            Expr::Array(array) => array.elems.iter().collect(),
            Expr::Tuple(tuple) => tuple.elems.iter().collect(),
            e => vec![e],
        };
        let order: Option<Vec<usize>> = parts.into_iter().map(literal).collect();
        let sorted = order.clone().map(|mut order| {
            order.sort_unstable();
            order
        });
        match (order, sorted) {
            (Some(order), Some(sorted)) if sorted.iter().copied().eq(0..of.rank()) => Ok(order),
            _ => Err(self.unknown_axis(e)),
        }
    }
}

/// A number that is written out.
pub(super) fn literal(e: &Expr) -> Option<usize> {
    match e {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) => int.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

//! Operators whose operands are references: calls, since what is borrowed is not copied.

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::Expr;

use super::{Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Type};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// An operand: a reference if it is written as one, or refers to a struct, and what it refers to is not
    /// known to be a number.
    pub(super) fn operand_of(&mut self, e: &Expr) -> Lowered<CallArg> {
        let rv = self.expr(e)?;
        match rv {
            Rv::Ref(place, ty, _)
                if matches!(ty, Type::Struct(_)) || ty == Type::Unknown && is_reference(e) =>
            {
                Ok(CallArg::Ref(place, false))
            }
            Rv::Value(value) => Ok(CallArg::Value(value)),
            rv => self.value_of(rv, super::span_of(e)).map(CallArg::Value),
        }
    }

    /// `a op b` where one of them is a reference.
    pub(super) fn between_references(
        &mut self,
        fun: Fun,
        a: CallArg,
        b: CallArg,
        span: Span,
    ) -> Rv {
        let name = Ident::new(fun.name(), span);
        let operands = match (&a, &b) {
            (CallArg::Ref(..), CallArg::Ref(..)) => quote!(RefRef),
            (CallArg::Ref(..), _) => quote!(RefVal),
            _ => quote!(ValRef),
        };
        let path = quote!(::autodiff::__private::operator::references::#operands::#name);
        Rv::Value(self.b.op(Op::Call(path.into(), vec![a, b]), Type::Unknown, span))
    }

    /// `-a` of a reference.
    pub(super) fn negated_reference(&mut self, a: CallArg, span: Span) -> Rv {
        let path = quote!(::autodiff::__private::operator::references::Ref::neg);
        Rv::Value(self.b.op(Op::Call(path.into(), vec![a]), Type::Unknown, span))
    }
}

fn is_reference(e: &Expr) -> bool {
    match e {
        Expr::Reference(_) => true,
        Expr::Paren(e) => is_reference(&e.expr),
        Expr::Group(e) => is_reference(&e.expr),
        _ => false,
    }
}

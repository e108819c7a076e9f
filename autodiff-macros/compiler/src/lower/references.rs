//! Operators whose operands are references: calls, since what is borrowed is not copied.

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::Expr;

use super::{Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Type};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// The operand of `-`: a reference if it is written as one, or refers to a struct, and what it refers to is
    /// not known to be a number.
    pub(super) fn operand_of(&mut self, e: &Expr) -> Lowered<CallArg> {
        let rv = self.expr(e)?;
        let borrowed = is_borrowed(&rv, e);
        self.operand(rv, borrowed, super::span_of(e))
    }

    /// Both operands of another operator. Beside one that is borrowed, what refers to something that is not
    /// known to be a number is a reference as well: a pullback cannot keep it as a value.
    pub(super) fn operands_of(&mut self, a: &Expr, b: &Expr) -> Lowered<(CallArg, CallArg)> {
        let x = match self.expr(a)? {
            reference @ Rv::Ref(..) => reference,
            rv => Rv::Value(self.value_of(rv, super::span_of(a))?),
        };
        let y = self.expr(b)?;
        let borrowed = is_borrowed(&x, a) || is_borrowed(&y, b);
        let x = self.operand(x, borrowed, super::span_of(a))?;
        Ok((x, self.operand(y, borrowed, super::span_of(b))?))
    }

    fn operand(&mut self, rv: Rv, borrowed: bool, span: Span) -> Lowered<CallArg> {
        match rv {
            Rv::Ref(place, Type::Struct(_) | Type::Unknown, _) if borrowed => {
                Ok(CallArg::Ref(place, false))
            }
            rv => self.value_of(rv, span).map(CallArg::Value),
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

fn is_borrowed(rv: &Rv, e: &Expr) -> bool {
    match rv {
        Rv::Ref(_, Type::Struct(_), _) => true,
        Rv::Ref(_, Type::Unknown, _) => is_reference(e),
        _ => false,
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

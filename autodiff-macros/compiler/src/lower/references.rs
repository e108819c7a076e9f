//! Operators that are calls: those whose operands are references, since what is borrowed is not copied, and
//! those that change a value of a type of the user's, which may do so in a way of their own.

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::Expr;

use super::{Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{CallArg, Node, Op, Place, Proj, Region, Type, Value};
use crate::rules::Fun;

/// An operand of an operator.
pub enum Operand {
    /// An array, or what is computed of arrays.
    Tensor(Rv),
    /// Anything else.
    Plain(CallArg),
}

/// Both operands of one.
pub enum Operands {
    /// At least one is an array.
    Tensors(Rv, Rv),
    /// None is.
    Plain(CallArg, CallArg),
}

impl Lowerer<'_> {
    /// The operand of `-`: a reference if it is written as one, or refers to a struct, and what it refers to is
    /// not known to be a number.
    pub(super) fn operand_of(&mut self, e: &Expr) -> Lowered<Operand> {
        let rv = self.lazy(e)?;
        if self.is_tensor(&rv) {
            return Ok(Operand::Tensor(rv));
        }
        let borrowed = is_borrowed(&rv, e);
        self.operand(rv, borrowed, super::span_of(e)).map(Operand::Plain)
    }

    /// Both operands of another operator. Beside one that is borrowed, what refers to something that is not
    /// known to be a number is a reference as well: a pullback cannot keep it as a value.
    pub(super) fn operands_of(&mut self, a: &Expr, b: &Expr) -> Lowered<Operands> {
        let x = match self.lazy(a)? {
            reference @ Rv::Ref(..) => reference,
            rv if self.is_tensor(&rv) && self.is_plain(b) => rv,
            rv if self.is_tensor(&rv) => self.forced(rv, super::span_of(a))?,
            rv => Rv::Value(self.value_of(rv, super::span_of(a))?),
        };
        let y = self.lazy(b)?;
        if self.is_tensor(&x) || self.is_tensor(&y) {
            return Ok(Operands::Tensors(x, y));
        }
        let borrowed = is_borrowed(&x, a) || is_borrowed(&y, b);
        let x = self.operand(x, borrowed, super::span_of(a))?;
        Ok(Operands::Plain(x, self.operand(y, borrowed, super::span_of(b))?))
    }

    /// An operand that may be `borrowed`.
    pub(super) fn operand(&mut self, rv: Rv, borrowed: bool, span: Span) -> Lowered<CallArg> {
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
        let types = [&a, &b].map(|operand| self.operand_type(operand));
        let value = self.b.op(Op::Call(path.into(), vec![a, b]), Type::Unknown, span);
        self.presume(fun, &types, value);
        self.computed.insert(value);
        Rv::Value(value)
    }

    /// Notes of what type the result of an operator is by the `impl`s in this file, where an operand is a
    /// struct.
    pub(super) fn presume(&mut self, fun: Fun, operands: &[Type], result: Value) {
        let output = operands.iter().find_map(|ty| {
            let Type::Struct(s) = ty else { return None };
            let name = s.name.split(" <").next()?.rsplit(' ').next()?;
            let output = self.types.declared().operator_output(fun.name(), name)?;
            let own = output == "Self" || output.split_whitespace().next() == Some(name);
            Some(if own { ty.clone() } else { self.types.read(&syn::parse_str(output).ok()?) })
        });
        self.presumed.extend(output.map(|ty| (result, ty)));
    }

    /// The type of a value, if need be as the `impl`s of operators in this file tell.
    pub(super) fn presumed_type(&self, value: Value) -> Type {
        match self.b.ty(value) {
            Type::Unknown => self.presumed.get(&value).cloned().unwrap_or(Type::Unknown),
            ty => ty.clone(),
        }
    }

    /// The same of an operand.
    fn operand_type(&self, operand: &CallArg) -> Type {
        match operand {
            CallArg::Value(value) => self.presumed_type(*value),
            CallArg::Ref(place, _) => self.presumed_at(place),
        }
    }

    /// The same of a place.
    pub(super) fn presumed_at(&self, place: &Place) -> Type {
        let root = self.presumed_type(place.root);
        place.path.iter().fold(root, |ty, step| match (step, &ty) {
            (Proj::Field(member), Type::Struct(s)) => {
                s.field(member).cloned().unwrap_or(Type::Unknown)
            }
            (Proj::Index(_), ty) => ty.element(),
            _ => Type::Unknown,
        })
    }

    /// What `a op= b` leaves, where `a` is not known to be a number.
    pub(super) fn updated(&mut self, fun: Fun, a: Value, b: CallArg, span: Span) -> Value {
        let name = Ident::new(fun.name(), span);
        let by = match b {
            CallArg::Ref(..) => quote!(ByRef),
            CallArg::Value(_) => quote!(ByVal),
        };
        let path = quote!(::autodiff::__private::operator::assign::#by::#name);
        let ty = self.b.ty(a).clone();
        let op = Op::Call(path.into(), vec![CallArg::Value(a), b]);
        let value = self.b.op(op, ty, span);
        self.updates.insert(value, fun);
        self.computed.insert(value);
        value
    }

    /// Makes plain arithmetic of the updates whose operands have turned out to be numbers.
    pub(super) fn settle_updates(&self, region: &mut Region) {
        for node in &mut region.nodes {
            node.op.regions_mut().for_each(|inner| self.settle_updates(inner));
            let Node { op: Op::Call(_, args), results, .. } = node else { continue };
            if let [CallArg::Value(a), CallArg::Value(b)] = args[..]
                && let Some(fun) = results.first().and_then(|value| self.updates.get(value))
                && self.b.ty(a).is_scalar()
            {
                node.op = Op::Scalar(*fun, vec![a, b]);
            }
        }
    }

    /// `-a` of a reference.
    pub(super) fn negated_reference(&mut self, a: CallArg, span: Span) -> Rv {
        let path = quote!(::autodiff::__private::operator::references::Ref::neg);
        let ty = self.operand_type(&a);
        let value = self.b.op(Op::Call(path.into(), vec![a]), Type::Unknown, span);
        self.presume(Fun::Neg, &[ty], value);
        self.computed.insert(value);
        Rv::Value(value)
    }
}

fn is_borrowed(rv: &Rv, e: &Expr) -> bool {
    match rv {
        Rv::Ref(_, Type::Struct(_), _) => true,
        Rv::Ref(_, Type::Unknown, _) => is_reference(e),
        _ => false,
    }
}

/// Whether an expression takes a reference.
pub(super) fn is_reference(e: &Expr) -> bool {
    match e {
        Expr::Reference(_) => true,
        Expr::Paren(e) => is_reference(&e.expr),
        Expr::Group(e) => is_reference(&e.expr),
        _ => false,
    }
}

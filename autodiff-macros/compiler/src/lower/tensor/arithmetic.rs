//! `+`, `-`, `*`, `/`, `%` and `-a`, element by element; the shapes are matched from the last axis on.

use std::rc::Rc;

use proc_macro2::Span;
use quote::quote;
use syn::Expr;

use super::{At, Elements, Function, Stride, Tensor};
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Proj, Type, Value};
use crate::lower::{Binding, Lowerer, Rv};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// `a op b`, where at least one is an array.
    pub(in crate::lower) fn between_tensors(
        &mut self,
        fun: Fun,
        a: Rv,
        b: Rv,
        span: Span,
    ) -> Lowered<Rv> {
        let (a, b) = (self.operand_tensor(a, span)?, self.operand_tensor(b, span)?);
        let a = self.stretched_to(a, &b, span)?;
        let b = self.stretched_to(b, &a, span)?;
        let shape = self.common_shape(fun.symbol(), &a, &b, span)?;
        let element = a.element.join(&b.element);
        Ok(Self::computed(shape, element, Function::Fun(fun), vec![a, b]))
    }

    /// `-a`.
    pub(in crate::lower) fn negated_tensor(&mut self, a: Rv, span: Span) -> Lowered<Rv> {
        let a = self.tensor(a, span)?;
        let (shape, element) = (a.shape.clone(), a.element.clone());
        Ok(Self::computed(shape, element, Function::Fun(Fun::Neg), vec![a]))
    }

    /// An operand: a number is one everywhere.
    pub(super) fn operand_tensor(&mut self, rv: Rv, span: Span) -> Lowered<Tensor> {
        if self.is_tensor(&rv) {
            return self.tensor(rv, span);
        }
        let value = match rv {
            Rv::Ref(place, ty, _) => self.load(&place, &ty, span),
            rv => self.value_of(rv, span)?,
        };
        Ok(self.number(value))
    }

    pub(super) fn number(&self, value: Value) -> Tensor {
        let element = self.b.ty(value).clone();
        Tensor { shape: Vec::new(), element, elements: Elements::Number(value) }
    }

    /// An operand whose axes of one index stand for those of the other: seen at compile time alone.
    pub(super) fn stretched_to(
        &mut self,
        of: Tensor,
        like: &Tensor,
        span: Span,
    ) -> Lowered<Tensor> {
        let missing = |axis: usize| (axis + like.rank()).checked_sub(of.rank());
        let stretches = |this: &Self, axis: &usize| {
            !of.is_stretched(*axis)
                && this.is_single(&of, *axis)
                && missing(*axis).is_some_and(|other| !this.is_single(like, other))
        };
        let axes: Vec<usize> = (0..of.rank()).filter(|axis| stretches(self, axis)).collect();
        if axes.is_empty() || of.of_any_rank().is_some() {
            return Ok(of);
        }
        let (shape, element, mut view) = self.as_view(of, span)?;
        axes.into_iter().for_each(|axis| view.strides[axis] = Stride::Stretched);
        view.whole = false;
        Ok(Tensor { shape, element, elements: Elements::View(view) })
    }

    /// Whether an axis is written to have one index, or stands for any number of them.
    fn is_single(&self, of: &Tensor, axis: usize) -> bool {
        of.is_stretched(axis) || self.written_length(of.shape[axis]) == Some(1)
    }

    /// The shape of what is computed of two arrays: that of a stretched axis is the other's.
    pub(super) fn common_shape(
        &mut self,
        operation: &str,
        a: &Tensor,
        b: &Tensor,
        span: Span,
    ) -> Lowered<Vec<Value>> {
        if let Some(shape) = self.shape_of_any_rank(operation, a, b, span)? {
            return Ok(shape);
        }
        let rank = a.rank().max(b.rank());
        let mut checked = Vec::new();
        let shape = (0..rank).map(|axis| {
            let of = |t: &Tensor| {
                let missing = rank - t.rank();
                (axis >= missing).then(|| (t.shape[axis - missing], t.is_stretched(axis - missing)))
            };
            match (of(a), of(b)) {
                (Some((x, _)), None) | (None, Some((x, _))) => x,
                (Some((_, true)), Some((y, _))) => y,
                (Some((x, _)), Some((_, true))) => x,
                (Some((x, _)), Some((y, _))) => {
                    checked.push((x, y));
                    x
                }
                (None, None) => unreachable!("one of the two has the axis"),
            }
        });
        let shape: Vec<Value> = shape.collect();
        self.check_fit(operation, &checked, span);
        Ok(shape)
    }

    /// The same where it is not known how many axes one of them has: both have the same shape, or one is a
    /// number.
    fn shape_of_any_rank(
        &mut self,
        operation: &str,
        a: &Tensor,
        b: &Tensor,
        span: Span,
    ) -> Lowered<Option<Vec<Value>>> {
        let (x, y) = match (a.of_any_rank(), b.of_any_rank()) {
            (None, None) => return Ok(None),
            (Some(_), None) if b.rank() == 0 => return Ok(Some(a.shape.clone())),
            (None, Some(_)) if a.rank() == 0 => return Ok(Some(b.shape.clone())),
            (Some(x), Some(y)) => (x.clone(), y.clone()),
            _ => {
                return Err(self.refuse(
                    "AD0259",
                    span,
                    "how many axes one of these arrays has is not known here",
                    "give both the type with the number of their axes, by `into_dimensionality` before the call",
                ));
            }
        };
        if x != y || !self.keeps_shape(&x) {
            let name = |name: &str| syn::Ident::new(name, Span::call_site());
            let captures = [("ad_l", x), ("ad_r", y)];
            let captures = captures.map(|(own, place)| (name(own), CallArg::Ref(place, false)));
            let tokens = quote! {
                ::autodiff::__private::tensor::fit_like(#operation, ad_l, ad_r)
            };
            self.b.effect(Op::Effect { tokens, captures: captures.into() }, span);
        }
        Ok(Some(a.shape.clone()))
    }

    /// `a op= b`; `None` if `a` is no array.
    pub(in crate::lower) fn update_of_tensor(
        &mut self,
        fun: Fun,
        left: &Expr,
        right: &Expr,
        span: Span,
    ) -> Lowered<Option<Rv>> {
        if !self.names_tensor(left) {
            return Ok(None);
        }
        // Rust computes what is added first.
        let b = self.lazy(right)?;
        let a = self.expr(left)?;
        let a = self.tensor(a, span)?;
        let b = self.operand_tensor(b, span)?;
        let b = self.stretched_to(b, &a, span)?;
        self.refuse_more_axes(&a, &b, span)?;
        let shape = self.common_shape(&format!("{}=", fun.symbol()), &a, &b, span)?;
        let of = Tensor {
            shape,
            element: a.element.clone(),
            elements: Elements::Computed(Function::Fun(fun), vec![a.clone(), b]),
        };
        self.write(&a, &of, span)?;
        Ok(Some(Rv::Unit))
    }

    /// Whether what is assigned to is an array, or a view of one.
    fn names_tensor(&self, e: &Expr) -> bool {
        match e {
            Expr::Paren(e) => self.names_tensor(&e.expr),
            Expr::Unary(e) => self.names_tensor(&e.expr),
            Expr::MethodCall(m) => self.names_tensor(&m.receiver),
            Expr::Path(p) => {
                let binding = p.path.get_ident().and_then(|name| self.lookup(name));
                binding.is_some_and(|binding| self.binds_tensor(binding))
            }
            Expr::Field(f) => matches!(
                self.type_named(&f.base).part(&Proj::Field(f.member.clone())),
                Type::Tensor(..)
            ),
            _ => false,
        }
    }

    fn binds_tensor(&self, binding: &Binding) -> bool {
        match binding {
            Binding::Place(place, ty) | Binding::Ref(place, ty, _) => {
                matches!(ty, Type::Tensor(..))
                    || place.path.is_empty() && matches!(self.b.ty(place.root), Type::Tensor(..))
            }
            Binding::Other(rv) => self.is_tensor(rv),
            _ => false,
        }
    }

    /// The type of what an expression names.
    fn type_named(&self, e: &Expr) -> Type {
        match e {
            Expr::Paren(e) => self.type_named(&e.expr),
            Expr::Unary(e) => self.type_named(&e.expr),
            Expr::Field(f) => self.type_named(&f.base).part(&Proj::Field(f.member.clone())),
            Expr::Path(p) => match p.path.get_ident().and_then(|name| self.lookup(name)) {
                Some(Binding::Place(_, ty) | Binding::Ref(_, ty, _)) => ty.clone(),
                _ => Type::Unknown,
            },
            _ => Type::Unknown,
        }
    }

    /// Refuses to put something with more axes into an array.
    pub(super) fn refuse_more_axes(&mut self, to: &Tensor, of: &Tensor, span: Span) -> Lowered<()> {
        if of.rank() <= to.rank() {
            return Ok(());
        }
        Err(self.refuse(
            "AD0251",
            span,
            format!("an array of {} axes does not fit into one of {}", of.rank(), to.rank()),
            "take a view of it with as many axes, as `row` and `index_axis` give",
        ))
    }

    /// Writes each element of `of` to where `to` has it.
    pub(super) fn write(&mut self, to: &Tensor, of: &Tensor, span: Span) -> Lowered<()> {
        self.each_index(&to.shape, &[to, of], span, &mut |this, at| {
            let value = this.number_at(of, &at, span)?;
            this.store_at(to, &at, value, span)
        })
    }

    /// Writes one element.
    pub(super) fn store_at(
        &mut self,
        to: &Tensor,
        at: &At<'_>,
        value: Value,
        span: Span,
    ) -> Lowered<()> {
        match self.element(to, at, span)? {
            Rv::Place(place, _) => {
                self.writable(&place, span)?;
                self.refine(value, &to.element);
                self.b.effect(Op::Store(place, value), span);
                Ok(())
            }
            _ => Err(self.refuse(
                "AD0227",
                span,
                "this cannot be assigned to under differentiation",
                "assign to an array, or to a view of one",
            )),
        }
    }

    /// A view as an operand.
    pub(super) fn viewed(tensor: Tensor) -> Rv {
        Rv::Tensor(Rc::new(tensor))
    }

    /// What is known of the elements' type.
    pub(super) fn joined(of: &[&Tensor]) -> Type {
        of.iter().map(|t| t.element.clone()).reduce(|a, b| a.join(&b)).unwrap_or(Type::Unknown)
    }
}

//! What closures make of elements.

use proc_macro2::Span;
use syn::Expr;

use super::{At, Elements, Function, Tensor};
use crate::errors::Lowered;
use crate::ir::{Type, Value};
use crate::lower::{Lowerer, Rv};

impl Lowerer<'_> {
    /// `mapv`, `map`: computed where it is used, unless the closure changes something.
    pub(super) fn mapped(&mut self, of: Tensor, f: &Expr, span: Span) -> Lowered<Rv> {
        let f = self.callee(f)?;
        let pure = self.is_pure(&f);
        // The type of the elements is that of what the closure gives: until that is known, a number's.
        let (shape, element) = (of.shape.clone(), of.element.clone());
        let elements = Elements::Computed(Function::Callee(f), vec![of]);
        let mapped = Tensor { shape, element, elements };
        if pure {
            return Ok(Self::viewed(mapped));
        }
        self.array_of(&mapped, span)
    }

    /// `mapv_inplace`.
    pub(super) fn map_in_place(&mut self, of: &Tensor, f: &Expr, span: Span) -> Lowered<Rv> {
        let f = self.callee(f)?;
        self.each_element(of, span, &mut |this, at, value| {
            let made = this.apply(&f, vec![Rv::Value(value)], span)?;
            let made = this.value_of(made, span)?;
            this.store_at(of, &at, made, span)
        })?;
        Ok(Rv::Unit)
    }

    /// `map_inplace`, whose closure is given a reference.
    pub(super) fn change_each(&mut self, of: &Tensor, f: &Expr, span: Span) -> Lowered<Rv> {
        let f = self.callee(f)?;
        self.each_index(&of.shape, &[of], span, &mut |this, at| {
            let element = this.exclusive_element(of, &at, span)?;
            this.apply(&f, vec![element], span).map(drop)
        })?;
        Ok(Rv::Unit)
    }

    /// `a.zip_mut_with(&b, f)`.
    pub(super) fn zip_mut_with(
        &mut self,
        a: &Tensor,
        b: &Expr,
        f: &Expr,
        span: Span,
    ) -> Lowered<Rv> {
        let b = self.tensor_expr(b)?;
        let b = self.stretched_to(b, a, span)?;
        let f = self.callee(f)?;
        self.refuse_more_axes(a, &b, span)?;
        self.common_shape("zip_mut_with", a, &b, span)?;
        self.each_index(&a.shape, &[a, &b], span, &mut |this, at| {
            let element = this.exclusive_element(a, &at, span)?;
            let other = this.shared_element(&b, &at, span)?;
            this.apply(&f, vec![element, other], span).map(drop)
        })?;
        Ok(Rv::Unit)
    }

    /// A reference to an element that may be changed.
    pub(super) fn exclusive_element(
        &mut self,
        of: &Tensor,
        at: &At<'_>,
        span: Span,
    ) -> Lowered<Rv> {
        match self.element(of, at, span)? {
            Rv::Place(place, ty) => {
                self.writable(&place, span)?;
                Ok(Rv::Ref(place, ty, true))
            }
            rv => Ok(rv),
        }
    }

    /// A reference to an element, or the number that is computed there.
    pub(super) fn shared_element(&mut self, of: &Tensor, at: &At<'_>, span: Span) -> Lowered<Rv> {
        match self.element(of, at, span)? {
            Rv::Place(place, ty) => Ok(Rv::Ref(place, ty, false)),
            rv => Ok(rv),
        }
    }

    /// `Array::from_shape_fn(shape, f)`.
    pub(super) fn by_shape(
        &mut self,
        shape: Vec<Value>,
        f: &Expr,
        single: bool,
        span: Span,
    ) -> Lowered<Rv> {
        let f = self.callee(f)?;
        let made = self.fresh(&shape, Type::Unknown, span);
        let mut element = Type::Unknown;
        self.along(&shape, Vec::new(), span, &mut |this, index| {
            let parts: Vec<Rv> = index.iter().map(|k| Rv::Value(*k)).collect();
            let given = match &parts[..] {
                [one] if single => one.clone(),
                _ => Rv::Tuple(parts),
            };
            let value = this.apply(&f, vec![given], span)?;
            let value = this.value_of(value, span)?;
            element = this.b.ty(value).clone();
            this.store_at(&made.rows, &At::Axes(index), value, span)
        })?;
        Ok(self.finished(&made, element))
    }

    /// An expression that is an array, as such.
    pub(super) fn tensor_expr(&mut self, e: &Expr) -> Lowered<Tensor> {
        let (rv, span) = (self.lazy(e)?, crate::lower::span_of(e));
        if self.is_tensor(&rv) {
            return self.tensor(rv, span);
        }
        Err(self.not_a_tensor(span))
    }

    /// The same of one whose axes count.
    pub(super) fn ranked_expr(&mut self, e: &Expr) -> Lowered<Tensor> {
        let tensor = self.tensor_expr(e)?;
        self.of_known_rank(tensor, crate::lower::span_of(e))
    }

    /// The same, if its axes are known.
    pub(super) fn of_known_rank(&mut self, tensor: Tensor, span: Span) -> Lowered<Tensor> {
        if tensor.of_any_rank().is_none() {
            return Ok(tensor);
        }
        Err(self.refuse(
            "AD0259",
            span,
            "how many axes this array has is not known here",
            "give it the type with their number, by `into_dimensionality` before the call",
        ))
    }

    pub(super) fn not_a_tensor(&mut self, span: Span) -> crate::errors::Reported {
        self.refuse(
            "AD0252",
            span,
            "this is not known to be an array of `ndarray` here",
            "say its type, as in `let a: Array2<f64> = f(&x);`",
        )
    }
}

//! `dot`: of two vectors a sum of products, of matrices a call of the kernel that `ndarray` has for them.

use proc_macro2::Span;
use quote::{format_ident, quote};
use syn::Expr;

use super::{Elements, Function, Stride, Tensor};
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Place, Proj, Type, Value};
use crate::lower::{Lowerer, Rv};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// `a.dot(&b)`.
    pub(super) fn dot(&mut self, a: Tensor, b: &Expr, span: Span) -> Lowered<Rv> {
        let b = self.ranked_expr(b)?;
        self.product_of(a, b, span)
    }

    /// The product of two arrays.
    pub(super) fn product_of(&mut self, a: Tensor, b: Tensor, span: Span) -> Lowered<Rv> {
        let (left, right) = (a.shape[a.rank() - 1], b.shape[0]);
        if a.rank() > 2 || b.rank() > 2 {
            return Err(self.defer(
                "AD0256",
                span,
                format!("`dot` of arrays of {} and {} axes is not supported", a.rank(), b.rank()),
                "take the product of matrices, one for each index of the other axes",
            ));
        }
        if a.rank() == 1 && b.rank() == 1 {
            self.check_fit("dot", &[(left, right)], span);
            let (shape, element) = (a.shape.clone(), a.element.join(&b.element));
            let in_lanes = a.is_in_a_row() && b.is_in_a_row();
            let elements = Elements::Computed(Function::Fun(Fun::Mul), vec![a, b]);
            let products = Tensor { shape, element, elements };
            return self.total_in(&products, Fun::Add, in_lanes, span).map(Rv::Value);
        }
        let element = a.element.join(&b.element);
        let mut shape = a.shape[..a.rank() - 1].to_vec();
        shape.extend(&b.shape[1..]);
        let (a, a_form) = self.factor(a, span)?;
        let (b, b_form) = self.factor(b, span)?;
        let of = format_ident!("Dot{a_form}{b_form}", span = span);
        let path = quote!(::autodiff::__private::tensor::#of::dot);
        let ty = Type::Tensor(Box::new(element), Some(shape.len()));
        let args = vec![CallArg::Ref(a, false), CallArg::Ref(b, false)];
        let value = self.b.op(Op::Call(path.into(), args), ty, span);
        self.shapes.insert(value, shape);
        Ok(Rv::Value(value))
    }

    /// Where a factor is as an array of its own, and whether its axes are to be exchanged.
    fn factor(&mut self, of: Tensor, span: Span) -> Lowered<(Place, &'static str)> {
        if let Elements::View(view) = &of.elements
            && let Some((Proj::Flat, path)) = view.flat.path.split_last()
        {
            let array = Place { root: view.flat.root, path: path.to_vec() };
            if view.whole && self.has_shape_of(&of, &array) {
                return Ok((array, "N"));
            }
            let rows = matches!(view.strides[..], [Stride::One, Stride::Elements(n)]
                if view.start.is_none() && self.is_same_length(n, of.shape[0])
                    && self.rank_at(&array) == Some(2));
            if rows {
                return Ok((array, "T"));
            }
        }
        let made = self.array_of(&of, span)?;
        Ok((self.place_of(made, span)?, "N"))
    }

    /// Whether elements that are all of an array have its shape: it may have been given another one.
    fn has_shape_of(&self, of: &Tensor, array: &Place) -> bool {
        if self.rank_at(array) != Some(of.rank()) {
            return false;
        }
        let made = self.shapes.get(&array.root);
        let made = made.filter(|_| array.path.is_empty() && self.keeps_shape(array));
        of.shape.iter().enumerate().all(|(axis, length)| {
            let along = array.clone().with(Proj::Axis(axis));
            let own = |length: &Value| matches!(self.b.definition(*length), Some(Op::Len(of)) if *of == along);
            own(length) || made.is_some_and(|made| self.is_same_length(made[axis], *length))
        })
    }

    /// How many axes what is at a place has.
    fn rank_at(&self, place: &Place) -> Option<usize> {
        match self.b.ty(place.root).at(&place.path) {
            Type::Tensor(_, rank) => rank,
            _ => None,
        }
    }
}

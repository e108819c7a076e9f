//! What goes along an axis step by step: folds, running products, differences, and triangles.

use proc_macro2::Span;
use quote::quote;
use syn::{Expr, ExprMethodCall};

use super::{At, Tensor};
use crate::errors::Lowered;
use crate::ir::{Type, Value};
use crate::lower::iter::Callee;
use crate::lower::{Lowerer, Rv, span_of};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// Methods that go along an axis; `None` if it is none of them.
    pub(super) fn scan_method(
        &mut self,
        of: &Tensor,
        m: &ExprMethodCall,
        args: &[&Expr],
    ) -> Lowered<Option<Rv>> {
        let (span, name) = (m.method.span(), m.method.to_string());
        Ok(Some(match (name.as_str(), args) {
            ("fold_axis", [axis, init, f]) => {
                let axis = self.axis_of(axis, of)?;
                let init = self.value(init)?;
                let f = self.callee(f)?;
                self.fold_axis(of, axis, init, &f, span)?
            }
            ("accumulate_axis_inplace", [axis, f]) => {
                let axis = self.axis_of(axis, of)?;
                let f = self.callee(f)?;
                self.accumulate(of, axis, span, &mut |this, before, current| {
                    this.apply(&f, vec![before, current], span).map(drop)
                })?;
                Rv::Unit
            }
            ("cumprod", [axis]) => {
                let axis = self.axis_of(axis, of)?;
                self.running_product(of, axis, span)?
            }
            ("diff", [n, axis]) => {
                let axis = self.axis_of(axis, of)?;
                let Some(n) = super::axes::literal(n) else {
                    return Err(self.refuse(
                        "AD0257",
                        span_of(n),
                        "how many times differences are taken is not known at compile time",
                        "write it as a number, as in `diff(1, Axis(0))`",
                    ));
                };
                self.differences(of, n, axis, span)?
            }
            ("triu" | "tril", [offset]) if of.rank() == 2 => {
                let offset = self.value(offset)?;
                self.refine(offset, &Type::Int(Some("isize".to_owned())));
                self.triangle(of, offset, name == "triu", span)?
            }
            _ => return Ok(None),
        }))
    }

    fn fold_axis(
        &mut self,
        of: &Tensor,
        axis: usize,
        init: Value,
        f: &Callee,
        span: Span,
    ) -> Lowered<Rv> {
        let mut shape = of.shape.clone();
        shape.remove(axis);
        let made = self.fresh_of(&shape, init, span)?;
        self.along(&of.shape, Vec::new(), span, &mut |this, index| {
            let mut rest = index.to_vec();
            rest.remove(axis);
            let so_far = this.shared_element(&made.rows, &At::Axes(&rest), span)?;
            let value = this.shared_element(of, &At::Axes(index), span)?;
            let next = this.apply(f, vec![so_far, value], span)?;
            let next = this.value_of(next, span)?;
            this.store_at(&made.rows, &At::Axes(&rest), next, span)
        })?;
        let element = self.b.ty(init).clone();
        Ok(self.finished(&made, element))
    }

    /// Runs `step` for each element after the first along an axis, and the one before it.
    fn accumulate(
        &mut self,
        of: &Tensor,
        axis: usize,
        span: Span,
        step: &mut dyn FnMut(&mut Self, Rv, Rv) -> Lowered<()>,
    ) -> Lowered<()> {
        let mut shape = of.shape.clone();
        let tokens = quote!(usize::saturating_sub(ad_length, 1));
        shape[axis] = self.int_method(tokens, &[("ad_length", shape[axis])], Type::usize(), span);
        self.along(&shape, Vec::new(), span, &mut |this, index| {
            let mut next = index.to_vec();
            let one = this.one(span);
            next[axis] = this.usize_op(Fun::Add, index[axis], one, span);
            let before = this.shared_element(of, &At::Axes(index), span)?;
            let current = this.exclusive_element(of, &At::Axes(&next), span)?;
            step(this, before, current)
        })
    }

    fn running_product(&mut self, of: &Tensor, axis: usize, span: Span) -> Lowered<Rv> {
        let copy = self.array_of(of, span)?;
        let made = self.tensor(copy.clone(), span)?;
        self.accumulate(&made, axis, span, &mut |this, before, current| {
            let (Rv::Ref(from, ty, _), Rv::Ref(to, ..)) = (before, current) else {
                unreachable!("a new array is memory")
            };
            let factors = vec![this.load(&from, &ty, span), this.load(&to, &ty, span)];
            let product = this.b.scalar(Fun::Mul, factors, ty, span);
            this.b.effect(crate::ir::Op::Store(to, product), span);
            Ok(())
        })?;
        Ok(copy)
    }

    fn differences(&mut self, of: &Tensor, n: usize, axis: usize, span: Span) -> Lowered<Rv> {
        let mut of = self.memory_of(of, span)?;
        for _ in 0..n {
            let (zero, one, length) = (self.zero(span), self.one(span), of.shape[axis]);
            let any = quote!(::core::assert!(ad_length > 1, "an axis too short for differences"));
            self.assert(any, &[("ad_length", length)], span);
            let end = self.usize_op(Fun::Sub, length, one, span);
            let (head, tail) = (
                self.section(&of, axis, zero, end, span),
                self.section(&of, axis, one, length, span),
            );
            let shape = head.shape.clone();
            let difference = Self::by(Fun::Sub, &shape, vec![tail, head]);
            of = self.made_of(&difference, span)?;
        }
        if n == 0 { self.array_of(&of, span) } else { Ok(self.as_array(of)) }
    }

    /// The elements on one side of a diagonal, zeros on the other.
    fn triangle(&mut self, of: &Tensor, offset: Value, upper: bool, span: Span) -> Lowered<Rv> {
        let zero = self.float(0.0, &of.element, span);
        let made = self.fresh_of(&of.shape, zero, span)?;
        let (rows, columns) = (of.shape[0], of.shape[1]);
        self.times(rows, span, &mut |this, i| {
            let from = usize::from(!upper);
            let args = [("ad_i", i), ("ad_offset", offset), ("ad_columns", columns)];
            let tokens = quote!(::autodiff::__private::tensor::diagonal(ad_i + #from, ad_offset, ad_columns));
            let diagonal = this.int_method(tokens, &args, Type::usize(), span);
            let (start, count) = if upper {
                (Some(diagonal), this.usize_op(Fun::Sub, columns, diagonal, span))
            } else {
                (None, diagonal)
            };
            this.times(count, span, &mut |this, k| {
                let j = start.map_or(k, |start| this.usize_op(Fun::Add, start, k, span));
                let value = this.number_at(of, &At::Axes(&[i, j]), span)?;
                this.store_at(&made.rows, &At::Axes(&[i, j]), value, span)
            })
        })?;
        let element = of.element.clone();
        Ok(self.finished(&made, element))
    }
}

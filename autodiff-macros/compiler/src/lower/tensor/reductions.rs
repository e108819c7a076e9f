//! Sums and their like, over all elements or along an axis.

use proc_macro2::Span;
use quote::quote;

use super::{At, Elements, Function, Tensor};
use crate::errors::Lowered;
use crate::ir::{Float, Lanes, Op, Type, Value};
use crate::lower::{Lowerer, Rv, VarId};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// `sum`, `product`.
    pub(super) fn total_of(&mut self, of: &Tensor, fun: Fun, span: Span) -> Lowered<Value> {
        self.total_in(of, fun, of.is_in_a_row(), span)
    }

    /// The same; a sum is taken in lanes, as `ndarray` takes that of elements in a row, if so much is said.
    pub(super) fn total_in(
        &mut self,
        of: &Tensor,
        fun: Fun,
        in_lanes: bool,
        span: Span,
    ) -> Lowered<Value> {
        let init = self.neutral_of(&of.element, fun, span);
        let total = self.var(Some(init), None, true, span);
        let Some((_, outer)) = of.shape.split_last().filter(|_| self.is_summed_by_rows(of, fun))
        else {
            self.each_element(of, span, &mut |this, _, value| {
                this.add_to(total, fun, value, in_lanes, span);
                Ok(())
            })?;
            return Ok(self.read(total, span));
        };
        let (axes, outer) = (outer.len(), outer.to_vec());
        self.along(&outer, Vec::new(), span, &mut |this, index| {
            let Rv::Tensor(row) = this.view_at(of, &index[..axes], span) else {
                unreachable!("a view of a view")
            };
            let sum = this.total_of(&row, fun, span)?;
            this.add_to(total, fun, sum, false, span);
            Ok(())
        })?;
        Ok(self.read(total, span))
    }

    /// Whether `ndarray` adds up sums of rows: what does not lie in one row of memory.
    fn is_summed_by_rows(&self, of: &Tensor, fun: Fun) -> bool {
        of.is_view() && of.rank() > 1 && fun == Fun::Add && !of.is_flat(of.rank())
    }

    /// Carries a sum or a product on.
    pub(super) fn add_to(
        &mut self,
        total: VarId,
        fun: Fun,
        value: Value,
        in_lanes: bool,
        span: Span,
    ) {
        let current = self.read(total, span);
        let ty = self.b.ty(current).join(self.b.ty(value));
        let next = self.b.scalar(fun, vec![current, value], ty, span);
        if in_lanes && fun == Fun::Add {
            self.b.values[next.index()].lanes = Lanes::Ndarray;
        }
        self.vars[total.0].current = Some(next);
    }

    /// What a sum or a product starts from.
    fn neutral_of(&mut self, element: &Type, fun: Fun, span: Span) -> Value {
        let number = if fun == Fun::Add { 0.0 } else { 1.0 };
        self.float(number, element, span)
    }

    /// The number of elements as one of them.
    pub(super) fn as_element(&mut self, count: Value, element: &Type, span: Span) -> Value {
        match element {
            Type::Float(Float::Param(t)) => {
                let t = syn::Ident::new(t, span);
                let tokens = quote!(<#t as ::autodiff::Float>::from_f64(ad_count as f64));
                self.int_method(tokens, &[("ad_count", count)], element.clone(), span)
            }
            Type::Float(Float::F32) => {
                self.b.op(Op::Cast(count, quote!(f32)), element.clone(), span)
            }
            _ => self.b.op(Op::Cast(count, quote!(f64)), element.clone(), span),
        }
    }

    /// `mean`: nothing, if there are no elements.
    pub(super) fn mean_of(&mut self, of: &Tensor, span: Span) -> Lowered<Rv> {
        let total = self.total_of(of, Fun::Add, span)?;
        let count = self.count_of(of, span);
        let n = self.as_element(count, &of.element, span);
        let ty = of.element.clone();
        let mean = self.b.scalar(Fun::Div, vec![total, n], ty, span);
        let any = self.is_any(count, span);
        Ok(Rv::Maybe(any, Box::new(Rv::Value(mean))))
    }

    pub(super) fn is_any(&mut self, count: Value, span: Span) -> Value {
        let zero = self.zero(span);
        self.b.scalar(Fun::Gt, vec![count, zero], Type::Bool, span)
    }

    /// `var`, `std`: of the squared distances from the mean, divided by the number of elements less `ddof`.
    pub(super) fn variance(
        &mut self,
        of: &Tensor,
        ddof: Value,
        root: bool,
        span: Span,
    ) -> Lowered<Rv> {
        let total = self.total_of(of, Fun::Add, span)?;
        let count = self.count_of(of, span);
        let n = self.as_element(count, &of.element, span);
        let ty = of.element.clone();
        let mean = self.b.scalar(Fun::Div, vec![total, n], ty.clone(), span);
        let distance = self.distances(of, self.number(mean));
        let squares = self.total_of(&distance, Fun::Add, span)?;
        let freedom = self.b.scalar(Fun::Sub, vec![n, ddof], ty.clone(), span);
        let variance = self.b.scalar(Fun::Div, vec![squares, freedom], ty.clone(), span);
        Ok(Rv::Value(if root {
            self.b.scalar(Fun::Sqrt, vec![variance], ty, span)
        } else {
            variance
        }))
    }

    /// The squares of the differences.
    fn distances(&self, of: &Tensor, mean: Tensor) -> Tensor {
        let (shape, element) = (of.shape.clone(), of.element.clone());
        let with = |fun, parts| Tensor {
            shape: shape.clone(),
            element: element.clone(),
            elements: Elements::Computed(Function::Fun(fun), parts),
        };
        let difference = with(Fun::Sub, vec![of.clone(), mean]);
        with(Fun::Mul, vec![difference.clone(), difference])
    }

    /// `sum_axis`, `product_axis`: an array without the axis.
    pub(super) fn along_axis(
        &mut self,
        of: &Tensor,
        axis: usize,
        fun: Fun,
        span: Span,
    ) -> Lowered<Tensor> {
        let mut shape = of.shape.clone();
        let length = shape.remove(axis);
        let made = self.fresh(&shape, of.element.clone(), span).rows;
        let init = self.neutral_of(&of.element, fun, span);
        if fun == Fun::Add && of.has_rows_along(axis) {
            self.along(&shape, Vec::new(), span, &mut |this, index| {
                let sum = this.var(Some(init), None, true, span);
                this.times(length, span, &mut |this, k| {
                    let mut whole = index.to_vec();
                    whole.insert(axis, k);
                    let value = this.number_at(of, &At::Axes(&whole), span)?;
                    this.add_to(sum, fun, value, true, span);
                    Ok(())
                })?;
                let sum = this.read(sum, span);
                this.store_at(&made, &At::Axes(index), sum, span)
            })?;
            return Ok(made);
        }
        let number = self.number(init);
        self.write(&made, &number, span)?;
        let whole = of.shape.clone();
        self.along(&whole, Vec::new(), span, &mut |this, index| {
            let value = this.number_at(of, &At::Axes(index), span)?;
            let mut rest = index.to_vec();
            rest.remove(axis);
            let current = this.number_at(&made, &At::Axes(&rest), span)?;
            let ty = this.b.ty(current).join(this.b.ty(value));
            let next = this.b.scalar(fun, vec![current, value], ty, span);
            this.store_at(&made, &At::Axes(&rest), next, span)
        })?;
        Ok(made)
    }

    /// `mean_axis`: nothing, if the axis has no indices.
    pub(super) fn mean_along(&mut self, of: &Tensor, axis: usize, span: Span) -> Lowered<Rv> {
        let sum = self.along_axis(of, axis, Fun::Add, span)?;
        let count = of.shape[axis];
        let n = self.as_element(count, &of.element, span);
        let (shape, element) = (sum.shape.clone(), sum.element.clone());
        let mean =
            Self::computed(shape, element, Function::Fun(Fun::Div), vec![sum, self.number(n)]);
        let mean = self.forced(mean, span)?;
        let any = self.is_any(count, span);
        Ok(Rv::Maybe(any, Box::new(mean)))
    }

    /// `var_axis`, `std_axis`.
    pub(super) fn variance_along(
        &mut self,
        of: &Tensor,
        axis: usize,
        ddof: Value,
        root: bool,
        span: Span,
    ) -> Lowered<Rv> {
        let sum = self.along_axis(of, axis, Fun::Add, span)?;
        let n = self.as_element(of.shape[axis], &of.element, span);
        let by = |this: &Self, fun, sum: Tensor, by: Value| {
            let (shape, element) = (sum.shape.clone(), sum.element.clone());
            Tensor {
                shape,
                element,
                elements: Elements::Computed(Function::Fun(fun), vec![sum, this.number(by)]),
            }
        };
        let mean = by(self, Fun::Div, sum, n);
        let mean = self.made_of(&mean, span)?;
        let mean = self.with_axis(&mean, axis, span)?;
        let distances = self.distances(of, mean);
        let squares = self.along_axis(&distances, axis, Fun::Add, span)?;
        let freedom = self.b.scalar(Fun::Sub, vec![n, ddof], of.element.clone(), span);
        let variance = by(self, Fun::Div, squares, freedom);
        if !root {
            return Ok(Self::viewed(variance));
        }
        let (shape, element) = (variance.shape.clone(), variance.element.clone());
        Ok(Self::computed(shape, element, Function::Fun(Fun::Sqrt), vec![variance]))
    }
}

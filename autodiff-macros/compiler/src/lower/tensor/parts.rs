//! Parts of an array in turn: lanes, windows and chunks. Each is where the array's elements are, so that all
//! of them are one view that has the parts' own axes behind those along which the parts follow each other.

use std::rc::Rc;

use proc_macro2::Span;
use quote::quote;
use syn::{Expr, ExprMethodCall};

use super::{Elements, Stride, Tensor, View};
use crate::errors::Lowered;
use crate::ir::{Type, Value};
use crate::lower::iter::Iter;
use crate::lower::{Lowerer, Rv};
use crate::rules::Fun;

/// Parts that follow each other along an axis: how long each is, and how many indices on the next begins.
struct Cut {
    size: Value,
    step: Option<Value>,
    count: Value,
}

impl Lowerer<'_> {
    /// Methods that give the parts of an array; `None` if it is none of them.
    pub(super) fn part_method(
        &mut self,
        of: &Tensor,
        m: &ExprMethodCall,
        args: &[&Expr],
    ) -> Lowered<Option<Rv>> {
        let (span, name) = (m.method.span(), m.method.to_string());
        let last = of.rank().saturating_sub(1);
        Ok(Some(match (name.as_str(), args) {
            ("outer_iter" | "outer_iter_mut" | "into_outer_iter", []) => {
                self.along_axis_views(of, 0, span)?
            }
            ("axis_iter" | "axis_iter_mut", [axis]) => {
                let axis = self.axis_of(axis, of)?;
                self.along_axis_views(of, axis, span)?
            }
            ("rows" | "rows_mut" | "genrows", []) => self.lanes(of, last, span)?,
            ("columns" | "columns_mut" | "gencolumns", []) => self.lanes(of, 0, span)?,
            ("lanes" | "lanes_mut", [axis]) => {
                let axis = self.axis_of(axis, of)?;
                self.lanes(of, axis, span)?
            }
            ("windows", [sizes]) => {
                let sizes = self.lengths_for(sizes, of)?;
                self.windows(of, &sizes, None, span)?
            }
            ("windows_with_stride", [sizes, steps]) => {
                let (sizes, steps) = (self.lengths_for(sizes, of)?, self.lengths_for(steps, of)?);
                self.windows(of, &sizes, Some(&steps), span)?
            }
            ("axis_windows", [axis, size]) => {
                let axis = self.axis_of(axis, of)?;
                let size = self.index(size)?;
                self.axis_windows(of, axis, size, span)?
            }
            ("exact_chunks" | "exact_chunks_mut", [sizes]) => {
                let sizes = self.lengths_for(sizes, of)?;
                self.exact_chunks(of, &sizes, span)?
            }
            ("axis_chunks_iter" | "axis_chunks_iter_mut", [axis, size]) => {
                let axis = self.axis_of(axis, of)?;
                let size = self.index(size)?;
                let of = self.memory_of(of, span)?;
                Rv::Iter(Box::new(Iter::Sections(Rc::new(of), axis, size)))
            }
            ("split_at", [axis, index]) => {
                let axis = self.axis_of(axis, of)?;
                let index = self.index(index)?;
                self.split_at(of, axis, index, span)?
            }
            _ => return Ok(None),
        }))
    }

    /// Elements that lie in memory.
    pub(super) fn memory_of(&mut self, of: &Tensor, span: Span) -> Lowered<Tensor> {
        let (shape, element, view) = self.as_view(of.clone(), span)?;
        Ok(Tensor { shape, element, elements: Elements::View(view) })
    }

    /// The views at the indices of the first axes, in turn.
    fn in_turn(of: Tensor, axes: usize) -> Rv {
        Rv::Iter(Box::new(Iter::Views(Rc::new(of), axes)))
    }

    /// The views at the indices of an axis.
    fn along_axis_views(&mut self, of: &Tensor, axis: usize, span: Span) -> Lowered<Rv> {
        let mut order: Vec<usize> = (0..of.rank()).collect();
        order.remove(axis);
        order.insert(0, axis);
        Ok(Self::in_turn(self.permuted(of.clone(), &order, span)?, 1))
    }

    /// The lanes that lie along an axis, one for each index of the others.
    fn lanes(&mut self, of: &Tensor, axis: usize, span: Span) -> Lowered<Rv> {
        if of.rank() == 0 {
            return Err(self.no_parts(span));
        }
        Ok(Self::in_turn(self.with_last(of, axis, span)?, of.rank() - 1))
    }

    /// The same elements, with that axis for the last.
    pub(super) fn with_last(&mut self, of: &Tensor, axis: usize, span: Span) -> Lowered<Tensor> {
        let mut order: Vec<usize> = (0..of.rank()).collect();
        order.remove(axis);
        order.push(axis);
        self.permuted(of.clone(), &order, span)
    }

    fn no_parts(&mut self, span: Span) -> crate::errors::Reported {
        self.refuse(
            "AD0257",
            span,
            "these are no lengths of parts of this array",
            "write a length for each axis, as in `(2, 3)`",
        )
    }

    /// A length for each axis.
    fn lengths_for(&mut self, e: &Expr, of: &Tensor) -> Lowered<Vec<Value>> {
        let (lengths, _) = self.shape_of(e)?;
        if lengths.len() == of.rank() {
            Ok(lengths)
        } else {
            Err(self.no_parts(crate::lower::span_of(e)))
        }
    }

    fn windows(
        &mut self,
        of: &Tensor,
        sizes: &[Value],
        steps: Option<&[Value]>,
        span: Span,
    ) -> Lowered<Rv> {
        let mut cuts = Vec::new();
        for (axis, (size, length)) in sizes.iter().zip(&of.shape).enumerate() {
            cuts.push(Some(self.window(*size, steps.map(|steps| steps[axis]), *length, span)));
        }
        self.cut(of, &cuts, span)
    }

    fn axis_windows(&mut self, of: &Tensor, axis: usize, size: Value, span: Span) -> Lowered<Rv> {
        let mut cuts: Vec<Option<Cut>> = of.shape.iter().map(|_| None).collect();
        cuts[axis] = Some(self.window(size, None, of.shape[axis], span));
        self.cut(of, &cuts, span)
    }

    fn window(&mut self, size: Value, step: Option<Value>, length: Value, span: Span) -> Cut {
        let none = quote!(::core::assert!(ad_size != 0, "a window without elements"));
        self.assert(none, &[("ad_size", size)], span);
        let mut args = vec![("ad_size", size), ("ad_length", length)];
        let mut tokens = quote!(usize::saturating_sub(ad_length + 1, ad_size));
        if let Some(step) = step {
            args.push(("ad_step", step));
            tokens = quote!(usize::div_ceil(#tokens, ad_step));
        }
        Cut { size, step, count: self.int_method(tokens, &args, Type::usize(), span) }
    }

    /// What is left over at the ends belongs to no chunk.
    fn exact_chunks(&mut self, of: &Tensor, sizes: &[Value], span: Span) -> Lowered<Rv> {
        let mut cuts = Vec::new();
        for (size, length) in sizes.iter().zip(&of.shape) {
            let count = self.usize_op(Fun::Div, *length, *size, span);
            cuts.push(Some(Cut { size: *size, step: Some(*size), count }));
        }
        self.cut(of, &cuts, span)
    }

    /// The parts that an array is cut into along those axes that are.
    fn cut(&mut self, of: &Tensor, cuts: &[Option<Cut>], span: Span) -> Lowered<Rv> {
        let (mut shape, element, mut view) = self.as_view(of.clone(), span)?;
        let (mut counts, mut between) = (Vec::new(), Vec::new());
        for (axis, cut) in cuts.iter().enumerate() {
            let Some(cut) = cut else { continue };
            let stride = view.strides[axis];
            shape[axis] = cut.size;
            counts.push(cut.count);
            between.push(cut.step.map_or(stride, |step| self.scaled(stride, step, span)));
        }
        let axes = counts.len();
        view.strides.splice(0..0, between);
        shape.splice(0..0, counts);
        view.whole = false;
        Ok(Self::in_turn(Tensor { shape, element, elements: Elements::View(view) }, axes))
    }

    /// So many steps along an axis as one.
    pub(super) fn scaled(&mut self, stride: Stride, by: Value, span: Span) -> Stride {
        match stride {
            Stride::Stretched => Stride::Stretched,
            Stride::One => Stride::Elements(by),
            Stride::Elements(n) => Stride::Elements(self.usize_op(Fun::Mul, n, by, span)),
            Stride::Back(n) => Stride::Back(self.usize_op(Fun::Mul, n, by, span)),
        }
    }

    fn split_at(&mut self, of: &Tensor, axis: usize, index: Value, span: Span) -> Lowered<Rv> {
        let of = self.memory_of(of, span)?;
        let (zero, length) = (self.zero(span), of.shape[axis]);
        let assertion = quote!(::core::assert!(ad_index <= ad_length, "index out of bounds"));
        self.assert(assertion, &[("ad_index", index), ("ad_length", length)], span);
        let first = self.section(&of, axis, zero, index, span);
        let second = self.section(&of, axis, index, length, span);
        Ok(Rv::Tuple(vec![Self::viewed(first), Self::viewed(second)]))
    }

    /// The indices from `start` to `end` of an axis.
    pub(super) fn section(
        &mut self,
        of: &Tensor,
        axis: usize,
        start: Value,
        end: Value,
        span: Span,
    ) -> Tensor {
        let Elements::View(view) = &of.elements else { unreachable!("it lies in memory") };
        let (mut shape, mut view) = (of.shape.clone(), view.clone());
        shape[axis] = self.length_between(start, end, span);
        view.start = Some(self.further(view.start, start, view.strides[axis], span));
        view.whole = false;
        Tensor { shape, element: of.element.clone(), elements: Elements::View(view) }
    }

    /// How many parts of that size there are along an axis.
    pub(in crate::lower) fn sections(
        &mut self,
        of: &Tensor,
        axis: usize,
        size: Value,
        span: Span,
    ) -> Value {
        let args = [("ad_length", of.shape[axis]), ("ad_size", size)];
        self.int_method(quote!(usize::div_ceil(ad_length, ad_size)), &args, Type::usize(), span)
    }

    /// The part of that number; the last one may be shorter.
    pub(in crate::lower) fn section_at(
        &mut self,
        of: &Tensor,
        axis: usize,
        size: Value,
        number: Value,
        span: Span,
    ) -> Rv {
        let start = self.usize_op(Fun::Mul, number, size, span);
        let end = self.usize_op(Fun::Add, start, size, span);
        let end = self.usize_op(Fun::Min, end, of.shape[axis], span);
        Self::viewed(self.section(of, axis, start, end, span))
    }

    /// How many views there are at the indices of the first axes.
    pub(in crate::lower) fn count_of_views(
        &mut self,
        of: &Tensor,
        axes: usize,
        span: Span,
    ) -> Value {
        self.product_of_lengths(&of.shape[..axes], span)
    }

    /// The view of that number, the last of the first axes going fastest.
    pub(in crate::lower) fn numbered_view(
        &mut self,
        of: &Tensor,
        axes: usize,
        number: Value,
        span: Span,
    ) -> Rv {
        let index = self.index_of_number(&of.shape[..axes], number, span);
        self.view_at(of, &index, span)
    }

    /// The view at indices of the first axes, which are known to be there.
    pub(super) fn view_at(&mut self, of: &Tensor, index: &[Value], span: Span) -> Rv {
        let Elements::View(all) = &of.elements else { unreachable!("it lies in memory") };
        let mut start = all.start;
        for (stride, k) in all.strides.iter().zip(index) {
            start = Some(self.further(start, *k, *stride, span));
        }
        let strides = all.strides[index.len()..].to_vec();
        let view = View { start, strides, whole: false, ..all.clone() };
        let shape = of.shape[index.len()..].to_vec();
        Self::viewed(Tensor { shape, element: of.element.clone(), elements: Elements::View(view) })
    }
}

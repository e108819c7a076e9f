//! What iterators and loops run through: elements in turn, and views along an axis.

use std::rc::Rc;

use proc_macro2::Span;

use super::{Elements, Stride, Tensor};
use crate::errors::Lowered;
use crate::ir::{Place, Proj, Value};
use crate::lower::iter::{Access, Iter};
use crate::lower::{Lowerer, Rv};

impl Lowerer<'_> {
    /// The memory that has all elements in order: a new array's, if there is none.
    pub(super) fn flat_of(&mut self, of: &Tensor, span: Span) -> Lowered<Place> {
        if let Some(view) = of.whole() {
            return Ok(view.flat.clone());
        }
        let made = self.array_of(of, span)?;
        Ok(self.place_of(made, span)?.with(Proj::Flat))
    }

    /// The elements, row by row.
    pub(in crate::lower) fn elements_in_turn(
        &mut self,
        of: &Tensor,
        access: Access,
        span: Span,
    ) -> Lowered<Iter> {
        if let (Elements::View(view), [length]) = (&of.elements, &of.shape[..])
            && !view.whole
            && !matches!(view.strides[0], Stride::Stretched)
        {
            let all = Iter::Elements(view.flat.clone(), of.element.clone(), access);
            let from = match view.start {
                Some(start) => Iter::Skip(Box::new(all), start),
                None => all,
            };
            let stepped = match view.strides[0] {
                Stride::Elements(n) => Iter::StepBy(Box::new(from), n),
                _ => from,
            };
            return Ok(Iter::Take(Box::new(stepped), *length));
        }
        if access == Access::Exclusive && of.whole().is_none() {
            return Err(self.refuse(
                "AD0258",
                span,
                "the elements of this view cannot be changed in turn under differentiation",
                "run through the views of its rows, or through its indices",
            ));
        }
        let flat = self.flat_of(of, span)?;
        Ok(Iter::Elements(flat, of.element.clone(), access))
    }

    /// What `for` runs through.
    pub(in crate::lower) fn items_of_tensor(&mut self, rv: Rv, span: Span) -> Lowered<Iter> {
        let access = match &rv {
            Rv::Ref(_, _, true) => Access::Exclusive,
            Rv::Ref(..) => Access::Shared,
            _ => Access::Value,
        };
        let of = self.tensor(rv, span)?;
        self.elements_in_turn(&of, access, span)
    }

    /// The views along an axis, in turn.
    pub(super) fn along_views(&mut self, of: &Tensor, axis: usize) -> Rv {
        Rv::Iter(Box::new(Iter::Views(Rc::new(of.clone()), axis)))
    }

    /// A view at an index of an axis, which is known to be there.
    pub(in crate::lower) fn view_at(
        &mut self,
        of: &Tensor,
        axis: usize,
        index: Value,
        span: Span,
    ) -> Lowered<Rv> {
        let (mut shape, element, mut view) = self.as_view(of.clone(), span)?;
        shape.remove(axis);
        let stride = view.strides.remove(axis);
        view.start = Some(self.further(view.start, index, stride, span));
        view.whole = false;
        Ok(Self::viewed(Tensor { shape, element, elements: Elements::View(view) }))
    }

    /// How many indices an axis has.
    pub(in crate::lower) fn length_of(&self, of: &Tensor, axis: usize) -> Value {
        of.shape[axis]
    }
}

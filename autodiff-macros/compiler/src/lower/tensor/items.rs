//! What iterators and loops run through: elements in turn.

use proc_macro2::Span;

use super::{Elements, Stride, Tensor};
use crate::errors::Lowered;
use crate::ir::{Place, Proj};
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
            && matches!(view.strides[0], Stride::One | Stride::Elements(_))
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
}

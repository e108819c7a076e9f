//! Arrays of which it is not known how many axes they have, and how they come to be known.

use proc_macro2::Span;
use quote::quote;
use syn::{ExprMethodCall, GenericArgument};

use super::{Elements, Tensor};
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Place, Proj, Type};
use crate::lower::{Lowerer, Rv};

impl Lowerer<'_> {
    /// `into_dimensionality::<Ix2>()`: the same elements, with so many axes.
    pub(super) fn with_known_rank(&mut self, of: Tensor, m: &ExprMethodCall) -> Lowered<Rv> {
        let span = m.method.span();
        let given = m.turbofish.as_ref().and_then(|given| match given.args.first() {
            Some(GenericArgument::Type(ty)) => crate::parse::tensor::rank_of_dimension(ty),
            _ => None,
        });
        let Some(rank) = given else {
            return Err(self.refuse(
                "AD0259",
                span,
                "how many axes this array is to have is not known here",
                "say it, as in `into_dimensionality::<Ix2>()`",
            ));
        };
        let Some(array) = of.of_any_rank().cloned() else {
            if of.rank() == rank {
                return Ok(Rv::Some(Box::new(Self::viewed(of))));
            }
            return Err(self.refuse(
                "AD0259",
                span,
                format!("this array has {} axes", of.rank()),
                "an array never has another number of axes than it has",
            ));
        };
        let of = self.memory_of(&of, span)?;
        let Elements::View(view) = of.elements else { unreachable!("it lies in memory") };
        let name = syn::Ident::new("ad_array", Span::call_site());
        let tokens = quote!(::autodiff::__private::tensor::has_axes(ad_array, #rank));
        let captures = vec![(name, CallArg::Ref(array.clone(), false))];
        self.b.effect(Op::Effect { tokens, captures }, span);
        let shape = (0..rank).map(|axis| {
            let along = array.clone().with(Proj::Axis(axis));
            self.b.op(Op::Len(along), Type::usize(), span)
        });
        let shape = shape.collect();
        let exclusive = view.exclusive;
        let known = self.in_rows(view.flat, shape, of.element, exclusive, span);
        Ok(Rv::Some(Box::new(Self::viewed(known))))
    }

    /// `into_dyn()`: a new array of the same shape.
    pub(super) fn with_any_rank(&mut self, of: &Tensor, span: Span) -> Lowered<Rv> {
        let shape = of.shape.clone();
        let names: Vec<_> =
            (0..shape.len()).map(|axis| syn::Ident::new(&format!("ad_axis{axis}"), span)).collect();
        let tokens = quote!(::autodiff::__private::tensor::blank_dyn(&[#(#names),*]));
        let captures = names.into_iter().zip(shape.iter().map(|v| CallArg::Value(*v))).collect();
        let blank = self.b.own_code(tokens, captures, span);
        let ty = Type::Tensor(Box::new(of.element.clone()), None);
        self.b.values[blank.index()].ty = ty.clone();
        let object = self.object(blank, None, span);
        let flat = Place::whole(object).with(Proj::Flat);
        let rows = self.in_rows(flat, shape, of.element.clone(), true, span);
        self.write(&rows, of, span)?;
        Ok(Rv::Temp(Place::whole(object), ty))
    }
}

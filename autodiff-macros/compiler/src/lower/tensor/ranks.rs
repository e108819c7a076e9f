//! Arrays of which it is not known how many axes they have, and how they come to be known.

use proc_macro2::Span;
use quote::quote;
use syn::{ExprMethodCall, GenericArgument};

use super::Tensor;
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Type};
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
        if of.of_any_rank().is_none() {
            if of.rank() == rank {
                return Ok(Rv::Some(Box::new(Self::viewed(of))));
            }
            return Err(self.refuse(
                "AD0259",
                span,
                format!("this array has {} axes", of.rank()),
                "an array never has another number of axes than it has",
            ));
        }
        let of = self.memory_of(&of, span)?;
        let array = of.of_any_rank().cloned().expect("seen above");
        let name = syn::Ident::new("ad_array", Span::call_site());
        let tokens = quote!(::autodiff::__private::tensor::has_axes(ad_array, #rank));
        let captures = vec![(name, CallArg::Ref(array.clone(), false))];
        self.b.effect(Op::Effect { tokens, captures }, span);
        let ty = Type::Tensor(Box::new(of.element.clone()), Some(rank));
        let known = self.array_at(array, &ty, of.is_exclusive(), span);
        Ok(Rv::Some(Box::new(Self::viewed(known))))
    }

    /// `into_dyn()`: a new array of the same shape.
    pub(super) fn with_any_rank(&mut self, of: &Tensor, span: Span) -> Lowered<Rv> {
        let made = self.fresh_by(&quote!(blank_dyn), &of.shape, of.element.clone(), None, span);
        self.write(&made.rows, of, span)?;
        Ok(self.finished(&made, of.element.clone()))
    }
}

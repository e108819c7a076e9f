//! What an expression lowers to before it is known how it is used.

use std::rc::Rc;

use proc_macro2::Span;

use super::iter::Iter;
use super::tensor::Tensor;
use super::{Closure, Lowerer};
use crate::errors::Lowered;
use crate::ir::{Op, Place, Type, Value};

/// A lowered expression.
#[derive(Clone, Debug)]
pub enum Rv {
    /// A value.
    Value(Value),
    /// A place expression that has not been read.
    Place(Place, Type),
    /// A fresh object that nothing else names.
    Temp(Place, Type),
    /// A reference to memory; exclusive or not.
    Ref(Place, Type, bool),
    /// A tuple, component by component.
    Tuple(Vec<Rv>),
    /// `Some(..)`.
    Some(Box<Rv>),
    /// `None`.
    None,
    /// An `Option` that holds what it holds where the flag does; there alone may that be read.
    Maybe(Value, Box<Rv>),
    /// `lo..hi`.
    Range(Option<Value>, Option<Value>, bool),
    /// An iterator, not yet run.
    Iter(Box<Iter>),
    /// A closure, not yet called.
    #[allow(private_interfaces)]
    Closure(Rc<Closure>),
    /// An array or a view of one, or what is computed of arrays, not yet an array.
    Tensor(Rc<Tensor>),
    /// `()`.
    Unit,
    /// Control does not come back.
    Never,
}

impl Lowerer<'_> {
    /// Each operand as one value.
    pub(super) fn values_of(
        &mut self,
        all: impl IntoIterator<Item = Rv>,
        span: Span,
    ) -> Lowered<Vec<Value>> {
        all.into_iter().map(|rv| self.value_of(rv, span)).collect()
    }

    /// The operand as one value.
    pub(super) fn value_of(&mut self, rv: Rv, span: Span) -> Lowered<Value> {
        match rv {
            Rv::Value(value) => Ok(value),
            // A reference to something that only rustc knows is used as such.
            Rv::Ref(place, Type::Unknown, false)
                if place.path.is_empty()
                    && self.b.data(place.root).storage == crate::ir::Storage::Ref =>
            {
                Ok(place.root)
            }
            Rv::Place(place, ty) | Rv::Ref(place, ty, _) | Rv::Temp(place, ty) => {
                Ok(self.load(&place, &ty, span))
            }
            Rv::Tuple(parts) => {
                let values = self.values_of(parts, span)?;
                let ty = Type::Tuple(values.iter().map(|v| self.b.ty(*v).clone()).collect());
                Ok(self.b.op(Op::Tuple(values), ty, span))
            }
            Rv::Tensor(tensor) if tensor.is_exclusive() && tensor.is_part() => {
                self.lasting(Rv::Tensor(tensor), span)?;
                unreachable!("such a view is refused")
            }
            Rv::Tensor(tensor) => {
                let made = self.array_of(&tensor, span)?;
                self.value_of(made, span)
            }
            Rv::Some(_) | Rv::None | Rv::Maybe(..) => self.optional_value(rv, span),
            Rv::Unit => Ok(self.b.constant(quote::quote!(()), Type::Unit, span)),
            Rv::Never => Ok(self.b.op(Op::Undef, Type::Unknown, span)),
            Rv::Range(..) | Rv::Iter(_) => Err(self.refuse(
                "AD0202",
                span,
                "a range or an iterator is used as a value",
                "consume it where it is made: `for`, `fold`, `sum`, `collect`, ...",
            )),
            Rv::Closure(_) => Err(self.refuse(
                "AD0203",
                span,
                "a closure is used as a value",
                "call it by its name; it is inlined there",
            )),
        }
    }

    /// Refuses an exclusive reference where only its target's value can be had: what is written
    /// through it would go to a copy.
    pub(super) fn lasting(&mut self, rv: Rv, span: Span) -> Lowered<Rv> {
        match rv {
            Rv::Ref(_, _, true) => Err(self.refuse(
                "AD0238",
                span,
                "which memory this `&mut` reference points to is decided at run time",
                "choose an index instead of a reference, or write each case out where it changes the memory",
            )),
            Rv::Tensor(tensor) if tensor.is_exclusive() && tensor.is_part() => Err(self.refuse(
                "AD0238",
                span,
                "a view through which an array is changed is used as a value",
                "use it where it is made, or by its name: `a.row_mut(i).assign(&b)`",
            )),
            rv => Ok(rv),
        }
    }

    /// Where an operand is: in memory, or the value that it is.
    pub(super) fn place_of(&mut self, rv: Rv, span: Span) -> Lowered<Place> {
        match rv {
            Rv::Place(place, _) | Rv::Ref(place, ..) | Rv::Temp(place, _) => Ok(place),
            rv => self.value_of(rv, span).map(Place::whole),
        }
    }

    /// The type of an operand.
    pub(super) fn type_of(&self, rv: &Rv) -> Type {
        match rv {
            Rv::Value(v) => self.b.ty(*v).clone(),
            Rv::Place(_, ty) | Rv::Ref(_, ty, _) | Rv::Temp(_, ty) => ty.clone(),
            Rv::Tuple(parts) => Type::Tuple(parts.iter().map(|p| self.type_of(p)).collect()),
            Rv::Tensor(tensor) => tensor.ty(),
            Rv::Unit => Type::Unit,
            _ => Type::Unknown,
        }
    }

    /// Says what a value's type must be where more is known than its definition tells.
    pub(super) fn refine(&mut self, value: Value, ty: &Type) {
        let known = &mut self.b.values[value.index()].ty;
        *known = known.refined(ty);
    }
}

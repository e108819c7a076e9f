//! Iterator chains as loops over an index: nothing is allocated, nothing is boxed.
//!
//! Most iterators know their length and what stands at an index; `run` has the others.

use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::{Closure, Lowerer, Rv};
use crate::errors::{Extent, Lowered};
use crate::ir::{Op, Place, Proj, Type, Value};
use crate::rules::Fun;

/// What is called for each item: a closure, or a function by its path.
#[derive(Clone, Debug)]
pub enum Callee {
    #[allow(private_interfaces)]
    Closure(Rc<Closure>),
    Path(syn::Path),
}

/// An iterator chain that has not run.
#[derive(Clone, Debug)]
pub enum Iter {
    /// `lo..hi`, `lo..=hi`.
    Range(Value, Value, bool),
    /// `lo..`.
    From(Value),
    /// The elements of a sequence; by value, or by reference (exclusive or not).
    Elements(Place, Type, Access),
    /// `chunks(n)`; the last may be shorter unless `exact`.
    Chunks(Place, Type, Value, bool, bool),
    /// `windows(n)`.
    Windows(Place, Type, Value),
    Zip(Box<Iter>, Box<Iter>),
    Enumerate(Box<Iter>),
    Rev(Box<Iter>),
    Skip(Box<Iter>, Value),
    Take(Box<Iter>, Value),
    StepBy(Box<Iter>, Value),
    /// `copied()`, `cloned()`.
    Copied(Box<Iter>),
    Map(Box<Iter>, Callee),
    Filter(Box<Iter>, Callee),
    Inspect(Box<Iter>, Callee),
    TakeWhile(Box<Iter>, Callee),
    SkipWhile(Box<Iter>, Callee),
    MapWhile(Box<Iter>, Callee),
    /// `scan`: the state at the start, and what makes an item of it and another item.
    Scan(Box<Iter>, Value, Callee),
    Chain(Box<Iter>, Box<Iter>),
    /// `flatten()`, each part backwards or not; `flat_map` is this after `map`.
    Flatten(Box<Iter>, bool),
    /// The views of an array at the indices of so many first axes.
    #[allow(private_interfaces)]
    Views(Rc<super::tensor::Tensor>, usize),
    /// The parts of an array along an axis, so many indices each; the last may be shorter.
    #[allow(private_interfaces)]
    Sections(Rc<super::tensor::Tensor>, usize, Value),
    /// The elements of an array with their indices.
    #[allow(private_interfaces)]
    Indexed(Rc<super::tensor::Tensor>),
    /// The one item of `once`.
    Once(Box<Rv>),
    /// The item of `repeat`.
    Repeat(Box<Rv>),
}

/// The iterators that one takes its items from, shared or to be changed.
macro_rules! parts {
    ($iter:expr) => {{
        let (first, second) = match $iter {
            Iter::Range(..)
            | Iter::From(_)
            | Iter::Elements(..)
            | Iter::Chunks(..)
            | Iter::Windows(..)
            | Iter::Views(..)
            | Iter::Sections(..)
            | Iter::Indexed(_)
            | Iter::Once(_)
            | Iter::Repeat(_) => (None, None),
            Iter::Zip(a, b) | Iter::Chain(a, b) => (Some(a), Some(b)),
            Iter::Enumerate(i)
            | Iter::Rev(i)
            | Iter::Skip(i, _)
            | Iter::Take(i, _)
            | Iter::StepBy(i, _)
            | Iter::Copied(i)
            | Iter::Flatten(i, _)
            | Iter::Map(i, _)
            | Iter::Inspect(i, _)
            | Iter::Filter(i, _)
            | Iter::TakeWhile(i, _)
            | Iter::SkipWhile(i, _)
            | Iter::MapWhile(i, _)
            | Iter::Scan(i, ..) => (Some(i), None),
        };
        first.into_iter().chain(second)
    }};
}

impl Iter {
    /// The iterators that it takes its items from.
    fn parts(&self) -> impl Iterator<Item = &Iter> {
        parts!(self).map(|part| &**part)
    }

    /// Visits the closures and functions that are called for its items.
    pub fn each_callee(&mut self, visit: &mut impl FnMut(&mut Callee)) {
        parts!(&mut *self).for_each(|part| part.each_callee(visit));
        if let Iter::Map(_, f)
        | Iter::Inspect(_, f)
        | Iter::Filter(_, f)
        | Iter::TakeWhile(_, f)
        | Iter::SkipWhile(_, f)
        | Iter::MapWhile(_, f)
        | Iter::Scan(_, _, f) = self
        {
            visit(f);
        }
    }
}

/// How elements are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Value,
    Shared,
    Exclusive,
}

impl Lowerer<'_> {
    /// What an expression iterates over. Whether something of a type that rustc alone knows can be
    /// indexed is checked in the handle.
    pub(super) fn iterated(&mut self, e: &syn::Expr) -> Lowered<Iter> {
        let (rv, span) = (self.expr(e)?, super::span_of(e));
        if matches!(rv, Rv::Iter(_) | Rv::Range(..)) || self.type_of(&rv) != Type::Unknown {
            return self.into_iter(rv, span);
        }
        self.iterated.push(Extent::of(e));
        let code = match &rv {
            Rv::Value(v) => Some(*v),
            Rv::Place(place, _) if place.path.is_empty() => Some(place.root),
            _ => None,
        };
        let rv = match code.filter(|v| self.b.defined_as_code(*v)) {
            // Code of the user's has its type in error only if that is asked for.
            Some(v) => {
                let tokens =
                    quote!(::autodiff::__private::checked::<_, { Self::__CHECKED }>(ad_sequence));
                Rv::Value(self.int_method(tokens, &[("ad_sequence", v)], Type::Unknown, span))
            }
            None => rv,
        };
        self.into_iter(rv, span)
    }

    /// What `for` iterates over.
    #[allow(clippy::wrong_self_convention, reason = "what becomes an iterator is `rv`")]
    pub(super) fn into_iter(&mut self, rv: Rv, span: Span) -> Lowered<Iter> {
        if self.is_tensor(&rv) {
            return self.items_of_tensor(rv, span);
        }
        match rv {
            Rv::Iter(iter) => Ok(*iter),
            Rv::Range(Some(lo), Some(hi), inclusive) => {
                let ty = self.b.ty(lo).join(self.b.ty(hi));
                let ty = if matches!(ty, Type::Int(_)) { ty } else { Type::Int(None) };
                self.refine(lo, &ty);
                self.refine(hi, &ty);
                Ok(Iter::Range(lo, hi, inclusive))
            }
            Rv::Range(Some(lo), None, _) => {
                self.refine(lo, &Type::Int(None));
                Ok(Iter::From(lo))
            }
            Rv::Place(place, ty) => {
                let place = self.taken(place, &ty, span);
                Ok(Iter::Elements(place, ty.element(), Access::Value))
            }
            Rv::Temp(place, ty) => Ok(Iter::Elements(place, ty.element(), Access::Value)),
            Rv::Ref(place, ty, mutable) => {
                let access = if mutable { Access::Exclusive } else { Access::Shared };
                Ok(Iter::Elements(place, ty.element(), access))
            }
            Rv::Value(v) => {
                let ty = self.b.ty(v).clone();
                Ok(Iter::Elements(Place::whole(v), ty.element(), Access::Value))
            }
            _ => Err(self.refuse(
                "AD0211",
                span,
                "this cannot be iterated over under differentiation",
                "iterate over a range, a slice, an array, a `Vec`, or a chain of iterator adapters on them",
            )),
        }
    }

    /// A sequence that is taken by value: what becomes of its variable afterwards, changes nothing.
    /// An array is copied, so that the variable stays; a `Vec` is gone until there is another.
    pub(super) fn taken(&mut self, place: Place, ty: &Type, span: Span) -> Place {
        let changes = self.b.data(place.root).name.as_ref().is_some_and(|name| {
            let name = name.to_string();
            self.changed.whole.contains(&name)
                || !matches!(ty, Type::Vec(_)) && self.changed.in_place.contains(&name)
        });
        if changes { Place::whole(self.load(&place, ty, span)) } else { place }
    }

    pub(super) fn usize_op(&mut self, fun: Fun, a: Value, b: Value, span: Span) -> Value {
        self.b.scalar(fun, vec![a, b], Type::usize(), span)
    }

    /// A method of an integer: the user's language, with values for names.
    pub(super) fn int_method(
        &mut self,
        tokens: TokenStream,
        args: &[(&str, Value)],
        ty: Type,
        span: Span,
    ) -> Value {
        self.b.op(Op::arithmetic(tokens, args), ty, span)
    }

    /// How many items there are, if that is known before they come.
    pub(super) fn len(&mut self, iter: &Iter, span: Span) -> Lowered<Value> {
        Ok(match iter {
            Iter::Zip(a, b) if endless(a) => self.len(b, span)?,
            Iter::Zip(a, b) if endless(b) => self.len(a, span)?,
            Iter::Take(inner, n) if endless(inner) => *n,
            Iter::From(_) | Iter::Repeat(_) => {
                return Err(self.refuse(
                    "AD0210",
                    span,
                    "a range without an end is run through to its end, which never comes",
                    "give the range an end, `zip` it with something that ends, or leave the loop with `break`",
                ));
            }
            Iter::Range(lo, hi, inclusive) => {
                let (lo, hi) = (*lo, *hi);
                let tokens = if *inclusive {
                    quote!((ad_lo..=ad_hi).count())
                } else {
                    quote!((ad_lo..ad_hi).count())
                };
                self.int_method(tokens, &[("ad_lo", lo), ("ad_hi", hi)], Type::usize(), span)
            }
            Iter::Elements(place, _, _) => self.b.op(Op::Len(place.clone()), Type::usize(), span),
            Iter::Views(of, axes) => self.count_of_views(of, *axes, span),
            Iter::Sections(of, axis, size) => self.sections(of, *axis, *size, span),
            Iter::Indexed(of) => self.count_of(of, span),
            Iter::Chunks(place, _, size, exact, _) => {
                let len = self.b.op(Op::Len(place.clone()), Type::usize(), span);
                if *exact {
                    self.usize_op(Fun::Div, len, *size, span)
                } else {
                    let args = [("ad_len", len), ("ad_size", *size)];
                    self.int_method(
                        quote!(usize::div_ceil(ad_len, ad_size)),
                        &args,
                        Type::usize(),
                        span,
                    )
                }
            }
            Iter::Windows(place, _, size) => {
                let len = self.b.op(Op::Len(place.clone()), Type::usize(), span);
                let args = [("ad_len", len), ("ad_size", *size)];
                self.int_method(
                    quote!(usize::saturating_sub(ad_len + 1, ad_size)),
                    &args,
                    Type::usize(),
                    span,
                )
            }
            Iter::Zip(a, b) => {
                let (a, b) = (self.len(a, span)?, self.len(b, span)?);
                self.usize_op(Fun::Min, a, b, span)
            }
            Iter::Skip(inner, n) => {
                let len = self.len(inner, span)?;
                let args = [("ad_len", len), ("ad_n", *n)];
                self.int_method(
                    quote!(usize::saturating_sub(ad_len, ad_n)),
                    &args,
                    Type::usize(),
                    span,
                )
            }
            Iter::Take(inner, n) => {
                let len = self.len(inner, span)?;
                self.usize_op(Fun::Min, len, *n, span)
            }
            Iter::StepBy(inner, n) => {
                let len = self.len(inner, span)?;
                let args = [("ad_len", len), ("ad_n", *n)];
                self.int_method(quote!(usize::div_ceil(ad_len, ad_n)), &args, Type::usize(), span)
            }
            Iter::Once(_) => {
                let one = self.b.int(1, span);
                self.refine(one, &Type::usize());
                one
            }
            Iter::Enumerate(inner)
            | Iter::Rev(inner)
            | Iter::Copied(inner)
            | Iter::Inspect(inner, _)
            | Iter::Map(inner, _) => self.len(inner, span)?,
            Iter::Filter(..)
            | Iter::TakeWhile(..)
            | Iter::SkipWhile(..)
            | Iter::MapWhile(..)
            | Iter::Scan(..)
            | Iter::Chain(..)
            | Iter::Flatten(..) => return Err(self.uncounted("this adapter", span)),
        })
    }

    fn reversed(&mut self, inner: &Iter, index: Value, span: Span) -> Lowered<Value> {
        let len = self.len(inner, span)?;
        let one = self.b.int(1, span);
        let last = self.usize_op(Fun::Sub, len, one, span);
        Ok(self.usize_op(Fun::Sub, last, index, span))
    }

    /// The item at `index`, of an iterator that has one there.
    pub(super) fn item(&mut self, iter: &Iter, index: Value, span: Span) -> Lowered<Rv> {
        Ok(match iter {
            Iter::Range(lo, _, _) | Iter::From(lo) => {
                let ty = self.b.ty(*lo).clone();
                if ty == Type::usize() {
                    return Ok(Rv::Value(self.usize_op(Fun::Add, *lo, index, span)));
                }
                let tokens = quote!(::autodiff::__private::nth(ad_lo, ad_k));
                let args = [("ad_lo", *lo), ("ad_k", index)];
                Rv::Value(self.int_method(tokens, &args, ty, span))
            }
            Iter::Elements(place, ty, access) => {
                let place = place.clone().with(Proj::Index(index));
                match access {
                    Access::Value => Rv::Place(place, ty.clone()),
                    Access::Shared => Rv::Ref(place, ty.clone(), false),
                    Access::Exclusive => Rv::Ref(place, ty.clone(), true),
                }
            }
            Iter::Chunks(place, ty, size, exact, mutable) => {
                let lo = self.usize_op(Fun::Mul, index, *size, span);
                let end = self.usize_op(Fun::Add, lo, *size, span);
                let hi = if *exact {
                    end
                } else {
                    let len = self.b.op(Op::Len(place.clone()), Type::usize(), span);
                    self.usize_op(Fun::Min, end, len, span)
                };
                let place = place.clone().with(Proj::Slice(Some(lo), Some(hi), false));
                Rv::Ref(place, Type::Slice(Box::new(ty.clone())), *mutable)
            }
            Iter::Windows(place, ty, size) => {
                let hi = self.usize_op(Fun::Add, index, *size, span);
                let place = place.clone().with(Proj::Slice(Some(index), Some(hi), false));
                Rv::Ref(place, Type::Slice(Box::new(ty.clone())), false)
            }
            Iter::Views(of, axes) => self.numbered_view(of, *axes, index, span),
            Iter::Sections(of, axis, size) => self.section_at(of, *axis, *size, index, span),
            Iter::Indexed(of) => self.indexed_element(of, index, span)?,
            Iter::Zip(a, b) => {
                Rv::Tuple(vec![self.item(a, index, span)?, self.item(b, index, span)?])
            }
            Iter::Enumerate(inner) => {
                Rv::Tuple(vec![Rv::Value(index), self.item(inner, index, span)?])
            }
            Iter::Rev(inner) => {
                let at = self.reversed(inner, index, span)?;
                self.item(inner, at, span)?
            }
            Iter::Skip(inner, n) => {
                let at = self.usize_op(Fun::Add, index, *n, span);
                self.item(inner, at, span)?
            }
            Iter::StepBy(inner, n) => {
                let at = self.usize_op(Fun::Mul, index, *n, span);
                self.item(inner, at, span)?
            }
            Iter::Take(inner, _) => self.item(inner, index, span)?,
            Iter::Copied(inner) => {
                let item = self.item(inner, index, span)?;
                self.deref(item, span)
            }
            Iter::Map(inner, f) => {
                let item = self.item(inner, index, span)?;
                self.apply(f, vec![item], span)?
            }
            Iter::Inspect(inner, f) => {
                let item = self.item(inner, index, span)?;
                self.show(f, &item, span)?;
                item
            }
            Iter::Once(item) | Iter::Repeat(item) => (**item).clone(),
            Iter::Filter(..)
            | Iter::TakeWhile(..)
            | Iter::SkipWhile(..)
            | Iter::MapWhile(..)
            | Iter::Scan(..)
            | Iter::Chain(..)
            | Iter::Flatten(..) => return Err(self.uncounted("this adapter", span)),
        })
    }
}

/// Whether it is known before an item comes how many there are, and what stands at each index.
pub(super) fn indexed(iter: &Iter) -> bool {
    match iter {
        Iter::Filter(..)
        | Iter::TakeWhile(..)
        | Iter::SkipWhile(..)
        | Iter::MapWhile(..)
        | Iter::Scan(..)
        | Iter::Chain(..)
        | Iter::Flatten(..) => false,
        _ => iter.parts().all(indexed),
    }
}

/// Whether a run may end before the loops that it is made of.
pub(super) fn stops(iter: &Iter) -> bool {
    match iter {
        Iter::TakeWhile(..) | Iter::MapWhile(..) | Iter::Scan(..) => true,
        Iter::Take(..) | Iter::Zip(..) => !indexed(iter),
        // Each part ends by itself.
        Iter::Chain(..) => false,
        _ => iter.parts().any(stops),
    }
}

/// Whether an item is made by code of the user's.
pub(super) fn calls(iter: &Iter) -> bool {
    match iter {
        Iter::Inspect(..)
        | Iter::Map(..)
        | Iter::Filter(..)
        | Iter::TakeWhile(..)
        | Iter::SkipWhile(..)
        | Iter::MapWhile(..)
        | Iter::Scan(..) => true,
        _ => iter.parts().any(calls),
    }
}

/// Whether the items are numbers without derivatives.
pub(super) fn counts(iter: &Iter) -> bool {
    match iter {
        Iter::Elements(_, ty, _) | Iter::Chunks(_, ty, ..) | Iter::Windows(_, ty, _) => {
            ty.is_constant()
        }
        Iter::Map(..)
        | Iter::MapWhile(..)
        | Iter::Scan(..)
        | Iter::Flatten(..)
        | Iter::Once(_)
        | Iter::Repeat(_) => false,
        _ => iter.parts().all(counts),
    }
}

/// Whether the items never come to an end.
pub(super) fn endless(iter: &Iter) -> bool {
    match iter {
        Iter::From(_) | Iter::Repeat(_) => true,
        Iter::Zip(a, b) => endless(a) && endless(b),
        Iter::Rev(_)
        | Iter::Take(..)
        | Iter::TakeWhile(..)
        | Iter::MapWhile(..)
        | Iter::Scan(..) => false,
        _ => iter.parts().any(endless),
    }
}

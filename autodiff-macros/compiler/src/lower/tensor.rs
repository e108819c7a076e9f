//! Arrays of `ndarray` as loops over numbers.
//!
//! What an expression computes of arrays is computed element by element where it is used: `(&a * &b).sum()`
//! is one loop, and makes no array. A view is where its elements are in the memory of what it is a view of.

mod arithmetic;
mod axes;
mod closures;
mod constructors;
mod einsum;
mod elements;
mod items;
mod lengths;
mod methods;
mod parts;
mod products;
mod purity;
mod ranks;
mod reductions;
mod scans;
mod views;
mod zip;

pub(super) use lengths::Lengths;

use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

use super::iter::Callee;
use super::{Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Place, Proj, Storage, Type, Value};
use crate::rules::Fun;

/// An array, a view of one, or what is computed of arrays element by element.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// How long each axis is.
    shape: Vec<Value>,
    element: Type,
    elements: Elements,
}

/// A new array that is being filled.
struct Fresh {
    /// What it begins with.
    blank: Value,
    /// Its memory.
    object: Value,
    /// Its elements.
    rows: Tensor,
}

/// What the elements are.
#[derive(Clone, Debug)]
enum Elements {
    /// Memory.
    View(View),
    /// The same number everywhere.
    Number(Value),
    /// What a function makes of those of other arrays, each seen from as many of the last axes as it has.
    Computed(Function, Vec<Tensor>),
}

/// What elements are computed by.
#[derive(Clone, Debug)]
enum Function {
    /// A row of the rule table.
    Fun(Fun),
    /// A closure, or a function by its path.
    Callee(Callee),
}

/// Elements in the memory of an array.
#[derive(Clone, Debug)]
struct View {
    /// All elements of that array.
    flat: Place,
    /// The first element of the view, if it is not the array's.
    start: Option<Value>,
    /// How far apart elements are along each axis.
    strides: Vec<Stride>,
    /// Whether it shows the whole array as it lies.
    whole: bool,
    /// Whether elements may be changed through it.
    exclusive: bool,
    /// The array itself, where nobody knows how many axes it has: its elements are all there is to see.
    of_any_rank: Option<Place>,
}

/// How far apart elements are along an axis.
#[derive(Clone, Copy, Debug)]
enum Stride {
    /// Neighbours.
    One,
    /// So many elements.
    Elements(Value),
    /// So many elements, towards the first: the view starts at the last.
    Back(Value),
    /// The axis has one index, and stands for one of any length.
    Stretched,
}

/// Which element.
enum At<'a> {
    /// By its number, row by row.
    Flat(Value),
    /// By its index along each axis.
    Axes(&'a [Value]),
}

impl Tensor {
    /// An array that has the shape, where it is not known how many axes that has.
    fn of_any_rank(&self) -> Option<&Place> {
        match &self.elements {
            Elements::View(view) => view.of_any_rank.as_ref(),
            Elements::Number(_) => None,
            Elements::Computed(_, of) => of.iter().find_map(Tensor::of_any_rank),
        }
    }

    /// The number of its axes; one for all elements in a row, where that is not known.
    fn rank(&self) -> usize {
        self.shape.len()
    }

    /// Whether it is memory, rather than still to be computed.
    pub(super) fn is_view(&self) -> bool {
        matches!(self.elements, Elements::View(_))
    }

    /// The array's own memory, if it shows all of it as it lies.
    fn whole(&self) -> Option<&View> {
        match &self.elements {
            Elements::View(view) if view.whole => Some(view),
            _ => None,
        }
    }

    /// The same, to be read alone.
    fn shared(mut self) -> Self {
        if let Elements::View(view) = &mut self.elements {
            view.exclusive = false;
        }
        self
    }

    /// Whether it is not all of an array.
    pub(super) fn is_part(&self) -> bool {
        self.is_view() && self.whole().is_none()
    }

    /// Whether elements may be changed through it.
    pub(super) fn is_exclusive(&self) -> bool {
        matches!(&self.elements, Elements::View(view) if view.exclusive)
    }

    /// Whether an axis stands for one of any length.
    fn is_stretched(&self, axis: usize) -> bool {
        match &self.elements {
            Elements::View(view) => matches!(view.strides[axis], Stride::Stretched),
            Elements::Number(_) => true,
            Elements::Computed(_, of) => of.iter().all(|part| {
                let missing = self.rank() - part.rank();
                axis < missing || part.is_stretched(axis - missing)
            }),
        }
    }

    /// Whether element after element, row by row, is that in memory too, for an array with as many axes.
    fn is_flat(&self, rank: usize) -> bool {
        match &self.elements {
            Elements::View(view) => view.whole && self.rank() == rank,
            Elements::Number(_) => true,
            Elements::Computed(_, of) => of.iter().all(|part| part.is_flat(rank)),
        }
    }

    /// Whether the elements lie in a row of memory, or would once they are computed.
    fn is_in_a_row(&self) -> bool {
        match &self.elements {
            Elements::View(view) => view.whole || matches!(view.strides[..], [Stride::One]),
            Elements::Number(_) | Elements::Computed(..) => true,
        }
    }

    /// Whether the elements along an axis lie in a row of memory, or would once they are computed.
    fn has_rows_along(&self, axis: usize) -> bool {
        match &self.elements {
            Elements::View(view) => matches!(view.strides[axis], Stride::One),
            Elements::Number(_) => false,
            Elements::Computed(..) => axis + 1 == self.rank(),
        }
    }

    /// Memory that has all the elements, in order, if there is any.
    fn memory(&self) -> Option<&Place> {
        match &self.elements {
            Elements::View(view) => view.whole.then_some(&view.flat),
            Elements::Number(_) => None,
            Elements::Computed(_, of) => {
                of.iter().filter(|part| part.rank() == self.rank()).find_map(Tensor::memory)
            }
        }
    }

    /// The type.
    pub(super) fn ty(&self) -> Type {
        let rank = self.of_any_rank().is_none().then(|| self.rank());
        Type::Tensor(Box::new(self.element.clone()), rank)
    }
}

impl Lowerer<'_> {
    /// Whether an operand is an array, or computed of such.
    pub(super) fn is_tensor(&self, rv: &Rv) -> bool {
        matches!(self.type_of(rv), Type::Tensor(..))
    }

    /// An operand that is an array, as such.
    pub(super) fn tensor(&mut self, rv: Rv, span: Span) -> Lowered<Tensor> {
        let exclusive = match &rv {
            Rv::Tensor(tensor) => return Ok((**tensor).clone()),
            Rv::Ref(_, _, exclusive) => *exclusive,
            Rv::Place(place, _) => self.is_mutable(place),
            Rv::Temp(..) => true,
            _ => false,
        };
        let ty = self.type_of(&rv);
        let place = self.place_of(rv, span)?;
        Ok(self.array_at(place, &ty, exclusive, span))
    }

    /// The array at a place.
    fn array_at(&mut self, place: Place, ty: &Type, exclusive: bool, span: Span) -> Tensor {
        let Type::Tensor(element, rank) = ty else { unreachable!("only arrays have axes") };
        let known = self.shapes.get(&place.root).filter(|_| place.path.is_empty());
        let known = known.filter(|_| self.keeps_shape(&place)).cloned();
        let Some(rank) = rank else {
            let flat = place.clone().with(Proj::Flat);
            let length = self.b.op(Op::Len(flat.clone()), Type::usize(), span);
            let mut rows = self.in_rows(flat, vec![length], (**element).clone(), exclusive, span);
            if let Elements::View(view) = &mut rows.elements {
                view.of_any_rank = Some(place);
            }
            return rows;
        };
        let shape = known.unwrap_or_else(|| {
            let axis = |axis| {
                let along = place.clone().with(Proj::Axis(axis));
                self.b.op(Op::Len(along), Type::usize(), span)
            };
            (0..*rank).map(axis).collect()
        });
        let flat = place.with(Proj::Flat);
        self.in_rows(flat, shape, (**element).clone(), exclusive, span)
    }

    /// All elements of a place, row by row.
    fn in_rows(
        &mut self,
        flat: Place,
        shape: Vec<Value>,
        element: Type,
        exclusive: bool,
        span: Span,
    ) -> Tensor {
        let strides = self.strides(&shape, span);
        let view = View { flat, start: None, strides, whole: true, exclusive, of_any_rank: None };
        Tensor { shape, element, elements: Elements::View(view) }
    }

    /// How far apart elements are that lie row by row.
    fn strides(&mut self, shape: &[Value], span: Span) -> Vec<Stride> {
        let mut strides = vec![Stride::One; shape.len()];
        let mut stride: Option<Value> = None;
        for (axis, length) in shape.iter().enumerate().rev() {
            strides[axis] = stride.map_or(Stride::One, Stride::Elements);
            if axis > 0 {
                stride = Some(match stride {
                    None => *length,
                    Some(stride) => self.usize_op(Fun::Mul, stride, *length, span),
                });
            }
        }
        strides
    }

    /// What is computed of arrays becomes an array; a view stays one.
    pub(super) fn forced(&mut self, rv: Rv, span: Span) -> Lowered<Rv> {
        match rv {
            Rv::Tensor(tensor) if !tensor.is_view() => self.array_of(&tensor, span),
            rv => Ok(rv),
        }
    }

    /// A new array as such, rather than as a view of itself.
    fn as_array(&self, made: Tensor) -> Rv {
        let ty = made.ty();
        match made.whole() {
            Some(view) if view.flat.path == [Proj::Flat] => {
                Rv::Temp(Place::whole(view.flat.root), ty)
            }
            _ => Self::viewed(made),
        }
    }

    /// A new array of the elements.
    pub(super) fn array_of(&mut self, of: &Tensor, span: Span) -> Lowered<Rv> {
        let made = match of.of_any_rank().cloned() {
            Some(like) => self.fresh_like(like, &of.shape, span),
            None => self.fresh(&of.shape, Type::Unknown, span),
        };
        let mut element = of.element.clone();
        self.each_element(of, span, &mut |this, at, value| {
            element = this.b.ty(value).clone();
            this.store_at(&made.rows, &at, value, span)
        })?;
        Ok(self.finished(&made, element))
    }

    /// The same, as where its elements are.
    fn made_of(&mut self, of: &Tensor, span: Span) -> Lowered<Tensor> {
        let made = self.array_of(of, span)?;
        self.tensor(made, span)
    }

    /// A new array of that shape, to be filled.
    fn fresh(&mut self, shape: &[Value], element: Type, span: Span) -> Fresh {
        self.fresh_by(&quote!(blank), shape, element, Some(shape.len()), span)
    }

    /// The same of one number.
    fn fresh_of(&mut self, shape: &[Value], value: Value, span: Span) -> Lowered<Fresh> {
        let made = self.fresh(shape, self.b.ty(value).clone(), span);
        let number = self.number(value);
        self.write(&made.rows, &number, span)?;
        Ok(made)
    }

    /// The same by the function of that name, whose array may not tell by its type how many axes it has.
    fn fresh_by(
        &mut self,
        maker: &TokenStream,
        shape: &[Value],
        element: Type,
        rank: Option<usize>,
        span: Span,
    ) -> Fresh {
        let names: Vec<_> =
            (0..shape.len()).map(|axis| Ident::new(&format!("ad_axis{axis}"), span)).collect();
        let tokens = quote!(::autodiff::__private::tensor::#maker([#(#names),*]));
        let captures = names.into_iter().zip(shape.iter().map(|v| CallArg::Value(*v))).collect();
        let blank = self.b.own_code(tokens, captures, span);
        self.b.values[blank.index()].ty = Type::Tensor(Box::new(element.clone()), rank);
        let object = self.object(blank, None, span);
        self.shapes.insert(object, shape.to_vec());
        let flat = Place::whole(object).with(Proj::Flat);
        let rows = self.in_rows(flat, shape.to_vec(), element, true, span);
        Fresh { blank, object, rows }
    }

    /// The same of the shape of an array, of which it is not known how many axes it has.
    fn fresh_like(&mut self, like: Place, elements: &[Value], span: Span) -> Fresh {
        let name = Ident::new("ad_like", Span::call_site());
        let tokens = quote!(::autodiff::__private::tensor::blank_like(ad_like));
        let captures = vec![(name, CallArg::Ref(like, false))];
        let blank = self.b.own_code(tokens, captures, span);
        let blank = self.b.op(Op::Stop(blank), Type::Tensor(Box::new(Type::Unknown), None), span);
        let object = self.object(blank, None, span);
        let flat = Place::whole(object).with(Proj::Flat);
        let rows = self.in_rows(flat, elements.to_vec(), Type::Unknown, true, span);
        Fresh { blank, object, rows }
    }

    /// The array, once it is known of what it is one.
    fn finished(&mut self, made: &Fresh, element: Type) -> Rv {
        let Type::Tensor(_, rank) = *self.b.ty(made.object) else {
            unreachable!("what is made is an array")
        };
        let ty = Type::Tensor(Box::new(element), rank);
        for value in [made.blank, made.object] {
            self.b.values[value.index()].ty = ty.clone();
        }
        Rv::Temp(Place::whole(made.object), ty)
    }

    /// Runs `body` for every element, row by row.
    fn each_element(
        &mut self,
        of: &Tensor,
        span: Span,
        body: &mut dyn FnMut(&mut Self, At<'_>, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        self.each_index(&of.shape, &[of], span, &mut |this, at| {
            let value = this.number_at(of, &at, span)?;
            body(this, at, value)
        })
    }

    /// Runs `body` for every index of arrays that are read or written there: one loop, if all of them lie in
    /// memory as they are indexed.
    fn each_index(
        &mut self,
        shape: &[Value],
        parts: &[&Tensor],
        span: Span,
        body: &mut dyn FnMut(&mut Self, At<'_>) -> Lowered<()>,
    ) -> Lowered<()> {
        let rank = shape.len();
        let whole =
            |part: &&Tensor| (part.rank() == rank).then(|| part.memory()).flatten().cloned();
        if parts.iter().all(|part| part.is_flat(rank))
            && let Some(flat) = parts.iter().find_map(whole)
        {
            let len = self.count_in(flat, shape, span);
            return self.times(len, span, &mut |this, k| body(this, At::Flat(k)));
        }
        self.along(shape, Vec::new(), span, &mut |this, index| body(this, At::Axes(index)))
    }

    /// Loops over the axes that are left.
    fn along(
        &mut self,
        shape: &[Value],
        index: Vec<Value>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, &[Value]) -> Lowered<()>,
    ) -> Lowered<()> {
        let Some((length, rest)) = shape.split_first() else { return body(self, &index) };
        self.times(*length, span, &mut |this, k| {
            let mut index = index.clone();
            index.push(k);
            this.along(rest, index, span, body)
        })
    }

    /// Whether the shape of what is at a place stays as it is.
    fn keeps_shape(&self, place: &Place) -> bool {
        let data = self.b.data(place.root);
        let is_replaced = |name: &Ident| {
            let name = name.to_string();
            self.changed.assigned.contains(&name) || self.changed.borrowed.contains(&name)
        };
        match data.storage {
            Storage::Local | Storage::Ref => true,
            Storage::Object => {
                place.path.iter().all(|step| matches!(step, Proj::Axis(_)))
                    && !data.name.as_ref().is_some_and(is_replaced)
            }
            _ => false,
        }
    }

    /// A lazily computed array.
    fn computed(shape: Vec<Value>, element: Type, by: Function, of: Vec<Tensor>) -> Rv {
        let elements = Elements::Computed(by, of);
        Rv::Tensor(Rc::new(Tensor { shape, element, elements }))
    }
}

//! Single elements.

use proc_macro2::Span;
use quote::quote;
use syn::{Expr, ExprMethodCall};

use super::{At, Elements, Function, Stride, Tensor, View};
use crate::errors::Lowered;
use crate::ir::{Proj, Type, Value};
use crate::lower::{Lowerer, Rv, span_of};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// The element that is there, as a number.
    pub(super) fn number_at(&mut self, of: &Tensor, at: &At<'_>, span: Span) -> Lowered<Value> {
        let rv = self.element(of, at, span)?;
        self.value_of(rv, span)
    }

    /// The element that is there.
    pub(super) fn element(&mut self, of: &Tensor, at: &At<'_>, span: Span) -> Lowered<Rv> {
        match &of.elements {
            Elements::Number(v) => Ok(Rv::Value(*v)),
            Elements::View(view) => {
                let index = match at {
                    At::Flat(k) => *k,
                    At::Axes(index) => {
                        let index = &index[index.len() - of.rank()..];
                        if view.whole {
                            self.number_in(&of.shape, index, span)
                        } else {
                            self.place_in(view, index, span)
                        }
                    }
                };
                let place = view.flat.clone().with(Proj::Index(index));
                Ok(Rv::Place(place, of.element.clone()))
            }
            Elements::Computed(function, parts) => {
                let mut args = Vec::new();
                for part in parts {
                    let at = match at {
                        At::Flat(k) => At::Flat(*k),
                        At::Axes(index) => At::Axes(&index[index.len() - of.rank()..]),
                    };
                    args.push(self.number_at(part, &at, span)?);
                }
                match function {
                    Function::Fun(fun) => self.function_of(*fun, args, span),
                    Function::Callee(f) => {
                        let args = args.into_iter().map(Rv::Value).collect();
                        let rv = self.apply(f, args, span)?;
                        self.value_of(rv, span).map(Rv::Value)
                    }
                }
            }
        }
    }

    fn function_of(&mut self, fun: Fun, args: Vec<Value>, span: Span) -> Lowered<Rv> {
        if let (true, &[a, b]) = (fun.is_arithmetic(), &args[..]) {
            let (x, y) = (self.b.ty(a).clone(), self.b.ty(b).clone());
            return Ok(Rv::Value(self.b.scalar(fun, args, x.join(&y), span)));
        }
        let ty = self.b.ty(args[0]).clone();
        Ok(Rv::Value(self.b.scalar(fun, args, ty, span)))
    }

    /// The number of an element among all those of an array, row by row.
    fn number_in(&mut self, shape: &[Value], index: &[Value], span: Span) -> Value {
        let places = index.iter().copied().zip(shape);
        let number = places.map(|(k, length)| (k, *length)).reduce(|(rows, _), (k, length)| {
            let first = self.usize_op(Fun::Mul, rows, length, span);
            (self.usize_op(Fun::Add, first, k, span), length)
        });
        number.map_or_else(|| self.zero(span), |(number, _)| number)
    }

    /// The number of an element among all those of the memory.
    fn place_in(&mut self, view: &View, index: &[Value], span: Span) -> Value {
        let mut sum = view.start;
        for (stride, k) in view.strides.iter().zip(index) {
            if !matches!(stride, Stride::Stretched) {
                sum = Some(self.further(sum, *k, *stride, span));
            }
        }
        sum.unwrap_or_else(|| self.zero(span))
    }

    pub(super) fn zero(&mut self, span: Span) -> Value {
        let zero = self.b.int(0, span);
        self.refine(zero, &Type::usize());
        zero
    }

    /// `a[[i, j]]`, `a[(i, j)]`, and `a[i]` of one axis.
    pub(in crate::lower) fn indexed(&mut self, of: Rv, index: &Expr, span: Span) -> Lowered<Rv> {
        let tensor = self.tensor(of, span)?;
        if tensor.of_any_rank().is_some() {
            return Err(self.refuse(
                "AD0259",
                span,
                "an index needs to know how many axes this array has",
                "give it the type with their number, by `into_dimensionality` before the call",
            ));
        }
        let index = self.index_parts(&tensor, index)?;
        self.check_index(&tensor, &index, span);
        self.element(&tensor, &At::Axes(&index), span)
    }

    /// An index along each axis: `[i, j]`, `(i, j)`, or `i` of one axis.
    fn index_parts(&mut self, tensor: &Tensor, index: &Expr) -> Lowered<Vec<Value>> {
        let parts: Vec<&Expr> = match index {
            Expr::Array(array) => array.elems.iter().collect(),
            Expr::Tuple(tuple) => tuple.elems.iter().collect(),
            index => vec![index],
        };
        if parts.len() != tensor.rank() {
            return Err(self.defer(
                "AD0250",
                span_of(index),
                format!("this is no index of an array of {} axes", tensor.rank()),
                "write an index for each axis, as in `a[[i, j]]`",
            ));
        }
        parts.into_iter().map(|part| self.index(part)).collect()
    }

    /// That every index is within its axis. That of the first of all elements of an array is seen by the
    /// memory itself.
    fn check_index(&mut self, tensor: &Tensor, index: &[Value], span: Span) {
        let checked = usize::from(tensor.whole().is_some());
        for (k, length) in index.iter().zip(&tensor.shape).skip(checked) {
            let assertion = quote!(::core::assert!(ad_index < ad_length, "index out of bounds"));
            self.assert(assertion, &[("ad_index", *k), ("ad_length", *length)], span);
        }
    }

    /// The element of that number, row by row, behind its index.
    pub(in crate::lower) fn indexed_element(
        &mut self,
        of: &Tensor,
        number: Value,
        span: Span,
    ) -> Lowered<Rv> {
        let index = self.index_of_number(&of.shape, number, span);
        let at = if of.whole().is_some() { At::Flat(number) } else { At::Axes(&index) };
        let element = self.shared_element(of, &at, span)?;
        let index = match index[..] {
            [one] => Rv::Value(one),
            _ => Rv::Tuple(index.into_iter().map(Rv::Value).collect()),
        };
        Ok(Rv::Tuple(vec![index, element]))
    }

    /// The index along each axis, by the number of all indices.
    pub(super) fn index_of_number(
        &mut self,
        shape: &[Value],
        number: Value,
        span: Span,
    ) -> Vec<Value> {
        let Some((_, inner)) = shape.split_first() else { return Vec::new() };
        let (mut index, mut rows) = (Vec::new(), number);
        for length in inner.iter().rev() {
            index.push(self.usize_op(Fun::Rem, rows, *length, span));
            rows = self.usize_op(Fun::Div, rows, *length, span);
        }
        index.push(rows);
        index.reverse();
        index
    }

    /// Methods that give single elements; `None` if it is none of them.
    pub(super) fn element_method(
        &mut self,
        of: &Tensor,
        m: &ExprMethodCall,
        args: &[&Expr],
    ) -> Lowered<Option<Rv>> {
        let (span, name) = (m.method.span(), m.method.to_string());
        let exclusive = name.ends_with("_mut");
        Ok(Some(match (name.as_str(), args) {
            ("first" | "first_mut" | "last" | "last_mut", []) => {
                let of = self.memory_of(of, span)?;
                let count = self.count_of(&of, span);
                let any = self.is_any(count, span);
                let mut end = |length: &Value| {
                    if name.starts_with("first") {
                        return self.zero(span);
                    }
                    // Of an axis without indices none is the last.
                    let tokens = quote!(usize::saturating_sub(ad_length, 1));
                    self.int_method(tokens, &[("ad_length", *length)], Type::usize(), span)
                };
                let index: Vec<Value> = of.shape.iter().map(&mut end).collect();
                self.maybe_element(&of, any, &index, exclusive, span)?
            }
            ("get" | "get_mut", [index]) => {
                let of = self.memory_of(of, span)?;
                let index = self.index_parts(&of, index)?;
                let within = index
                    .iter()
                    .zip(&of.shape)
                    .map(|(k, length)| self.b.scalar(Fun::Lt, vec![*k, *length], Type::Bool, span));
                let within: Vec<Value> = within.collect();
                let within = within
                    .into_iter()
                    .reduce(|a, b| self.b.scalar(Fun::And, vec![a, b], Type::Bool, span));
                match within {
                    Some(within) => self.maybe_element(&of, within, &index, exclusive, span)?,
                    None => return Ok(None),
                }
            }
            ("swap", [a, b]) => {
                let (a, b) = (self.index_parts(of, a)?, self.index_parts(of, b)?);
                self.check_index(of, &a, span);
                self.check_index(of, &b, span);
                let first = self.number_at(of, &At::Axes(&a), span)?;
                let second = self.number_at(of, &At::Axes(&b), span)?;
                self.store_at(of, &At::Axes(&a), second, span)?;
                self.store_at(of, &At::Axes(&b), first, span)?;
                Rv::Unit
            }
            ("into_scalar", []) if of.rank() == 0 => {
                Rv::Value(self.number_at(of, &At::Axes(&[]), span)?)
            }
            _ => return Ok(None),
        }))
    }

    /// An element, if it is there.
    fn maybe_element(
        &mut self,
        of: &Tensor,
        there: Value,
        index: &[Value],
        exclusive: bool,
        span: Span,
    ) -> Lowered<Rv> {
        let element = if exclusive {
            self.exclusive_element(of, &At::Axes(index), span)?
        } else {
            self.shared_element(of, &At::Axes(index), span)?
        };
        Ok(Rv::Maybe(there, Box::new(element)))
    }

    /// How many elements there are.
    pub(in crate::lower) fn count_of(&mut self, of: &Tensor, span: Span) -> Value {
        if let Some(view) = of.whole() {
            return self.count_in(view.flat.clone(), &of.shape, span);
        }
        self.product_of_lengths(&of.shape, span)
    }

    pub(super) fn one(&mut self, span: Span) -> Value {
        let one = self.b.int(1, span);
        self.refine(one, &Type::usize());
        one
    }
}

//! Functions and macros that make arrays.

use proc_macro2::Span;
use syn::{Expr, ExprCall, GenericArgument, Macro, Path, PathArguments};

use super::{At, Tensor};
use crate::errors::Lowered;
use crate::ir::{Float, Op, Place, Type, Value};
use crate::lower::macros::arguments;
use crate::lower::{Lowerer, Rv, span_of};
use crate::parse::tensor::rank_in;
use crate::rules::Fun;

/// Types whose functions make arrays or views.
const OWNERS: [&str; 3] = ["Array", "ArrayView", "ArrayBase"];

impl Lowerer<'_> {
    /// `Array2::zeros((n, m))` and its like; `None` if it is none of them.
    pub(in crate::lower) fn tensor_constructor(
        &mut self,
        c: &ExprCall,
        path: &Path,
        span: Span,
    ) -> Lowered<Option<Rv>> {
        let args: Vec<&Expr> = c.args.iter().collect();
        let segments: Vec<_> = path.segments.iter().collect();
        let last = segments.last().expect("a path has segments");
        let name = last.ident.to_string();
        let Some(owner) = segments.len().checked_sub(2).map(|at| segments[at]) else {
            return self.free_constructor(&name, &args, span);
        };
        let of = owner.ident.to_string();
        if !OWNERS.contains(&of.as_str()) && rank_in(&of).is_none() {
            return if of == "ndarray" {
                self.free_constructor(&name, &args, span)
            } else {
                Ok(None)
            };
        }
        let element = match &owner.arguments {
            PathArguments::AngleBracketed(given) => given.args.iter().find_map(|arg| match arg {
                GenericArgument::Type(ty) => Some(self.types.read(ty)),
                _ => None,
            }),
            _ => None,
        };
        let element = element.filter(|ty| *ty != Type::Unknown);
        let element = element.unwrap_or(Type::Float(Float::Infer));
        Ok(Some(match (name.as_str(), &args[..]) {
            ("zeros" | "default", [shape]) => {
                let (shape, _) = self.shape_of(shape)?;
                let made = self.empty(&shape, element, span);
                Rv::Temp(made.0, made.1.ty())
            }
            ("ones", [shape]) => {
                let (shape, _) = self.shape_of(shape)?;
                let one = self.float(1.0, &element, span);
                self.filled_with(&shape, one, span)?
            }
            ("from_elem", [shape, value]) => {
                let (shape, _) = self.shape_of(shape)?;
                let value = self.value(value)?;
                self.filled_with(&shape, value, span)?
            }
            ("from_shape_fn" | "from_shape_simple_fn", [shape, f]) => {
                let (shape, single) = self.shape_of(shape)?;
                self.by_shape(shape, f, single, span)?
            }
            ("from_vec" | "from" | "from_iter", [values]) => {
                let view = of.starts_with("ArrayView");
                return self.of_sequence(values, view, span).map(Some);
            }
            ("from_shape_vec" | "from_shape", [shape, values]) => {
                let (shape, _) = self.shape_of(shape)?;
                let of = self.sequence_view(values, span)?;
                let tensor = self.reshaped(of, shape, span)?;
                let rv = if name == "from_shape" {
                    Self::viewed(tensor)
                } else {
                    self.array_of(&tensor, span)?
                };
                Rv::Some(Box::new(rv))
            }
            ("eye", [n]) => {
                let n = self.index(n)?;
                let (place, tensor) = self.empty(&[n, n], element.clone(), span);
                let one = self.float(1.0, &element, span);
                let ty = tensor.ty();
                let diagonal = self.diagonal(tensor, span)?;
                let number = self.number(one);
                self.write(&diagonal, &number, span)?;
                Rv::Temp(place, ty)
            }
            ("from_diag", [diagonal]) => {
                let of = self.ranked_expr(diagonal)?;
                let n = of.shape[0];
                let (place, tensor) = self.empty(&[n, n], of.element.clone(), span);
                let ty = tensor.ty();
                let diagonal = self.diagonal(tensor, span)?;
                self.write(&diagonal, &of, span)?;
                Rv::Temp(place, ty)
            }
            ("linspace", [lo, hi, n]) => {
                let (lo, hi, n) = (self.value(lo)?, self.value(hi)?, self.index(n)?);
                let (ty, step) = self.step_between(lo, hi, n, span);
                self.progression(lo, step, n, ty, span)?
            }
            ("range", [lo, hi, step]) => {
                let (lo, hi, step) = (self.value(lo)?, self.value(hi)?, self.value(step)?);
                let ty = self.b.ty(lo).join(self.b.ty(hi)).join(self.b.ty(step));
                let args = [("ad_lo", lo), ("ad_hi", hi), ("ad_step", step)];
                let tokens =
                    quote::quote!(::autodiff::__private::tensor::steps(ad_lo, ad_hi, ad_step));
                let n = self.int_method(tokens, &args, Type::usize(), span);
                self.progression(lo, step, n, ty, span)?
            }
            _ => {
                return Err(self.refuse(
                    "AD0255",
                    last.ident.span(),
                    format!("`{name}` of an array has no derivative"),
                    "use `zeros`, `ones`, `from_elem`, `from_shape_fn`, `from_vec`, `from_shape_vec`, `eye`, `from_diag`, `linspace`, `range`",
                ));
            }
        }))
    }

    fn free_constructor(&mut self, name: &str, args: &[&Expr], span: Span) -> Lowered<Option<Rv>> {
        match (name, args) {
            ("arr1" | "aview1", [values]) => {
                self.of_sequence(values, name == "aview1", span).map(Some)
            }
            ("arr2" | "arr3", [Expr::Reference(rows)]) => match &*rows.expr {
                Expr::Array(rows) => {
                    let rows: Vec<Expr> = rows.elems.iter().cloned().collect();
                    self.array_literal(&rows, span).map(Some)
                }
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// A number of the elements' type.
    pub(super) fn float(&mut self, number: f64, element: &Type, span: Span) -> Value {
        let literal = proc_macro2::Literal::f64_unsuffixed(number);
        let tokens = match element {
            Type::Float(Float::Param(t)) => {
                let t = syn::Ident::new(t, span);
                quote::quote!(<#t as ::autodiff::Float>::from_f64(#literal))
            }
            Type::Int(_) => {
                let whole = proc_macro2::Literal::i64_unsuffixed(number as i64);
                quote::quote!(#whole)
            }
            _ => quote::quote!(#literal),
        };
        self.b.constant(tokens, element.clone(), span)
    }

    /// A new array of zeros.
    fn empty(&mut self, shape: &[Value], element: Type, span: Span) -> (Place, Tensor) {
        let made = self.fresh(shape, element, span);
        (Place::whole(made.object), made.rows)
    }

    /// A new array of one number.
    fn filled_with(&mut self, shape: &[Value], value: Value, span: Span) -> Lowered<Rv> {
        let made = self.fresh_of(shape, value, span)?;
        Ok(Rv::Temp(Place::whole(made.object), made.rows.ty()))
    }

    /// The lengths of the axes that an argument gives, and whether it is one number alone.
    pub(super) fn shape_of(&mut self, e: &Expr) -> Lowered<(Vec<Value>, bool)> {
        let span = span_of(e);
        if let Expr::Array(array) = e {
            let lengths = array.elems.iter().map(|e| self.index(e)).collect::<Lowered<_>>()?;
            return Ok((lengths, false));
        }
        match self.expr(e)? {
            Rv::Unit => Ok((Vec::new(), true)),
            Rv::Tuple(parts) => {
                let lengths = self.values_of(parts, span)?;
                lengths.iter().for_each(|v| self.refine(*v, &Type::usize()));
                Ok((lengths, false))
            }
            rv => {
                let length = self.value_of(rv, span)?;
                let ty = self.b.ty(length).clone();
                if !matches!(ty, Type::Int(_) | Type::Unknown) {
                    return Err(self.refuse(
                        "AD0257",
                        span,
                        "how many axes this shape has is not known here",
                        "write its lengths, as in `(n, m)`",
                    ));
                }
                self.refine(length, &Type::usize());
                Ok((vec![length], true))
            }
        }
    }

    /// A sequence of numbers as an array of one axis, in the memory where it is.
    pub(super) fn sequence_view(&mut self, e: &Expr, span: Span) -> Lowered<Tensor> {
        let rv = self.expr(e)?;
        let rv = match rv {
            Rv::Iter(iter) => self.collect(&iter, span)?,
            rv => rv,
        };
        self.view_of_sequence(rv, span)
    }

    /// What was collected, where the type of an array is written.
    pub(in crate::lower) fn array_of_vec(&mut self, rv: Rv, span: Span) -> Lowered<Rv> {
        let rows = self.view_of_sequence(rv, span)?;
        self.array_of(&rows, span)
    }

    fn view_of_sequence(&mut self, rv: Rv, span: Span) -> Lowered<Tensor> {
        let element = self.type_of(&rv).element();
        let exclusive = matches!(&rv, Rv::Ref(_, _, true) | Rv::Temp(..));
        let flat = self.place_of(rv, span)?;
        let length = self.b.op(Op::Len(flat.clone()), Type::usize(), span);
        Ok(self.in_rows(flat, vec![length], element, exclusive, span))
    }

    /// `Array1::from_vec(values)`; a view stays in the values' memory.
    fn of_sequence(&mut self, e: &Expr, view: bool, span: Span) -> Lowered<Rv> {
        let rows = self.sequence_view(e, span)?;
        if matches!(rows.element, Type::Array(..)) {
            return Err(self.refuse(
                "AD0257",
                span,
                "an array of rows cannot be differentiated here",
                "write `Array2::from_shape_fn((n, m), |(i, j)| rows[i][j])`",
            ));
        }
        if view { Ok(Self::viewed(rows)) } else { self.array_of(&rows, span) }
    }

    /// How far apart so many numbers are from `lo` to `hi`, and their type.
    fn step_between(&mut self, lo: Value, hi: Value, n: Value, span: Span) -> (Type, Value) {
        let ty = self.b.ty(lo).join(self.b.ty(hi));
        let ty = if ty.is_float() { ty } else { Type::Float(Float::Infer) };
        let tokens = quote::quote!(usize::max(usize::saturating_sub(ad_n, 1), 1));
        let steps = self.int_method(tokens, &[("ad_n", n)], Type::usize(), span);
        let steps = self.as_element(steps, &ty, span);
        let range = self.b.scalar(Fun::Sub, vec![hi, lo], ty.clone(), span);
        let step = self.b.scalar(Fun::Div, vec![range, steps], ty.clone(), span);
        (ty, step)
    }

    /// So many numbers, `lo + step * k`.
    fn progression(
        &mut self,
        lo: Value,
        step: Value,
        n: Value,
        ty: Type,
        span: Span,
    ) -> Lowered<Rv> {
        let ty = if ty.is_float() { ty } else { Type::Float(Float::Infer) };
        let (place, tensor) = self.empty(&[n], ty.clone(), span);
        self.along(&[n], Vec::new(), span, &mut |this, index| {
            let k = this.as_element(index[0], &ty, span);
            let by = this.b.scalar(Fun::Mul, vec![step, k], ty.clone(), span);
            let value = this.b.scalar(Fun::Add, vec![lo, by], ty.clone(), span);
            this.store_at(&tensor, &At::Axes(index), value, span)
        })?;
        Ok(Rv::Temp(place, tensor.ty()))
    }

    /// `array![..]`, `concatenate![..]`, `stack![..]`, `azip!(..)`, `einsum!(..)`; `None` if it is none of them.
    pub(in crate::lower) fn tensor_macro(
        &mut self,
        mac: &Macro,
        span: Span,
    ) -> Lowered<Option<Rv>> {
        let Some(name) = mac.path.segments.last().map(|s| s.ident.to_string()) else {
            return Ok(None);
        };
        let args = match name.as_str() {
            "array" | "concatenate" | "stack" => arguments(mac),
            "azip" => return self.azip(mac, span),
            "einsum" => return self.einsum(mac, span).map(Some),
            _ => return Ok(None),
        };
        match (name.as_str(), args.split_first()) {
            ("array", _) => self.array_literal(&args, span).map(Some),
            (_, Some((axis, parts))) if !parts.is_empty() => {
                let axis = self.axis(axis)?;
                let parts =
                    parts.iter().map(|e| self.ranked_expr(e)).collect::<Lowered<Vec<_>>>()?;
                self.joined_along(axis, parts, name == "stack", span).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// `array![[a, b], [c, d]]`.
    fn array_literal(&mut self, rows: &[Expr], span: Span) -> Lowered<Rv> {
        let (mut shape, mut level) = (Vec::new(), rows.iter().collect::<Vec<_>>());
        loop {
            let of_outer: usize = shape.iter().product();
            shape.push(level.len() / of_outer.max(1));
            let inner = level.iter().map(|e| match e {
                Expr::Array(a) => Some(a.elems.iter().collect::<Vec<_>>()),
                _ => None,
            });
            match inner.collect::<Option<Vec<_>>>() {
                Some(inner) if !inner.is_empty() => level = inner.into_iter().flatten().collect(),
                _ => break,
            }
        }
        let values = self.elements(level)?;
        let element = values
            .iter()
            .map(|v| self.b.ty(*v).clone())
            .reduce(|a, b| a.join(&b))
            .unwrap_or(Type::Float(Float::Infer));
        let lengths: Vec<Value> = shape
            .iter()
            .map(|n| {
                let n = self.b.int(*n, span);
                self.refine(n, &Type::usize());
                n
            })
            .collect();
        let (place, tensor) = self.empty(&lengths, element, span);
        for (k, value) in values.into_iter().enumerate() {
            let k = self.b.int(k, span);
            self.refine(k, &Type::usize());
            self.store_at(&tensor, &At::Flat(k), value, span)?;
        }
        Ok(Rv::Temp(place, tensor.ty()))
    }

    /// The arrays one after the other along an axis, which is a new one of `stack!`.
    fn joined_along(
        &mut self,
        axis: usize,
        parts: Vec<Tensor>,
        stacked: bool,
        span: Span,
    ) -> Lowered<Rv> {
        let parts = if stacked {
            let with = |part: &Tensor| self.with_axis(part, axis, span);
            parts.iter().map(with).collect::<Lowered<Vec<_>>>()?
        } else {
            parts
        };
        let mut shape = parts[0].shape.clone();
        let mut ends = Vec::new();
        let mut end = self.zero(span);
        for part in &parts {
            let others = shape.iter().zip(&part.shape).enumerate().filter(|(k, _)| *k != axis);
            let pairs: Vec<_> = others.map(|(_, (a, b))| (*a, *b)).collect();
            self.check_fit(if stacked { "stack" } else { "concatenate" }, &pairs, span);
            let start = end;
            end = self.usize_op(Fun::Add, start, part.shape[axis], span);
            ends.push((start, end));
        }
        shape[axis] = end;
        let element = Self::joined(&parts.iter().collect::<Vec<_>>());
        let (place, made) = self.empty(&shape, element, span);
        for (part, (start, end)) in parts.iter().zip(ends) {
            let to = self.section(&made, axis, start, end, span);
            self.write(&to, part, span)?;
        }
        Ok(Rv::Temp(place, made.ty()))
    }
}

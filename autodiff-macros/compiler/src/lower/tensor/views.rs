//! Views: other indices of the same elements.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Expr, ExprMethodCall};

use super::{Elements, Stride, Tensor, View};
use crate::errors::Lowered;
use crate::ir::{Type, Value};
use crate::lower::Lowerer;
use crate::rules::Fun;

impl Lowerer<'_> {
    /// What is computed becomes an array first, so that there are elements to view.
    pub(super) fn as_view(&mut self, of: Tensor, span: Span) -> Lowered<(Vec<Value>, Type, View)> {
        let of = if of.is_view() { of } else { self.made_of(&of, span)? };
        let Tensor { shape, element, elements: Elements::View(view) } = of else {
            unreachable!("an array has memory")
        };
        Ok((shape, element, view))
    }

    /// The same of one whose elements do not lie backwards along any axis.
    fn as_forward_view(&mut self, of: Tensor, span: Span) -> Lowered<(Vec<Value>, Type, View)> {
        let (shape, element, view) = self.as_view(of, span)?;
        if !view.strides.iter().any(|stride| matches!(stride, Stride::Back(_))) {
            return Ok((shape, element, view));
        }
        let backwards = Tensor { shape, element, elements: Elements::View(view) };
        let made = self.made_of(&backwards, span)?;
        self.as_view(made, span)
    }

    /// The same steps the other way.
    fn turned(&mut self, stride: Stride, span: Span) -> Stride {
        match stride {
            Stride::Stretched => Stride::Stretched,
            Stride::One => Stride::Back(self.one(span)),
            Stride::Elements(n) => Stride::Back(n),
            Stride::Back(n) => Stride::Elements(n),
        }
    }

    /// The axes in another order.
    pub(super) fn permuted(&mut self, of: Tensor, order: &[usize], span: Span) -> Lowered<Tensor> {
        let (shape, element, view) = self.as_view(of, span)?;
        let ordered = order.iter().enumerate().all(|(a, b)| a == *b);
        let strides = order.iter().map(|axis| view.strides[*axis]).collect();
        let shape = order.iter().map(|axis| shape[*axis]).collect();
        let whole = view.whole && (ordered || order.len() < 2);
        Ok(Tensor { shape, element, elements: Elements::View(View { strides, whole, ..view }) })
    }

    /// One index of an axis, which goes away.
    pub(super) fn at_index(
        &mut self,
        of: Tensor,
        axis: usize,
        index: Value,
        span: Span,
    ) -> Lowered<Tensor> {
        let (mut shape, element, mut view) = self.as_view(of, span)?;
        let length = shape.remove(axis);
        let assertion = quote!(::core::assert!(ad_index < ad_length, "index out of bounds"));
        self.assert(assertion, &[("ad_index", index), ("ad_length", length)], span);
        let stride = view.strides.remove(axis);
        view.start = Some(self.further(view.start, index, stride, span));
        view.whole = false;
        Ok(Tensor { shape, element, elements: Elements::View(view) })
    }

    /// So many indices of an axis further on.
    pub(super) fn further(
        &mut self,
        from: Option<Value>,
        by: Value,
        stride: Stride,
        span: Span,
    ) -> Value {
        let steps = match stride {
            Stride::Stretched => return from.unwrap_or_else(|| self.zero(span)),
            Stride::One => by,
            Stride::Elements(n) => self.usize_op(Fun::Mul, by, n, span),
            Stride::Back(n) => {
                let steps = self.usize_op(Fun::Mul, by, n, span);
                let from = from.expect("what is seen backwards starts at its end");
                return self.usize_op(Fun::Sub, from, steps, span);
            }
        };
        from.map_or(steps, |from| self.usize_op(Fun::Add, from, steps, span))
    }

    /// `insert_axis`: an axis of one index, which is stretched to any length.
    pub(super) fn with_axis(&mut self, of: &Tensor, axis: usize, span: Span) -> Lowered<Tensor> {
        let (mut shape, element, mut view) = self.as_view(of.clone(), span)?;
        let one = self.one(span);
        shape.insert(axis, one);
        view.strides.insert(axis, Stride::Stretched);
        view.whole = false;
        Ok(Tensor { shape, element, elements: Elements::View(view) })
    }

    /// `broadcast(shape)`: axes are added before, and those of one index are stretched.
    pub(super) fn broadcast(
        &mut self,
        of: Tensor,
        wanted: Vec<Value>,
        span: Span,
    ) -> Lowered<Tensor> {
        let (shape, element, mut view) = self.as_forward_view(of, span)?;
        let missing = wanted.len().saturating_sub(shape.len());
        let mut strides = vec![Stride::Stretched; missing];
        for ((stride, length), wanted) in view.strides.iter().zip(&shape).zip(&wanted[missing..]) {
            strides.push(match stride {
                Stride::Stretched => Stride::Stretched,
                _ if self.is_same_length(*length, *wanted) => *stride,
                // Whether it is stretched is seen at run time.
                _ => {
                    let one = self.one(span);
                    let by = if let Stride::Elements(n) = stride { *n } else { one };
                    let args = [("ad_length", *length), ("ad_wanted", *wanted), ("ad_stride", by)];
                    let tokens = quote!(::autodiff::__private::tensor::stretched(
                        ad_length, ad_wanted, ad_stride
                    ));
                    Stride::Elements(self.int_method(tokens, &args, Type::usize(), span))
                }
            });
        }
        view.strides = strides;
        view.whole = false;
        Ok(Tensor { shape: wanted, element, elements: Elements::View(view) })
    }

    /// The elements of an array in the order of their memory, with another shape.
    pub(super) fn reshaped(
        &mut self,
        of: Tensor,
        shape: Vec<Value>,
        span: Span,
    ) -> Lowered<Tensor> {
        let of = if of.whole().is_some() { of } else { self.made_of(&of, span)? };
        let count = self.count_of(&of, span);
        let wanted = self.product_of_lengths(&shape, span);
        self.check_fit("reshape", &[(count, wanted)], span);
        let (_, element, view) = self.as_view(of, span)?;
        let exclusive = view.exclusive;
        Ok(self.in_rows(view.flat, shape, element, exclusive, span))
    }

    /// `diag`: along both axes at once.
    pub(super) fn diagonal(&mut self, of: Tensor, span: Span) -> Lowered<Tensor> {
        let (shape, element, view) = self.as_forward_view(of, span)?;
        let length = shape.iter().copied().reduce(|a, b| self.usize_op(Fun::Min, a, b, span));
        let mut stride: Option<Value> = None;
        for of in &view.strides {
            let one = self.one(span);
            let step = match of {
                Stride::Stretched => continue,
                Stride::One => one,
                Stride::Elements(n) | Stride::Back(n) => *n,
            };
            stride = Some(stride.map_or(step, |sum| self.usize_op(Fun::Add, sum, step, span)));
        }
        let strides = vec![stride.map_or(Stride::One, Stride::Elements)];
        let length = length.unwrap_or_else(|| self.one(span));
        let view = View { strides, whole: false, ..view };
        Ok(Tensor { shape: vec![length], element, elements: Elements::View(view) })
    }

    /// `slice(s![..])`.
    pub(super) fn sliced(&mut self, of: Tensor, m: &ExprMethodCall, span: Span) -> Lowered<Tensor> {
        let [Expr::Macro(slices)] = &m.args.iter().collect::<Vec<_>>()[..] else {
            return Err(self.no_slice(span));
        };
        if slices.mac.path.segments.last().is_none_or(|name| name.ident != "s") {
            return Err(self.no_slice(span));
        }
        let parts = split(slices.mac.tokens.clone());
        let (mut tensor, mut axis) = (of, 0);
        let given = parts.iter().filter(|part| !is(part, "..") && !is(part, "NewAxis")).count();
        let full = parts.iter().filter(|part| is(part, "..")).count();
        let rank = tensor.rank();
        // `..` stands for one whole axis, as `s!` has it.
        if given + full != rank {
            return Err(self.no_slice(span));
        }
        for part in parts {
            if is(&part, "NewAxis") {
                tensor = self.with_axis(&tensor, axis, span)?;
                axis += 1;
            } else if is(&part, "..") || self.slice_axis(&mut tensor, axis, part, span)? {
                axis += 1;
            }
        }
        Ok(tensor)
    }

    fn no_slice(&mut self, span: Span) -> crate::errors::Reported {
        self.refuse(
            "AD0253",
            span,
            "this is no slice that can be differentiated",
            "write one part for each axis in `s![..]`: an index, a range, or a range with a step, as in `s![1.., 2, ..;2]`",
        )
    }

    /// One axis of a slice; says whether it stays.
    fn slice_axis(
        &mut self,
        tensor: &mut Tensor,
        axis: usize,
        part: TokenStream,
        span: Span,
    ) -> Lowered<bool> {
        let (range, step) = match position(&part, ';') {
            Some(at) => {
                let trees: Vec<TokenTree> = part.into_iter().collect();
                let range: TokenStream = trees[..at].iter().cloned().collect();
                (range, Some(trees[at + 1..].iter().cloned().collect::<TokenStream>()))
            }
            None => (part, None),
        };
        let Ok(range) = syn::parse2::<Expr>(range) else { return Err(self.no_slice(span)) };
        let step = match step {
            Some(step) => match syn::parse2::<Expr>(step) {
                Ok(step) => Some(step),
                Err(_) => return Err(self.no_slice(span)),
            },
            None => None,
        };
        self.slice_by(tensor, axis, &range, step.as_ref(), span)
    }

    /// `slice_axis(axis, Slice::from(range))`.
    pub(super) fn axis_sliced(
        &mut self,
        of: Tensor,
        axis: usize,
        slice: &Expr,
        span: Span,
    ) -> Lowered<Tensor> {
        let range = match slice {
            Expr::Call(call) => match &*call.func {
                Expr::Path(p) if spells(&p.path, ["Slice", "from"]) => call.args.first(),
                _ => None,
            },
            Expr::MethodCall(m) if m.method == "into" => Some(&*m.receiver),
            _ => None,
        };
        let range = range.map(bare).filter(|range| matches!(range, Expr::Range(_)));
        let Some(range) = range else {
            return Err(self.refuse(
                "AD0253",
                span,
                "this is no slice that can be differentiated",
                "write its range, as in `slice_axis(Axis(0), Slice::from(1..n))`",
            ));
        };
        let mut tensor = of;
        self.slice_by(&mut tensor, axis, range, None, span)?;
        Ok(tensor)
    }

    /// A range or an index of an axis; says whether the axis stays.
    fn slice_by(
        &mut self,
        tensor: &mut Tensor,
        axis: usize,
        range: &Expr,
        step: Option<&Expr>,
        span: Span,
    ) -> Lowered<bool> {
        let length = tensor.shape[axis];
        let Expr::Range(range) = range else {
            let index = self.slice_end(range, length, span)?;
            *tensor = self.at_index(tensor.clone(), axis, index, span)?;
            return Ok(false);
        };
        let lo = match &range.start {
            Some(lo) => self.slice_end(lo, length, span)?,
            None => self.zero(span),
        };
        let hi = match &range.end {
            Some(hi) => {
                let hi = self.slice_end(hi, length, span)?;
                match range.limits {
                    syn::RangeLimits::Closed(_) => {
                        let one = self.one(span);
                        self.usize_op(Fun::Add, hi, one, span)
                    }
                    syn::RangeLimits::HalfOpen(_) => hi,
                }
            }
            None => length,
        };
        let assertion = quote!(::core::assert!(ad_lo <= ad_hi && ad_hi <= ad_length));
        self.assert(assertion, &[("ad_lo", lo), ("ad_hi", hi), ("ad_length", length)], span);
        let of = self.memory_of(tensor, span)?;
        *tensor = match step {
            None => self.section(&of, axis, lo, hi, span),
            Some(step) => self.stepped(of, axis, (lo, hi), step, span)?,
        };
        Ok(true)
    }

    /// Every so manieth index from `lo` to `hi` of an axis.
    fn stepped(
        &mut self,
        of: Tensor,
        axis: usize,
        (lo, hi): (Value, Value),
        step: &Expr,
        span: Span,
    ) -> Lowered<Tensor> {
        let (mut shape, element, mut view) = self.as_view(of, span)?;
        let (step, backwards) = match step {
            Expr::Unary(e) if matches!(e.op, syn::UnOp::Neg(_)) => (&*e.expr, true),
            step => (step, false),
        };
        let step = self.slice_step(step, span)?;
        let first = if backwards {
            // The range is what is seen: from its last index on, should it have one.
            let args = [("ad_lo", lo), ("ad_hi", hi)];
            let tokens = quote!(usize::max(ad_hi, ad_lo + 1) - 1);
            self.int_method(tokens, &args, Type::usize(), span)
        } else {
            lo
        };
        let args = [("ad_n", self.length_between(lo, hi, span)), ("ad_step", step)];
        let tokens = quote!(usize::div_ceil(ad_n, ad_step));
        shape[axis] = self.int_method(tokens, &args, Type::usize(), span);
        let stride = view.strides[axis];
        view.start = Some(self.further(view.start, first, stride, span));
        let stride = self.scaled(stride, step, span);
        view.strides[axis] = if backwards { self.turned(stride, span) } else { stride };
        view.whole = false;
        Ok(Tensor { shape, element, elements: Elements::View(view) })
    }

    /// How far apart the indices of a slice are. That it goes backwards is to be seen by a sign.
    fn slice_step(&mut self, e: &Expr, span: Span) -> Lowered<Value> {
        let step = self.value(e)?;
        if matches!(self.b.ty(step), Type::Int(Some(name)) if name != "usize") {
            let tokens = quote!(::autodiff::__private::tensor::step(ad_step));
            return Ok(self.int_method(tokens, &[("ad_step", step)], Type::usize(), span));
        }
        self.refine(step, &Type::usize());
        Ok(step)
    }

    /// An end of a slice: from the end of the axis, if it is negative.
    fn slice_end(&mut self, e: &Expr, length: Value, span: Span) -> Lowered<Value> {
        if let Expr::Unary(negative) = e
            && matches!(negative.op, syn::UnOp::Neg(_))
        {
            let from_end = self.index(&negative.expr)?;
            return Ok(self.usize_op(Fun::Sub, length, from_end, span));
        }
        let value = self.value(e)?;
        match self.b.ty(value) {
            Type::Int(Some(name)) if name != "usize" => {
                let args = [("ad_end", value), ("ad_length", length)];
                let tokens = quote!(::autodiff::__private::tensor::end(ad_end, ad_length));
                Ok(self.int_method(tokens, &args, Type::usize(), span))
            }
            _ => {
                self.refine(value, &Type::usize());
                Ok(value)
            }
        }
    }
}

/// What stands in parentheses.
fn bare(e: &Expr) -> &Expr {
    match e {
        Expr::Paren(e) => bare(&e.expr),
        Expr::Group(e) => bare(&e.expr),
        e => e,
    }
}

/// Whether a path ends so.
fn spells(path: &syn::Path, end: [&str; 2]) -> bool {
    let last: Vec<_> = path.segments.iter().rev().take(2).map(|s| s.ident.to_string()).collect();
    matches!(&last[..], [name, owner] if *name == end[1] && *owner == end[0])
}

/// The parts between commas.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for tree in tokens {
        match &tree {
            TokenTree::Punct(p) if p.as_char() == ',' => parts.push(TokenStream::new()),
            _ => parts.last_mut().expect("there is a part").extend([tree]),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn is(part: &TokenStream, text: &str) -> bool {
    part.to_string().replace(' ', "") == text
}

fn position(part: &TokenStream, punct: char) -> Option<usize> {
    part.clone()
        .into_iter()
        .position(|tree| matches!(tree, TokenTree::Punct(p) if p.as_char() == punct))
}

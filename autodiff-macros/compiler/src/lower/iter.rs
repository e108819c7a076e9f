//! Iterator chains as loops over an index: nothing is allocated, nothing is boxed.
//!
//! An iterator knows its length and what stands at an index; `filter` makes the body conditional.

use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;

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
}

/// How elements are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Value,
    Shared,
    Exclusive,
}

impl Lowerer<'_> {
    /// What `for` iterates over.
    #[allow(clippy::wrong_self_convention, reason = "what becomes an iterator is `rv`")]
    pub(super) fn into_iter(&mut self, rv: Rv, span: Span) -> Lowered<Iter> {
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
            Rv::Place(place, ty) | Rv::Temp(place, ty) => {
                Ok(Iter::Elements(place, ty.element(), Access::Value))
            }
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

    fn usize_op(&mut self, fun: Fun, a: Value, b: Value, span: Span) -> Value {
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
        let captures = args
            .iter()
            .map(|(name, v)| (syn::Ident::new(name, span), crate::ir::CallArg::Value(*v)))
            .collect();
        self.b.op(Op::Verbatim { tokens, refusal: usize::MAX, captures }, ty, span)
    }

    /// How many items there are, `filter` ignored.
    pub(super) fn len(&mut self, iter: &Iter, span: Span) -> Lowered<Value> {
        Ok(match iter {
            Iter::Zip(a, b) if endless(a) => self.len(b, span)?,
            Iter::Zip(a, b) if endless(b) => self.len(a, span)?,
            Iter::Take(inner, n) if endless(inner) => *n,
            Iter::From(_) => {
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
                self.int_method(
                    quote!(usize::min(ad_a, ad_b)),
                    &[("ad_a", a), ("ad_b", b)],
                    Type::usize(),
                    span,
                )
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
                self.int_method(
                    quote!(usize::min(ad_a, ad_b)),
                    &[("ad_a", len), ("ad_b", *n)],
                    Type::usize(),
                    span,
                )
            }
            Iter::StepBy(inner, n) => {
                let len = self.len(inner, span)?;
                let args = [("ad_len", len), ("ad_n", *n)];
                self.int_method(quote!(usize::div_ceil(ad_len, ad_n)), &args, Type::usize(), span)
            }
            Iter::Enumerate(inner)
            | Iter::Rev(inner)
            | Iter::Copied(inner)
            | Iter::Map(inner, _)
            | Iter::Filter(inner, _) => self.len(inner, span)?,
        })
    }

    /// Runs `body` on the item at `index`, if `filter` lets it through.
    pub(super) fn visit(
        &mut self,
        iter: &Iter,
        index: Value,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Rv) -> Lowered<()>,
    ) -> Lowered<()> {
        match iter {
            Iter::Filter(inner, predicate) => self.visit(inner, index, span, &mut |this, item| {
                let shown = this.reference(item.clone(), false, span)?;
                let holds = this.apply(predicate, vec![shown], span)?;
                let holds = this.value_of(holds, span)?;
                this.branch(
                    holds,
                    span,
                    |this| body(this, item).map(|()| Rv::Unit),
                    |_| Ok(Rv::Unit),
                )
                .map(drop)
            }),
            Iter::Map(inner, f) => self.visit(inner, index, span, &mut |this, item| {
                let item = this.apply(f, vec![item], span)?;
                body(this, item)
            }),
            Iter::Copied(inner) => self.visit(inner, index, span, &mut |this, item| {
                let item = this.deref(item, span);
                body(this, item)
            }),
            Iter::Rev(inner) => {
                let at = self.reversed(inner, index, span)?;
                self.visit(inner, at, span, body)
            }
            Iter::Take(inner, _) if filters(inner) => Err(self.filtered("take", span)),
            Iter::Skip(inner, _) if filters(inner) => Err(self.filtered("skip", span)),
            Iter::StepBy(inner, _) if filters(inner) => Err(self.filtered("step_by", span)),
            Iter::Take(inner, _) => self.visit(inner, index, span, body),
            _ => {
                let item = self.item(iter, index, span)?;
                body(self, item)
            }
        }
    }

    fn filtered(&mut self, after: &str, span: Span) -> crate::errors::Reported {
        self.refuse(
            "AD0212",
            span,
            format!("`{after}` after `filter` is not supported"),
            "write the chain with `filter` last, or a loop with `continue`",
        )
    }

    fn reversed(&mut self, inner: &Iter, index: Value, span: Span) -> Lowered<Value> {
        let len = self.len(inner, span)?;
        let one = self.b.int(1, span);
        let last = self.usize_op(Fun::Sub, len, one, span);
        Ok(self.usize_op(Fun::Sub, last, index, span))
    }

    /// The item at `index`.
    fn item(&mut self, iter: &Iter, index: Value, span: Span) -> Lowered<Rv> {
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
                    let args = [("ad_a", end), ("ad_b", len)];
                    self.int_method(quote!(usize::min(ad_a, ad_b)), &args, Type::usize(), span)
                };
                let place = place.clone().with(Proj::Slice(Some(lo), Some(hi), false));
                Rv::Ref(place, Type::Slice(Box::new(ty.clone())), *mutable)
            }
            Iter::Windows(place, ty, size) => {
                let hi = self.usize_op(Fun::Add, index, *size, span);
                let place = place.clone().with(Proj::Slice(Some(index), Some(hi), false));
                Rv::Ref(place, Type::Slice(Box::new(ty.clone())), false)
            }
            Iter::Zip(a, b) => {
                if filters(a) || filters(b) {
                    return Err(self.filtered("zip", span));
                }
                Rv::Tuple(vec![self.item(a, index, span)?, self.item(b, index, span)?])
            }
            Iter::Enumerate(inner) => {
                if filters(inner) {
                    return Err(self.filtered("enumerate", span));
                }
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
            Iter::Filter(..) => return Err(self.filtered("an adapter", span)),
        })
    }

    /// An adapter or a consumer called on an iterator; `None` if it is not one.
    pub(super) fn iter_method(&mut self, iter: Iter, call: &syn::ExprMethodCall) -> Lowered<Rv> {
        let span = call.method.span();
        let name = call.method.to_string();
        let args: Vec<&Expr> = call.args.iter().collect();
        let boxed = Box::new(iter);
        let iter = match (name.as_str(), args.as_slice()) {
            ("iter" | "into_iter" | "iter_mut" | "clone", []) => *boxed,
            ("zip", [other]) => {
                let other = self.expr(other)?;
                let other = self.into_iter(other, span)?;
                Iter::Zip(boxed, Box::new(other))
            }
            ("enumerate", []) => Iter::Enumerate(boxed),
            ("rev", []) => Iter::Rev(boxed),
            ("copied" | "cloned", []) => Iter::Copied(boxed),
            ("skip", [n]) => {
                let n = self.index(n)?;
                Iter::Skip(boxed, n)
            }
            ("take", [n]) => {
                let n = self.index(n)?;
                Iter::Take(boxed, n)
            }
            ("step_by", [n]) => {
                let n = self.index(n)?;
                Iter::StepBy(boxed, n)
            }
            ("map", [f]) => {
                let f = self.callee(f)?;
                Iter::Map(boxed, f)
            }
            ("filter", [f]) => {
                let f = self.callee(f)?;
                Iter::Filter(boxed, f)
            }
            ("sum" | "product", []) => return self.reduce(&boxed, name == "sum", call),
            ("fold", [init, f]) => return self.fold(&boxed, init, f, span),
            ("for_each", [f]) => {
                let f = self.callee(f)?;
                self.each(&boxed, span, &mut |this, item| {
                    this.apply(&f, vec![item], span).map(drop)
                })?;
                return Ok(Rv::Unit);
            }
            ("collect", []) => return self.collect(&boxed, span),
            ("count" | "len", []) => {
                if filters(&boxed) {
                    return self.count(&boxed, span);
                }
                return self.len(&boxed, span).map(Rv::Value);
            }
            ("any" | "all", [f]) => return self.quantify(&boxed, f, name == "any", span),
            _ if counts(&boxed) || matches!(name.as_str(), "position" | "rposition") => {
                let what = format!("the iterator method `{name}`");
                return self.verbatim_rv(call.to_token_stream(), span, &what);
            }
            _ => {
                return Err(self.refuse(
                    "AD0213",
                    span,
                    format!("the iterator method `{name}` is not supported"),
                    "write the loop out, or use `map`, `zip`, `enumerate`, `rev`, `skip`, `take`, `step_by`, `filter`, `fold`, `sum`, `product`, `collect`, `for_each`",
                ));
            }
        };
        Ok(Rv::Iter(Box::new(iter)))
    }

    pub(super) fn callee(&mut self, f: &Expr) -> Lowered<Callee> {
        let rv = self.expr(f)?;
        if let Some(path) = self.named_function(&rv) {
            return Ok(Callee::Path(path));
        }
        match rv {
            Rv::Closure(c) => Ok(Callee::Closure(c)),
            _ => Err(self.refuse(
                "AD0214",
                Extent::of(f),
                "this is not a closure that can be inlined",
                "write the closure here: `|x| ...`",
            )),
        }
    }

    pub(super) fn apply(&mut self, f: &Callee, args: Vec<Rv>, span: Span) -> Lowered<Rv> {
        match f {
            Callee::Closure(c) => self.inline(c, args, span),
            Callee::Path(path) => self.call_path(path, args, span),
        }
    }

    fn accumulator(&mut self, init: Value, span: Span) -> super::VarId {
        self.var(Some(init), None, true, span)
    }

    /// `sum` and `product`, from the neutral elements that std starts from.
    fn reduce(&mut self, iter: &Iter, sum: bool, call: &syn::ExprMethodCall) -> Lowered<Rv> {
        let span = call.method.span();
        let named = call.turbofish.as_ref().and_then(|t| match t.args.first() {
            Some(syn::GenericArgument::Type(ty)) => Some(self.types.read(ty)),
            _ => None,
        });
        let ty = named.unwrap_or(Type::Unknown);
        let init = self.b.constant(TokenStream::new(), ty.clone(), span);
        let acc = self.accumulator(init, span);
        let fun = if sum { Fun::Add } else { Fun::Mul };
        let mut item_ty = ty;
        self.each(iter, span, &mut |this, item| {
            let value = this.value_of(item, span)?;
            if !item_ty.is_scalar() {
                item_ty = this.b.ty(value).clone();
            }
            let current = this.read(acc, span);
            let ty = item_ty.join(this.b.ty(value));
            let next = this.b.scalar(fun, vec![current, value], ty, span);
            this.vars[acc.0].current = Some(next);
            Ok(())
        })?;
        let neutral = match (&item_ty, sum) {
            (Type::Int(_), true) => quote!(0),
            (Type::Int(_), false) => quote!(1),
            (Type::Float(crate::ir::Float::Param(t)), sum) => {
                let t = syn::Ident::new(t, span);
                let number = if sum { quote!(-0.0) } else { quote!(1.0) };
                quote!(<#t as ::autodiff::Float>::from_f64(#number))
            }
            (_, true) => quote!(-0.0),
            (_, false) => quote!(1.0),
        };
        self.set_constant(init, neutral);
        let known =
            if item_ty.is_scalar() { item_ty } else { Type::Float(crate::ir::Float::Infer) };
        self.b.values[init.index()].ty = known.clone();
        let result = self.read(acc, span);
        self.refine(result, &known);
        Ok(Rv::Value(result))
    }

    /// Fills in a constant once it is known.
    pub(super) fn set_constant(&mut self, value: Value, tokens: TokenStream) {
        for node in self.b.region().nodes.iter_mut().rev() {
            if node.results == [value] {
                node.op = Op::Const(tokens);
                return;
            }
        }
    }

    fn fold(&mut self, iter: &Iter, init: &Expr, f: &Expr, span: Span) -> Lowered<Rv> {
        let init = self.expr(init)?;
        let shape = Self::shape_of(&init);
        let leaves = self.leaves(init, &shape, span)?;
        let vars: Vec<_> = leaves.into_iter().map(|v| self.accumulator(v, span)).collect();
        let f = self.callee(f)?;
        let body_vars = vars.clone();
        let body_shape = shape.clone();
        self.each(iter, span, &mut |this, item| {
            let current: Vec<_> = body_vars.iter().map(|v| this.read(*v, span)).collect();
            let acc = Self::assemble(&body_shape, &mut current.into_iter());
            let next = this.apply(&f, vec![acc, item], span)?;
            let leaves = this.leaves(next, &body_shape, span)?;
            for (var, leaf) in body_vars.iter().zip(leaves) {
                this.vars[var.0].current = Some(leaf);
            }
            Ok(())
        })?;
        let results: Vec<_> = vars.iter().map(|v| self.read(*v, span)).collect();
        Ok(Self::assemble(&shape, &mut results.into_iter()))
    }

    fn collect(&mut self, iter: &Iter, span: Span) -> Lowered<Rv> {
        let capacity = self.len(iter, span)?;
        let vec_ty = Type::Vec(Box::new(Type::Unknown));
        let empty = self.b.op(Op::VecNew(Some(capacity)), vec_ty, span);
        let object = self.object(empty, None, span);
        let mut element = Type::Unknown;
        self.each(iter, span, &mut |this, item| {
            let value = this.value_of(item, span)?;
            element = this.b.ty(value).clone();
            this.b.effect(Op::Push(Place::whole(object), value), span);
            Ok(())
        })?;
        let ty = Type::Vec(Box::new(element));
        for value in [empty, object] {
            self.b.values[value.index()].ty = ty.clone();
        }
        Ok(Rv::Temp(Place::whole(object), ty))
    }

    fn count(&mut self, iter: &Iter, span: Span) -> Lowered<Rv> {
        let zero = self.b.int(0, span);
        self.refine(zero, &Type::usize());
        let acc = self.accumulator(zero, span);
        self.each(iter, span, &mut |this, _| {
            let current = this.read(acc, span);
            let one = this.b.int(1, span);
            let next = this.usize_op(Fun::Add, current, one, span);
            this.vars[acc.0].current = Some(next);
            Ok(())
        })?;
        Ok(Rv::Value(self.read(acc, span)))
    }

    fn quantify(&mut self, iter: &Iter, f: &Expr, any: bool, span: Span) -> Lowered<Rv> {
        let start =
            self.b.constant(if any { quote!(false) } else { quote!(true) }, Type::Bool, span);
        let acc = self.accumulator(start, span);
        let f = self.callee(f)?;
        let fun = if any { Fun::Or } else { Fun::And };
        self.each(iter, span, &mut |this, item| {
            let holds = this.apply(&f, vec![item], span)?;
            let holds = this.value_of(holds, span)?;
            let current = this.read(acc, span);
            let next = this.b.scalar(fun, vec![current, holds], Type::Bool, span);
            this.vars[acc.0].current = Some(next);
            Ok(())
        })?;
        Ok(Rv::Value(self.read(acc, span)))
    }
}

fn filters(iter: &Iter) -> bool {
    match iter {
        Iter::Filter(..) => true,
        Iter::Zip(a, b) => filters(a) || filters(b),
        Iter::Enumerate(i)
        | Iter::Rev(i)
        | Iter::Skip(i, _)
        | Iter::Take(i, _)
        | Iter::StepBy(i, _)
        | Iter::Copied(i)
        | Iter::Map(i, _) => filters(i),
        Iter::Range(..)
        | Iter::From(_)
        | Iter::Elements(..)
        | Iter::Chunks(..)
        | Iter::Windows(..) => false,
    }
}

/// Whether the items are numbers without derivatives.
fn counts(iter: &Iter) -> bool {
    match iter {
        Iter::Range(..) | Iter::From(_) => true,
        Iter::Elements(_, ty, _) | Iter::Chunks(_, ty, ..) | Iter::Windows(_, ty, _) => {
            ty.is_constant()
        }
        Iter::Zip(a, b) => counts(a) && counts(b),
        Iter::Map(..) => false,
        Iter::Enumerate(i)
        | Iter::Rev(i)
        | Iter::Skip(i, _)
        | Iter::Take(i, _)
        | Iter::StepBy(i, _)
        | Iter::Copied(i)
        | Iter::Filter(i, _) => counts(i),
    }
}

/// Whether the items never come to an end.
pub(super) fn endless(iter: &Iter) -> bool {
    match iter {
        Iter::From(_) => true,
        Iter::Zip(a, b) => endless(a) && endless(b),
        Iter::Enumerate(i)
        | Iter::Skip(i, _)
        | Iter::StepBy(i, _)
        | Iter::Copied(i)
        | Iter::Map(i, _)
        | Iter::Filter(i, _) => endless(i),
        _ => false,
    }
}

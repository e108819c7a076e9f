//! The methods of iterators: those that go on with the chain, and those that run it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;

use super::iter::{Callee, Iter, counts, indexed};
use super::{Lowerer, Rv};
use crate::errors::{Extent, Lowered};
use crate::ir::{Op, Place, Type, Value};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// An adapter or a consumer called on an iterator; `None` if it is not one.
    pub(super) fn iter_method(&mut self, iter: Iter, call: &syn::ExprMethodCall) -> Lowered<Rv> {
        let span = call.method.span();
        let name = call.method.to_string();
        let args: Vec<&Expr> = call.args.iter().collect();
        let boxed = Box::new(iter);
        let iter = match (name.as_str(), args.as_slice()) {
            ("iter" | "into_iter" | "iter_mut" | "clone", []) => *boxed,
            ("zip", [other]) => {
                let other = self.iterated(other)?;
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
            ("inspect", [f]) => {
                let f = self.callee(f)?;
                Iter::Inspect(boxed, f)
            }
            ("take_while", [p]) => {
                let p = self.callee(p)?;
                Iter::TakeWhile(boxed, p)
            }
            ("skip_while", [p]) => {
                let p = self.callee(p)?;
                Iter::SkipWhile(boxed, p)
            }
            ("chain", [other]) => {
                let other = self.iterated(other)?;
                Iter::Chain(boxed, Box::new(other))
            }
            ("flatten", []) => Iter::Flatten(boxed, false),
            ("flat_map", [f]) => {
                let f = self.callee(f)?;
                Iter::Flatten(Box::new(Iter::Map(boxed, f)), false)
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
                if indexed(&boxed) {
                    return self.len(&boxed, span).map(Rv::Value);
                }
                return self.count(&boxed, span);
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
        let capacity = self.capacity(iter, span)?;
        let vec_ty = Type::Vec(Box::new(Type::Unknown));
        let empty = self.b.op(Op::VecNew(capacity), vec_ty, span);
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

    /// How many items there are at most, if that is known before they come.
    fn capacity(&mut self, iter: &Iter, span: Span) -> Lowered<Option<Value>> {
        Ok(match iter {
            Iter::Filter(inner, _)
            | Iter::Map(inner, _)
            | Iter::Inspect(inner, _)
            | Iter::SkipWhile(inner, _)
            | Iter::Copied(inner)
            | Iter::Enumerate(inner)
            | Iter::Rev(inner) => self.capacity(inner, span)?,
            Iter::Chain(a, b) => {
                let (a, b) = (self.capacity(a, span)?, self.capacity(b, span)?);
                a.zip(b).map(|(a, b)| self.usize_op(Fun::Add, a, b, span))
            }
            iter if indexed(iter) => Some(self.len(iter, span)?),
            _ => None,
        })
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
        self.until(iter, span, &mut |this, item| {
            let holds = this.apply(&f, vec![item], span)?;
            let holds = this.value_of(holds, span)?;
            this.vars[acc.0].current = Some(holds);
            Ok(if any { holds } else { this.b.scalar(Fun::Not, vec![holds], Type::Bool, span) })
        })?;
        Ok(Rv::Value(self.read(acc, span)))
    }
}

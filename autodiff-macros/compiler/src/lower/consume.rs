//! The methods that run a chain of iterators.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Expr;

use super::form::Form;
use super::iter::{Callee, Iter, calls, endless, indexed};
use super::{Lowerer, Rv, VarId};
use crate::errors::Lowered;
use crate::ir::{Op, Place, Region, Type, Value};
use crate::rules::Fun;

/// A sum or product of what only rustc knows the type of.
#[derive(Clone, Copy, Debug)]
pub struct Total {
    result: Value,
    sum: bool,
}

/// What std starts a sum from, or a product.
fn neutral(ty: &Type, sum: bool, span: Span) -> TokenStream {
    match (ty, sum) {
        (Type::Int(_), true) => quote!(0),
        (Type::Int(_), false) => quote!(1),
        (Type::Float(crate::ir::Float::Param(t)), sum) => {
            let t = syn::Ident::new(t, span);
            let number = if sum { quote!(-0.0) } else { quote!(1.0) };
            quote!(<#t as ::autodiff::Float>::from_f64(#number))
        }
        (_, true) => quote!(-0.0),
        (_, false) => quote!(1.0),
    }
}

impl Lowerer<'_> {
    pub(super) fn accumulator(&mut self, init: Value, span: Span) -> super::VarId {
        self.var(Some(init), None, true, span)
    }

    /// `sum` and `product`.
    pub(super) fn total(
        &mut self,
        iter: &Iter,
        sum: bool,
        call: &syn::ExprMethodCall,
    ) -> Lowered<Rv> {
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
        self.set_constant(init, neutral(&item_ty, sum, span));
        let known =
            if item_ty.is_scalar() { item_ty } else { Type::Float(crate::ir::Float::Infer) };
        self.b.values[init.index()].ty = known.clone();
        let result = self.read(acc, span);
        self.refine(result, &known);
        if known == Type::Float(crate::ir::Float::Infer) {
            self.totals.insert(init, Total { result, sum });
        }
        Ok(Rv::Value(result))
    }

    /// Gives the totals of which the type was said later, as by that of the variable which they are
    /// bound to, their neutral elements.
    pub(super) fn settle_totals(&mut self, region: &mut Region) {
        for node in &mut region.nodes {
            node.op.regions_mut().for_each(|inner| self.settle_totals(inner));
            let [init] = node.results[..] else { continue };
            let Some(Total { result, sum }) = self.totals.remove(&init) else { continue };
            let ty = self.b.ty(result).clone();
            node.op = Op::Const(neutral(&ty, sum, node.span));
            self.b.values[init.index()].ty = ty;
        }
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

    pub(super) fn fold(&mut self, iter: &Iter, init: &Expr, f: &Expr, span: Span) -> Lowered<Rv> {
        let init = self.expr(init)?;
        let form = Self::form_of(&init).filled();
        let init = self.owned(init, &form, span)?;
        let f = self.callee(f)?;
        self.fold_by(iter, init, &f, span)
    }

    fn fold_by(&mut self, iter: &Iter, init: Rv, f: &Callee, span: Span) -> Lowered<Rv> {
        let form = Self::form_of(&init).filled();
        let leaves = self.leaves(init, &form, span)?;
        let vars: Vec<_> = leaves.into_iter().map(|v| self.accumulator(v, span)).collect();
        let body_vars = vars.clone();
        let body_form = form.clone();
        self.each(iter, span, &mut |this, item| {
            let current: Vec<_> = body_vars.iter().map(|v| this.read(*v, span)).collect();
            let acc = Self::assemble(&body_form, &mut current.into_iter());
            let next = this.apply(f, vec![acc, item], span)?;
            let leaves = this.leaves(next, &body_form, span)?;
            for (var, leaf) in body_vars.iter().zip(leaves) {
                this.vars[var.0].current = Some(leaf);
            }
            Ok(())
        })?;
        let results: Vec<_> = vars.iter().map(|v| self.read(*v, span)).collect();
        Ok(Self::assemble(&form, &mut results.into_iter()))
    }

    pub(super) fn collect(&mut self, iter: &Iter, span: Span) -> Lowered<Rv> {
        let capacity = self.capacity(iter, span)?;
        let object = self.growing(capacity, span);
        self.each(iter, span, &mut |this, item| {
            let value = this.value_of(item, span)?;
            this.grow(object, value, span);
            Ok(())
        })?;
        Ok(self.grown(object))
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

    pub(super) fn count(&mut self, iter: &Iter, span: Span) -> Lowered<Rv> {
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

    pub(super) fn quantify(&mut self, iter: &Iter, f: &Expr, any: bool, span: Span) -> Lowered<Rv> {
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

    /// Where what is looked for is kept.
    fn kept(&mut self, iter: &Iter, span: Span) -> Kept {
        let never = self.b.constant(quote!(false), Type::Bool, span);
        let flag = self.accumulator(never, span);
        if indexed(iter) && !calls(iter) {
            let zero = self.b.int(0, span);
            self.refine(zero, &Type::usize());
            return Kept { flag, form: None, vars: vec![self.accumulator(zero, span)] };
        }
        let form = form_of_items(iter);
        let vars = (0..form.count())
            .map(|_| {
                let absent = self.b.op(Op::Undef, Type::Unknown, span);
                self.accumulator(absent, span)
            })
            .collect();
        Kept { flag, form: Some(form), vars }
    }

    fn keep(&mut self, kept: &Kept, (k, item): (Value, Rv), span: Span) -> Lowered<()> {
        let leaves = match &kept.form {
            Some(form) => self.leaves(item, form, span)?,
            None => vec![k],
        };
        for (var, leaf) in kept.vars.iter().zip(leaves) {
            self.vars[var.0].current = Some(leaf);
        }
        let found = self.b.constant(quote!(true), Type::Bool, span);
        self.vars[kept.flag.0].current = Some(found);
        Ok(())
    }

    /// What is kept, as an `Option`.
    fn found(&mut self, kept: &Kept, iter: &Iter, span: Span) -> Lowered<Rv> {
        let flag = self.read(kept.flag, span);
        let leaves: Vec<_> = kept.vars.iter().map(|v| self.read(*v, span)).collect();
        let item = match &kept.form {
            Some(form) => Self::assemble(form, &mut leaves.into_iter()),
            None => self.item(iter, leaves[0], span)?,
        };
        Ok(Rv::Maybe(flag, Box::new(item)))
    }

    /// `nth(n)`, and `next()` of what is new.
    pub(super) fn nth(&mut self, iter: &Iter, n: Value, span: Span) -> Lowered<Rv> {
        self.refine(n, &Type::usize());
        if indexed(iter) && !calls(iter) {
            let item = Box::new(self.item(iter, n, span)?);
            if endless(iter) {
                return Ok(Rv::Some(item));
            }
            let len = self.len(iter, span)?;
            return Ok(Rv::Maybe(self.b.scalar(Fun::Lt, vec![n, len], Type::Bool, span), item));
        }
        let kept = self.kept(iter, span);
        self.until(&numbered(iter), span, &mut |this, item| {
            let (k, item) = this.numbered_item(item, span)?;
            let here = this.b.scalar(Fun::Eq, vec![k, n], Type::Bool, span);
            this.only_if(here, span, |this| this.keep(&kept, (k, item), span))?;
            Ok(here)
        })?;
        self.found(&kept, iter, span)
    }

    pub(super) fn last(&mut self, iter: &Iter, span: Span) -> Lowered<Rv> {
        if indexed(iter) && !calls(iter) {
            let len = self.len(iter, span)?;
            let zero = self.b.int(0, span);
            let any = self.b.scalar(Fun::Gt, vec![len, zero], Type::Bool, span);
            let tokens = quote!(usize::saturating_sub(ad_len, 1));
            let last = self.int_method(tokens, &[("ad_len", len)], Type::usize(), span);
            return Ok(Rv::Maybe(any, Box::new(self.item(iter, last, span)?)));
        }
        let kept = self.kept(iter, span);
        self.each(&numbered(iter), span, &mut |this, item| {
            let item = this.numbered_item(item, span)?;
            this.keep(&kept, item, span)
        })?;
        self.found(&kept, iter, span)
    }

    pub(super) fn find(&mut self, iter: &Iter, p: &Expr, span: Span) -> Lowered<Rv> {
        let p = self.callee(p)?;
        let kept = self.kept(iter, span);
        self.until(&numbered(iter), span, &mut |this, item| {
            let (k, item) = this.numbered_item(item, span)?;
            let holds = this.show(&p, &item, span)?;
            this.only_if(holds, span, |this| this.keep(&kept, (k, item), span))?;
            Ok(holds)
        })?;
        self.found(&kept, iter, span)
    }

    pub(super) fn position(&mut self, iter: &Iter, p: &Expr, span: Span) -> Lowered<Rv> {
        let p = self.callee(p)?;
        let never = self.b.constant(quote!(false), Type::Bool, span);
        let zero = self.b.int(0, span);
        self.refine(zero, &Type::usize());
        let (flag, at) = (self.accumulator(never, span), self.accumulator(zero, span));
        self.until(&numbered(iter), span, &mut |this, item| {
            let (k, item) = this.numbered_item(item, span)?;
            let holds = this.apply(&p, vec![item], span)?;
            let holds = this.value_of(holds, span)?;
            this.vars[flag.0].current = Some(holds);
            this.vars[at.0].current = Some(k);
            Ok(holds)
        })?;
        Ok(Rv::Maybe(self.read(flag, span), Box::new(Rv::Value(self.read(at, span)))))
    }

    /// `max_by`, which gives the last of equals, and `min_by`, which gives the first.
    pub(super) fn extreme(
        &mut self,
        iter: &Iter,
        compare: &Expr,
        max: bool,
        span: Span,
    ) -> Lowered<Rv> {
        let compare = self.callee(compare)?;
        let kept = self.kept(iter, span);
        self.each(&numbered(iter), span, &mut |this, item| {
            let (k, item) = this.numbered_item(item, span)?;
            let Rv::Maybe(any, best) = this.found(&kept, iter, span)? else {
                unreachable!("it may be there")
            };
            let better = this.branch(
                any,
                span,
                |this| {
                    let best = this.reference(*best, false, span)?;
                    let new = this.reference(item.clone(), false, span)?;
                    let order = this.apply(&compare, vec![best, new], span)?;
                    let order = this.value_of(order, span)?;
                    let greater =
                        quote!(::core::matches!(ad_order, ::core::cmp::Ordering::Greater));
                    let names = [("ad_order", order)];
                    let greater = this.int_method(greater, &names, Type::Bool, span);
                    Ok(Rv::Value(if max {
                        this.b.scalar(Fun::Not, vec![greater], Type::Bool, span)
                    } else {
                        greater
                    }))
                },
                |this| Ok(Rv::Value(this.b.constant(quote!(true), Type::Bool, span))),
            )?;
            let better = this.value_of(better, span)?;
            this.only_if(better, span, |this| this.keep(&kept, (k, item), span))
        })?;
        self.found(&kept, iter, span)
    }

    pub(super) fn reduce(&mut self, iter: &Iter, f: &Expr, span: Span) -> Lowered<Rv> {
        let f = self.callee(f)?;
        if indexed(iter) {
            // What is folded starts with the first item.
            let len = self.len(iter, span)?;
            let zero = self.b.int(0, span);
            self.refine(zero, &Type::usize());
            let any = self.b.scalar(Fun::Gt, vec![len, zero], Type::Bool, span);
            return self.when(any, span, |this| {
                let first = this.item(iter, zero, span)?;
                let one = this.b.int(1, span);
                this.refine(one, &Type::usize());
                let others = Iter::Skip(Box::new(iter.clone()), one);
                this.fold_by(&others, first, &f, span)
            });
        }
        let kept = self.kept(iter, span);
        self.each(iter, span, &mut |this, item| {
            let Rv::Maybe(any, current) = this.found(&kept, iter, span)? else {
                unreachable!("it may be there")
            };
            let new = item.clone();
            let next = this.branch(
                any,
                span,
                |this| this.apply(&f, vec![*current, new], span),
                |_| Ok(item),
            )?;
            let unused = this.b.int(0, span);
            this.keep(&kept, (unused, next), span)
        })?;
        self.found(&kept, iter, span)
    }

    /// `unzip` into two vectors.
    pub(super) fn unzip(&mut self, iter: &Iter, span: Span) -> Lowered<Rv> {
        let capacity = self.capacity(iter, span)?;
        let sides = [self.growing(capacity, span), self.growing(capacity, span)];
        self.each(iter, span, &mut |this, item| {
            for (i, side) in sides.iter().enumerate() {
                let part = this.field(item.clone(), &syn::Member::from(i), span)?;
                let value = this.value_of(part, span)?;
                this.grow(*side, value, span);
            }
            Ok(())
        })?;
        Ok(Rv::Tuple(sides.map(|side| self.grown(side)).into()))
    }

    /// `partition` into two vectors.
    pub(super) fn partition(&mut self, iter: &Iter, p: &Expr, span: Span) -> Lowered<Rv> {
        let p = self.callee(p)?;
        let sides = [self.growing(None, span), self.growing(None, span)];
        self.each(iter, span, &mut |this, item| {
            let holds = this.show(&p, &item, span)?;
            let value = this.value_of(item, span)?;
            let to = |this: &mut Self, side: Value| {
                this.grow(side, value, span);
                Ok(Rv::Unit)
            };
            let [yes, no] = sides;
            this.branch(holds, span, |this| to(this, yes), |this| to(this, no)).map(drop)
        })?;
        Ok(Rv::Tuple(sides.map(|side| self.grown(side)).into()))
    }

    /// An empty vector to which items are pushed.
    fn growing(&mut self, capacity: Option<Value>, span: Span) -> Value {
        let ty = Type::Vec(Box::new(Type::Unknown));
        let empty = self.b.op(Op::VecNew(capacity), ty, span);
        self.object(empty, None, span)
    }

    fn grow(&mut self, object: Value, value: Value, span: Span) {
        self.learn_element(&Place::whole(object), value);
        self.b.effect(Op::Push(Place::whole(object), value), span);
    }

    fn grown(&mut self, object: Value) -> Rv {
        Rv::Temp(Place::whole(object), self.b.ty(object).clone())
    }

    /// An item of what is numbered.
    fn numbered_item(&mut self, item: Rv, span: Span) -> Lowered<(Value, Rv)> {
        let number = self.field(item.clone(), &syn::Member::from(0), span)?;
        let number = self.value_of(number, span)?;
        Ok((number, self.field(item, &syn::Member::from(1), span)?))
    }
}

/// Whether there is something, and what: its index, or its values.
struct Kept {
    flag: VarId,
    /// The form of an item; none if the index is kept.
    form: Option<Form>,
    vars: Vec<VarId>,
}

fn numbered(iter: &Iter) -> Iter {
    Iter::Enumerate(Box::new(iter.clone()))
}

/// The form of an item, as far as it is known before one comes.
fn form_of_items(iter: &Iter) -> Form {
    match iter {
        Iter::Elements(_, Type::Tuple(parts), _) => {
            Form::Tuple(parts.iter().map(|_| Form::Leaf).collect())
        }
        Iter::Zip(a, b) => Form::Tuple(vec![form_of_items(a), form_of_items(b)]),
        Iter::Enumerate(i) => Form::Tuple(vec![Form::Leaf, form_of_items(i)]),
        Iter::Chain(i, _)
        | Iter::Rev(i)
        | Iter::Skip(i, _)
        | Iter::Take(i, _)
        | Iter::StepBy(i, _)
        | Iter::Copied(i)
        | Iter::Inspect(i, _)
        | Iter::TakeWhile(i, _)
        | Iter::SkipWhile(i, _)
        | Iter::Filter(i, _) => form_of_items(i),
        Iter::Map(_, Callee::Closure(c)) => Form::of_syntax(&c.body).filled(),
        Iter::Flatten(i, _) => match form_of_items(i) {
            Form::Option(Some(held)) => *held,
            _ => Form::Leaf,
        },
        Iter::MapWhile(_, Callee::Closure(c)) | Iter::Scan(_, _, Callee::Closure(c)) => {
            match Form::of_syntax(&c.body) {
                Form::Option(Some(held)) => held.filled(),
                _ => Form::Leaf,
            }
        }
        Iter::Once(item) | Iter::Repeat(item) => Lowerer::form_of(item).filled(),
        _ => Form::Leaf,
    }
}

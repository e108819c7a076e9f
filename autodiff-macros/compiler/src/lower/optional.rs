//! `Option`s: a flag and what they hold, so that no memory and no adjoint of an `Option` is needed.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::{Expr, ExprMethodCall, Pat};

use super::form::{is_none, is_some};
use super::{Lowerer, Rv, span_of};
use crate::errors::{Diagnostic, Extent, Lowered};
use crate::ir::{CallArg, Callee, Float, Op, Place, Proj, Type, Value};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// `Some(value)`: what is put in is read.
    pub(super) fn some(&mut self, rv: Rv, span: Span) -> Lowered<Rv> {
        let rv = match rv {
            Rv::Place(place, ty) => Rv::Value(self.load(&place, &ty, span)),
            rv => rv,
        };
        Ok(Rv::Some(Box::new(rv)))
    }

    /// What there is where the flag holds, computed there alone.
    pub(super) fn when(
        &mut self,
        flag: Value,
        span: Span,
        value: impl FnOnce(&mut Self) -> Lowered<Rv>,
    ) -> Lowered<Rv> {
        let there = |this: &mut Self| value(this).map(|rv| Rv::Some(Box::new(rv)));
        Ok(match self.branch(flag, span, there, |_| Ok(Rv::None))? {
            Rv::Maybe(_, value) => Rv::Maybe(flag, value),
            rv => rv,
        })
    }

    /// An `Option` of which rustc alone knows what it holds, opened.
    pub(super) fn opened(&mut self, rv: Rv, span: Span) -> Lowered<Rv> {
        let option = self.value_of(rv, span)?;
        let is_some = quote!(::core::option::Option::is_some(&ad_option));
        let flag = self.int_method(is_some, &[("ad_option", option)], Type::Bool, span);
        self.when(flag, span, |this| {
            let captures = vec![(syn::Ident::new("ad_option", span), CallArg::Value(option))];
            this.refusals.push(as_a_whole(span));
            let refusal = this.refusals.len() - 1;
            let tokens =
                quote!(::core::option::Option::unwrap(::core::clone::Clone::clone(&ad_option)));
            let op = Op::Verbatim { tokens, refusal, captures };
            Ok(Rv::Value(this.b.op(op, Type::Unknown, span)))
        })
    }

    /// An `Option` as one value: for code that has no derivative.
    pub(super) fn optional_value(&mut self, rv: Rv, span: Span) -> Lowered<Value> {
        let mut captures = Vec::new();
        let name = |name: &str| syn::Ident::new(name, proc_macro2::Span::call_site());
        let mut capture = |own: &str, value| captures.push((name(own), value));
        let tokens = match rv {
            Rv::Some(value) => {
                let value = match *value {
                    Rv::Ref(place, _, false) => CallArg::Ref(place, false),
                    value => CallArg::Value(self.value_of(value, span)?),
                };
                capture("ad_value", value);
                quote!(::core::option::Option::Some(ad_value))
            }
            Rv::Maybe(flag, value) => {
                capture("ad_flag", CallArg::Value(flag));
                let value = match *value {
                    Rv::Ref(mut place, _, false)
                        if matches!(place.path.last(), Some(Proj::Index(_))) =>
                    {
                        let Some(Proj::Index(index)) = place.path.pop() else {
                            unreachable!("an element")
                        };
                        capture("ad_sequence", CallArg::Ref(place, false));
                        capture("ad_index", CallArg::Value(index));
                        quote!(&ad_sequence[ad_index])
                    }
                    value => {
                        let form = Self::form_of(&value);
                        let owned = self.when(flag, span, |this| this.owned(value, &form, span))?;
                        let (_, Some(value)) = self.parts(owned, span) else {
                            unreachable!("it may hold something")
                        };
                        let value = self.value_of(value, span)?;
                        capture("ad_value", CallArg::Value(value));
                        quote!(ad_value)
                    }
                };
                quote!(if ad_flag {
                    ::core::option::Option::Some(#value)
                } else {
                    ::core::option::Option::None
                })
            }
            _ => quote!(::core::option::Option::None),
        };
        self.refusals.push(as_a_whole(span));
        let refusal = self.refusals.len() - 1;
        Ok(self.b.op(Op::Verbatim { tokens, refusal, captures }, Type::Unknown, span))
    }

    /// Where it holds something, and what.
    fn parts(&mut self, option: Rv, span: Span) -> (Value, Option<Rv>) {
        match option {
            Rv::Some(value) => (self.b.constant(quote!(true), Type::Bool, span), Some(*value)),
            Rv::Maybe(flag, value) => (flag, Some(*value)),
            _ => (self.b.constant(quote!(false), Type::Bool, span), None),
        }
    }

    /// One thing or another, by what it holds.
    fn either(
        &mut self,
        option: Rv,
        span: Span,
        there: impl FnOnce(&mut Self, Rv) -> Lowered<Rv>,
        absent: impl FnOnce(&mut Self) -> Lowered<Rv>,
    ) -> Lowered<Rv> {
        match option {
            Rv::Some(value) => there(self, *value),
            Rv::Maybe(flag, value) => self.branch(flag, span, |this| there(this, *value), absent),
            _ => absent(self),
        }
    }

    /// A method of an `Option`.
    pub(super) fn optional_method(&mut self, option: Rv, m: &ExprMethodCall) -> Lowered<Rv> {
        let span = m.method.span();
        let name = m.method.to_string();
        let args: Vec<&Expr> = m.args.iter().collect();
        match (name.as_str(), args.as_slice()) {
            ("is_some", []) => Ok(Rv::Value(self.parts(option, span).0)),
            ("is_none", []) => {
                let (flag, _) = self.parts(option, span);
                Ok(Rv::Value(self.b.scalar(Fun::Not, vec![flag], Type::Bool, span)))
            }
            ("unwrap" | "expect", _) => self.unwrapped(option, m),
            ("clone" | "as_ref" | "as_deref" | "as_mut" | "as_deref_mut", []) => Ok(option),
            ("copied" | "cloned", []) => match option {
                Rv::Some(value) => {
                    let value = self.deref(*value, span);
                    self.some(value, span)
                }
                Rv::Maybe(flag, value) => self.when(flag, span, |this| {
                    let value = this.deref(*value, span);
                    Ok(value)
                }),
                option => Ok(option),
            },
            ("unwrap_or", [other]) => {
                let other = self.component(other)?;
                self.either(option, span, |_, value| Ok(value), |_| Ok(other))
            }
            ("unwrap_or_default", []) => {
                let ty = match &option {
                    Rv::Some(value) | Rv::Maybe(_, value) => self.type_of(value),
                    _ => Type::Unknown,
                };
                self.either(option, span, |_, value| Ok(value), |this| {
                    Ok(Rv::Value(this.default_of(&ty, span)))
                })
            }
            ("unwrap_or_else", [f]) => {
                let f = self.callee(f)?;
                self.either(option, span, |_, value| Ok(value), |this| {
                    this.apply(&f, Vec::new(), span)
                })
            }
            ("map", [f]) => {
                let f = self.callee(f)?;
                match option {
                    Rv::Some(value) => {
                        let value = self.apply(&f, vec![*value], span)?;
                        self.some(value, span)
                    }
                    Rv::Maybe(flag, value) => {
                        self.when(flag, span, |this| this.apply(&f, vec![*value], span))
                    }
                    option => Ok(option),
                }
            }
            ("map_or", [other, f]) => {
                let other = self.component(other)?;
                let f = self.callee(f)?;
                let there = |this: &mut Self, value| this.apply(&f, vec![value], span);
                self.either(option, span, there, |_| Ok(other))
            }
            ("map_or_else", [other, f]) => {
                let (other, f) = (self.callee(other)?, self.callee(f)?);
                let there = |this: &mut Self, value| this.apply(&f, vec![value], span);
                self.either(option, span, there, |this| this.apply(&other, Vec::new(), span))
            }
            ("and_then", [f]) => {
                let f = self.callee(f)?;
                let there = |this: &mut Self, value| this.apply(&f, vec![value], span);
                self.either(option, span, there, |_| Ok(Rv::None))
            }
            ("filter", [p]) => {
                let p = self.callee(p)?;
                self.either(
                    option,
                    span,
                    |this, value| {
                        let holds = this.show(&p, &value, span)?;
                        Ok(Rv::Maybe(holds, Box::new(value)))
                    },
                    |_| Ok(Rv::None),
                )
            }
            ("is_some_and" | "is_none_or", [p]) => {
                let p = self.callee(p)?;
                let absent = if name == "is_some_and" { quote!(false) } else { quote!(true) };
                self.either(
                    option,
                    span,
                    |this, value| this.apply(&p, vec![value], span),
                    |this| Ok(Rv::Value(this.b.constant(absent, Type::Bool, span))),
                )
            }
            ("or", [other]) => {
                let other = self.expr(other)?;
                self.either(option, span, |this, value| this.some(value, span), |_| Ok(other))
            }
            ("or_else", [f]) => {
                let f = self.callee(f)?;
                self.either(option, span, |this, value| this.some(value, span), |this| {
                    this.apply(&f, Vec::new(), span)
                })
            }
            ("zip", [other]) => {
                let other = self.expr(other)?;
                let ((a, first), (b, second)) = (self.parts(option, span), self.parts(other, span));
                let both = self.b.scalar(Fun::And, vec![a, b], Type::Bool, span);
                Ok(match first.zip(second) {
                    Some((first, second)) => {
                        Rv::Maybe(both, Box::new(Rv::Tuple(vec![first, second])))
                    }
                    None => Rv::None,
                })
            }
            _ => Err(self.refuse(
                "AD0239",
                span,
                format!("the method `{name}` of an `Option` is not supported"),
                "take the `Option` apart by `match` or `if let`, or by `unwrap`, `unwrap_or`, `map`, `map_or`, `and_then`, `filter`, `zip`, `is_some`",
            )),
        }
    }

    /// `Default::default()` of that type, of the right one if it is not known.
    fn default_of(&mut self, ty: &Type, span: Span) -> Value {
        let tokens = match ty {
            Type::Float(Float::Param(_)) => None,
            Type::Float(_) => ty.static_zero(),
            Type::Int(_) => Some(quote!(0)),
            Type::Bool => Some(quote!(false)),
            _ => None,
        };
        match tokens {
            Some(zero) => self.b.constant(zero, ty.clone(), span),
            None => {
                let default = quote!(::core::default::Default::default());
                let value = self.b.own_code(default, Vec::new(), span);
                self.refine(value, ty);
                value
            }
        }
    }

    /// `then`, `then_some` of a `bool`.
    pub(super) fn optional_if(&mut self, flag: Value, m: &ExprMethodCall) -> Lowered<Rv> {
        let span = m.method.span();
        match (m.method.to_string().as_str(), m.args.first()) {
            ("then", Some(f)) => {
                let f = self.callee(f)?;
                self.when(flag, span, |this| this.apply(&f, Vec::new(), span))
            }
            ("then_some", Some(value)) => {
                let value = self.component(value)?;
                self.when(flag, span, |_| Ok(value))
            }
            _ => self.scalar_call(flag, m),
        }
    }

    /// `unwrap`, `expect`: panics as they do.
    fn unwrapped(&mut self, option: Rv, m: &ExprMethodCall) -> Lowered<Rv> {
        let span = m.method.span();
        let message = match m.args.first() {
            Some(message) => message.to_token_stream(),
            None => quote!("called `Option::unwrap()` on a `None` value"),
        };
        match option {
            Rv::Some(value) => Ok(*value),
            Rv::Maybe(flag, value) => {
                let mut captures = self.captures(&message, span)?;
                let name = syn::Ident::new("ad_flag", proc_macro2::Span::call_site());
                captures.push((name, CallArg::Value(flag)));
                let tokens = quote!(::core::assert!(ad_flag, "{}", #message));
                self.b.effect(Op::Effect { tokens, captures }, span);
                Ok(*value)
            }
            _ => {
                self.effect(quote!(::core::panic!("{}", #message)), span)?;
                Ok(self.unreachable(span))
            }
        }
    }

    /// `first`, `last`, `get` of a sequence and their likes that give `&mut`.
    pub(super) fn optional_element(
        &mut self,
        place: &Place,
        ty: &Type,
        name: &str,
        at: Option<&Expr>,
        span: Span,
    ) -> Lowered<Rv> {
        let index = at.map(|at| self.index(at)).transpose()?;
        let (flag, index) = self.optional_index(place, name.starts_with("last"), index, span);
        let element = place.clone().with(Proj::Index(index));
        let element = Rv::Ref(element, ty.element(), name.ends_with("_mut"));
        Ok(Rv::Maybe(flag, Box::new(element)))
    }

    /// `split_first`, `split_last`: an end of a sequence, and all but that.
    pub(super) fn split_end(&mut self, place: &Place, ty: &Type, last: bool, span: Span) -> Rv {
        let (flag, index) = self.optional_index(place, last, None, span);
        let rest = if last {
            Proj::Slice(None, Some(index), false)
        } else {
            let one = self.b.int(1, span);
            self.refine(one, &Type::usize());
            Proj::Slice(Some(one), None, false)
        };
        let part = |step, ty| Rv::Ref(place.clone().with(step), ty, false);
        let end = part(Proj::Index(index), ty.element());
        let rest = part(rest, Type::Slice(Box::new(ty.element())));
        Rv::Maybe(flag, Box::new(Rv::Tuple(vec![end, rest])))
    }

    /// Whether there is an element at an index, or else at an end, and at which index.
    fn optional_index(
        &mut self,
        place: &Place,
        last: bool,
        index: Option<Value>,
        span: Span,
    ) -> (Value, Value) {
        let len = self.b.op(Op::Len(place.clone()), Type::usize(), span);
        let zero = self.b.int(0, span);
        self.refine(zero, &Type::usize());
        let (least, index) = match index {
            Some(index) => (index, index),
            None if last => {
                let tokens = quote!(usize::saturating_sub(ad_len, 1));
                (zero, self.int_method(tokens, &[("ad_len", len)], Type::usize(), span))
            }
            None => (zero, zero),
        };
        (self.b.scalar(Fun::Lt, vec![least, len], Type::Bool, span), index)
    }

    /// When a pattern of an `Option` fits; `None` if it is no such pattern.
    pub(super) fn test_optional(&mut self, pat: &Pat, rv: &Rv) -> Lowered<Option<Value>> {
        let span = span_of(pat);
        if let Some(option) = self.given_option(rv) {
            return Ok(self.test_given(pat, option, span));
        }
        if !matches!(rv, Rv::Some(_) | Rv::None | Rv::Maybe(..)) {
            return Ok(None);
        }
        let (flag, value) = match pat {
            Pat::Ident(p) if p.ident == "None" && p.subpat.is_none() => {
                (self.absent(rv, span), None)
            }
            Pat::Path(p) if is_none(&p.path) => (self.absent(rv, span), None),
            Pat::TupleStruct(p) if is_some(&p.path) && p.elems.len() == 1 => {
                let (flag, value) = self.parts(rv.clone(), span);
                (flag, value.map(|value| (&p.elems[0], value)))
            }
            Pat::Wild(_) | Pat::Ident(_) | Pat::Or(_) | Pat::Paren(_) | Pat::Reference(_) => {
                return Ok(None);
            }
            _ => {
                return Err(self.refuse(
                    "AD0301",
                    Extent::of(pat),
                    "this pattern of an `Option` cannot be taken apart under differentiation",
                    "match on `Some(..)` and `None`",
                ));
            }
        };
        let Some((inner, value)) = value.filter(|(inner, _)| !always_fits(inner)) else {
            return Ok(Some(flag));
        };
        let fits = self.branch(
            flag,
            span,
            |this| {
                let name = quote::format_ident!("ad_held", span = span);
                let scrutinee: Expr = syn::parse_quote!(#name);
                this.scoped(|this| {
                    this.declare(&name, super::Binding::Other(value.clone()));
                    let fits = this.test(inner, &value, &scrutinee)?;
                    let always = |this: &mut Self| this.b.constant(quote!(true), Type::Bool, span);
                    Ok(Rv::Value(fits.unwrap_or_else(|| always(this))))
                })
            },
            |this| Ok(Rv::Value(this.b.constant(quote!(false), Type::Bool, span))),
        )?;
        self.value_of(fits, span).map(Some)
    }

    /// What a method gave that may be differentiated, and may be an `Option`: rustc alone knows.
    fn given_option(&self, rv: &Rv) -> Option<Value> {
        let value = match rv {
            Rv::Value(v) => *v,
            Rv::Place(place, _) | Rv::Temp(place, _) if place.path.is_empty() => place.root,
            _ => return None,
        };
        (self.called.contains(&value) && *self.b.ty(value) == Type::Unknown).then_some(value)
    }

    /// When a pattern of such an `Option` fits.
    fn test_given(&mut self, pat: &Pat, option: Value, span: Span) -> Option<Value> {
        let test = match pat {
            Pat::Ident(p) if p.ident == "None" && p.subpat.is_none() => quote!(is_none),
            Pat::Path(p) if is_none(&p.path) => quote!(is_none),
            Pat::TupleStruct(p) if is_some(&p.path) && p.elems.iter().all(always_fits) => {
                quote!(is_some)
            }
            _ => return None,
        };
        let tokens = quote!(::core::option::Option::#test(ad_option));
        let option = CallArg::Ref(Place::whole(option), false);
        let captures = vec![(syn::Ident::new("ad_option", span), option)];
        self.refusals.push(as_a_whole(span));
        let refusal = self.refusals.len() - 1;
        Some(self.b.op(Op::Verbatim { tokens, refusal, captures }, Type::Bool, span))
    }

    fn absent(&mut self, rv: &Rv, span: Span) -> Value {
        let (flag, _) = self.parts(rv.clone(), span);
        self.b.scalar(Fun::Not, vec![flag], Type::Bool, span)
    }

    /// What the pattern in `Some(..)` takes apart, if it is such a pattern of an `Option`.
    pub(super) fn held<'p>(&mut self, pat: &'p Pat, rv: &Rv) -> Option<(&'p Pat, Rv)> {
        let Pat::TupleStruct(p) = pat else { return None };
        let inner = p.elems.first().filter(|_| is_some(&p.path))?;
        match rv {
            Rv::Some(value) | Rv::Maybe(_, value) => Some((inner, (**value).clone())),
            // Never bound: there is nothing to take.
            Rv::None => {
                let absent = self.b.op(Op::Undef, Type::Unknown, span_of(pat));
                Some((inner, Rv::Value(absent)))
            }
            // The pattern fits.
            rv => {
                let (option, span) = (self.given_option(rv)?, span_of(pat));
                let unwrap = Callee::Method {
                    name: syn::Ident::new("unwrap", span),
                    known: true,
                    by_value: Some(false),
                    annotated: true,
                };
                let option = CallArg::Ref(Place::whole(option), false);
                let value = self.b.op(Op::Call(unwrap, vec![option]), Type::Unknown, span);
                self.called.insert(value);
                Some((inner, Rv::Value(value)))
            }
        }
    }
}

/// Whether a pattern fits whatever it is given, as its syntax tells.
pub(super) fn always_fits(pat: &Pat) -> bool {
    match pat {
        Pat::Wild(_) | Pat::Rest(_) => true,
        Pat::Ident(p) => {
            let name = p.ident.to_string();
            p.subpat.is_none() && name.starts_with(|c: char| c.is_lowercase() || c == '_')
        }
        Pat::Reference(p) => always_fits(&p.pat),
        Pat::Paren(p) => always_fits(&p.pat),
        Pat::Tuple(t) => t.elems.iter().all(always_fits),
        _ => false,
    }
}

/// Why an `Option` that is not taken apart is refused, should it hold something active.
fn as_a_whole(span: Span) -> Diagnostic {
    Diagnostic::new(
        "AD0401",
        span,
        "an `Option` that is used as a whole cannot be differentiated, and it holds a differentiated value",
        "take it apart where it is made: by `match`, `if let`, `unwrap`, `unwrap_or`, `map_or`",
    )
}

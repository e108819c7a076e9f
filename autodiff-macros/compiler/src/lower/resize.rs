//! Methods that make a `Vec` shorter, or put something into the middle of it.

use proc_macro2::Span;
use quote::quote;
use syn::{Expr, ExprMethodCall};

use super::{Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{Op, Place, Type, Value};
use crate::rules::Fun;

/// The methods.
const RESIZING: [&str; 7] =
    ["clear", "insert", "pop", "remove", "resize", "swap_remove", "truncate"];

impl Lowerer<'_> {
    /// A call of such a method on a `Vec` at that place; `None` if it is another method.
    pub(super) fn resizing_method(
        &mut self,
        place: &Place,
        ty: &Type,
        m: &ExprMethodCall,
    ) -> Lowered<Option<Rv>> {
        let (name, span) = (m.method.to_string(), m.method.span());
        let args: Vec<&Expr> = m.args.iter().collect();
        let Type::Vec(element) = ty else { return Ok(None) };
        if !RESIZING.contains(&name.as_str()) {
            return Ok(None);
        }
        self.writable(place, span)?;
        Ok(Some(match (name.as_str(), args.as_slice()) {
            ("clear", []) => {
                let empty = self.b.op(Op::VecOf(Vec::new()), ty.clone(), span);
                self.b.effect(Op::Store(place.clone(), empty), span);
                Rv::Unit
            }
            ("insert", [at, value]) => {
                let at = self.index(at)?;
                let value = self.elements([*value])?.remove(0);
                let len = self.checked_index(place, at, &name, span);
                self.learn_element(place, value);
                self.b.effect(Op::Push(place.clone(), value), span);
                // From the end on, each gives way to the new one.
                let count = self.usize_op(Fun::Sub, len, at, span);
                self.times(count, span, &mut |this, k| {
                    let to = this.usize_op(Fun::Sub, len, k, span);
                    this.swap_with_next(place, to, true, span);
                    Ok(())
                })?;
                Rv::Unit
            }
            ("pop", []) => {
                let (zero, len) = self.ends(place, span);
                let some = self.b.scalar(Fun::Lt, vec![zero, len], Type::Bool, span);
                self.when(some, span, |this| Ok(Rv::Value(this.pop(place, element, span))))?
            }
            ("remove", [at]) => {
                let at = self.index(at)?;
                let len = self.checked_index(place, at, &name, span);
                let one = self.b.int(1, span);
                let last = self.usize_op(Fun::Sub, len, one, span);
                let count = self.usize_op(Fun::Sub, last, at, span);
                self.times(count, span, &mut |this, k| {
                    let from = this.usize_op(Fun::Add, at, k, span);
                    this.swap_with_next(place, from, false, span);
                    Ok(())
                })?;
                Rv::Value(self.pop(place, element, span))
            }
            ("swap_remove", [at]) => {
                let at = self.index(at)?;
                let len = self.checked_index(place, at, &name, span);
                let one = self.b.int(1, span);
                let last = self.usize_op(Fun::Sub, len, one, span);
                self.b.effect(Op::Swap(place.clone(), at, last), span);
                Rv::Value(self.pop(place, element, span))
            }
            ("truncate", [len]) => {
                let len = self.index(len)?;
                self.shorten(place, element, len, span)?;
                Rv::Unit
            }
            ("resize", [len, value]) => {
                let len = self.index(len)?;
                let value = self.elements([*value])?.remove(0);
                self.shorten(place, element, len, span)?;
                let (_, now) = self.ends(place, span);
                self.learn_element(place, value);
                let more = self.usize_op(Fun::Sub, len, now, span);
                self.times(more, span, &mut |this, _| {
                    this.b.effect(Op::Push(place.clone(), value), span);
                    Ok(())
                })?;
                Rv::Unit
            }
            _ => return Ok(None),
        }))
    }

    /// The last element, taken out.
    fn pop(&mut self, place: &Place, element: &Type, span: Span) -> Value {
        self.b.op(Op::PopBack(place.clone()), element.clone(), span)
    }

    /// Takes out what is beyond that length.
    fn shorten(&mut self, place: &Place, element: &Type, len: Value, span: Span) -> Lowered<()> {
        let (_, now) = self.ends(place, span);
        let tokens = quote!(usize::saturating_sub(ad_len, ad_least));
        let operands = [("ad_len", now), ("ad_least", len)];
        let more = self.int_method(tokens, &operands, Type::usize(), span);
        self.times(more, span, &mut |this, _| {
            this.pop(place, element, span);
            Ok(())
        })
    }

    /// The length, where an element, or for `insert` the end, is at that index: a panic otherwise.
    fn checked_index(&mut self, place: &Place, at: Value, method: &str, span: Span) -> Value {
        let (_, len) = self.ends(place, span);
        let message = format!("`{method}`: the index is {{}}, and the length {{}}");
        let fits = if method == "insert" { quote!(<=) } else { quote!(<) };
        let assertion = quote!(::core::assert!(ad_at #fits ad_len, #message, ad_at, ad_len));
        self.assert(assertion, &[("ad_at", at), ("ad_len", len)], span);
        len
    }

    /// Swaps an element with the one after it, or the one before it.
    fn swap_with_next(&mut self, place: &Place, at: Value, before: bool, span: Span) {
        let one = self.b.int(1, span);
        let fun = if before { Fun::Sub } else { Fun::Add };
        let other = self.usize_op(fun, at, one, span);
        self.b.effect(Op::Swap(place.clone(), at, other), span);
    }
}

//! Operations that give a value, as expressions.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::Printer;
use super::callee::derivative;
use super::expr::{Expr, Level, full_type, type_name};
use super::uses::static_zero;
use crate::ir::{CallArg, Float, Node, Op, Type, Value};
use crate::rules::{Fun, Spelling};

impl Printer<'_> {
    /// The expression of a node that is neither control flow nor a statement.
    pub(super) fn pure(&mut self, node: &Node) -> Expr {
        let span = node.span;
        match &node.op {
            Op::Const(tokens) => Expr::user(tokens.clone()),
            Op::Verbatim { tokens, captures, .. } => {
                let lets = self.captures(captures);
                if lets.is_empty() {
                    Expr::user(tokens.clone())
                } else {
                    Expr::open(quote_spanned!(span=> { #lets #tokens }))
                }
            }
            Op::Scalar(fun, args) => self.scalar(*fun, args, self.ty(node.results[0]), span),
            Op::Cast(v, target) => self.expr(*v).cast(target, span),
            Op::Stop(v) | Op::Object(v) => self.expr(*v),
            Op::Tuple(parts) => {
                let parts = self.tokens(parts);
                Expr::postfix(match &parts[..] {
                    [part] => quote_spanned!(span=> (#part,)),
                    _ => quote_spanned!(span=> (#(#parts),*)),
                })
            }
            Op::Array(parts) => {
                let parts = self.tokens(parts);
                Expr::postfix(quote_spanned!(span=> [#(#parts),*]))
            }
            Op::Repeat(v, len) => {
                let v = self.expr(*v).tokens;
                Expr::postfix(quote_spanned!(span=> [#v; #len]))
            }
            Op::VecOf(parts) => {
                let parts = self.tokens(parts);
                Expr::postfix(quote_spanned!(span=> ::std::vec![#(#parts),*]))
            }
            Op::VecRepeat(v, len) => {
                let (v, len) = (self.expr(*v).tokens, self.expr(*len).tokens);
                Expr::postfix(quote_spanned!(span=> ::std::vec![#v; #len]))
            }
            Op::VecNew(None) => Expr::postfix(quote_spanned!(span=> ::std::vec::Vec::new())),
            Op::VecNew(Some(n)) => {
                let n = self.expr(*n).tokens;
                Expr::postfix(quote_spanned!(span=> ::std::vec::Vec::with_capacity(#n)))
            }
            Op::Undef => undefined(self.ty(node.results[0])),
            Op::Zero(v) => Expr::postfix(self.zero(*v, node.results[0], span)),
            Op::ShapeOf(v) => {
                let value = self.borrowed(*v);
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::shape_of(#value)))
            }
            Op::ZeroOf(shape) => {
                let shape = self.expr(*shape).tokens;
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::zero_of(#shape)))
            }
            Op::Load(place, take) => self.load(place, *take, self.ty(node.results[0]), span),
            Op::Len(place) => {
                let at = self.place(place);
                let receiver = at.receiver();
                Expr::postfix(quote_spanned!(span=> #receiver.len()))
            }
            Op::PopBack(place) => {
                let at = self.place(place);
                let receiver = at.receiver();
                Expr::postfix(
                    quote_spanned!(span=> #receiver.pop().expect("pushed in the forward sweep")),
                )
            }
            Op::Call(path, args) => {
                let args = self.arguments(args);
                Expr::postfix(quote_spanned!(span=> #path(#(#args),*)))
            }
            Op::CallVjp(path, args) => {
                let args = self.arguments(args);
                let callee = derivative(path, "__vjp", args.len(), span);
                Expr::postfix(quote_spanned!(span=> #callee(#(#args),*)))
            }
            Op::CallJvp(path, args, dots) => {
                let mut args = self.arguments(args);
                args.extend(dots.iter().map(|dot| self.tangent(dot.as_ref(), span)));
                let callee = derivative(path, "__jvp", args.len(), span);
                Expr::postfix(quote_spanned!(span=> #callee(#(#args),*)))
            }
            Op::StackNew(None) => {
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::ShortStack::new()))
            }
            Op::StackNew(Some(n)) => {
                let len = self.expr(*n);
                let len = if *self.ty(*n) == Type::usize() {
                    len
                } else {
                    len.cast(&quote!(usize), span)
                };
                let len = len.tokens;
                Expr::postfix(
                    quote_spanned!(span=> ::autodiff::__private::Stack::with_capacity(#len)),
                )
            }
            Op::StackPop(stack) => {
                let stack = self.name(*stack);
                Expr::postfix(quote_spanned!(span=> #stack.pop()))
            }
            Op::Keep(v) => {
                let v = self.expr(*v).tokens;
                Expr::postfix(quote_spanned!(span=> ::core::option::Option::Some(#v)))
            }
            Op::KeepNone => Expr::postfix(quote_spanned!(span=> ::core::option::Option::None)),
            Op::Unkeep(v) => {
                let v = self.expr(*v).at_least(Level::Postfix);
                Expr::postfix(quote_spanned!(span=> #v.expect("kept on this path")))
            }
            op => unreachable!("{op:?} gives no expression"),
        }
    }

    /// The zero tangent of a value; `zero` is the value that will hold it.
    pub(super) fn zero(&mut self, value: Value, zero: Value, span: Span) -> TokenStream {
        static_zero(self.graph, value, zero).unwrap_or_else(|| {
            let shape = self.borrowed(value);
            quote_spanned!(span=> ::autodiff::__private::zero_tangent(#shape))
        })
    }

    pub(super) fn arguments(&mut self, args: &[CallArg]) -> Vec<TokenStream> {
        args.iter().map(|arg| self.argument(arg)).collect()
    }

    fn scalar(&mut self, fun: Fun, args: &[Value], ty: &Type, span: Span) -> Expr {
        let mut operands: Vec<Expr> = args.iter().map(|v| self.expr(*v)).collect();
        match fun.spelling() {
            Spelling::Prefix(operator) => Expr::prefix(operator, operands.remove(0), span),
            Spelling::Infix(operator) => {
                let right = operands.remove(1);
                Expr::infix(operator, operands.remove(0), right, span)
            }
            Spelling::Method(name) => {
                let receiver = operands.remove(0);
                let known = |v: &&Value| type_name(self.ty(**v)).is_some();
                let own = args.first().filter(known);
                Expr::method(name, receiver, &operands, own.map_or(ty, |v| self.ty(*v)), span)
            }
            Spelling::Select => Expr::select(&operands[0], &operands[1], &operands[2], span),
            Spelling::Cast => {
                let integer = operands.remove(0);
                match (ty, type_name(ty)) {
                    (_, Some(float)) => integer.cast(&float, span),
                    (Type::Float(Float::Param(name)), _) => {
                        let float = syn::Ident::new(name, Span::call_site());
                        let wide = integer.cast(&quote!(f64), span).tokens;
                        Expr::postfix(
                            quote_spanned!(span=> <#float as ::autodiff::Float>::from_f64(#wide)),
                        )
                    }
                    _ => {
                        let integer = integer.tokens;
                        Expr::postfix(quote_spanned!(span=> ::autodiff::__private::whole(#integer)))
                    }
                }
            }
            Spelling::Runtime(name) => {
                let name = syn::Ident::new(name, span);
                let operands = operands.iter().map(|e| &e.tokens);
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::#name(#(#operands),*)))
            }
        }
    }
}

/// Something of the type, to be read by nobody.
fn undefined(ty: &Type) -> Expr {
    if let Some(zero) = ty.static_zero() {
        return Expr::postfix(zero);
    }
    match ty {
        Type::Int(_) => Expr::user(quote!(0)),
        Type::Bool => Expr::postfix(quote!(false)),
        Type::Unit => Expr::postfix(quote!(())),
        Type::Kept(_) => Expr::postfix(quote!(::core::option::Option::None)),
        ty => Expr::postfix(match full_type(ty) {
            Some(ty) => quote!(<#ty as ::core::default::Default>::default()),
            None => quote!(::core::default::Default::default()),
        }),
    }
}

//! Operations that give a value, as expressions.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::Printer;
use super::callee::{Receiver, derived_call};
use super::expr::{Expr, Level, full_type, type_name};
use super::uses::static_zero;
use crate::ir::{CallArg, Callee, Float, Node, Op, Proj, Type, Value};
use crate::rules::{Fun, Spelling};

impl Printer<'_> {
    /// The expression of a node that is neither control flow nor a statement.
    pub(super) fn pure(&mut self, node: &Node) -> Expr {
        let span = node.span;
        match &node.op {
            Op::Const(tokens) => Expr::user(tokens.clone()),
            Op::Verbatim { tokens, refusal: usize::MAX, captures } => {
                let code = self.filled_in(tokens.clone(), captures);
                match code.clone().into_iter().last() {
                    Some(TokenTree::Group(_)) => Expr::postfix(code),
                    _ => Expr::open(code),
                }
            }
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
                let parts: Vec<_> = parts.iter().map(|v| self.typed(*v, span)).collect();
                Expr::postfix(match &parts[..] {
                    [part] => quote_spanned!(span=> (#part,)),
                    _ => quote_spanned!(span=> (#(#parts),*)),
                })
            }
            Op::Struct(path, fields, parts) => {
                let parts = self.tokens(parts);
                let fields = fields.iter().filter_map(|step| match step {
                    Proj::Field(member) => Some(member),
                    Proj::Payload(payload) => Some(&payload.member),
                    _ => None,
                });
                Expr::open(quote_spanned!(span=> #path { #(#fields: #parts),* }))
            }
            Op::Array(parts) => {
                let parts = self.elements(parts, span);
                Expr::postfix(quote_spanned!(span=> [#(#parts),*]))
            }
            Op::Repeat(v, len) => {
                let v = self.typed(*v, span);
                Expr::postfix(quote_spanned!(span=> [#v; #len]))
            }
            Op::VecOf(parts) => {
                let parts = self.elements(parts, span);
                Expr::postfix(
                    quote_spanned!(span=> ::autodiff::__private::alloc::vec![#(#parts),*]),
                )
            }
            Op::VecRepeat(v, len) => {
                let (v, len) = (self.typed(*v, span), self.expr(*len).tokens);
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::alloc::vec![#v; #len]))
            }
            Op::VecNew(None) => {
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::alloc::vec::Vec::new()))
            }
            Op::VecNew(Some(n)) => {
                let n = self.expr(*n).tokens;
                Expr::postfix(
                    quote_spanned!(span=> ::autodiff::__private::alloc::vec::Vec::with_capacity(#n)),
                )
            }
            Op::Undef => undefined(self.ty(node.results[0])),
            Op::Zero(v) => Expr::postfix(self.zero(*v, node.results[0], span)),
            Op::ShapeOf(place) => {
                let value = self.place(place, false).borrow(false);
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::shape_of(#value)))
            }
            Op::ZeroOf(shape) => {
                let shape = self.expr(*shape).at_least(Level::Prefix);
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::zero_of(&#shape)))
            }
            Op::Load(place, take) => self.load(place, *take, self.ty(node.results[0]), span),
            Op::Len(place) => {
                let at = self.place(place, false);
                let receiver = at.receiver();
                let len = quote_spanned!(span=> #receiver.len());
                let of = self.ty(place.root).at(&place.path);
                if of == Type::Unknown {
                    return Expr::postfix(quote_spanned!(span=> ::autodiff::__private::len(#len)));
                }
                Expr::postfix(len)
            }
            Op::PopBack(place) => {
                let at = self.place(place, true);
                let receiver = at.receiver();
                Expr::postfix(
                    quote_spanned!(span=> #receiver.pop().expect("pushed in the forward sweep")),
                )
            }
            Op::Call(callee, args) => {
                let (receiver, args) = self.receiver(callee, args);
                let args = self.arguments(args);
                Expr::postfix(match callee {
                    Callee::Function(path) | Callee::Imported(path) => {
                        quote_spanned!(span=> #path(#(#args),*))
                    }
                    Callee::Gradient(of) => quote_spanned!(span=> <#of>::grad(#(#args),*)),
                    Callee::Method { name, .. } => {
                        let called =
                            receiver.map(|receiver| receiver.call(name, &args, args.len(), span));
                        called.unwrap_or_default()
                    }
                })
            }
            Op::CallVjp(callee, args) => {
                let (receiver, args) = self.receiver(callee, args);
                let args = self.arguments(args);
                Expr::postfix(derived_call(callee, receiver, "__vjp", &args, span))
            }
            Op::CallJvp(callee, args, dots) => {
                let (receiver, rest) = self.receiver(callee, args);
                let function = if node.results.len() == 2 { "__jvp" } else { "__second" };
                let own = receiver.is_some().then(|| match function {
                    "__jvp" => self.receiver_tangent(dots[0].as_ref(), span),
                    _ => self.given_tangent(dots[0].as_ref(), span),
                });
                let dots = &dots[args.len() - rest.len()..];
                let mut args = self.arguments(rest);
                args.extend(own);
                args.extend(dots.iter().map(|dot| self.tangent(dot.as_ref(), span)));
                Expr::postfix(derived_call(callee, receiver, function, &args, span))
            }
            // Without the heap, what has no constant number of records has been refused.
            Op::StackNew(_, Some(nest)) if !self.library.alloc => {
                let room = nest.iter().rev().fold(quote!(()), |room, len| {
                    let len: TokenStream = len.parse().unwrap_or_default();
                    quote!([#room; #len])
                });
                Expr::postfix(
                    quote_spanned!(span=> ::autodiff::__private::FixedStack::<_, #room>::new()),
                )
            }
            Op::StackNew(None, _) => {
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::ShortStack::new()))
            }
            Op::StackNew(Some(n), _) => self.with_capacity(quote!(Stack), *n, span),
            Op::StackPop(stack) => {
                let stack = self.name(*stack);
                Expr::postfix(quote_spanned!(span=> #stack.pop()))
            }
            Op::RowsNew(None) => {
                Expr::postfix(quote_spanned!(span=> ::autodiff::__private::Rows::new()))
            }
            Op::RowsNew(Some(n)) => self.with_capacity(quote!(Rows), *n, span),
            Op::RowsPop(rows) => {
                self.copies.extend(node.results.iter().copied());
                let rows = self.name(*rows);
                Expr::postfix(quote_spanned!(span=> #rows.pop()))
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

    /// A part of an aggregate or of what is kept. What is read of it later has no other type than that.
    pub(super) fn typed(&mut self, part: Value, span: Span) -> TokenStream {
        let ty = self.ty(part).clone();
        self.expr(part).typed(&ty, span).tokens
    }

    /// An empty stack of that kind, with room for as much.
    fn with_capacity(&mut self, kind: TokenStream, room: Value, span: Span) -> Expr {
        let len = self.expr(room);
        let len = match *self.ty(room) == Type::usize() {
            true => len.tokens,
            false => len.cast(&quote!(usize), span).tokens,
        };
        Expr::postfix(quote_spanned!(span=> ::autodiff::__private::#kind::with_capacity(#len)))
    }

    /// The elements of an array or a `Vec`: where all are numbers without a type, the first has it.
    fn elements(&mut self, parts: &[Value], span: Span) -> Vec<TokenStream> {
        let mut exprs: Vec<Expr> = parts.iter().map(|v| self.expr(*v)).collect();
        if exprs.iter().all(Expr::is_untyped)
            && let Some(first) = exprs.first_mut()
        {
            *first = first.clone().typed(self.ty(parts[0]), span);
        }
        exprs.into_iter().map(|expr| expr.tokens).collect()
    }

    /// The zero tangent of a value; `zero` is the value that will hold it.
    pub(super) fn zero(&mut self, value: Value, zero: Value, span: Span) -> TokenStream {
        // The signature says so of what has no derivative, also of many.
        if self.ty(value).is_constant() && !self.ty(value).is_scalar() {
            return quote_spanned!(span=> ());
        }
        static_zero(self.graph, value, zero).unwrap_or_else(|| {
            let shape = self.borrowed(value);
            zero_by_parts(self.ty(value), &shape, span).unwrap_or_else(
                || quote_spanned!(span=> ::autodiff::__private::zero_tangent(#shape)),
            )
        })
    }

    /// The receiver of a method, which stands before it, and the other arguments.
    pub(super) fn receiver<'a>(
        &mut self,
        callee: &Callee,
        args: &'a [CallArg],
    ) -> (Option<Receiver>, &'a [CallArg]) {
        let (Callee::Method { name, by_value, annotated, .. }, Some((first, rest))) =
            (callee, args.split_first())
        else {
            return (None, args);
        };
        let (place, mutable) = match first {
            CallArg::Value(v) => {
                let value = self.expr(*v).at_least(Level::Postfix);
                return (Some(Receiver::plain(value)), rest);
            }
            CallArg::Ref(place, mutable) => (place, *mutable),
        };
        let must_stay = self.must_stay(place);
        let at = self.place(place, mutable);
        let receiver = match by_value {
            Some(true) if must_stay => {
                let source = at.borrow(false);
                Receiver::plain(quote!(::core::clone::Clone::clone(#source)))
            }
            None if must_stay && *annotated => {
                Receiver::asked(&at.value().at_least(Level::Postfix), name, mutable)
            }
            _ => Receiver::plain(at.value().at_least(Level::Postfix)),
        };
        (Some(receiver), rest)
    }

    pub(super) fn arguments(&mut self, args: &[CallArg]) -> Vec<TokenStream> {
        args.iter().map(|arg| self.argument(arg)).collect()
    }

    fn scalar(&mut self, fun: Fun, args: &[Value], ty: &Type, span: Span) -> Expr {
        match fun.spelling() {
            // A method of the name may be a trait's of the user's.
            Spelling::Method(_) if fun == Fun::Min && matches!(ty, Type::Int(_)) => {
                let operands = self.tokens(args);
                Expr::postfix(quote_spanned!(span=> ::core::cmp::min(#(#operands),*)))
            }
            Spelling::Prefix(operator) => Expr::prefix(operator, self.expr(args[0]), span),
            Spelling::Infix(operator) => {
                let (left, right) = (self.expr(args[0]), self.expr(args[1]));
                if let Some(path) = self.spelled.call(fun, ty, self.library, span) {
                    let (left, right) = (left.tokens, right.tokens);
                    return Expr::postfix(quote_spanned!(span=> #path(#left, #right)));
                }
                Expr::infix(operator, left, right, span)
            }
            Spelling::Method(name) => {
                let mut receiver = self.expr(args[0]);
                if self.graph.data(args[0]).is_asserted {
                    let tokens = receiver.tokens;
                    let asserted = quote_spanned!(span=> ::autodiff::__private::float(#tokens));
                    receiver = Expr::postfix(asserted);
                }
                let operands: Vec<_> = args[1..].iter().map(|v| self.expr(*v)).collect();
                let known = |v: &&Value| type_name(self.ty(**v)).is_some();
                let own = args.first().filter(known);
                let of = own.map_or(ty, |v| self.ty(*v));
                if let Some(path) = self.spelled.call(fun, of, self.library, span) {
                    let receiver = receiver.typed(of, span).tokens;
                    let operands = operands.iter().map(|e| &e.tokens);
                    return Expr::postfix(quote_spanned!(span=> #path(#receiver #(, #operands)*)));
                }
                Expr::method(name, receiver, &operands, of, span)
            }
            Spelling::Select => {
                let [c, a, b] = [0, 1, 2].map(|k| self.expr(args[k]));
                Expr::select(&c, &a, &b, span)
            }
            Spelling::Cast => {
                let integer = self.expr(args[0]);
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
                let operands = self.tokens(args);
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
            None => quote!(::autodiff::__private::undefined()),
        }),
    }
}

/// The zero tangent of a tuple of which the signature says that parts have none.
fn zero_by_parts(ty: &Type, of: &TokenStream, span: Span) -> Option<TokenStream> {
    let Type::Tuple(parts) = ty else { return None };
    let mut any = false;
    let parts = parts.iter().enumerate().map(|(k, part)| {
        let k = syn::Index::from(k);
        let of = quote!(&(#of).#k);
        let zero = if part.is_constant() {
            Some(quote_spanned!(span=> ()))
        } else {
            zero_by_parts(part, &of, span)
        };
        any |= zero.is_some();
        zero.unwrap_or_else(|| quote_spanned!(span=> ::autodiff::__private::zero_tangent(#of)))
    });
    let zero = quote_spanned!(span=> (#(#parts,)*));
    any.then_some(zero)
}

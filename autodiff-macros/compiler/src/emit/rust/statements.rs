//! Operations that change memory or call for their effect.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::Printer;
use super::callee::derived_call;
use super::expr::{Expr, Level};
use super::place::PlaceExpr;
use super::uses::{Footprint, local_adjoints};
use crate::ir::{CallArg, Float, Node, Op, Place, PullArg, Type};

impl Printer<'_> {
    /// Prints a node that is a statement.
    pub(super) fn statement(&mut self, node: &Node, footprint: &Footprint) {
        let span = node.span;
        let statement = match &node.op {
            Op::Store(place, v) => {
                let (value, updates) = (self.expr(*v), has_compound_assignment(self.ty(*v)));
                // Indices read from the object itself are taken before it is borrowed.
                self.settle(footprint);
                self.at(place, span, |at| assignment(at, value, updates, span))
            }
            Op::Accumulate(place, v) if self.ty(*v).is_float() => {
                let (value, updates) = (self.expr(*v), has_compound_assignment(self.ty(*v)));
                self.settle(footprint);
                self.at(place, span, |at| {
                    let sum = Expr::infix("+", at.value(), value, span);
                    assignment(at, sum, updates, span)
                })
            }
            Op::Accumulate(place, v) => {
                let value = self.borrowed(*v);
                self.at(place, span, |at| accumulation(at, &value, span))
            }
            Op::AccumulatePlace(to, from) => {
                let addend = self.place(from, false).borrow(false);
                let sum = self.at(to, span, |at| accumulation(at, &addend, span));
                self.guarded(from.root, false, span, sum)
            }
            Op::SetZero(place) => self.at(place, span, |at| {
                let at = at.borrow(true);
                quote_spanned!(span=> ::autodiff::__private::set_zero(#at);)
            }),
            Op::Swap(place, i, j) => {
                let (i, j) = (self.expr(*i).tokens, self.expr(*j).tokens);
                self.at(place, span, |at| {
                    let receiver = at.receiver();
                    quote_spanned!(span=> #receiver.swap(#i, #j);)
                })
            }
            Op::Push(place, v) => {
                let value = self.expr(*v).tokens;
                self.at(place, span, |at| {
                    let receiver = at.receiver();
                    quote_spanned!(span=> #receiver.push(#value);)
                })
            }
            Op::StackPush(stack, record) => {
                let record: Vec<_> = record.iter().map(|v| self.typed(*v, span)).collect();
                let stack = self.name(*stack);
                match &record[..] {
                    [value] => quote_spanned!(span=> #stack.push(#value);),
                    values => quote_spanned!(span=> #stack.push((#(#values),*));),
                }
            }
            Op::RowsPush(rows, place) => {
                let rows = self.name(*rows);
                self.at(place, span, |at| {
                    let row = at.borrow(false);
                    quote_spanned!(span=> #rows.push(#row);)
                })
            }
            Op::Effect { tokens, captures } => {
                let lets = self.captures(captures);
                let end = (!ends_statement(tokens)).then(|| quote_spanned!(span=> ;));
                if lets.is_empty() {
                    quote!(#tokens #end)
                } else {
                    quote_spanned!(span=> { #lets #tokens #end })
                }
            }
            Op::Pull { pull, method, call, dots, seed, args } => {
                let (lets, args) = self.pull_arguments(node, args);
                let mut again = Vec::new();
                for (k, arg) in call.iter().enumerate() {
                    again.push(match arg {
                        Some(CallArg::Ref(place, false)) if *method && k == 0 => {
                            let receiver = self.place(place, false).borrow(false);
                            quote!(::autodiff::__private::again(#receiver))
                        }
                        arg => self.again(arg.as_ref()),
                    });
                }
                for (k, dot) in dots.iter().enumerate() {
                    let tangent = self.tangent(dot.as_ref(), span);
                    again.push(match dot {
                        Some(_) if *method && k == 0 => {
                            quote!(::autodiff::__private::receiver::given(#tangent))
                        }
                        _ => tangent,
                    });
                }
                let pull = self.expr(*pull).at_least(Level::Postfix);
                let seed = self.expr(*seed).tokens;
                quote_spanned!(span=> #lets #pull(#(#again,)* #seed #(, #args)*);)
            }
            Op::CallInto { path, call, seed, args } => {
                let (lets, shadows) = self.pull_arguments(node, args);
                let (receiver, rest) = self.receiver(path, call);
                let mut all = self.arguments(rest);
                all.push(self.expr(*seed).tokens);
                all.extend(shadows);
                let called = derived_call(path, receiver, "__vjp_into", &all, span);
                quote_spanned!(span=> #lets #called;)
            }
            op => unreachable!("{op:?} is no statement"),
        };
        self.emit(footprint, statement);
    }

    /// A statement on a place, run only if the place is there.
    fn at(
        &mut self,
        place: &Place,
        span: Span,
        statement: impl FnOnce(&PlaceExpr) -> TokenStream,
    ) -> TokenStream {
        let at = self.place(place, true);
        self.guarded(place.root, true, span, statement(&at))
    }

    /// What a pullback is given once more: the data behind a reference, nothing for a value.
    fn again(&mut self, arg: Option<&CallArg>) -> TokenStream {
        match arg {
            None => quote!(::autodiff::__private::Ignored),
            // The function may have been given a reference to a `Vec`.
            Some(CallArg::Ref(place, false)) if self.copies.contains(place.root) => {
                let copy = self.name(place.root);
                let room = quote!(::autodiff::__private::alloc::vec::Vec::new());
                quote!(::autodiff::__private::copy(#copy, &mut #room))
            }
            Some(arg @ CallArg::Ref(..)) => self.arguments(std::slice::from_ref(arg)).remove(0),
            Some(CallArg::Value(v)) => {
                let value = self.borrowed(*v);
                quote!(::autodiff::__private::again(#value))
            }
        }
    }

    /// The adjoints that the pull defines, and the arguments after its seed.
    fn pull_arguments(&mut self, node: &Node, args: &[PullArg]) -> (TokenStream, Vec<TokenStream>) {
        let mut lets = TokenStream::new();
        let mut adjoints = Vec::new();
        for (argument, adjoint) in local_adjoints(args, &node.results) {
            let zero = self.expr(argument);
            lets.extend(self.binding(adjoint, true, zero));
            adjoints.push(self.name(adjoint));
        }
        let mut adjoints = adjoints.into_iter();
        let args = args
            .iter()
            .map(|arg| match arg {
                PullArg::None => quote!(::core::option::Option::None),
                PullArg::Shadow(place, in_place) => self.shadow(place, *in_place),
                PullArg::Local(_) => {
                    let adjoint = adjoints.next();
                    quote_spanned!(node.span=> ::core::option::Option::Some(&mut #adjoint))
                }
            })
            .collect();
        (lets, args)
    }
}

/// Whether `a += b` is known to mean `a = a + b`.
pub(super) fn has_compound_assignment(ty: &Type) -> bool {
    match ty {
        Type::Float(float) => !matches!(float, Float::Param(_)),
        Type::Int(_) => true,
        _ => false,
    }
}

fn assignment(at: &PlaceExpr, value: Expr, updates: bool, span: Span) -> TokenStream {
    let at = at.value().tokens;
    let update = updates.then(|| value.update_of(&at, span)).flatten();
    update.unwrap_or_else(|| {
        let value = value.tokens;
        quote_spanned!(span=> #at = #value;)
    })
}

fn accumulation(at: &PlaceExpr, addend: &TokenStream, span: Span) -> TokenStream {
    let at = at.borrow(true);
    quote_spanned!(span=> ::autodiff::__private::accumulate(#at, #addend);)
}

fn ends_statement(tokens: &TokenStream) -> bool {
    let last = tokens.clone().into_iter().last();
    matches!(last, Some(proc_macro2::TokenTree::Punct(p)) if p.as_char() == ';')
}

//! Memory as Rust writes it: places, references to them, captured names.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::Ident;

use super::Printer;
use super::expr::{Expr, Level, full_type};
use crate::ir::{CallArg, Payload, Place, Proj, Storage, Take, Type, Value};
use crate::tokens::regrouped;

/// A place, ready to be read, borrowed or assigned.
pub struct PlaceExpr {
    tokens: TokenStream,
    /// What a variable holds that refers to the place, if it is what one points to.
    held: Option<Reference>,
}

/// A reference as a variable holds it.
#[derive(Clone, Copy, PartialEq)]
enum Reference {
    Shared,
    Exclusive,
}

impl PlaceExpr {
    /// What is there.
    pub fn value(&self) -> Expr {
        let tokens = &self.tokens;
        if self.held.is_some() {
            Expr::new(quote!(*#tokens), Level::Prefix)
        } else {
            Expr::postfix(tokens.clone())
        }
    }

    /// For a method call, which borrows by itself.
    pub fn receiver(&self) -> &TokenStream {
        &self.tokens
    }

    /// A reference to the place.
    pub fn borrow(&self, mutable: bool) -> TokenStream {
        let tokens = &self.tokens;
        match (self.held, mutable) {
            (Some(Reference::Shared), false) => tokens.clone(),
            // To hand it on would move it.
            (Some(Reference::Exclusive), false) => quote!(&*#tokens),
            (Some(_), true) => quote!(&mut *#tokens),
            (None, false) => quote!(&#tokens),
            (None, true) => quote!(&mut #tokens),
        }
    }
}

/// A step of a place, its indices printed.
enum Step<'a> {
    /// What is written behind what it is a step from.
    Postfix(TokenStream),
    /// Into the variant that an enum is in.
    Payload(&'a Payload),
    /// What a function of the runtime gives of a tensor.
    Tensor(Option<usize>),
}

impl Printer<'_> {
    /// The place; one in a shadow or tangent that may be absent is rooted in the reference that
    /// `if let` or a closure binds under the same name. It is read, or changed if it is `mutable`.
    pub(super) fn place(&mut self, place: &Place, mutable: bool) -> PlaceExpr {
        let path = self.path(place);
        self.rooted(place.root, &path, mutable)
    }

    /// The variable's content as an `Option` of a reference, if that is how it is held.
    pub(super) fn option(&self, root: Value, mutable: bool) -> Option<TokenStream> {
        let storage = self.storage(root);
        if !matches!(storage, Storage::Slot | Storage::Tangent) {
            return None;
        }
        let variable = self.name(root);
        Some(match storage {
            Storage::Slot if mutable => quote!(#variable.as_deref_mut()),
            Storage::Slot => quote!(#variable.as_deref()),
            _ => quote!(#variable),
        })
    }

    /// The statement, run only if the shadow or tangent is there.
    pub(super) fn guarded(
        &self,
        root: Value,
        mutable: bool,
        span: Span,
        statement: TokenStream,
    ) -> TokenStream {
        let Some(option) = self.option(root, mutable) else {
            return statement;
        };
        let variable = self.name(root);
        quote_spanned! {span=>
            if let ::core::option::Option::Some(#variable) = #option { #statement }
        }
    }

    /// What is at a place.
    pub(super) fn load(&mut self, place: &Place, take: Take, ty: &Type, span: Span) -> Expr {
        let steps = self.path(place);
        let read = |at: &PlaceExpr| {
            let receiver = at.receiver();
            match take {
                Take::Value => at.value(),
                // Of a view as well it is an array, row by row.
                _ if matches!(ty, Type::Tensor(..)) => {
                    let source = at.borrow(false);
                    Expr::postfix(
                        quote_spanned!(span=> ::autodiff::__private::tensor::owned(#source)),
                    )
                }
                // The type may be known to rustc only further on: no method can be looked up yet.
                Take::Clone if place.path.is_empty() && full_type(ty).is_none() => {
                    let source = at.borrow(false);
                    Expr::postfix(quote_spanned!(span=> ::core::clone::Clone::clone(#source)))
                }
                Take::Clone => Expr::postfix(quote_spanned!(span=> #receiver.clone())),
                Take::Owned if self.is_slice(place) || matches!(ty, Type::Vec(_)) => {
                    Expr::postfix(quote_spanned!(span=> #receiver.to_vec()))
                }
                Take::Owned => Expr::postfix(quote_spanned!(span=> #receiver.to_owned())),
            }
        };
        let present = read(&self.rooted(place.root, &steps, false));
        let Some(option) = self.option(place.root, false) else {
            return present;
        };
        let (variable, present) = (self.name(place.root), present.tokens);
        if let Some(zero) = ty.static_zero() {
            return Expr::postfix(
                quote_spanned!(span=> #option.map_or(#zero, |#variable| #present)),
            );
        }
        let absent = match self.primal_of(place.root) {
            Some(primal) => {
                let there = place.clone().in_primal();
                let steps = self.path(&there);
                let at = self.rooted(primal, &steps, false);
                let primal = match (take, ty) {
                    // The zero of an array is an array: that of a slice of it is a `Vec`.
                    (Take::Owned, Type::Vec(_)) if !self.is_slice(place) => {
                        let receiver = at.receiver();
                        quote!(&#receiver[..])
                    }
                    _ => at.borrow(false),
                };
                quote_spanned!(span=> ::autodiff::__private::zero_tangent(#primal))
            }
            None => quote_spanned!(span=> ::core::default::Default::default()),
        };
        Expr::postfix(quote_spanned!(span=> #option.map_or_else(|| #absent, |#variable| #present)))
    }

    /// Whether a call that takes what is at a place by value would take what is read again: it stands in a
    /// variable, which has other readers, or behind a reference into an enum.
    pub(super) fn must_stay(&self, place: &Place) -> bool {
        let is_owned = matches!(self.storage(place.root), Storage::Local | Storage::Object);
        let is_element = |step: &Proj| matches!(step, Proj::Index(_) | Proj::Slice(..));
        let is_field = |step: &Proj| matches!(step, Proj::Field(_));
        is_owned
            && !place.path.iter().any(is_element)
            && !(place.path.iter().all(is_field) && self.uses.once_in_place(place.root))
    }

    /// An argument of a call.
    pub(super) fn argument(&mut self, argument: &CallArg) -> TokenStream {
        match argument {
            CallArg::Value(v) => {
                let value = self.expr(*v);
                let ty = self.ty(*v);
                // What is called may be generic: the type of its result is the literal's.
                if ty.is_float() {
                    value.typed(ty, self.graph.data(*v).span).tokens
                } else {
                    value.tokens
                }
            }
            CallArg::Ref(place, mutable) => self.place(place, *mutable).borrow(*mutable),
        }
    }

    /// The tangent of an argument: an `Option`, save for an argument changed in place.
    pub(super) fn tangent(&mut self, dot: Option<&CallArg>, span: Span) -> TokenStream {
        match dot {
            None => quote!(::core::option::Option::None),
            Some(CallArg::Value(v)) => {
                let v = self.expr(*v).tokens;
                quote_spanned!(span=> ::core::option::Option::Some(#v))
            }
            Some(CallArg::Ref(place, true)) => self.place(place, true).borrow(true),
            Some(CallArg::Ref(place, false)) => self.optional_borrow(place, false),
        }
    }

    /// The tangent of a method's receiver, which the method takes in any form.
    pub(super) fn receiver_tangent(&mut self, dot: Option<&CallArg>, span: Span) -> TokenStream {
        match dot {
            None => quote!(::autodiff::__private::receiver::Absent),
            Some(CallArg::Ref(place, true)) => {
                let dot = self.place(place, true).borrow(true);
                quote_spanned!(span=> ::core::option::Option::Some(#dot))
            }
            dot => self.tangent(dot, span),
        }
    }

    /// The same in the form that the method takes.
    pub(super) fn given_tangent(&mut self, dot: Option<&CallArg>, span: Span) -> TokenStream {
        match dot {
            None => quote!(::core::option::Option::None),
            Some(CallArg::Ref(place, true)) => {
                let dot = self.place(place, true).borrow(true);
                quote_spanned!(span=> ::autodiff::__private::receiver::given_mut(#dot))
            }
            dot => {
                let dot = self.tangent(dot, span);
                quote_spanned!(span=> ::autodiff::__private::receiver::given(#dot))
            }
        }
    }

    /// Where a pullback puts an adjoint that is not a new local.
    pub(super) fn shadow(&mut self, place: &Place, in_place: bool) -> TokenStream {
        if in_place {
            self.place(place, true).borrow(true)
        } else {
            self.optional_borrow(place, true)
        }
    }

    /// The `let`s under which the user's own code finds its names.
    pub(super) fn captures(&mut self, captures: &[(Ident, CallArg)]) -> TokenStream {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (name, capture) in captures {
            let whole = match capture {
                CallArg::Value(v) => Some(*v),
                CallArg::Ref(place, _) => place.path.is_empty().then_some(place.root),
            };
            if whole.is_some_and(|v| self.is_named(v, name)) {
                continue;
            }
            names.push(name);
            let shared = |object: Value| {
                let part =
                    |c: &CallArg| matches!(c, CallArg::Ref(place, _) if place.root == object);
                captures.iter().any(|(_, c)| part(c))
            };
            values.push(match capture {
                // The user's code may change it, unless it has a reference to a part of it too.
                CallArg::Value(v) if self.storage(*v) == Storage::Object => {
                    let (shared, object) = (shared(*v), self.name(*v));
                    if shared { quote!(&#object) } else { quote!(&mut #object) }
                }
                // A constant is a literal here, and had a variable's type there.
                CallArg::Value(v) => self.expr(*v).typed(self.ty(*v), name.span()).tokens,
                CallArg::Ref(..) => self.argument(capture),
            });
        }
        match (names.as_slice(), values.as_slice()) {
            ([], _) => TokenStream::new(),
            ([name], [value]) => quote_spanned!(name.span()=> let #name = #value;),
            // All at once: one value may be in a variable that has another's name.
            _ => quote!(let (#(#names),*) = (#(#values),*);),
        }
    }

    /// Code of the compiler's own, a call, with its operands in place of their names.
    pub(super) fn filled_in(
        &mut self,
        tokens: TokenStream,
        captures: &[(Ident, CallArg)],
    ) -> TokenStream {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let ends = |tree: Option<&TokenTree>| match tree {
            Some(TokenTree::Punct(p)) => p.as_char() == ',',
            other => other.is_none(),
        };
        let mut out = TokenStream::new();
        for (i, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => {
                    let inner = self.filled_in(group.stream(), captures);
                    out.extend([regrouped(group, inner)]);
                }
                TokenTree::Ident(name) => {
                    let before = i.checked_sub(1).map(|i| &trees[i]);
                    let alone = ends(before) && ends(trees.get(i + 1));
                    match captures.iter().find(|(n, _)| n == name) {
                        Some((_, CallArg::Value(v))) => {
                            let level = if alone { Level::Or } else { Level::Postfix };
                            out.extend(self.expr(*v).at_least(level));
                        }
                        Some((_, capture)) if alone => out.extend(self.argument(capture)),
                        Some((_, capture)) => {
                            let reference = self.argument(capture);
                            out.extend(quote!((#reference)));
                        }
                        None => out.extend([tree.clone()]),
                    }
                }
                tree => out.extend([tree.clone()]),
            }
        }
        out
    }

    /// A shared reference to a value, for its shape.
    pub(super) fn borrowed(&mut self, value: Value) -> TokenStream {
        let expr = self.expr(value).at_least(Level::Prefix);
        match self.storage(value) {
            Storage::Ref | Storage::RefMut => expr,
            _ => quote!(&#expr),
        }
    }

    /// The steps of a place, from its root inwards.
    fn path<'p>(&mut self, place: &'p Place) -> Vec<Step<'p>> {
        let step = |step: &'p Proj| {
            Step::Postfix(match step {
                Proj::Index(v) => {
                    let index = self.expr(*v).tokens;
                    quote!([#index])
                }
                Proj::Slice(lo, hi, inclusive) => {
                    let lo = lo.map(|v| self.expr(v).at_least(Level::Or));
                    let hi = hi.map(|v| self.expr(v).at_least(Level::Or));
                    let dots = if *inclusive { quote!(..=) } else { quote!(..) };
                    quote!([#lo #dots #hi])
                }
                Proj::Field(member) => quote!(.#member),
                Proj::Slot(payload) => {
                    let (variant, member) = (payload.name(), &payload.member);
                    quote!(.#variant.#member)
                }
                Proj::Payload(payload) => return Step::Payload(payload),
                Proj::Flat => return Step::Tensor(None),
                Proj::Axis(axis) => return Step::Tensor(Some(*axis)),
            })
        };
        place.path.iter().map(step).collect()
    }

    fn rooted(&self, root: Value, path: &[Step<'_>], mutable: bool) -> PlaceExpr {
        let held = match self.storage(root) {
            Storage::Local | Storage::Object => None,
            Storage::RefMut | Storage::Slot => Some(Reference::Exclusive),
            Storage::Ref | Storage::Tangent => Some(Reference::Shared),
        };
        let tokens = self.root(root).at_least(Level::Postfix);
        path.iter().enumerate().fold(PlaceExpr { tokens, held }, |at, (index, step)| {
            let own = index == 0;
            let tokens = match step {
                Step::Postfix(tokens) => {
                    let inner = &at.tokens;
                    quote!(#inner #tokens)
                }
                Step::Payload(Payload { variant, member }) => {
                    let whole = at.borrow(mutable);
                    hygienic! {
                        (*match #whole {
                            #variant { #member: ad_payload, .. } => ad_payload,
                            _ => ::core::unreachable!(),
                        })
                    }
                }
                Step::Tensor(None)
                    if !mutable
                        && own
                        && let Some(rows) = self.rows.get(root) =>
                {
                    return PlaceExpr { tokens: quote!(#rows), held: Some(Reference::Shared) };
                }
                Step::Tensor(None) => {
                    let whole = at.borrow(mutable);
                    let (flat, held) = if mutable {
                        (quote!(flat_mut), Reference::Exclusive)
                    } else {
                        (quote!(flat), Reference::Shared)
                    };
                    let tokens = quote!(::autodiff::__private::tensor::#flat(#whole));
                    return PlaceExpr { tokens, held: Some(held) };
                }
                Step::Tensor(Some(axis)) => {
                    let whole = at.borrow(false);
                    let axis = proc_macro2::Literal::usize_unsuffixed(*axis);
                    quote!(::autodiff::__private::tensor::axis(#whole, #axis))
                }
            };
            PlaceExpr { tokens, held: None }
        })
    }

    fn optional_borrow(&mut self, place: &Place, mutable: bool) -> TokenStream {
        let at = self.place(place, mutable).borrow(mutable);
        let Some(option) = self.option(place.root, mutable) else {
            return quote!(::core::option::Option::Some(#at));
        };
        if place.path.is_empty() {
            return option;
        }
        let variable = self.name(place.root);
        if matches!(place.path.last(), Some(Proj::Slice(..))) {
            return quote!(#option.map(|#variable| #at));
        }
        // Where a slice is wanted and a `Vec` stands, this is a place where rustc makes one of the other.
        quote!(match #option {
            ::core::option::Option::Some(#variable) => ::core::option::Option::Some(#at),
            ::core::option::Option::None => ::core::option::Option::None,
        })
    }

    /// Whether the place is known to be a slice.
    fn is_slice(&self, place: &Place) -> bool {
        match place.path.last() {
            None => matches!(self.ty(place.root), Type::Slice(_)),
            Some(step) => matches!(step, Proj::Slice(..)),
        }
    }
}

//! The methods of arrays, slices and vectors.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ExprMethodCall;

use super::iter::{Access, Iter};
use super::{Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Place, Proj, Take, Type, Value};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// A method of an array, a slice or a `Vec`; `None` if it is not known as one.
    pub(super) fn sequence_method(
        &mut self,
        receiver: &Rv,
        ty: &Type,
        m: &ExprMethodCall,
    ) -> Lowered<Option<Rv>> {
        let span = m.method.span();
        let name = m.method.to_string();
        // Of a type of the user's own a method is the user's own too, whatever its name.
        if matches!(ty, Type::Struct(_) | Type::Enum(_)) && name != "clone" && name != "to_owned" {
            return Ok(None);
        }
        let args: Vec<_> = m.args.iter().collect();
        let (place, mutable) = match receiver {
            Rv::Place(place, _) | Rv::Temp(place, _) => (place.clone(), true),
            Rv::Ref(place, _, mutable) => (place.clone(), *mutable),
            Rv::Value(v) => (Place::whole(*v), false),
            _ => return Ok(None),
        };
        let elements =
            |access| Rv::Iter(Box::new(Iter::Elements(place.clone(), ty.element(), access)));
        let is_ref = matches!(receiver, Rv::Ref(..));
        const WRITING: [&str; 10] = [
            "swap",
            "reverse",
            "rotate_left",
            "rotate_right",
            "fill",
            "copy_from_slice",
            "clone_from_slice",
            "push",
            "extend_from_slice",
            "extend",
        ];
        if WRITING.contains(&name.as_str()) {
            self.writable(&place, span)?;
        }
        // Of other constants the methods are std's: what they give may not be copied at will.
        let varies = is_sequence(ty) && !ty.is_constant();
        let has_elements = varies || is_sequence(ty) && ty.element().is_scalar();
        if varies && let Some(rv) = self.resizing_method(&place, ty, m)? {
            return Ok(Some(rv));
        }
        Ok(Some(match (name.as_str(), args.as_slice()) {
            ("len", []) => Rv::Value(self.b.op(Op::Len(place), Type::usize(), span)),
            ("is_empty", []) => {
                let len = self.b.op(Op::Len(place), Type::usize(), span);
                let zero = self.b.int(0, span);
                Rv::Value(self.b.scalar(Fun::Eq, vec![len, zero], Type::Bool, span))
            }
            ("iter", []) => elements(Access::Shared),
            ("iter_mut", []) => elements(Access::Exclusive),
            ("into_iter", []) if is_ref => {
                elements(if mutable { Access::Exclusive } else { Access::Shared })
            }
            ("into_iter", []) => {
                let place = self.taken(place, ty, span);
                Rv::Iter(Box::new(Iter::Elements(place, ty.element(), Access::Value)))
            }
            ("chunks" | "chunks_mut" | "chunks_exact" | "chunks_exact_mut", [n]) => {
                let n = self.index(n)?;
                let exact = name.contains("exact");
                let mutable = name.contains("mut");
                Rv::Iter(Box::new(Iter::Chunks(place, ty.element(), n, exact, mutable)))
            }
            ("windows", [n]) => {
                let n = self.index(n)?;
                Rv::Iter(Box::new(Iter::Windows(place, ty.element(), n)))
            }
            // What it refers to is another type's, and a pullback cannot keep it beside its owner.
            ("as_ref" | "borrow", [])
                if place.path.is_empty() && self.opaque.contains(&place.root) =>
            {
                return Err(self.refuse(
                    "AD0240",
                    span,
                    format!("a pullback cannot keep what `{name}` borrows of this argument"),
                    "take what is borrowed as parameter, as in `indices: &[usize]`",
                ));
            }
            ("as_slice" | "as_ref" | "borrow", []) => {
                Rv::Ref(place, Type::Slice(Box::new(ty.element())), false)
            }
            ("as_mut_slice" | "as_mut", []) => {
                Rv::Ref(place, Type::Slice(Box::new(ty.element())), true)
            }
            ("to_vec" | "to_owned" | "clone", []) => self.copy(place, ty, &name, span),
            ("swap", [i, j]) => {
                let (i, j) = (self.index(i)?, self.index(j)?);
                self.b.effect(Op::Swap(place, i, j), span);
                Rv::Unit
            }
            ("reverse", []) => {
                let (lo, hi) = self.ends(&place, span);
                self.reverse(&place, lo, hi, span)?;
                Rv::Unit
            }
            ("rotate_left" | "rotate_right", [n]) => {
                let n = self.index(n)?;
                self.rotate(&place, n, name == "rotate_left", span)?;
                Rv::Unit
            }
            ("fill", [value]) => {
                let value = self.value(value)?;
                self.over(&place, span, &mut |this, at| {
                    this.b.effect(Op::Store(at, value), span);
                    Ok(())
                })?;
                Rv::Unit
            }
            ("copy_from_slice" | "clone_from_slice", [source]) => {
                let (source, source_ty) = self.place(source)?;
                self.copy_from(place, source, &source_ty, span)?;
                Rv::Unit
            }
            ("push", [value]) => {
                let value = self.elements([*value])?.remove(0);
                self.learn_element(&place, value);
                self.b.effect(Op::Push(place, value), span);
                Rv::Unit
            }
            ("extend_from_slice", [source]) => {
                let (source, source_ty) = self.place(source)?;
                let element = source_ty.element();
                self.over(&source, span, &mut |this, at| {
                    let value = this.load(&at, &element, span);
                    this.learn_element(&place, value);
                    this.b.effect(Op::Push(place.clone(), value), span);
                    Ok(())
                })?;
                Rv::Unit
            }
            ("extend", [source]) => {
                let iter = self.iterated(source)?;
                self.each(&iter, span, &mut |this, item| {
                    let value = this.value_of(item, span)?;
                    this.learn_element(&place, value);
                    this.b.effect(Op::Push(place.clone(), value), span);
                    Ok(())
                })?;
                Rv::Unit
            }
            ("split_at" | "split_at_mut", [mid]) => {
                let mid = self.index(mid)?;
                let slice = Type::Slice(Box::new(ty.element()));
                let exclusive = name == "split_at_mut";
                let low = place.clone().with(Proj::Slice(None, Some(mid), false));
                let high = place.with(Proj::Slice(Some(mid), None, false));
                Rv::Tuple(vec![
                    Rv::Ref(low, slice.clone(), exclusive),
                    Rv::Ref(high, slice, exclusive),
                ])
            }
            ("map", [f]) if matches!(ty, Type::Array(..)) => {
                let f = self.callee(f)?;
                self.map_array(&place, ty, &f, span)?
            }
            ("first" | "last" | "first_mut" | "last_mut", []) if has_elements => {
                self.optional_element(&place, ty, &name, None, span)?
            }
            ("split_first" | "split_last", []) if has_elements => {
                self.split_end(&place, ty, name == "split_last", span)
            }
            ("get" | "get_mut", [at]) if has_elements && !matches!(at, syn::Expr::Range(_)) => {
                self.optional_element(&place, ty, &name, Some(at), span)?
            }
            ("reserve" | "reserve_exact" | "shrink_to_fit", _) if !ty.is_constant() => Rv::Unit,
            ("sort_by" | "sort" | "drain" | "retain" | "dedup", _) if varies => {
                return Err(self.refuse(
                    "AD0236",
                    span,
                    format!("`{name}` of a sequence is not supported"),
                    "use `push`, `pop`, `swap`, indexing, and loops over them",
                ));
            }
            _ => return Ok(None),
        }))
    }

    /// The element type of an object becomes known with the first value put in.
    pub(super) fn learn_element(&mut self, place: &Place, value: Value) {
        let ty = self.b.ty(value).clone();
        let data = &mut self.b.values[place.root.index()].ty;
        if place.path.is_empty()
            && let Type::Vec(element) = data
            && **element == Type::Unknown
        {
            **element = ty;
        }
    }

    fn copy(&mut self, place: Place, ty: &Type, method: &str, span: Span) -> Rv {
        let (owned, take) = match ty {
            Type::Slice(t) => (Type::Vec(t.clone()), Take::Owned),
            // `to_vec` of an array or of something unknown is a `Vec`.
            _ if method == "to_vec" => (Type::Vec(Box::new(ty.element())), Take::Owned),
            ty => (ty.clone(), Take::Clone),
        };
        let value = self.b.load(place, take, owned.clone(), span);
        let object = self.object(value, None, span);
        Rv::Temp(Place::whole(object), owned)
    }

    /// The first index of a sequence, and the one past its last.
    pub(super) fn ends(&mut self, place: &Place, span: Span) -> (Value, Value) {
        let zero = self.b.int(0, span);
        self.refine(zero, &Type::usize());
        (zero, self.b.op(Op::Len(place.clone()), Type::usize(), span))
    }

    /// Swaps the elements from `lo` on with those before `hi`.
    fn reverse(&mut self, place: &Place, lo: Value, hi: Value, span: Span) -> Lowered<()> {
        let (zero, one, two) = (self.b.int(0, span), self.b.int(1, span), self.b.int(2, span));
        self.refine(zero, &Type::usize());
        let len = self.usize_op(Fun::Sub, hi, lo, span);
        let half = self.usize_op(Fun::Div, len, two, span);
        self.between(zero, half, span, &mut |this, k| {
            let low = this.usize_op(Fun::Add, lo, k, span);
            let last = this.usize_op(Fun::Sub, hi, one, span);
            let high = this.usize_op(Fun::Sub, last, k, span);
            this.b.effect(Op::Swap(place.clone(), low, high), span);
            Ok(())
        })
    }

    /// `rotate_left(n)`, `rotate_right(n)`: each part reversed, and then the whole.
    fn rotate(&mut self, place: &Place, n: Value, left: bool, span: Span) -> Lowered<()> {
        let (lo, hi) = self.ends(place, span);
        let assertion = quote!(::core::assert!(ad_n <= ad_len));
        self.assert(assertion, &[("ad_n", n), ("ad_len", hi)], span);
        let mid = if left { n } else { self.usize_op(Fun::Sub, hi, n, span) };
        self.reverse(place, lo, mid, span)?;
        self.reverse(place, mid, hi, span)?;
        self.reverse(place, lo, hi, span)
    }

    /// Runs `body` for every element of a sequence.
    pub(super) fn over(
        &mut self,
        place: &Place,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Place) -> Lowered<()>,
    ) -> Lowered<()> {
        let (lo, hi) = self.ends(place, span);
        self.between(lo, hi, span, &mut |this, k| body(this, place.clone().with(Proj::Index(k))))
    }

    /// Runs `body` so many times.
    pub(super) fn times(
        &mut self,
        count: Value,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        let zero = self.b.int(0, span);
        self.refine(zero, &Type::usize());
        self.between(zero, count, span, body)
    }

    /// Runs `body` for every index from `lo` on, up to `hi`.
    fn between(
        &mut self,
        lo: Value,
        hi: Value,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        self.each(&Iter::Range(lo, hi, false), span, &mut |this, k| {
            let k = this.value_of(k, span)?;
            body(this, k)
        })
    }

    /// An assertion about integers.
    pub(super) fn assert(&mut self, tokens: TokenStream, of: &[(&str, Value)], span: Span) {
        let name = |name: &str| syn::Ident::new(name, Span::call_site());
        let capture = |(own, v): &(&str, Value)| (name(own), CallArg::Value(*v));
        let captures = of.iter().map(capture).collect();
        self.b.effect(Op::Effect { tokens, captures }, span);
    }

    fn copy_from(&mut self, to: Place, from: Place, ty: &Type, span: Span) -> Lowered<()> {
        let (to_len, from_len) = (
            self.b.op(Op::Len(to.clone()), Type::usize(), span),
            self.b.op(Op::Len(from.clone()), Type::usize(), span),
        );
        let message =
            "copy_from_slice: source slice length does not match destination slice length";
        let assertion = quote!(::core::assert!(ad_to == ad_from, #message));
        self.assert(assertion, &[("ad_to", to_len), ("ad_from", from_len)], span);
        let element = ty.element();
        self.over(&to.clone(), span, &mut |this, at| {
            let Some(Proj::Index(k)) = at.path.last().cloned() else { return Ok(()) };
            let source = from.clone().with(Proj::Index(k));
            let value = this.load(&source, &element, span);
            this.b.effect(Op::Store(at, value), span);
            Ok(())
        })
    }
}

fn is_sequence(ty: &Type) -> bool {
    matches!(ty, Type::Vec(_) | Type::Slice(_) | Type::Array(..))
}

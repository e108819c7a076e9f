//! Method calls: of floats, of sequences, of iterators.

use quote::{ToTokens, quote};
use syn::ExprMethodCall;

use super::pattern::calls;
use super::{Binding, Lowerer, Rv, span_of};
use crate::errors::{Diagnostic, Lowered};
use crate::ir::{CallArg, Float, Op, Proj, Type, Value};

/// Methods of std's floats that have no derivative rule.
const WITHOUT_RULE: [&str; 12] = [
    "to_bits",
    "to_be_bytes",
    "to_le_bytes",
    "to_ne_bytes",
    "to_int_unchecked",
    "total_cmp",
    "partial_cmp",
    "classify",
    "to_string",
    "gamma",
    "ln_gamma",
    "algebraic_add",
];

/// Methods of integers that give an integer of the same type.
const LIKE_RECEIVER: [&str; 17] = [
    "pow",
    "abs",
    "signum",
    "min",
    "max",
    "clamp",
    "rem_euclid",
    "div_euclid",
    "div_ceil",
    "next_multiple_of",
    "next_power_of_two",
    "isqrt",
    "midpoint",
    "swap_bytes",
    "reverse_bits",
    "rotate_left",
    "rotate_right",
];

/// Methods of sequences that change nothing.
const READING: [&str; 10] = [
    "first",
    "last",
    "get",
    "contains",
    "capacity",
    "is_sorted",
    "starts_with",
    "ends_with",
    "concat",
    "binary_search_by",
];

impl Lowerer<'_> {
    pub(super) fn method_call(&mut self, m: &ExprMethodCall) -> Lowered<Rv> {
        // A constant of a generic float: `T::from(2.0).unwrap()`.
        if let Some(rv) = self.generic_constant(m)? {
            return Ok(rv);
        }
        if let Some(rv) = self.unwrapped_element(m)? {
            return Ok(rv);
        }
        if let Some(rv) = self.zip_chain(m)? {
            return Ok(rv);
        }
        let receiver = self.lazy(&m.receiver)?;
        self.method_of(receiver, m)
    }

    /// A method of an operand.
    fn method_of(&mut self, receiver: Rv, m: &ExprMethodCall) -> Lowered<Rv> {
        let span = m.method.span();
        let name = m.method.to_string();
        match receiver {
            Rv::Never => Ok(Rv::Never),
            receiver if self.is_tensor(&receiver) => self.tensor_method(receiver, m),
            Rv::Iter(iter) => self.iter_method(*iter, m),
            Rv::Some(_) | Rv::None | Rv::Maybe(..) => self.optional_method(receiver, m),
            Rv::Range(..) if name == "contains" || name == "is_empty" => {
                self.verbatim_typed(m, Type::Bool)
            }
            Rv::Range(..) => {
                let iter = self.into_iter(receiver, span)?;
                self.iter_method(iter, m)
            }
            Rv::Value(v) if *self.b.ty(v) == Type::Bool && name.starts_with("then") => {
                self.optional_if(v, m)
            }
            Rv::Value(v) if self.b.ty(v).is_scalar() => self.scalar_call(v, m),
            receiver => {
                let ty = self.type_of(&receiver);
                if ty.is_scalar() {
                    let value = self.value_of(receiver, span)?;
                    return self.scalar_call(value, m);
                }
                let ty = match (&receiver, ty) {
                    (Rv::Value(v), Type::Unknown) => self.presumed_type(*v),
                    (Rv::Place(place, _) | Rv::Ref(place, ..), Type::Unknown) => {
                        self.presumed_at(place)
                    }
                    (_, ty) => ty,
                };
                if let Some(rv) = self.sequence_method(&receiver, &ty, m)? {
                    return Ok(rv);
                }
                if (ty == Type::Unknown || ty.is_scalar())
                    && !matches!(receiver, Rv::Tuple(_))
                    && self.is_scalar_method(m)
                {
                    let value = self.value_of(receiver, span)?;
                    return self.scalar_call(value, m);
                }
                self.unknown_method(&receiver, &ty, m)
            }
        }
    }

    /// `x.last().unwrap()` and its like are an index that is checked.
    fn unwrapped_element(&mut self, m: &ExprMethodCall) -> Lowered<Option<Rv>> {
        let method = |e: &syn::Expr| match e {
            syn::Expr::MethodCall(inner) => Some(inner.clone()),
            _ => None,
        };
        if m.method != "unwrap" && m.method != "expect" {
            return Ok(None);
        }
        let Some(mut inner) = method(&m.receiver) else { return Ok(None) };
        let copy = (inner.method == "copied" || inner.method == "cloned").then(|| inner.clone());
        if copy.is_some() {
            let Some(further) = method(&inner.receiver) else { return Ok(None) };
            inner = further;
        }
        let (name, span) = (inner.method.to_string(), inner.method.span());
        let (which, mutable) = match name.strip_suffix("_mut") {
            Some(which) => (which, true),
            None => (name.as_str(), false),
        };
        match (which, inner.args.first()) {
            ("first" | "last", None) if method(&inner.receiver).is_none() => {}
            ("get", Some(at)) if !matches!(at, syn::Expr::Range(_)) => {}
            _ => return Ok(None),
        }
        let base = self.expr(&inner.receiver)?;
        if matches!(self.type_of(&base), Type::Struct(_) | Type::Enum(_) | Type::Tensor(..)) {
            let mut rv = self.method_of(base, &inner)?;
            for further in copy.iter().chain([m]) {
                rv = self.method_of(rv, further)?;
            }
            return Ok(Some(rv));
        }
        let index = match (which, inner.args.first()) {
            ("get", Some(at)) => self.index(at)?,
            ("last", _) => {
                let place = self.place_of(base.clone(), span)?;
                let len = self.b.op(Op::Len(place), Type::usize(), span);
                let one = self.b.int(1, span);
                self.b.scalar(crate::rules::Fun::Sub, vec![len, one], Type::usize(), span)
            }
            _ => {
                let zero = self.b.int(0, span);
                self.refine(zero, &Type::usize());
                zero
            }
        };
        let element = self.project(base, Proj::Index(index), span)?;
        let element = self.reference(element, mutable, span)?;
        Ok(Some(if copy.is_some() { self.deref(element, span) } else { element }))
    }

    fn is_scalar_method(&self, m: &ExprMethodCall) -> bool {
        let name = m.method.to_string();
        name == "sin_cos" || crate::rules::Fun::from_method(&name, m.args.len() + 1).is_some()
    }

    fn verbatim_typed(&mut self, m: &ExprMethodCall, ty: Type) -> Lowered<Rv> {
        let value = self.verbatim(m.to_token_stream(), ty, span_of(m), "this method's result")?;
        Ok(Rv::Value(value))
    }

    /// A method of which nothing is known: kept as it stands, so long as nothing active goes in. One
    /// that may change data with a derivative is refused at once, since what it changes is not seen.
    fn unknown_method(&mut self, receiver: &Rv, ty: &Type, m: &ExprMethodCall) -> Lowered<Rv> {
        let name = m.method.to_string();
        if let Some(rv) = self.entrywise(receiver, ty, m)? {
            return Ok(rv);
        }
        let of = self.of_type(ty.clone(), &name);
        if self.may_be_annotated(receiver, &of, m) {
            return self.call_method(receiver.clone(), &of, m);
        }
        let changeable = self.can_change(receiver) && of.changes_self().unwrap_or(true);
        if changeable && !ty.is_constant() && !READING.contains(&name.as_str()) {
            return Err(self.refuse(
                "AD0236",
                m.method.span(),
                format!("`{name}` may change data that has a derivative, and how is not known"),
                "use `push`, `swap`, `fill`, `copy_from_slice`, indexing, and loops over them",
            ));
        }
        let what = format!("the method `{name}`");
        let diagnostic = self.no_rule(&what, m.method.span()).deferred();
        let ty = match of.output(&self.types) {
            Some(output) if output.is_constant() => output,
            _ if name.starts_with("is_") => Type::Bool,
            _ => Type::Unknown,
        };
        let value = match receiver {
            // What the receiver calls has been called: its result has the method.
            Rv::Value(v) if calls(&m.receiver) => {
                let (name, method) = (syn::Ident::new("ad_receiver", span_of(m)), &m.method);
                let (turbofish, args) = (&m.turbofish, &m.args);
                let tokens = quote!(#name.#method #turbofish (#args));
                let v = *v;
                self.scoped(|this| {
                    this.declare(&name, Binding::Other(Rv::Value(v)));
                    this.verbatim_as(tokens, ty, span_of(m), diagnostic)
                })?
            }
            _ => self.verbatim_as(m.to_token_stream(), ty, span_of(m), diagnostic)?,
        };
        Ok(Rv::Value(value))
    }

    fn generic_constant(&mut self, m: &ExprMethodCall) -> Lowered<Option<Rv>> {
        let syn::Expr::Call(call) = &*m.receiver else { return Ok(None) };
        let syn::Expr::Path(p) = &*call.func else { return Ok(None) };
        let n = p.path.segments.len();
        if m.method != "unwrap" || n < 2 || p.path.segments[n - 1].ident != "from" {
            return Ok(None);
        }
        let owner = p.path.segments[n - 2].ident.to_string();
        if !self.types.floats().contains(&owner) {
            return Ok(None);
        }
        let Some(arg) = call.args.first().filter(|_| call.args.len() == 1) else { return Ok(None) };
        let arg = self.value(arg)?;
        let (path, span) = (&p.path, span_of(m));
        let captures = vec![(syn::Ident::new("ad_number", span), CallArg::Value(arg))];
        let diagnostic = Diagnostic::new(
            "AD0401",
            span,
            "a conversion between float types cannot be differentiated, and it depends on a differentiated value",
            "keep to one float type, or hold the value constant with `autodiff::stop_gradient`",
        );
        let (tokens, ty) = (quote!(#path(ad_number).unwrap()), Type::Float(Float::Param(owner)));
        Ok(Some(Rv::Value(self.verbatim_of(tokens, captures, ty, span, diagnostic))))
    }

    /// A method of a number.
    pub(super) fn scalar_call(&mut self, receiver: Value, m: &ExprMethodCall) -> Lowered<Rv> {
        let span = m.method.span();
        let name = m.method.to_string();
        if matches!(name.as_str(), "clone" | "to_owned" | "borrow" | "as_ref") {
            return Ok(Rv::Value(receiver));
        }
        let ty = self.b.ty(receiver).clone();
        let mut values = vec![receiver];
        for arg in &m.args {
            values.push(self.value(arg)?);
        }
        if !matches!(ty, Type::Int(_) | Type::Bool) {
            let ty = if ty.is_float() { ty.clone() } else { Type::Unknown };
            if let Some(rv) = self.scalar_method(&name, &values, &ty, span) {
                self.spell_method(&name, &values, &ty, true, span)?;
                return Ok(rv);
            }
        }
        let method = &m.method;
        let turbofish = &m.turbofish;
        let of_integers = values.iter().all(|v| matches!(self.b.ty(*v), Type::Int(_)));
        let captures = self.named_args(values.into_iter().map(Rv::Value), span)?;
        let mut names = captures.iter().map(|(name, _)| name);
        let first = names.next().expect("a receiver");
        // A reference is printed where std takes one.
        let compares = matches!(name.as_str(), "total_cmp" | "partial_cmp" | "cmp" | "eq");
        let reference = compares.then(|| quote!(&));
        let tokens = quote!(#first.#method #turbofish(#(#reference #names),*));
        let result = integer_result(&ty, &name);
        if let Type::Int(Some(own)) = &ty
            && of_integers
            && never_panics(&name)
            && turbofish.is_none()
        {
            // By its path, as the receiver may be a literal.
            let own = syn::Ident::new(own, span);
            let names = captures.iter().map(|(name, _)| name);
            let tokens = quote!(::core::primitive::#own::#method(#(#names),*));
            let code = Op::Verbatim { tokens, refusal: usize::MAX, captures };
            return Ok(Rv::Value(self.b.op(code, result, span)));
        }
        let what = format!("the method `{name}`");
        // What std's floats do not have is either a trait's method or a slip of the pen.
        let known = ty.is_float() && WITHOUT_RULE.contains(&name.as_str());
        let diagnostic = self.no_rule(&what, span);
        let diagnostic = if known { diagnostic } else { diagnostic.deferred() };
        Ok(Rv::Value(self.verbatim_of(tokens, captures, result, span, diagnostic)))
    }
}

/// What a function of an integer type gives, called as method or by path; unknown if that cannot be
/// said by its name.
pub(super) fn integer_result(ty: &Type, name: &str) -> Type {
    const COUNTS: [&str; 9] = [
        "count_ones",
        "count_zeros",
        "leading_ones",
        "leading_zeros",
        "trailing_ones",
        "trailing_zeros",
        "ilog",
        "ilog2",
        "ilog10",
    ];
    const OF_OTHER_SIGN: [&str; 4] = ["unsigned_abs", "abs_diff", "cast_signed", "cast_unsigned"];
    const OF_PATHS: [&str; 3] = ["from", "max_value", "min_value"];
    if !matches!(ty, Type::Int(_)) {
        Type::Unknown
    } else if ["is_power_of_two", "is_positive", "is_negative"].contains(&name) {
        Type::Bool
    } else if COUNTS.contains(&name) {
        Type::Int(Some("u32".into()))
    } else if OF_OTHER_SIGN.contains(&name) {
        Type::Int(None)
    } else if name.starts_with("wrapping_")
        || name.starts_with("saturating_")
        || LIKE_RECEIVER.contains(&name)
        || OF_PATHS.contains(&name)
    {
        ty.clone()
    } else {
        Type::Unknown
    }
}

/// Whether a method of an integer gives a result whatever the numbers are, so that it may be computed again
/// as well as kept.
fn never_panics(name: &str) -> bool {
    const NAMES: [&str; 17] = [
        "count_ones",
        "count_zeros",
        "leading_ones",
        "leading_zeros",
        "trailing_ones",
        "trailing_zeros",
        "unsigned_abs",
        "abs_diff",
        "min",
        "max",
        "swap_bytes",
        "reverse_bits",
        "is_power_of_two",
        "wrapping_add",
        "wrapping_sub",
        "wrapping_mul",
        "saturating_sub",
    ];
    NAMES.contains(&name)
}

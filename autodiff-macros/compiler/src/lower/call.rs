//! Calls: of functions of std, of annotated functions, of what names stand for.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::{Expr, ExprCall, Path};

use super::array::is_from_fn;
use super::form::is_some;
use super::iter::Iter;
use super::method::integer_result;
use super::methods::can_be_passed;
use super::{Binding, Lowerer, Rv, span_of};
use crate::errors::{Diagnostic, Extent, Lowered, Reported};
use crate::ir::callee::of_type;
use crate::ir::{CallArg, Callee, Float, Op, Place, Type, Value};
use crate::parse::names;
use crate::rules::Fun;

impl Lowerer<'_> {
    pub(super) fn call_expr(&mut self, c: &ExprCall, span: Span) -> Lowered<Rv> {
        let path = match &*c.func {
            Expr::Path(p) => &p.path,
            Expr::Paren(p) => match self.expr(&p.expr)? {
                Rv::Closure(closure) => {
                    let args = self.args(&c.args)?;
                    return self.inline(&closure, args, span);
                }
                _ => return self.unknown_callee(&c.func),
            },
            _ => return self.unknown_callee(&c.func),
        };
        if let Some(name) = path.get_ident() {
            let binding = self.lookup(name).cloned();
            if let Some(path) = binding.as_ref().and_then(|binding| self.function_bound(binding)) {
                let args = self.args(&c.args)?;
                return self.call_path(&path, args, span);
            }
            match binding {
                Some(Binding::Closure(closure)) => {
                    let args = self.args(&c.args)?;
                    return self.inline(&closure, args, span);
                }
                Some(Binding::Refused) => return Err(Reported),
                Some(Binding::Item(_)) | None => {}
                Some(_) => return self.verbatim_rv(c.to_token_stream(), span, "a call of a value"),
            }
        }
        if let Expr::Path(p) = &*c.func
            && p.qself.is_some()
        {
            if let Some(rv) = self.call_qualified(p, &c.args, span)? {
                return Ok(rv);
            }
            return self.verbatim_rv(c.to_token_stream(), span, "a call by a qualified path");
        }
        if let Some(rv) = self.tensor_constructor(c, path, span)? {
            return Ok(rv);
        }
        if let Some(iter) = self.successors(c) {
            return iter;
        }
        if is_from_fn(c) {
            return self.array_from_fn(c, None, span);
        }
        if is_some(path) && c.args.len() == 1 {
            let value = self.component(&c.args[0])?;
            return self.some(value, span);
        }
        if is_constructor(path) {
            if let Some(rv) = self.struct_call(path, &c.args, span)? {
                return Ok(rv);
            }
            return self.verbatim_rv(c.to_token_stream(), span, "a constructor");
        }
        if self.is_associated(path) {
            if can_be_passed(&c.args)
                && let Some(function) = self.annotated_function(path)
            {
                return self.call_associated(path, &function, &c.args, span);
            }
            return self.verbatim_rv(c.to_token_stream(), span, "an associated function");
        }
        if self.is_constant_function(path) {
            return self.constant_call(path, &c.args, span);
        }
        if let Some(of) = self.gradient_of(path) {
            let args = self.args(&c.args)?;
            let call = self.call_args(args, None, span)?;
            let value = self.b.op(Op::Call(Callee::Gradient(of), call), Type::Unknown, span);
            self.computed.insert(value);
            return Ok(Rv::Value(value));
        }
        let args = self.args(&c.args)?;
        self.call_path(path, args, span)
    }

    /// The function whose gradient a path names: `energy` of `energy::grad`, where the file declares a function
    /// of that name.
    fn gradient_of(&self, path: &Path) -> Option<Path> {
        let last = path.segments.last().filter(|_| path.segments.len() > 1)?;
        if last.ident != "grad" || !last.arguments.is_none() {
            return None;
        }
        let mut of = path.clone();
        of.segments.pop();
        of.segments.pop_punct();
        self.exclusive(&of.to_token_stream().to_string()).is_some().then_some(of)
    }

    /// The function that a name was bound to by its path.
    fn function_bound(&self, binding: &Binding) -> Option<Path> {
        match binding {
            Binding::Var(var) => self.paths.get(&self.vars[var.0].current?).cloned(),
            Binding::Place(place, _) if place.path.is_empty() => {
                self.paths.get(&place.root).cloned()
            }
            _ => None,
        }
    }

    fn unknown_callee(&mut self, callee: &Expr) -> Lowered<Rv> {
        Err(self.refuse(
            "AD0230",
            Extent::of(callee),
            "what is called here is not known at compile time",
            "call a function by its path, or a closure by its name",
        ))
    }

    pub(super) fn args<'e>(
        &mut self,
        args: impl IntoIterator<Item = &'e Expr>,
    ) -> Lowered<Vec<Rv>> {
        let mut out = Vec::new();
        for arg in args {
            let rv = self.expr(arg)?;
            // Arguments are evaluated in order: a later one may change what an earlier one read.
            out.push(match rv {
                Rv::Place(place, ty) if ty.is_scalar() => {
                    Rv::Value(self.load(&place, &ty, span_of(arg)))
                }
                rv => rv,
            });
        }
        Ok(out)
    }

    /// A call by path with lowered arguments.
    pub(super) fn call_path(&mut self, path: &Path, args: Vec<Rv>, span: Span) -> Lowered<Rv> {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let last = names.last().map(String::as_str).unwrap_or_default();
        let owner = names.len().checked_sub(2).map(|i| names[i].as_str());
        let owner = owner.filter(|owner| *owner == "Float" || self.may_be_of_std(&names));
        if last == "stop_gradient" && args.len() == 1 {
            let rv = args.into_iter().next().expect("one argument");
            return self.stop(rv, span);
        }
        if is_some(path) && args.len() == 1 {
            return self.some(args.into_iter().next().expect("one argument"), span);
        }
        if let Some(variant) = self.variant(path, &Type::Unknown) {
            return self.call_variant(&variant, args, span);
        }
        match (owner, last) {
            (Some("Vec"), "new") => return Ok(self.new_vec(None, span)),
            (Some("Vec"), "with_capacity") => {
                let n = self.single_value(args, span)?;
                self.refine(n, &Type::usize());
                return Ok(self.new_vec(Some(n), span));
            }
            (Some("Box"), "new") if args.len() == 1 => {
                return Ok(args.into_iter().next().expect("one argument"));
            }
            (Some("Vec"), "from") if args.len() == 1 => {
                let rv = args.into_iter().next().expect("one argument");
                return self.vec_from(rv, span);
            }
            (Some("iter"), "once" | "repeat") if args.len() == 1 => {
                let item = Box::new(args.into_iter().next().expect("one argument"));
                let iter = if last == "once" { Iter::Once(item) } else { Iter::Repeat(item) };
                return Ok(Rv::Iter(Box::new(iter)));
            }
            (Some("iter"), "repeat_n") if args.len() == 2 => {
                let mut args = args.into_iter();
                let item = Box::new(args.next().expect("two arguments"));
                let n = self.single_value(args.collect(), span)?;
                self.refine(n, &Type::usize());
                let iter = Iter::Take(Box::new(Iter::Repeat(item)), n);
                return Ok(Rv::Iter(Box::new(iter)));
            }
            (Some("iter"), "zip") if args.len() == 2 => {
                let mut both = args.into_iter().map(|arg| self.into_iter(arg, span));
                let (Some(a), Some(b)) = (both.next(), both.next()) else { unreachable!("two") };
                let zipped = self.zipped(Box::new(a?), b?, span)?;
                return Ok(Rv::Iter(Box::new(zipped)));
            }
            (Some("mem"), "replace" | "take") => return self.mem_replace(args, span),
            (Some("mem"), "swap") => return self.mem_swap(args, span),
            (Some("f64"), "from") => {
                let v = self.single_value(args, span)?;
                let ty = Type::F64;
                if *self.b.ty(v) == Type::Bool {
                    let tokens = quote!(f64::from(ad_bool));
                    return Ok(Rv::Value(self.int_method(tokens, &[("ad_bool", v)], ty, span)));
                }
                return Ok(Rv::Value(self.b.op(Op::Cast(v, quote!(f64)), ty, span)));
            }
            _ => {}
        }
        if let Some(rv) = self.call_num_traits(path, &args, span)? {
            return Ok(rv);
        }
        if let Some(function) = self.by_path(path)? {
            let values = self.values_of(args, span)?;
            return self.call_by_path(function, values, span);
        }
        if let Some(owner) = owner
            && self.is_float_owner(owner)
        {
            let values = self.values_of(args, span)?;
            return self.float_function(owner, last, values, path, span);
        }
        self.call_annotated(path, args, span)
    }

    /// Whether the type or module that a path names before its last segment can be one of std's.
    fn may_be_of_std(&self, path: &[String]) -> bool {
        let declared = self.types.declared();
        let is_std = |krate: &str| matches!(krate, "std" | "core" | "alloc");
        match path {
            [owner, _] => match declared.import(owner) {
                Some(import) => is_std(import.split("::").next().unwrap_or_default()),
                None => !declared.declares(owner),
            },
            [first, ..] => is_std(first),
            [] => false,
        }
    }

    fn single_value(&mut self, args: Vec<Rv>, span: Span) -> Lowered<Value> {
        match args.into_iter().next() {
            Some(rv) => self.value_of(rv, span),
            None => Err(self.defer(
                "AD0231",
                span,
                "an argument is missing",
                "give the function all its arguments",
            )),
        }
    }

    fn is_float_owner(&self, owner: &str) -> bool {
        owner == "Float" || self.owner_type(owner).is_float()
    }

    /// The type that a path's last but one segment names.
    fn owner_type(&self, owner: &str) -> Type {
        syn::parse_str(owner).map_or(Type::Unknown, |ty| self.types.read(&ty))
    }

    /// `f64::sin(x)`, `T::max(a, b)`.
    fn float_function(
        &mut self,
        owner: &str,
        name: &str,
        values: Vec<Value>,
        path: &Path,
        span: Span,
    ) -> Lowered<Rv> {
        let ty = match owner {
            "Float" => values.first().map_or(Type::Unknown, |v| self.b.ty(*v).clone()),
            owner => self.owner_type(owner),
        };
        for v in &values {
            if matches!(self.b.ty(*v), Type::Unknown | Type::Float(Float::Infer)) {
                self.refine(*v, &ty);
            }
        }
        if let Some(rv) = self.scalar_method(name, &values, &ty, span) {
            self.spell_method(name, &values, &ty, owner != "Float", span)?;
            return Ok(rv);
        }
        let compares = matches!(name, "total_cmp" | "partial_cmp");
        let ty = if compares { Type::Unknown } else { ty };
        let captures = self.named_args(values.into_iter().map(Rv::Value), span)?;
        let names = captures.iter().map(|(name, _)| name);
        let reference = compares.then(|| quote!(&));
        let tokens = quote!(#path(#(#reference #names),*));
        let diagnostic = self.no_rule(&format!("`{owner}::{name}`"), span);
        Ok(Rv::Value(self.verbatim_of(tokens, captures, ty, span, diagnostic)))
    }

    pub(super) fn no_rule(&self, what: &str, span: Span) -> Diagnostic {
        Diagnostic::new(
            "AD0404",
            span,
            format!("{what} has no derivative rule, and it is given a differentiated value"),
            "write it with the operations that have one, put it in a function under `#[differentiate(vjp = .., jvp = ..)]`, or hold the value constant with `autodiff::stop_gradient`",
        )
    }

    /// A method of `f32` and `f64` that the rule table knows.
    pub(super) fn scalar_method(
        &mut self,
        name: &str,
        values: &[Value],
        ty: &Type,
        span: Span,
    ) -> Option<Rv> {
        if name == "sin_cos" && values.len() == 1 {
            let sin = self.b.scalar(Fun::Sin, values.to_vec(), ty.clone(), span);
            let cos = self.b.scalar(Fun::Cos, values.to_vec(), ty.clone(), span);
            return Some(Rv::Tuple(vec![Rv::Value(sin), Rv::Value(cos)]));
        }
        let operator = ["neg", "add", "sub", "mul", "div", "rem"].contains(&name);
        let fun = if operator {
            Fun::ALL.iter().copied().find(|f| f.name() == name && f.arity() == values.len())?
        } else {
            Fun::from_method(name, values.len())?
        };
        if fun == Fun::Powi && values.len() == 2 {
            self.refine(values[1], &Type::Int(Some("i32".into())));
        }
        let ty = if fun.returns_bool() { Type::Bool } else { ty.clone() };
        Some(Rv::Value(self.b.scalar(fun, values.to_vec(), ty, span)))
    }

    fn new_vec(&mut self, capacity: Option<Value>, span: Span) -> Rv {
        let ty = Type::Vec(Box::new(Type::Unknown));
        let value = self.b.op(Op::VecNew(capacity), ty.clone(), span);
        let object = self.object(value, None, span);
        Rv::Temp(Place::whole(object), ty)
    }

    /// `Vec::from` of an array or a slice.
    fn vec_from(&mut self, rv: Rv, span: Span) -> Lowered<Rv> {
        let element = self.type_of(&rv).element();
        let place = self.place_of(rv, span)?;
        let ty = Type::Vec(Box::new(element));
        let value = self.b.load(place, crate::ir::Take::Owned, ty.clone(), span);
        let object = self.object(value, None, span);
        Ok(Rv::Temp(Place::whole(object), ty))
    }

    fn stop(&mut self, rv: Rv, span: Span) -> Lowered<Rv> {
        Ok(match rv {
            Rv::Tuple(parts) => {
                Rv::Tuple(parts.into_iter().map(|p| self.stop(p, span)).collect::<Lowered<_>>()?)
            }
            Rv::Ref(place, ty, _) => {
                let value = self.b.load(place, crate::ir::Take::Owned, owned(&ty), span);
                let held = self.b.op(Op::Stop(value), owned(&ty), span);
                Rv::Ref(Place::whole(held), owned(&ty), false)
            }
            rv => {
                let value = self.value_of(rv, span)?;
                let ty = self.b.ty(value).clone();
                Rv::Value(self.b.op(Op::Stop(value), ty, span))
            }
        })
    }

    /// `mem::replace`, and `mem::take` of a `Vec` or a float.
    fn mem_replace(&mut self, args: Vec<Rv>, span: Span) -> Lowered<Rv> {
        let mut args = args.into_iter();
        let (Some(Rv::Ref(place, ty, true)), new) = (args.next(), args.next()) else {
            return Err(self.refuse(
                "AD0232",
                span,
                "`mem::replace` and `mem::take` need an `&mut` reference",
                "write `std::mem::replace(&mut a, b)`",
            ));
        };
        let new = match (new, &ty) {
            (Some(new), _) => self.value_of(new, span)?,
            (None, Type::Vec(_)) => self.b.op(Op::VecNew(None), ty.clone(), span),
            (None, ty) => match ty.static_zero() {
                Some(zero) => self.b.constant(zero, ty.clone(), span),
                None => {
                    return Err(self.refuse(
                        "AD0232",
                        span,
                        "what `mem::take` leaves here is not known",
                        "write `std::mem::replace` with the new value",
                    ));
                }
            },
        };
        let old = self.b.load(place.clone(), take_for(&ty), ty.clone(), span);
        self.b.effect(Op::Store(place, new), span);
        if ty.is_scalar() {
            return Ok(Rv::Value(old));
        }
        let object = self.object(old, None, span);
        Ok(Rv::Temp(Place::whole(object), ty))
    }

    fn mem_swap(&mut self, args: Vec<Rv>, span: Span) -> Lowered<Rv> {
        let [Rv::Ref(a, ty, true), Rv::Ref(b, _, true)] = args.as_slice() else {
            return Err(self.defer(
                "AD0232",
                span,
                "`mem::swap` takes two `&mut` references",
                "write `std::mem::swap(&mut a, &mut b)`",
            ));
        };
        let x = self.b.load(a.clone(), take_for(ty), ty.clone(), span);
        let y = self.b.load(b.clone(), take_for(ty), ty.clone(), span);
        self.b.effect(Op::Store(a.clone(), y), span);
        self.b.effect(Op::Store(b.clone(), x), span);
        Ok(Rv::Unit)
    }

    /// A call of a function that has the attribute itself, or whose arguments are all constant.
    fn call_annotated(&mut self, path: &Path, args: Vec<Rv>, span: Span) -> Lowered<Rv> {
        let exclusive = names(path).and_then(|path| self.exclusive(&path));
        let call = self.call_args(args, exclusive.as_deref(), span)?;
        let last = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let tokens = path.to_token_stream();
        let callee = match path.segments.len() > 1
            && (exclusive.is_some() || self.exclusive(&last).is_some())
        {
            true => Callee::Imported(tokens),
            false => Callee::Function(tokens),
        };
        let computed = self.is_computed_of(&call);
        let value = self.b.op(Op::Call(callee, call), Type::Unknown, span);
        self.computed.extend(computed.then_some(value));
        if names(path).is_some() {
            self.read_output_of(value, path);
        }
        Ok(Rv::Value(value))
    }

    /// What a call is given. A `&mut` reference becomes a shared one where it is known that the function
    /// takes no other: which arguments are `exclusive`.
    pub(super) fn call_args(
        &mut self,
        args: Vec<Rv>,
        exclusive: Option<&[bool]>,
        span: Span,
    ) -> Lowered<Vec<CallArg>> {
        let mut call = Vec::new();
        for (i, rv) in args.into_iter().enumerate() {
            let changes = exclusive.and_then(|exclusive| exclusive.get(i).copied()).unwrap_or(true);
            call.push(match rv {
                Rv::Ref(place, _, mutable) => CallArg::Ref(place, mutable && changes),
                Rv::Place(place, ty) if !ty.is_copy() => {
                    // Owned data is handed over as a copy: its shadow is still needed here.
                    let take = crate::ir::Take::Clone;
                    CallArg::Value(self.b.load(place, take, ty, span))
                }
                Rv::Closure(_) => {
                    return Err(self.refuse(
                        "AD0233",
                        span,
                        "a closure is passed to a function: what is called in there is not known here",
                        "call the closure here and pass its value",
                    ));
                }
                rv @ Rv::Range(..) => {
                    let Rv::Range(lo, hi, inclusive) = rv else { unreachable!() };
                    CallArg::Value(self.range_value(lo, hi, inclusive, span))
                }
                rv => CallArg::Value(self.value_of(rv, span)?),
            });
        }
        Ok(call)
    }

    fn range_value(
        &mut self,
        lo: Option<Value>,
        hi: Option<Value>,
        inclusive: bool,
        span: Span,
    ) -> Value {
        let mut args = Vec::new();
        args.extend(lo.map(|v| ("ad_lo", v)));
        args.extend(hi.map(|v| ("ad_hi", v)));
        let lo = lo.map(|_| quote!(ad_lo));
        let hi = hi.map(|_| quote!(ad_hi));
        let dots = if inclusive { quote!(..=) } else { quote!(..) };
        self.int_method(quote!(#lo #dots #hi), &args, Type::Int(Some("range".into())), span)
    }

    /// Whether a path names a function of a type of which nothing is known.
    fn is_associated(&self, path: &Path) -> bool {
        let Some((owner, _)) = of_type(path) else { return false };
        let owner = owner.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        !["Vec", "Box"].contains(&owner.as_str())
            && !self.is_float_owner(&owner)
            && self.trait_of_num_traits(path).is_none()
    }

    /// Functions of std that make constants of constants.
    fn is_constant_function(&self, path: &Path) -> bool {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let Some(last) = names.last() else { return false };
        let Some(owner) = names.len().checked_sub(2).map(|i| names[i].as_str()) else {
            return false;
        };
        let integer = matches!(
            self.types.read(&syn::parse_str(owner).unwrap_or_else(|_| syn::parse_quote!(_))),
            Type::Int(_)
        );
        integer
            || owner == "cmp"
            || self.types.floats().iter().any(|f| f == owner)
                && Fun::ALL.iter().all(|f| f.name() != last)
            || matches!((owner, last.as_str()), ("Float", "from" | "zero" | "one" | "from_f64"))
    }

    /// A call of such a function: kept as it is, with values for its arguments.
    fn constant_call<'e>(
        &mut self,
        path: &Path,
        args: impl IntoIterator<Item = &'e Expr>,
        span: Span,
    ) -> Lowered<Rv> {
        let args = self.args(args)?;
        let joined = args.iter().fold(Type::Unknown, |ty, rv| ty.join(&self.type_of(rv)));
        let captures = self.named_args(args, span)?;
        let ty = match self.constant_type(path) {
            // `cmp::max`: of the type of what it is given.
            Type::Unknown if path.segments.iter().any(|s| s.ident == "cmp") => joined,
            ty => ty,
        };
        let args = captures.iter().map(|(name, _)| name);
        let tokens = quote!(#path(#(#args),*));
        let diagnostic = Diagnostic::new(
            "AD0401",
            span,
            "this function cannot be differentiated, and it depends on a differentiated value",
            "write it with the operations that have derivatives, call a function under `#[differentiate]`, or hold the value constant with `autodiff::stop_gradient`",
        );
        Ok(Rv::Value(self.verbatim_of(tokens, captures, ty, span, diagnostic)))
    }

    fn constant_type(&self, path: &Path) -> Type {
        let owner = path.segments.len().checked_sub(2).map(|i| path.segments[i].ident.to_string());
        let last = path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        // An `Option` or a `Result` of the type.
        if ["try_", "checked_", "from_str"].iter().any(|prefix| last.starts_with(prefix)) {
            return Type::Unknown;
        }
        match owner {
            Some(owner) if self.types.floats().contains(&owner) => {
                // `T::from(x)` is an `Option` until it is unwrapped.
                if path.segments.last().is_some_and(|s| s.ident == "from") {
                    Type::Unknown
                } else {
                    Type::Float(Float::Param(owner))
                }
            }
            Some(owner) => match (self.owner_type(&owner), path.segments.last()) {
                (ty @ Type::Int(_), Some(function)) => {
                    integer_result(&ty, &function.ident.to_string())
                }
                (ty, _) => ty,
            },
            None => Type::Unknown,
        }
    }
}

/// The owned counterpart of a borrowed type.
fn owned(ty: &Type) -> Type {
    match ty {
        Type::Slice(t) => Type::Vec(t.clone()),
        ty => ty.clone(),
    }
}

fn take_for(ty: &Type) -> crate::ir::Take {
    if ty.is_copy() || *ty == Type::Unknown {
        crate::ir::Take::Value
    } else {
        crate::ir::Take::Clone
    }
}

fn is_constructor(path: &Path) -> bool {
    path.segments
        .last()
        .is_some_and(|s| s.ident.to_string().chars().next().is_some_and(char::is_uppercase))
}

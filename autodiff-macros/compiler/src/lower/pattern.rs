//! Patterns: what they bind.

use quote::quote;
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Member, Pat};

use super::form::Form;
use super::{Binding, Lowerer, Rv, span_of};
use crate::errors::{Diagnostic, Extent, Lowered};
use crate::ir::callee::is_type_name;
use crate::ir::{CallArg, Float, Op, Place, Storage, Type, Value};

impl Lowerer<'_> {
    /// Binds an irrefutable pattern.
    pub(super) fn bind(&mut self, pat: &Pat, rv: Rv) -> Lowered<()> {
        match pat {
            Pat::Ident(p) if p.subpat.is_none() => {
                if p.by_ref.is_some() {
                    if p.mutability.is_some() {
                        self.in_memory(&rv, p.ident.span())?;
                    }
                    let rv = self.reference(rv, p.mutability.is_some(), p.ident.span())?;
                    let binding = self.binding(&p.ident, false, rv)?;
                    self.declare(&p.ident, binding);
                    return Ok(());
                }
                let binding = self.binding(&p.ident, p.mutability.is_some(), rv)?;
                self.declare(&p.ident, binding);
                Ok(())
            }
            Pat::Ident(p) => {
                let binding = self.binding(&p.ident, p.mutability.is_some(), rv.clone())?;
                self.declare(&p.ident, binding);
                match &p.subpat {
                    Some((_, sub)) => self.bind(sub, rv),
                    None => Ok(()),
                }
            }
            Pat::Type(t) => {
                let rv = self.typed(rv, &t.ty);
                self.bind(&t.pat, rv)
            }
            Pat::Paren(p) => self.bind(&p.pat, rv),
            Pat::Wild(_) | Pat::Rest(_) | Pat::Lit(_) | Pat::Range(_) | Pat::Path(_) => Ok(()),
            Pat::Reference(p) => {
                let rv = match rv {
                    Rv::Ref(place, ty, _) => {
                        if ty.is_scalar() || ty == Type::Unknown {
                            Rv::Value(self.load(&place, &ty, span_of(pat)))
                        } else {
                            Rv::Place(place, ty)
                        }
                    }
                    rv => rv,
                };
                self.bind(&p.pat, rv)
            }
            Pat::Tuple(t) => {
                let total = self.tuple_len(&rv);
                for (i, pat) in positions(t.elems.iter(), total) {
                    let part = self.taken_apart(&rv, &Member::from(i), span_of(pat))?;
                    self.bind(pat, part)?;
                }
                Ok(())
            }
            Pat::Slice(s) => self.bind_slice(s, rv),
            Pat::Struct(_) | Pat::TupleStruct(_) if self.variant_pattern(pat, &rv).is_some() => {
                self.bind_tested(pat, rv, &syn::parse_quote!(()))
            }
            Pat::Struct(_) | Pat::TupleStruct(_) if Self::field_patterns(pat).is_some() => {
                for (member, part) in Self::field_patterns(pat).into_iter().flatten() {
                    let rv = self.taken_apart(&rv, &member, span_of(part))?;
                    self.bind(part, rv)?;
                }
                Ok(())
            }
            Pat::Or(o) => {
                let name = quote::format_ident!("ad_alternatives", span = span_of(pat));
                self.declare(&name, Binding::Other(rv.clone()));
                self.bind_alternatives(o, rv, &syn::parse_quote!(#name))
            }
            other => Err(self.refuse(
                "AD0301",
                Extent::of(other),
                "this pattern cannot be taken apart under differentiation",
                "bind the whole value to a name and read its parts",
            )),
        }
    }

    /// An operand of which the user wrote the type.
    pub(super) fn typed(&mut self, rv: Rv, ty: &syn::Type) -> Rv {
        if let (Rv::Tuple(parts), syn::Type::Tuple(t)) = (&rv, ty)
            && parts.len() == t.elems.len()
        {
            let parts = parts.clone().into_iter().zip(&t.elems);
            return Rv::Tuple(parts.map(|(part, ty)| self.typed(part, ty)).collect());
        }
        if let (Rv::None, Form::Option(Some(held))) = (&rv, Form::of_type(ty)) {
            let types = self.leaf_types(ty);
            let span = span_of(ty);
            let mut leaves = Vec::new();
            for ty in types.into_iter().skip(1) {
                leaves.push(self.b.op(Op::Undef, ty, span));
            }
            let never = self.b.constant(quote!(false), Type::Bool, span);
            let held = Self::assemble(&held, &mut leaves.into_iter());
            return Rv::Maybe(never, Box::new(held));
        }
        let written = ty;
        let ty = self.types.read(ty);
        match rv {
            // A literal does not say of which type it is, which only rustc knows.
            Rv::Value(v)
                if ty == Type::Unknown
                    && *self.b.ty(v) == Type::Float(Float::Infer)
                    && !matches!(written, syn::Type::Infer(_)) =>
            {
                let tokens = quote!({ let ad_typed: #written = ad_number; ad_typed });
                let op = Op::code(tokens, &[("ad_number", CallArg::Value(v))]);
                Rv::Value(self.b.op(op, Type::Float(Float::Infer), span_of(written)))
            }
            Rv::Value(v) => {
                self.refine(v, &ty);
                Rv::Value(v)
            }
            Rv::Place(p, Type::Unknown) => {
                self.refine_whole(&p, &ty);
                Rv::Place(p, ty)
            }
            Rv::Ref(p, Type::Unknown, m) => {
                self.refine_whole(&p, &ty);
                Rv::Ref(p, ty, m)
            }
            Rv::Temp(p, known) => {
                self.refine(p.root, &ty);
                Rv::Temp(p, known.refined(&ty))
            }
            rv => rv,
        }
    }

    /// Says of what type a value is of which a place is all.
    fn refine_whole(&mut self, place: &Place, ty: &Type) {
        if place.path.is_empty() && ty.is_scalar() {
            self.refine(place.root, ty);
        }
    }

    pub(super) fn tuple_len(&self, rv: &Rv) -> Option<usize> {
        match (rv, self.type_of(rv)) {
            (Rv::Tuple(parts), _) => Some(parts.len()),
            (_, Type::Tuple(parts)) => Some(parts.len()),
            _ => None,
        }
    }

    /// What a name stands for once it is bound to an operand.
    pub(super) fn binding(&mut self, name: &Ident, mutable: bool, rv: Rv) -> Lowered<Binding> {
        let span = name.span();
        let in_place = self.changed.in_place.contains(&name.to_string());
        Ok(match rv {
            Rv::Value(v) => {
                let ty = self.b.ty(v).clone();
                if ty.is_scalar() && !(mutable && in_place) {
                    return Ok(Binding::Var(self.bound(name, v, mutable)));
                }
                if mutable {
                    let object = self.object(v, Some(name.clone()), span);
                    return Ok(Binding::Place(Place::whole(object), ty));
                }
                self.christen(v, name);
                Binding::Place(Place::whole(v), ty)
            }
            Rv::Place(place, ty) => {
                if ty.is_scalar() {
                    let v = self.load(&place, &ty, span);
                    return self.binding(name, mutable, Rv::Value(v));
                }
                if mutable {
                    let v = self.load(&place, &ty, span);
                    let object = self.object(v, Some(name.clone()), span);
                    return Ok(Binding::Place(Place::whole(object), ty));
                }
                // What comes from something that never changes needs no copy; from something that a method
                // may take, it is one in the program too.
                let data = self.b.data(place.root);
                let called = |name: &Ident| self.changed.called.contains(&name.to_string());
                let constant = match data.storage {
                    Storage::Ref => true,
                    Storage::Local => {
                        place.path.is_empty() || !data.name.as_ref().is_some_and(called)
                    }
                    _ => false,
                };
                if constant {
                    return Ok(Binding::Place(place, ty));
                }
                let v = self.load(&place, &ty, span);
                self.christen(v, name);
                Binding::Place(Place::whole(v), ty)
            }
            Rv::Temp(place, ty) => {
                self.christen(place.root, name);
                Binding::Place(place, ty)
            }
            Rv::Ref(place, ty, m) => {
                let moving = (mutable && !m).then(|| self.moving(name, &place, &ty)).flatten();
                moving.unwrap_or(Binding::Ref(place, ty, m))
            }
            Rv::Tuple(parts)
                if mutable
                    && self.changed.borrowed.contains(&name.to_string())
                    && parts.iter().all(is_held) =>
            {
                let value = self.value_of(Rv::Tuple(parts), span)?;
                self.binding(name, mutable, Rv::Value(value))?
            }
            Rv::Tuple(parts) => {
                let parts = parts.into_iter().map(|part| self.binding(name, mutable, part));
                Binding::Tuple(parts.collect::<Lowered<_>>()?)
            }
            Rv::Some(_) | Rv::None | Rv::Maybe(..) if mutable => {
                let form = Self::form_of(&rv).filled();
                let leaves = self.leaves(rv, &form, span)?;
                let option = Self::assemble(&form, &mut leaves.into_iter());
                self.variables(name, option)
            }
            Rv::Closure(c) => Binding::Closure(c),
            // What is given another value is an array of its own.
            Rv::Tensor(tensor) if mutable && self.changed.assigned.contains(&name.to_string()) => {
                let tensor = self.lasting(Rv::Tensor(tensor), span)?;
                let tensor = self.tensor(tensor, span)?;
                let array = self.array_of(&tensor, span)?;
                self.binding(name, mutable, array)?
            }
            other => Binding::Other(other),
        })
    }

    /// A changeable variable for each value of an operand.
    pub(super) fn variables(&mut self, name: &Ident, rv: Rv) -> Binding {
        match rv {
            Rv::Value(v) => Binding::Var(self.var(Some(v), Some(name.clone()), true, name.span())),
            Rv::Tuple(parts) => {
                Binding::Tuple(parts.into_iter().map(|part| self.variables(name, part)).collect())
            }
            Rv::Maybe(flag, value) => {
                let flag = self.var(Some(flag), None, true, name.span());
                Binding::Option(flag, Box::new(self.variables(name, *value)))
            }
            rv => Binding::Other(rv),
        }
    }

    fn bound(&mut self, name: &Ident, value: Value, mutable: bool) -> super::VarId {
        let named = self.b.data(value).name.is_some();
        let value = if named && mutable {
            value
        } else {
            self.christen(value, name);
            value
        };
        self.var(Some(value), Some(name.clone()), mutable, name.span())
    }

    fn christen(&mut self, value: Value, name: &Ident) {
        let data = &mut self.b.values[value.index()];
        if data.name.is_none() {
            data.name = Some(name.clone());
        }
    }

    /// Binds a pattern whose test holds.
    pub(super) fn bind_tested(&mut self, pat: &Pat, rv: Rv, scrutinee: &Expr) -> Lowered<()> {
        if let Some((variant, parts)) = self.variant_pattern(pat, &rv) {
            return self.bind_variant(&variant, &parts, &rv);
        }
        if let (Some(fields), Type::Struct(_)) = (Self::field_patterns(pat), self.type_of(&rv)) {
            for (member, part) in fields {
                let scrutinee = syn::parse_quote!((#scrutinee).#member);
                let rv = self.taken_apart(&rv, &member, span_of(part))?;
                self.bind_tested(part, rv, &scrutinee)?;
            }
            return Ok(());
        }
        if let Some((inner, value)) = self.held(pat, &rv) {
            return self.bind_tested(inner, value, scrutinee);
        }
        match pat {
            Pat::TupleStruct(_) | Pat::Struct(_) | Pat::Lit(_) | Pat::Path(_) | Pat::Range(_) => {
                for name in names(pat) {
                    if self.is_constant_name(&name) {
                        continue;
                    }
                    let span = name.span();
                    let tokens = quote!(match (#scrutinee) {
                        #[allow(unused_variables)]
                        #pat => #name,
                        _ => ::core::unreachable!(),
                    });
                    let value =
                        self.verbatim_as(tokens, Type::Unknown, span, opaque_pattern(pat))?;
                    self.bind(&Pat::Ident(plain(name)), Rv::Value(value))?;
                }
                Ok(())
            }
            Pat::Ident(p) if self.is_constant_name(&p.ident) && p.subpat.is_none() => Ok(()),
            Pat::Ident(p) if p.subpat.is_some() => {
                self.bind(&Pat::Ident(plain(p.ident.clone())), rv.clone())?;
                match &p.subpat {
                    Some((_, sub)) => self.bind_tested(sub, rv, scrutinee),
                    None => Ok(()),
                }
            }
            Pat::Paren(p) => self.bind_tested(&p.pat, rv, scrutinee),
            Pat::Or(o) => self.bind_alternatives(o, rv, scrutinee),
            Pat::Tuple(t) => {
                let total = self.tuple_len(&rv);
                for (i, pat) in positions(t.elems.iter(), total) {
                    let part = self.taken_apart(&rv, &Member::from(i), span_of(pat))?;
                    self.bind_tested(pat, part, &component(scrutinee, i))?;
                }
                Ok(())
            }
            other => self.bind(other, rv),
        }
    }

    /// Whether a name in a pattern is a constant rather than a binding: as the file tells, and by the
    /// language's convention where it does not.
    pub(super) fn is_constant_name(&self, name: &Ident) -> bool {
        let text = name.to_string();
        if matches!(self.lookup(name), Some(Binding::Item(_))) || text == "None" {
            return true;
        }
        if !is_type_name(name) {
            return false;
        }
        let declared = self.types.declared();
        let capitals = || text.chars().all(|c| !c.is_lowercase());
        declared.is_pattern(&text)
            || text.chars().nth(1).is_some() && (capitals() || declared.has_globs())
    }

    /// That a name in a pattern is a binding is for rustc to confirm, should it look like a constant.
    pub(super) fn confirm_binding(&mut self, name: &Ident) {
        let text = name.to_string();
        if is_type_name(name) || self.types.declared().is_pattern(&text) {
            self.bindings.entry(text).or_insert_with(|| name.clone());
        }
    }
}

/// Whether an operand is a value that memory can hold.
fn is_held(rv: &Rv) -> bool {
    match rv {
        Rv::Value(_) | Rv::Place(..) | Rv::Temp(..) => true,
        Rv::Tuple(parts) => parts.iter().all(is_held),
        _ => false,
    }
}

/// Why a pattern that rustc alone can judge is refused, should it bind something active.
pub(super) fn opaque_pattern(pat: &Pat) -> Diagnostic {
    Diagnostic::new(
        "AD0303",
        Extent::of(pat),
        "a pattern of a user-defined type cannot be differentiated, and it takes apart a differentiated value",
        "pass the parts as floats, arrays, slices, `Vec`s or tuples, or read the fields of a struct",
    )
}

/// The expression of a tuple's component.
pub(super) fn component(tuple: &Expr, i: usize) -> Expr {
    match tuple {
        Expr::Tuple(t) if i < t.elems.len() => t.elems[i].clone(),
        Expr::Paren(p) => component(&p.expr, i),
        tuple => {
            let i = syn::Index::from(i);
            syn::parse_quote!((#tuple).#i)
        }
    }
}

/// The components that a tuple pattern's parts stand for, `..` skipped.
pub(super) fn positions<'p>(
    elems: impl ExactSizeIterator<Item = &'p Pat>,
    total: Option<usize>,
) -> Vec<(usize, &'p Pat)> {
    let count = elems.len();
    let mut shift = 0;
    let mut out = Vec::new();
    for (i, pat) in elems.enumerate() {
        if matches!(pat, Pat::Rest(_)) {
            shift = total.unwrap_or(count - 1).saturating_sub(count - 1);
            shift = shift.wrapping_sub(1);
            continue;
        }
        out.push((i.wrapping_add(shift), pat));
    }
    out
}

fn plain(ident: Ident) -> syn::PatIdent {
    syn::PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident, subpat: None }
}

/// The names in a pattern.
pub(super) fn names(pat: &Pat) -> Vec<Ident> {
    Bound::of(pat).found.into_iter().map(|p| p.ident).collect()
}

/// Whether evaluating an expression calls anything.
pub(super) fn calls(e: &Expr) -> bool {
    struct Finder(bool);
    impl<'a> Visit<'a> for Finder {
        fn visit_expr_call(&mut self, _: &'a syn::ExprCall) {
            self.0 = true;
        }
        fn visit_expr_method_call(&mut self, _: &'a syn::ExprMethodCall) {
            self.0 = true;
        }
        fn visit_macro(&mut self, _: &'a syn::Macro) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    finder.visit_expr(e);
    finder.0
}

/// What looks like a binding in a pattern.
pub(super) struct Bound {
    pub(super) found: Vec<syn::PatIdent>,
}

impl Bound {
    pub(super) fn of(pat: &Pat) -> Self {
        let mut bound = Self { found: Vec::new() };
        bound.visit_pat(pat);
        bound
    }
}

impl<'a> Visit<'a> for Bound {
    fn visit_pat_ident(&mut self, p: &'a syn::PatIdent) {
        self.found.push(p.clone());
        visit::visit_pat_ident(self, p);
    }
}

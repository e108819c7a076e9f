//! Enums: variants that are made, and patterns that take them apart.
//!
//! A field of a variant is a place within the enum, [`Proj::Payload`], that is there where the enum is in
//! that variant: it is read and written under the test of the variant alone.

use std::rc::Rc;

use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident, quote};
use syn::{Expr, Member, Pat, Path};

use super::form::{is_none, is_some};
use super::optional::always_fits;
use super::pattern::positions;
use super::structs::part_of;
use super::{Binding, Lowerer, Rv, span_of};
use crate::errors::{Diagnostic, Extent, Lowered};
use crate::ir::callee::{is_type_name, of_type};
use crate::ir::{CallArg, Enum, Op, Payload, Proj, Type, Value};

/// A variant that a path names.
pub(super) struct Named {
    path: Path,
    /// The enum, if this file declares it.
    of: Option<Rc<Enum>>,
    /// Whether it is declared without that variant.
    is_missing: bool,
}

impl Named {
    fn name(&self) -> &Ident {
        &self.path.segments.last().expect("a path has segments").ident
    }

    fn members(&self) -> Option<usize> {
        Some(self.of.as_ref()?.variant(self.name())?.fields.len())
    }

    fn payload(&self, member: Member) -> Proj {
        Proj::Payload(Rc::new(Payload { variant: self.path.clone(), member }))
    }
}

/// The fields of a variant that a pattern names, each with its own pattern.
type Parts<'p> = Vec<(Member, &'p Pat)>;

impl Lowerer<'_> {
    /// The variant that a path names where something of that type is expected. What this file does not
    /// declare is told by its enum before it.
    pub(super) fn variant(&self, path: &Path, expected: &Type) -> Option<Named> {
        let last = &path.segments.last()?.ident;
        let has = |of: &Rc<Enum>| of.variant(last).is_some();
        let named = |of| Named { path: path.clone(), of, is_missing: false };
        let expected = match expected {
            Type::Enum(of) => Some(of.clone()).filter(has),
            _ => None,
        };
        match of_type(path) {
            Some((owner, _)) => {
                let own = owner.is_ident("Self");
                match self.types.enumeration(&owner) {
                    Some(of) if has(&of) => Some(named(expected.or(Some(of)))),
                    Some(_) => {
                        is_type_name(last).then(|| Named { is_missing: true, ..named(None) })
                    }
                    None if expected.is_some() && own => Some(named(expected)),
                    None => {
                        let known = self.struct_type(&owner) != Type::Unknown || own;
                        let of_std = ["Option", "Result"].iter().any(|std| owner.is_ident(std));
                        (!known && !of_std && is_type_name(last)).then(|| named(None))
                    }
                }
            }
            None => {
                let name = path.get_ident().filter(|name| self.lookup(name).is_none())?;
                let of = self.types.declared().enum_of(&name.to_string())?;
                let of = self.types.enumeration(&syn::parse_str(of).ok()?).filter(has)?;
                Some(named(expected.or(Some(of))))
            }
        }
    }

    /// A variant of an enum with its fields.
    pub(super) fn variant_of<'e>(
        &mut self,
        variant: &Named,
        fields: impl IntoIterator<Item = (Member, &'e Expr)>,
        span: Span,
    ) -> Lowered<Rv> {
        self.exists(variant)?;
        let (mut values, mut failed) = (Vec::new(), None);
        for (member, e) in fields {
            match self.part_value(e) {
                Ok(value) => values.push((member, value)),
                Err(reported) => failed = Some(reported),
            }
        }
        match failed {
            Some(reported) => Err(reported),
            None => Ok(Rv::Value(self.make_variant(variant, values, span))),
        }
    }

    /// A variant that is called as a function.
    pub(super) fn call_variant(
        &mut self,
        variant: &Named,
        args: Vec<Rv>,
        span: Span,
    ) -> Lowered<Rv> {
        self.exists(variant)?;
        let mut values = Vec::new();
        for (i, rv) in args.into_iter().enumerate() {
            let rv = self.lasting(rv, span)?;
            values.push((Member::from(i), self.value_of(rv, span)?));
        }
        Ok(Rv::Value(self.make_variant(variant, values, span)))
    }

    fn exists(&mut self, variant: &Named) -> Lowered<()> {
        if !variant.is_missing {
            return Ok(());
        }
        Err(self.defer(
            "AD0304",
            Extent::of(&variant.path),
            "the enum has no such variant",
            "name one that it declares",
        ))
    }

    fn make_variant(&mut self, variant: &Named, fields: Vec<(Member, Value)>, span: Span) -> Value {
        let path = &variant.path;
        for (member, value) in &fields {
            let declared = variant.of.as_ref().and_then(|of| of.variant(variant.name()));
            if let Some(ty) = declared.and_then(|declared| declared.field(member)).cloned() {
                self.refine(*value, &ty);
            }
        }
        // Of an enum without a tangent, for want of the derive, nothing can be differentiated.
        if let Some(of) = &variant.of
            && self.types.declared().has_no_tangent(of.name.split(" <").next().unwrap_or_default())
        {
            let names = (0..fields.len()).map(|i| format_ident!("ad_field{}", i));
            let names: Vec<Ident> = names.collect();
            let members = fields.iter().map(|(member, _)| member);
            let captures = fields.iter().map(|(_, value)| CallArg::Value(*value));
            let captures = names.iter().cloned().zip(captures).collect();
            let diagnostic = Diagnostic::new(
                "AD0407",
                span,
                format!("`{}` has no derivative, and it is given a differentiated value", of.name),
                "put `#[derive(Differentiable)]` on the enum",
            );
            let tokens = quote!(#path { #(#members: #names),* });
            return self.verbatim_of(tokens, captures, Type::Unknown, span, diagnostic);
        }
        let (steps, values) =
            fields.into_iter().map(|(member, value)| (variant.payload(member), value)).unzip();
        let op = Op::Struct(path.to_token_stream(), steps, values);
        self.b.op(op, Self::type_made(variant), span)
    }

    /// The type of what a variant makes: its generic arguments are for rustc to find.
    pub(super) fn type_made(variant: &Named) -> Type {
        match &variant.of {
            Some(of) if !of.name.contains('_') || !of.name.contains('<') => Type::Enum(of.clone()),
            _ => Type::Unknown,
        }
    }

    /// The variant that a pattern is of, and what it takes apart.
    pub(super) fn variant_pattern<'p>(&self, pat: &'p Pat, rv: &Rv) -> Option<(Named, Parts<'p>)> {
        if !matches!(rv, Rv::Value(_) | Rv::Place(..) | Rv::Ref(..) | Rv::Temp(..)) {
            return None;
        }
        let ty = self.type_of(rv);
        let of_std = |path: &Path| {
            is_some(path) || is_none(path) || ["Ok", "Err"].iter().any(|own| path.is_ident(own))
        };
        match pat {
            Pat::TupleStruct(p) if p.qself.is_none() && !of_std(&p.path) => {
                let variant = self.variant(&p.path, &ty)?;
                let total = variant.members();
                let rest = p.elems.iter().position(|e| matches!(e, Pat::Rest(_)));
                if total.is_none() && rest.is_some_and(|at| at + 1 < p.elems.len()) {
                    return None;
                }
                let parts = positions(p.elems.iter(), total).into_iter();
                Some((variant, parts.map(|(i, part)| (Member::from(i), part)).collect()))
            }
            Pat::Struct(p) if p.qself.is_none() => {
                let variant = self.variant(&p.path, &ty)?;
                Some((variant, p.fields.iter().map(|f| (f.member.clone(), &*f.pat)).collect()))
            }
            // What this file does not declare may be a constant.
            Pat::Path(p) if p.qself.is_none() && !of_std(&p.path) => {
                let variant = self.variant(&p.path, &ty)?;
                variant.of.is_some().then(|| (variant, Vec::new()))
            }
            Pat::Ident(p) if p.subpat.is_none() && self.is_constant_name(&p.ident) => {
                let variant = self.variant(&p.ident.clone().into(), &ty)?;
                variant.of.is_some().then(|| (variant, Vec::new()))
            }
            _ => None,
        }
    }

    /// When a pattern of a variant fits: `None` if always.
    pub(super) fn test_variant(
        &mut self,
        variant: &Named,
        parts: &Parts<'_>,
        rv: &Rv,
        span: Span,
    ) -> Lowered<Option<Value>> {
        self.exists(variant)?;
        let alone = variant.of.as_ref().is_some_and(|of| of.variants.len() == 1);
        let is_variant = match alone {
            true => None,
            false => Some(self.is_variant(variant, rv, span)?),
        };
        if parts.iter().all(|(_, part)| always_fits(part)) {
            return Ok(is_variant);
        }
        let payloads = |this: &mut Self| {
            this.scoped(|this| {
                let mut all: Option<Value> = None;
                for (member, part) in parts {
                    let (held, scrutinee) = this.payload(rv, variant, member, span_of(part))?;
                    let fits = this.test(part, &held, &scrutinee)?;
                    all = this.both(all, fits, span);
                }
                Ok(all)
            })
        };
        let Some(is_variant) = is_variant else { return payloads(self) };
        let literal = |this: &mut Self, value| this.b.constant(value, Type::Bool, span);
        let fits = self.branch(
            is_variant,
            span,
            |this| {
                let fits = payloads(this)?;
                Ok(Rv::Value(fits.unwrap_or_else(|| literal(this, quote!(true)))))
            },
            |this| Ok(Rv::Value(literal(this, quote!(false)))),
        )?;
        self.value_of(fits, span).map(Some)
    }

    /// Binds what a pattern of a variant binds, the test of which holds.
    pub(super) fn bind_variant(
        &mut self,
        variant: &Named,
        parts: &Parts<'_>,
        rv: &Rv,
    ) -> Lowered<()> {
        for (member, part) in parts {
            if matches!(part, Pat::Wild(_)) {
                continue;
            }
            let (held, scrutinee) = self.payload(rv, variant, member, span_of(part))?;
            self.bind_tested(part, held, &scrutinee)?;
        }
        Ok(())
    }

    fn is_variant(&mut self, variant: &Named, rv: &Rv, span: Span) -> Lowered<Value> {
        let place = self.place_of(rv.clone(), span)?;
        let path = &variant.path;
        let tokens = quote!(::core::matches!(ad_enum, #path { .. }));
        let op = Op::code(tokens, &[("ad_enum", CallArg::Ref(place, false))]);
        Ok(self.b.op(op, Type::Bool, span))
    }

    /// A field of the variant that an operand is in: of a reference, a reference. Also a name for it.
    fn payload(
        &mut self,
        rv: &Rv,
        variant: &Named,
        member: &Member,
        span: Span,
    ) -> Lowered<(Rv, Expr)> {
        let part = self.project(rv.clone(), variant.payload(member.clone()), span)?;
        let part = part_of(part, rv);
        let name = format_ident!("ad_payload_{}", self.b.values.len(), span = span);
        self.declare(&name, Binding::Other(part.clone()));
        Ok((part, syn::parse_quote!(#name)))
    }

    /// The type of a field of a variant by the enum's declaration, to be confirmed by rustc.
    pub(super) fn payload_type(&mut self, of: &Type, payload: &Payload) -> Type {
        let Some(Named { of: Some(of), .. }) = self.variant(&payload.variant, of) else {
            return Type::Unknown;
        };
        let Some((root, ty)) = self.types.payload(&of, &payload.variant, &payload.member) else {
            return Type::Unknown;
        };
        self.rely_on(&root, String::new(), &ty);
        ty
    }
}

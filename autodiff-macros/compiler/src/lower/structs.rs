//! Structs: literals, constructors, and patterns that take them apart.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Expr, ExprStruct, Member, Pat, Path};

use super::{Lowerer, Rv, span_of};
use crate::errors::Lowered;
use crate::ir::callee::of_type;
use crate::ir::{Op, Place, Proj, Type, Value};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// `Path { a: x, ..base }`.
    pub(super) fn struct_literal(&mut self, e: &ExprStruct, span: Span) -> Lowered<Rv> {
        if e.qself.is_none()
            && let Some(variant) = self.variant(&e.path, &Type::Unknown)
        {
            let fields = e.fields.iter().map(|f| (f.member.clone(), &f.expr));
            return self.variant_of(&variant, fields, span);
        }
        if e.qself.is_some() || of_type(&e.path).is_some() {
            return self.verbatim_rv(e.to_token_stream(), span, "a variant of an enum");
        }
        let mut fields = Vec::new();
        let mut failed = None;
        for field in &e.fields {
            match self.part_value(&field.expr) {
                Ok(value) => fields.push((field.member.clone(), value)),
                Err(reported) => failed = Some(reported),
            }
        }
        if let Some(reported) = failed {
            return Err(reported);
        }
        let ty = self.type_made_of(&e.path, &fields);
        let Some(rest) = &e.rest else {
            return Ok(self.structure(&e.path, fields, ty, span));
        };
        let base = self.part_value(rest)?;
        self.refine(base, &ty);
        let object = self.object(base, None, span);
        for (member, value) in fields {
            let place = Place::whole(object).with(Proj::Field(member));
            self.b.effect(Op::Store(place, value), span);
        }
        Ok(Rv::Temp(Place::whole(object), ty))
    }

    /// `Path(x, y)` of what may be a struct; nothing of what is a variant of an enum.
    pub(super) fn struct_call<'e>(
        &mut self,
        path: &Path,
        args: impl IntoIterator<Item = &'e Expr>,
        span: Span,
    ) -> Lowered<Option<Rv>> {
        let of_std = path
            .get_ident()
            .is_some_and(|name| ["Some", "Ok", "Err"].iter().any(|variant| name == variant));
        if of_std {
            return Ok(None);
        }
        if let Some(variant) = self.variant(path, &Type::Unknown) {
            let fields = args.into_iter().enumerate().map(|(i, arg)| (Member::from(i), arg));
            return self.variant_of(&variant, fields, span).map(Some);
        }
        if of_type(path).is_some() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        for (i, arg) in args.into_iter().enumerate() {
            fields.push((Member::from(i), self.part_value(arg)?));
        }
        let ty = self.type_made_of(path, &fields);
        Ok(Some(self.structure(path, fields, ty, span)))
    }

    fn structure(&mut self, path: &Path, fields: Vec<(Member, Value)>, ty: Type, span: Span) -> Rv {
        let (members, values): (Vec<_>, Vec<_>) = fields.iter().cloned().unzip();
        let steps = members.into_iter().map(Proj::Field).collect();
        let op = Op::Struct(path.to_token_stream(), steps, values);
        let value = self.b.op(op, ty, span);
        self.structures.insert(value, fields);
        Rv::Value(value)
    }

    /// The number that a field of a struct was made of, if it is known to have the field's type.
    pub(super) fn field_value(&self, base: &Rv, member: &Member) -> Option<Value> {
        let of = match base {
            Rv::Value(v) => *v,
            Rv::Place(place, _) if place.path.is_empty() => place.root,
            _ => return None,
        };
        let (_, value) = self.structures.get(&of)?.iter().find(|(m, _)| m == member)?;
        let ty = self.b.ty(*value);
        (ty.is_scalar() && !ty.is_vague()).then_some(*value)
    }

    /// Whether a place is in a field that has no derivative, though its type may have one.
    pub(super) fn is_held(&self, place: &Place) -> bool {
        let mut ty = self.b.ty(place.root).clone();
        place.path.iter().any(|step| {
            let inner = ty.part(step);
            let marked = match (step, &ty) {
                (Proj::Field(member), Type::Struct(s)) => s.constants.contains(member),
                (Proj::Payload(p) | Proj::Slot(p), Type::Enum(e)) => {
                    e.variant(p.name()).is_some_and(|v| v.constants.contains(&p.member))
                }
                _ => false,
            };
            let held = marked && !inner.is_constant();
            ty = inner;
            held
        })
    }

    pub(super) fn part_value(&mut self, e: &Expr) -> Lowered<Value> {
        let rv = self.expr(e)?;
        // A reference whose type only rustc knows, such as a `&str`, is copied.
        if let Rv::Ref(_, ty, _) = &rv
            && *ty != Type::Unknown
        {
            return Err(self.refuse(
                "AD0241",
                span_of(e),
                "what a differentiated function makes cannot hold a reference",
                "let it own the data, as by `.to_vec()` or `.clone()`, or take it made as a parameter",
            ));
        }
        let rv = self.lasting(rv, span_of(e))?;
        self.value_of(rv, span_of(e))
    }

    fn refine_field(&mut self, value: Value, of: &Type, member: &Member) {
        if let Type::Struct(s) = of
            && let Some(ty) = s.field(member).cloned()
        {
            self.read_field(s, member);
            self.refine(value, &ty);
        }
    }

    /// What is known of the type that a path names.
    pub(super) fn struct_type(&self, path: &Path) -> Type {
        self.types.read(&syn::parse_quote!(#path))
    }

    /// The same of a struct that is made of these fields, whose types are refined by it.
    fn type_made_of(&mut self, path: &Path, fields: &[(Member, Value)]) -> Type {
        let types = fields.iter().map(|(member, v)| (member.clone(), self.b.ty(*v).clone()));
        let ty = self.types.structure(path, &types.collect::<Vec<_>>());
        for (member, value) in fields {
            self.refine_field(*value, &ty, member);
        }
        ty
    }

    /// The fields that a pattern of a struct names, each with its own pattern; none of other patterns.
    pub(super) fn field_patterns(pat: &Pat) -> Option<Vec<(Member, &Pat)>> {
        match pat {
            Pat::Struct(p) => Some(p.fields.iter().map(|f| (f.member.clone(), &*f.pat)).collect()),
            Pat::TupleStruct(p) if !p.elems.iter().any(|e| matches!(e, Pat::Rest(_))) => {
                let members = (0..p.elems.len()).map(Member::from);
                Some(members.zip(&p.elems).collect())
            }
            // What comes before `..` is counted from the front.
            Pat::TupleStruct(p) if matches!(p.elems.last(), Some(Pat::Rest(_))) => {
                let members = (0..p.elems.len() - 1).map(Member::from);
                Some(members.zip(&p.elems).collect())
            }
            _ => None,
        }
    }

    /// A field of an operand that a pattern takes apart: of a reference, a reference.
    pub(super) fn taken_apart(&mut self, rv: &Rv, member: &Member, span: Span) -> Lowered<Rv> {
        let part = self.field(rv.clone(), member, span)?;
        Ok(part_of(part, rv))
    }

    /// Whether all fields of a struct fit; nothing if they always do.
    pub(super) fn test_fields(
        &mut self,
        fields: &[(Member, &Pat)],
        rv: &Rv,
        scrutinee: &Expr,
        span: Span,
    ) -> Lowered<Option<Value>> {
        let mut all: Option<Value> = None;
        for (member, pat) in fields {
            let part = self.taken_apart(rv, member, span)?;
            let scrutinee = syn::parse_quote!((#scrutinee).#member);
            let fits = self.test(pat, &part, &scrutinee)?;
            all = self.both(all, fits, span);
        }
        Ok(all)
    }

    /// Where both tests hold: `None` if always.
    pub(super) fn both(&mut self, a: Option<Value>, b: Option<Value>, span: Span) -> Option<Value> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.b.scalar(Fun::And, vec![a, b], Type::Bool, span)),
            (a, b) => a.or(b),
        }
    }
}

/// What a pattern binds to a part of an operand: of a reference, a reference.
pub(super) fn part_of(part: Rv, whole: &Rv) -> Rv {
    match (part, whole) {
        (Rv::Place(place, ty), Rv::Ref(_, _, exclusive)) => Rv::Ref(place, ty, *exclusive),
        (part, _) => part,
    }
}

//! References that are given new targets: `best = candidate`, `rest = &rest[1..]`. The targets are parts of
//! one sequence, and a number or two say which: those are variables like others.

use proc_macro2::Span;
use quote::quote;
use syn::{Block, Expr, Ident, Stmt, Token};

use super::{Binding, Lowerer, Rv, VarId};
use crate::ir::{Place, Proj, Type, Value};
use crate::rules::Fun;

/// What such a reference may refer to.
#[derive(Clone, Debug)]
pub(super) struct Moving {
    /// The sequence.
    of: Place,
    /// The type of the target.
    pub(super) ty: Type,
    at: At,
}

#[derive(Clone, Copy, Debug)]
enum At {
    /// The element of that index.
    Element(VarId),
    /// The elements from the first on, up to the second.
    Part(VarId, VarId),
}

impl Lowerer<'_> {
    /// The binding of a `mut` reference to that place, if it is a part of a sequence.
    pub(super) fn moving(&mut self, name: &Ident, place: &Place, ty: &Type) -> Option<Binding> {
        let span = name.span();
        let number = |this: &mut Self, v| this.var(Some(v), Some(name.clone()), true, span);
        let (path, index) = match place.path.split_last() {
            Some((Proj::Index(index), path)) => (path, Some(*index)),
            _ => (&place.path[..], None),
        };
        let parts = path.iter().rev().take_while(|step| is_part(step)).count();
        let (path, parts) = path.split_at(path.len() - parts);
        let of = Place { root: place.root, path: path.to_vec() };
        let (ty, at) = match (index, ty) {
            (Some(index), ty) => {
                let index = self.element_of_part(&of, parts, index, span);
                (ty.clone(), At::Element(number(self, index)))
            }
            (None, Type::Slice(element) | Type::Vec(element) | Type::Array(element, _)) => {
                let (lo, hi) = self.part(&of, parts, span);
                let at = At::Part(number(self, lo), number(self, hi));
                (Type::Slice(element.clone()), at)
            }
            _ => return None,
        };
        Some(Binding::Moving(Moving { of, ty, at }))
    }

    /// What it refers to now.
    pub(super) fn target_of(&mut self, moving: &Moving, span: Span) -> Place {
        let step = match moving.at {
            At::Element(index) => Proj::Index(self.read(index, span)),
            At::Part(lo, hi) => {
                let ends = [lo, hi].map(|end| Some(self.read(end, span)));
                Proj::Slice(ends[0], ends[1], false)
            }
        };
        moving.of.clone().with(step)
    }

    /// Gives it a new target; says whether that is a part of the same sequence.
    pub(super) fn turn(&mut self, moving: &Moving, rv: &Rv, span: Span) -> bool {
        let Rv::Ref(place, _, false) = rv else { return false };
        let Some(steps) = place.path.strip_prefix(&moving.of.path[..]) else { return false };
        if place.root != moving.of.root {
            return false;
        }
        match (moving.at, steps) {
            (At::Element(var), [parts @ .., Proj::Index(index)]) if parts.iter().all(is_part) => {
                let index = self.element_of_part(&moving.of, parts, *index, span);
                self.assign(var, index);
            }
            (At::Part(from, to), steps) if steps.iter().all(is_part) => {
                let (lo, hi) = self.part(&moving.of, steps, span);
                self.assign(from, lo);
                self.assign(to, hi);
            }
            _ => return false,
        }
        true
    }

    /// The index of an element of a part of a part of a sequence.
    fn element_of_part(&mut self, of: &Place, parts: &[Proj], index: Value, span: Span) -> Value {
        if parts.is_empty() {
            return index;
        }
        let (lo, hi) = self.part(of, parts, span);
        let index = self.usize_op(Fun::Add, lo, index, span);
        let assertion = quote!(::core::assert!(ad_at < ad_end, "index out of bounds of a slice"));
        self.assert(assertion, &[("ad_at", index), ("ad_end", hi)], span);
        index
    }

    /// The first index of a part of a part of a sequence, and the one past its last.
    fn part(&mut self, of: &Place, steps: &[Proj], span: Span) -> (Value, Value) {
        let (mut lo, mut hi) = self.ends(of, span);
        for step in steps {
            let Proj::Slice(from, to, inclusive) = step else { unreachable!("a part") };
            let start = lo;
            if let Some(from) = from {
                lo = self.usize_op(Fun::Add, start, *from, span);
            }
            let end = hi;
            if let Some(to) = to {
                hi = self.usize_op(Fun::Add, start, *to, span);
                if *inclusive {
                    let one = self.b.int(1, span);
                    hi = self.usize_op(Fun::Add, hi, one, span);
                }
            }
            let assertion = quote!(::core::assert!(
                ad_lo <= ad_hi && ad_hi <= ad_end,
                "range out of range for a slice"
            ));
            self.assert(assertion, &[("ad_lo", lo), ("ad_hi", hi), ("ad_end", end)], span);
        }
        (lo, hi)
    }
}

fn is_part(step: &Proj) -> bool {
    matches!(step, Proj::Slice(..))
}

/// The choice between several targets as a choice between assignments, each of one.
pub(super) fn into_branches(left: &Expr, right: &Expr) -> Option<Expr> {
    Some(match right {
        Expr::If(e) => {
            let mut e = e.clone();
            into_tail(left, &mut e.then_branch);
            let (_, otherwise) = e.else_branch.as_mut()?;
            **otherwise = in_each(left, otherwise);
            Expr::If(e)
        }
        Expr::Match(e) => {
            let mut e = e.clone();
            for arm in &mut e.arms {
                *arm.body = in_each(left, &arm.body);
            }
            Expr::Match(e)
        }
        Expr::Block(e) if e.label.is_none() => {
            let mut e = e.clone();
            into_tail(left, &mut e.block);
            Expr::Block(e)
        }
        Expr::Paren(e) => into_branches(left, &e.expr)?,
        _ => return None,
    })
}

fn in_each(left: &Expr, right: &Expr) -> Expr {
    into_branches(left, right).unwrap_or_else(|| {
        Expr::Assign(syn::ExprAssign {
            attrs: Vec::new(),
            left: Box::new(left.clone()),
            eq_token: Token![=](super::span_of(right)),
            right: Box::new(right.clone()),
        })
    })
}

fn into_tail(left: &Expr, block: &mut Block) {
    if let Some(Stmt::Expr(tail, semicolon @ None)) = block.stmts.last_mut() {
        *semicolon = Some(Token![;](super::span_of(&*tail)));
        *tail = in_each(left, tail);
    }
}

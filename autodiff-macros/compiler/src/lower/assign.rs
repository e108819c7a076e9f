//! Assignment: of variables, of memory, of tuples, arrays and structs of them.

use proc_macro2::Span;
use syn::{Expr, Member};

use super::moving::into_branches;
use super::{Binding, Lowerer, Rv, span_of};
use crate::errors::{Extent, Lowered, Reported};
use crate::ir::{CallArg, Op, Place, Proj, Storage, Take, Type, Value};
use crate::rules::Fun;

impl Lowerer<'_> {
    pub(super) fn assignment(&mut self, left: &Expr, right: &Expr, span: Span) -> Lowered<Rv> {
        if let Some(Binding::Moving(_)) = self.target(left)
            && let Some(choice) = into_branches(left, right)
        {
            return self.expr(&choice);
        }
        let rv = self.expr(right)?;
        if matches!(rv, Rv::Never) {
            return Ok(Rv::Never);
        }
        let rv = self.read_all(rv, span);
        self.store(left, rv, span)?;
        Ok(Rv::Unit)
    }

    /// Reads every place of a tuple, so that `(a, b) = (b, a)` swaps.
    fn read_all(&mut self, rv: Rv, span: Span) -> Rv {
        match rv {
            Rv::Place(place, ty) if ty.is_scalar() => Rv::Value(self.load(&place, &ty, span)),
            Rv::Tuple(parts) => Rv::Tuple(
                parts
                    .into_iter()
                    .map(|part| match part {
                        Rv::Place(place, ty) => Rv::Value(self.load(&place, &ty, span)),
                        part => self.read_all(part, span),
                    })
                    .collect(),
            ),
            rv => rv,
        }
    }

    /// Stores into whatever `left` names.
    fn store(&mut self, left: &Expr, rv: Rv, span: Span) -> Lowered<()> {
        match left {
            Expr::Infer(_) => Ok(()),
            Expr::Paren(e) => self.store(&e.expr, rv, span),
            Expr::Tuple(t) => {
                for (i, e) in t.elems.iter().enumerate() {
                    let part = self.field(rv.clone(), &Member::from(i), span)?;
                    let part = self.read_all(part, span);
                    self.store(e, part, span)?;
                }
                Ok(())
            }
            Expr::Array(a) => {
                let value = self.value_of(rv, span)?;
                for (i, e) in a.elems.iter().enumerate() {
                    let index = self.b.int(i, span);
                    self.refine(index, &Type::usize());
                    let part = self.project(Rv::Value(value), Proj::Index(index), span)?;
                    let part = self.value_of(part, span)?;
                    self.store(e, Rv::Value(part), span)?;
                }
                Ok(())
            }
            Expr::Struct(s) => {
                let parts = s.fields.iter().map(|f| (f.member.clone(), &f.expr));
                self.store_fields(parts, rv, span)
            }
            Expr::Call(c) => {
                let last = c.args.iter().position(is_rest).unwrap_or(c.args.len());
                if last + 1 < c.args.len() {
                    return Err(self.refuse(
                        "AD0227",
                        Extent::of(left),
                        "what stands behind `..` cannot be assigned to under differentiation",
                        "`..` at the end, or name the fields: `S { 2: x, .. } = s`",
                    ));
                }
                let parts = c.args.iter().take(last).enumerate();
                self.store_fields(parts.map(|(i, e)| (Member::from(i), e)), rv, span)
            }
            _ => {
                if let Some(binding) = self.target(left) {
                    return self.store_binding(&binding, rv, span);
                }
                let (place, ty) = self.place(left)?;
                self.writable(&place, span_of(left))?;
                let value = self.value_of(rv, span)?;
                self.refine(value, &ty);
                self.b.effect(Op::Store(place, value), span);
                Ok(())
            }
        }
    }

    /// Stores the fields of a struct, each into what its expression names.
    fn store_fields<'e>(
        &mut self,
        parts: impl IntoIterator<Item = (Member, &'e Expr)>,
        rv: Rv,
        span: Span,
    ) -> Lowered<()> {
        let value = self.value_of(rv, span)?;
        for (member, e) in parts {
            let part = self.field(Rv::Value(value), &member, span)?;
            let part = self.value_of(part, span)?;
            self.store(e, Rv::Value(part), span)?;
        }
        Ok(())
    }

    /// The variable, or the component of a tuple variable, that an expression names.
    fn target(&self, e: &Expr) -> Option<Binding> {
        match e {
            Expr::Path(p) => self.lookup(p.path.get_ident()?).cloned(),
            Expr::Paren(e) => self.target(&e.expr),
            Expr::Field(f) => match (self.target(&f.base)?, &f.member) {
                (Binding::Tuple(parts), Member::Unnamed(i)) => parts.get(i.index as usize).cloned(),
                _ => None,
            },
            _ => None,
        }
    }

    fn store_binding(&mut self, binding: &Binding, rv: Rv, span: Span) -> Lowered<()> {
        match binding {
            Binding::Var(var) => {
                let value = self.value_of(rv, span)?;
                self.assign(*var, value);
                Ok(())
            }
            Binding::Place(place, ty) => {
                let value = self.value_of(rv, span)?;
                self.refine(value, ty);
                self.b.effect(Op::Store(place.clone(), value), span);
                Ok(())
            }
            Binding::Tuple(parts) => {
                for (i, part) in parts.clone().iter().enumerate() {
                    let rv = self.field(rv.clone(), &Member::from(i), span)?;
                    let rv = self.read_all(rv, span);
                    self.store_binding(part, rv, span)?;
                }
                Ok(())
            }
            Binding::Option(flag, held) => {
                let form = Self::form_of(&self.bound_rv(binding, span));
                let leaves = self.leaves(rv, &form, span)?;
                let Rv::Maybe(is, value) = Self::assemble(&form, &mut leaves.into_iter()) else {
                    unreachable!("what may change may hold something")
                };
                self.assign(*flag, is);
                self.store_binding(held, *value, span)
            }
            Binding::Moving(moving) if self.turn(moving, &rv, span) => Ok(()),
            Binding::Refused => Err(Reported),
            _ => Err(self.refuse(
                "AD0226",
                span,
                "a reference is assigned a target outside of the sequence that it refers to",
                "index the data instead of moving a reference, or bind the new reference to a new name",
            )),
        }
    }

    /// The memory that an expression names.
    pub(super) fn place(&mut self, e: &Expr) -> Lowered<(Place, Type)> {
        match self.expr(e)? {
            Rv::Place(place, ty) | Rv::Ref(place, ty, _) | Rv::Temp(place, ty) => Ok((place, ty)),
            _ => Err(self.refuse(
                "AD0227",
                Extent::of(e),
                "this cannot be assigned to under differentiation",
                "assign to a variable, an element or a field",
            )),
        }
    }

    /// Refuses to write what is not mutable, or is a reference of which only rustc knows the target.
    pub(super) fn writable(&mut self, place: &Place, span: Span) -> Lowered<()> {
        match self.b.data(place.root).storage {
            Storage::Object | Storage::RefMut => Ok(()),
            _ => Err(self.defer(
                "AD0227",
                span,
                "this cannot be changed under differentiation",
                "change a variable or parameter that is declared `mut` or `&mut`, by its own name",
            )),
        }
    }

    pub(super) fn compound(
        &mut self,
        left: &Expr,
        op: &str,
        right: &Expr,
        span: Span,
    ) -> Lowered<Rv> {
        let overloadable = Fun::from_binary(op).filter(|fun| fun.is_arithmetic());
        if let Some(fun) = overloadable
            && let Some(rv) = self.update_of_tensor(fun, left, right, span)?
        {
            return Ok(rv);
        }
        let rhs = match overloadable {
            // What is given by a reference is not copied: the operator of the type takes it as that.
            Some(_) => {
                let rv = self.expr(right)?;
                self.operand(rv, true, span_of(right))?
            }
            None => CallArg::Value(self.value(right)?),
        };
        let next = |this: &mut Self, current: Value| match (overloadable, rhs) {
            (Some(fun), rhs) if !this.b.ty(current).is_scalar() => {
                Ok(this.updated(fun, current, rhs, span))
            }
            (_, CallArg::Value(rhs)) => this.arithmetic(op, current, rhs, span),
            (_, CallArg::Ref(place, _)) => {
                let rhs = this.value_of(Rv::Ref(place, Type::Unknown, false), span)?;
                this.arithmetic(op, current, rhs, span)
            }
        };
        match self.target(left) {
            Some(Binding::Var(var)) => {
                let current = self.read(var, span);
                let next = next(self, current)?;
                self.assign(var, next);
            }
            _ => {
                let (place, ty) = self.place(left)?;
                self.writable(&place, span_of(left))?;
                let current = self.b.load(place.clone(), Take::Value, ty.clone(), span);
                let next = next(self, current)?;
                self.refine(next, &ty);
                self.b.effect(Op::Store(place, next), span);
            }
        }
        Ok(Rv::Unit)
    }
}

/// `..` in an expression that is assigned to.
fn is_rest(e: &Expr) -> bool {
    matches!(e, Expr::Range(r) if r.start.is_none() && r.end.is_none())
}

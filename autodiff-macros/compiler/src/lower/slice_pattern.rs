//! Patterns of slices and arrays: `[first, .., last]`, `[head, tail @ ..]`.

use syn::{Ident, Pat, PatSlice};

use super::{Lowerer, Rv, span_of};
use crate::errors::{Extent, Lowered};
use crate::ir::{Op, Place, Proj, Type, Value};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// Binds the elements of a slice or array that fits.
    pub(super) fn bind_slice(&mut self, pat: &PatSlice, rv: Rv) -> Lowered<()> {
        let Some(at) = pat.elems.iter().position(|p| rest(p).is_some()) else {
            for (i, p) in pat.elems.iter().enumerate() {
                let index = self.usize_constant(i, p);
                self.bind_element(p, index, &rv)?;
            }
            return Ok(());
        };
        let rv = match rv {
            rv @ (Rv::Ref(..) | Rv::Place(..) | Rv::Temp(..)) => rv,
            rv => {
                let ty = self.type_of(&rv);
                Rv::Temp(Place::whole(self.value_of(rv, span_of(pat))?), ty)
            }
        };
        let (Rv::Ref(place, ..) | Rv::Place(place, _) | Rv::Temp(place, _)) = &rv else {
            return Ok(());
        };
        let place = place.clone();
        for (i, p) in pat.elems.iter().enumerate() {
            let behind = pat.elems.len() - 1 - i;
            match rest(p) {
                Some(None) => {}
                Some(Some(name)) => {
                    let Rv::Ref(_, ty, exclusive) = &rv else {
                        return Err(self.refuse(
                            "AD0302",
                            Extent::of(p),
                            "the rest of an array is named by value",
                            "name it in a reference: `let [first, rest @ ..] = &x`",
                        ));
                    };
                    let ty = Type::Slice(Box::new(ty.element()));
                    let lo = self.usize_constant(i, p);
                    let hi = self.index_before_end(&place, behind, p);
                    let part = place.clone().with(Proj::Slice(Some(lo), Some(hi), false));
                    let binding = self.binding(name, false, Rv::Ref(part, ty, *exclusive))?;
                    self.declare(name, binding);
                }
                None => {
                    let index = match i < at {
                        true => self.usize_constant(i, p),
                        false => self.index_before_end(&place, behind + 1, p),
                    };
                    self.bind_element(p, index, &rv)?;
                }
            }
        }
        Ok(())
    }

    fn bind_element(&mut self, p: &Pat, index: Value, rv: &Rv) -> Lowered<()> {
        let part = self.project(rv.clone(), Proj::Index(index), span_of(p))?;
        let part = match (part, rv) {
            (Rv::Place(place, ty), Rv::Ref(_, _, m)) => Rv::Ref(place, ty, *m),
            (part, _) => part,
        };
        self.bind(p, part)
    }

    fn usize_constant(&mut self, i: usize, p: &Pat) -> Value {
        let index = self.b.int(i, span_of(p));
        self.refine(index, &Type::usize());
        index
    }

    /// The index that many elements before the end.
    fn index_before_end(&mut self, place: &Place, before: usize, p: &Pat) -> Value {
        let len = self.b.op(Op::Len(place.clone()), Type::usize(), span_of(p));
        if before == 0 {
            return len;
        }
        let before = self.usize_constant(before, p);
        self.b.scalar(Fun::Sub, vec![len, before], Type::usize(), span_of(p))
    }
}

/// Whether a pattern is `..` or `name @ ..`, and the name.
fn rest(pat: &Pat) -> Option<Option<&Ident>> {
    match pat {
        Pat::Rest(_) => Some(None),
        Pat::Ident(p) => match &p.subpat {
            Some((_, sub)) if matches!(**sub, Pat::Rest(_)) => Some(Some(&p.ident)),
            _ => None,
        },
        _ => None,
    }
}

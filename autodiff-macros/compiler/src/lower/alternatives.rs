//! Patterns with alternatives: what a name is bound to depends on which of them fits.

use syn::{Expr, Ident, Pat};

use super::pattern::Bound;
use super::{Binding, Lowerer, Rv, span_of};
use crate::errors::Lowered;

impl Lowerer<'_> {
    /// Binds what the alternatives of a pattern bind, each where it is the first that fits.
    pub(super) fn bind_alternatives(
        &mut self,
        or: &syn::PatOr,
        rv: Rv,
        scrutinee: &Expr,
    ) -> Lowered<()> {
        let Some(first) = or.cases.first() else { return Ok(()) };
        let mut bound = Bound::of(first);
        bound.found.retain(|p| p.subpat.is_some() || !self.is_constant_name(&p.ident));
        if bound.found.is_empty() {
            return Ok(());
        }
        let cases: Vec<&Pat> = or.cases.iter().collect();
        let names: Vec<&Ident> = bound.found.iter().map(|p| &p.ident).collect();
        let parts = match self.alternatives(&cases, &names, rv, scrutinee)? {
            Rv::Tuple(parts) => parts,
            _ => return Ok(()),
        };
        for (pat, part) in bound.found.iter().zip(parts) {
            let binding = self.binding(&pat.ident, pat.mutability.is_some(), part)?;
            self.declare(&pat.ident, binding);
        }
        Ok(())
    }

    /// What these names are bound to by the first case that fits.
    fn alternatives(
        &mut self,
        cases: &[&Pat],
        names: &[&Ident],
        rv: Rv,
        scrutinee: &Expr,
    ) -> Lowered<Rv> {
        let Some((case, rest)) = cases.split_first() else { return Ok(Rv::Never) };
        let span = span_of(case);
        // One of them fits: the last needs no test.
        let test = match rest {
            [] => None,
            _ => self.test(case, &rv, scrutinee)?,
        };
        let bound = |this: &mut Self, rv: Rv| {
            this.scoped(|this| {
                this.bind_tested(case, rv, scrutinee)?;
                let parts = names.iter().filter_map(|name| this.lookup(name).cloned());
                let parts: Vec<Binding> = parts.collect();
                Ok(Rv::Tuple(parts.iter().map(|part| this.bound_rv(part, span)).collect()))
            })
        };
        match test {
            None => bound(self, rv),
            Some(test) => self.branch(
                test,
                span,
                |this| bound(this, rv.clone()),
                |this| this.alternatives(rest, names, rv.clone(), scrutinee),
            ),
        }
    }
}

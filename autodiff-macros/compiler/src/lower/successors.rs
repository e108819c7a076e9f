//! `std::iter::successors(Some(first), |v| Some(next))`: a `scan` whose state is the next item.

use syn::{Expr, ExprCall};

use super::form::is_some;
use super::{Lowerer, Rv};
use crate::errors::Lowered;

impl Lowerer<'_> {
    /// The items from a first one on, each made of the one before; nothing of another call, and of one that
    /// may end.
    pub(super) fn successors(&mut self, c: &ExprCall) -> Option<Lowered<Rv>> {
        let Expr::Path(path) = &*c.func else { return None };
        let names: Vec<String> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
        if !matches!(&names[..], [.., of, name] if of == "iter" && name == "successors") {
            return None;
        }
        let mut args = c.args.iter();
        let (first, Expr::Closure(step), None) = (args.next()?, args.next()?, args.next()) else {
            return None;
        };
        let (first, next) = (held(first)?, held(&step.body)?);
        let mut inputs = step.inputs.iter();
        let (item, None) = (inputs.next()?, inputs.next()) else { return None };
        let scan: Expr = syn::parse_quote! {
            (0_usize..).scan(#first, |ad_state, _| {
                let ad_item = *ad_state;
                let #item = &ad_item;
                *ad_state = #next;
                ::core::option::Option::Some(ad_item)
            })
        };
        Some(self.expr(&scan))
    }
}

/// `e` of `Some(e)`.
fn held(e: &Expr) -> Option<&Expr> {
    match e {
        Expr::Paren(e) => held(&e.expr),
        Expr::Block(b) if b.label.is_none() => match b.block.stmts.as_slice() {
            [syn::Stmt::Expr(e, None)] => held(e),
            _ => None,
        },
        Expr::Call(c) if c.args.len() == 1 => match &*c.func {
            Expr::Path(p) if is_some(&p.path) => c.args.first(),
            _ => None,
        },
        _ => None,
    }
}

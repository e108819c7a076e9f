//! The user's function where it is refused: it still comes out, so that whoever calls it has no error of
//! his own.
//!
//! Some of what is refused rustc rejects too, in words of its own. There the function comes out mended,
//! so that one mistake is one error, and whatever else is wrong with the body is seen all the same.

use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ItemFn, Macro, ReturnType, Stmt, parse_quote};

use super::Declared;
use crate::errors::{Diagnostic, Extent};

/// The function with what was refused for these reasons mended where rustc would reject it once more;
/// none if there is no such place.
pub fn fallback(function: &ItemFn, reasons: &[Diagnostic], declared: &Declared) -> Option<ItemFn> {
    let refused = |code| reasons.iter().any(|reason| reason.code == code);
    if !["AD0220", "AD0206", "AD0103", "AD0402"].into_iter().any(refused) {
        return None;
    }
    let mut mended = function.clone();
    if refused("AD0402") {
        Refuse { reasons, declared }.visit_block_mut(&mut mended.block);
    }
    if refused("AD0220") {
        Unwrap.visit_block_mut(&mut mended.block);
    }
    if refused("AD0206") {
        Stay::default().visit_block_mut(&mut mended.block);
    }
    if refused("AD0103") && matches!(mended.sig.output, ReturnType::Default) {
        discard_result(&mut mended.block);
    }
    (mended.block != function.block).then(|| {
        mended.attrs.push(parse_quote!(#[allow(unreachable_code)]));
        mended
    })
}

/// `e?` → `tried(e)`, which needs no function around it that returns an `Option` or a `Result`.
struct Unwrap;

impl VisitMut for Unwrap {
    fn visit_expr_mut(&mut self, e: &mut Expr) {
        visit_mut::visit_expr_mut(self, e);
        if let Expr::Try(tried) = e {
            let inner = &tried.expr;
            *e = parse_quote!(::autodiff::__private::tried(#inner));
        }
    }
}

/// A macro that cannot be seen through and may not exist → its refusal.
struct Refuse<'a> {
    reasons: &'a [Diagnostic],
    declared: &'a Declared,
}

impl Refuse<'_> {
    fn refusal(&self, mac: &Macro) -> Option<Macro> {
        let extent = Extent::of(mac);
        if self.declared.declares_macro(&mac.path) {
            return None;
        }
        let reason = self.reasons.iter().find(|r| r.code == "AD0402" && r.extent.is(&extent))?;
        syn::parse2(reason.to_expression()).ok()
    }
}

impl VisitMut for Refuse<'_> {
    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if let Some(refusal) = self.refusal(mac) {
            *mac = refusal;
        }
    }
}

/// `break` of a loop that is not there → `unreachable!()`.
#[derive(Default)]
struct Stay {
    /// The loops and labelled blocks around: the label, and whether it is a loop.
    around: Vec<(Option<syn::Label>, bool)>,
}

impl Stay {
    fn has(&self, label: Option<&syn::Lifetime>) -> bool {
        self.around.iter().any(|(own, is_loop)| match label {
            Some(label) => own.as_ref().is_some_and(|own| own.name == *label),
            None => *is_loop,
        })
    }

    fn within(&mut self, label: Option<syn::Label>, is_loop: bool, visit: impl FnOnce(&mut Self)) {
        self.around.push((label, is_loop));
        visit(self);
        self.around.pop();
    }

    /// In what has loops of its own alone.
    fn apart(&mut self, visit: impl FnOnce(&mut Self)) {
        let around = std::mem::take(&mut self.around);
        visit(self);
        self.around = around;
    }
}

impl VisitMut for Stay {
    fn visit_expr_mut(&mut self, e: &mut Expr) {
        visit_mut::visit_expr_mut(self, e);
        let given = match e {
            Expr::Break(b) if !self.has(b.label.as_ref()) => b.expr.take(),
            Expr::Continue(c) if !self.has(c.label.as_ref()) => None,
            _ => return,
        };
        let given = given.map(|value| quote!(let _ = #value;));
        *e = parse_quote!({ #given ::core::unreachable!() });
    }

    fn visit_expr_for_loop_mut(&mut self, e: &mut syn::ExprForLoop) {
        self.visit_expr_mut(&mut e.expr);
        self.within(e.label.clone(), true, |this| this.visit_block_mut(&mut e.body));
    }

    fn visit_expr_while_mut(&mut self, e: &mut syn::ExprWhile) {
        self.within(e.label.clone(), true, |this| {
            this.visit_expr_mut(&mut e.cond);
            this.visit_block_mut(&mut e.body);
        });
    }

    fn visit_expr_loop_mut(&mut self, e: &mut syn::ExprLoop) {
        self.within(e.label.clone(), true, |this| this.visit_block_mut(&mut e.body));
    }

    fn visit_expr_block_mut(&mut self, e: &mut syn::ExprBlock) {
        self.within(e.label.clone(), false, |this| this.visit_block_mut(&mut e.block));
    }

    fn visit_expr_closure_mut(&mut self, e: &mut syn::ExprClosure) {
        self.apart(|this| visit_mut::visit_expr_closure_mut(this, e));
    }

    fn visit_item_mut(&mut self, item: &mut syn::Item) {
        self.apart(|this| visit_mut::visit_item_mut(this, item));
    }
}

/// What a function without a return type gives at its end, or by `return`, is computed and dropped.
fn discard_result(block: &mut Block) {
    Discard.visit_block_mut(block);
    if let Some(last @ Stmt::Expr(_, None)) = block.stmts.last_mut() {
        *last = parse_quote!(let _ = #last;);
    }
}

struct Discard;

impl VisitMut for Discard {
    fn visit_expr_mut(&mut self, e: &mut Expr) {
        visit_mut::visit_expr_mut(self, e);
        if let Expr::Return(given) = e
            && let Some(value) = &given.expr
        {
            *e = parse_quote!({ let _ = #value; return });
        }
    }

    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

//! Variables that share a name and are not the same.
//!
//! In a function that a `macro_rules!` macro writes, an `x` of the macro and an `x` of its call are
//! two variables to rustc. This compiler tells variables apart by name alone, so such a function is
//! refused rather than differentiated wrongly.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Expr, ExprPath, Item, ItemFn, Macro, PatIdent};

use crate::errors::{Diagnostic, Errors};

/// Refuses names under which variables of several macro contexts go.
pub fn refuse_ambiguous(item: &ItemFn, errors: &mut Errors) {
    let mut names = Names::default();
    names.visit_signature(&item.sig);
    names.visit_block(&item.block);
    for (name, uses) in &names.uses {
        let [first, rest @ ..] = uses.as_slice() else { continue };
        if !names.bound.contains(name) {
            continue;
        }
        let known = context(*first);
        if let Some(other) = rest.iter().find(|span| context(**span) != known) {
            errors.push(Diagnostic::new(
                "AD0111",
                *other,
                format!("`{name}` is the name of two variables here, one of a macro and one of its caller"),
                "give the variable inside the macro another name",
            ));
        }
    }
}

/// Which expansion a name comes from, as far as rustc tells: `#3` of `#3 bytes(10..11)`.
fn context(span: Span) -> Option<String> {
    let text = format!("{span:?}");
    let context = text.split(' ').next()?;
    context.starts_with('#').then(|| context.to_owned())
}

/// Where names stand that may be variables.
#[derive(Default)]
struct Names {
    uses: BTreeMap<String, Vec<Span>>,
    bound: BTreeSet<String>,
}

impl Names {
    fn uses(&mut self, ident: &Ident) {
        self.uses.entry(ident.to_string()).or_default().push(ident.span());
    }

    /// Identifiers in a macro's arguments, save for fields and methods.
    fn in_tokens(&mut self, tokens: TokenStream) {
        let mut after_dot = false;
        for tree in tokens {
            match &tree {
                TokenTree::Ident(ident) if !after_dot => self.uses(ident),
                TokenTree::Group(group) => self.in_tokens(group.stream()),
                _ => {}
            }
            after_dot = matches!(&tree, TokenTree::Punct(p) if p.as_char() == '.');
        }
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_pat_ident(&mut self, pat: &'a PatIdent) {
        self.bound.insert(pat.ident.to_string());
        self.uses(&pat.ident);
        visit::visit_pat_ident(self, pat);
    }

    fn visit_expr(&mut self, e: &'a Expr) {
        if let Expr::Path(ExprPath { qself: None, path, .. }) = e
            && let Some(name) = path.get_ident()
        {
            self.uses(name);
        }
        visit::visit_expr(self, e);
    }

    fn visit_macro(&mut self, mac: &'a Macro) {
        self.in_tokens(mac.tokens.clone());
    }

    // An item of the body has names of its own.
    fn visit_item(&mut self, _: &'a Item) {}
}

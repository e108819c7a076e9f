//! Which names are changed somewhere in a body: in place, so that they need memory, or as a whole.
//!
//! The answer is by name and ignores scopes: a name too many costs nothing but a memory object where an
//! SSA value would do.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{Block, Expr, Pat};

use super::expr::is_compound;
use super::macros::arguments;
use super::pattern::Bound;

/// Methods that change their receiver, in families that share a prefix.
const FAMILIES: [&str; 8] =
    ["sort", "rotate_", "drain", "retain", "dedup", "resize", "select_nth_", "extend"];

/// Other methods that change their receiver, save for those that end in `_mut`.
const MUTATING: [&str; 26] = [
    "push",
    "pop",
    "pop_if",
    "swap",
    "fill",
    "fill_with",
    "copy_from_slice",
    "clone_from_slice",
    "copy_within",
    "swap_with_slice",
    "as_mut_slice",
    "truncate",
    "clear",
    "insert",
    "remove",
    "swap_remove",
    "reverse",
    "append",
    "split_off",
    "splice",
    "leak",
    "assign",
    "scaled_add",
    "swap_axes",
    "map_inplace",
    "mapv_inplace",
];

/// Whether a method of that name changes its receiver, as far as std's methods go.
pub fn changes_receiver(method: &str) -> bool {
    MUTATING.contains(&method)
        || method.ends_with("_mut")
        || FAMILIES.iter().any(|family| method.starts_with(family))
}

/// The names that change.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    /// Those whose memory is written: by `name[..] = `, `name.field = `, `&mut name` or a method.
    pub in_place: BTreeSet<String>,
    /// Those of them to which, or to a part of which, there is a `&mut` reference: by `&mut name` or `ref mut`.
    pub borrowed: BTreeSet<String>,
    /// Those that are given another value: by `name = `.
    pub whole: BTreeSet<String>,
    /// Those of them that are not computed of what they were: by `name = `, not by `name += `.
    pub assigned: BTreeSet<String>,
    /// Those of which a method is called, which may take them.
    pub called: BTreeSet<String>,
}

/// The names that change in a body.
pub fn changed(block: &Block) -> Changed {
    let mut changed = Changed::default();
    changed.visit_block(block);
    changed
}

impl Changed {
    fn root(&mut self, expr: &Expr) {
        match expr {
            Expr::Path(p) => {
                if let Some(name) = p.path.get_ident() {
                    self.in_place.insert(name.to_string());
                }
            }
            Expr::Field(e) => self.root(&e.base),
            Expr::Index(e) => self.root(&e.expr),
            Expr::Paren(e) => self.root(&e.expr),
            Expr::Group(e) => self.root(&e.expr),
            Expr::Unary(e) => self.root(&e.expr),
            Expr::Reference(e) => self.root(&e.expr),
            Expr::MethodCall(e) => self.root(&e.receiver),
            _ => {}
        }
    }

    fn target(&mut self, expr: &Expr) {
        match expr {
            Expr::Path(p) => {
                if let Some(name) = p.path.get_ident() {
                    self.whole.insert(name.to_string());
                }
            }
            // The fields of a tuple variable are variables of their own.
            Expr::Tuple(e) => e.elems.iter().for_each(|e| self.target(e)),
            Expr::Array(e) => e.elems.iter().for_each(|e| self.target(e)),
            Expr::Struct(e) => e.fields.iter().for_each(|f| self.target(&f.expr)),
            Expr::Call(e) => e.args.iter().for_each(|e| self.target(e)),
            Expr::Paren(e) => self.target(&e.expr),
            other => self.root(other),
        }
    }

    fn assigned_to(&mut self, expr: &Expr) {
        let mut targets = Self::default();
        targets.target(expr);
        self.assigned.extend(targets.whole);
        self.target(expr);
    }

    /// Notes what a pattern borrows by `ref mut`.
    fn taken_apart(&mut self, pat: &Pat, e: &Expr) {
        let mut bindings = Bound::of(pat).found.into_iter();
        if bindings.any(|p| p.by_ref.is_some() && p.mutability.is_some()) {
            self.borrowed.extend(root_name(e));
        }
    }
}

impl<'a> Visit<'a> for Changed {
    fn visit_expr_assign(&mut self, e: &'a syn::ExprAssign) {
        self.assigned_to(&e.left);
        visit::visit_expr_assign(self, e);
    }

    fn visit_expr_binary(&mut self, e: &'a syn::ExprBinary) {
        if is_compound(&e.op) {
            self.target(&e.left);
        }
        visit::visit_expr_binary(self, e);
    }

    fn visit_expr_reference(&mut self, e: &'a syn::ExprReference) {
        if e.mutability.is_some() {
            self.root(&e.expr);
            self.borrowed.extend(root_name(&e.expr));
        }
        visit::visit_expr_reference(self, e);
    }

    fn visit_expr_method_call(&mut self, e: &'a syn::ExprMethodCall) {
        if changes_receiver(&e.method.to_string()) {
            self.root(&e.receiver);
        }
        // An array has another shape then.
        if e.method == "swap_axes" {
            self.assigned_to(&e.receiver);
        }
        if let Expr::Path(p) = &*e.receiver
            && let Some(name) = p.path.get_ident()
        {
            self.called.insert(name.to_string());
        }
        visit::visit_expr_method_call(self, e);
    }

    fn visit_expr_match(&mut self, e: &'a syn::ExprMatch) {
        e.arms.iter().for_each(|arm| self.taken_apart(&arm.pat, &e.expr));
        visit::visit_expr_match(self, e);
    }

    fn visit_expr_let(&mut self, e: &'a syn::ExprLet) {
        self.taken_apart(&e.pat, &e.expr);
        visit::visit_expr_let(self, e);
    }

    fn visit_local(&mut self, local: &'a syn::Local) {
        if let Some(init) = &local.init {
            self.taken_apart(&local.pat, &init.expr);
        }
        visit::visit_local(self, local);
    }

    fn visit_macro(&mut self, mac: &'a syn::Macro) {
        arguments(mac).iter().for_each(|e| self.visit_expr(e));
    }
}

/// The variable that an expression names, or names a part of.
fn root_name(e: &Expr) -> Option<String> {
    match e {
        Expr::Path(p) => p.path.get_ident().map(ToString::to_string),
        Expr::Field(e) => root_name(&e.base),
        Expr::Paren(e) => root_name(&e.expr),
        Expr::Group(e) => root_name(&e.expr),
        _ => None,
    }
}

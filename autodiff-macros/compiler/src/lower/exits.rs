//! How a loop's body leaves it, read off the syntax.

use syn::visit::{self, Visit};
use syn::{Block, ExprForLoop, ExprLoop, ExprWhile, Label};

use super::form::Form;
use super::macros::arguments;

/// What a loop's body does to control flow, read off its syntax.
#[derive(Clone, Default)]
pub struct Exits {
    /// `break` of this loop.
    pub breaks: bool,
    /// The form of the value that `break` gives.
    pub value: Option<Form>,
    /// Leaves an enclosing loop or the function.
    pub outer: bool,
    pub returns: bool,
    pub label: Option<String>,
    pub depth: usize,
}

impl Exits {
    pub fn of(body: &Block, label: Option<&Label>) -> Self {
        Self::inside(body, label, 0)
    }

    pub fn inside(body: &Block, label: Option<&Label>, depth: usize) -> Self {
        let label = label.map(|l| l.name.ident.to_string());
        let mut exits = Self { label, depth, ..Self::default() };
        exits.visit_block(body);
        exits
    }

    fn targets_this(&self, label: Option<&syn::Lifetime>) -> bool {
        match label {
            None => self.depth == 0,
            Some(l) => self.label.as_ref().is_some_and(|own| l.ident == own),
        }
    }

    pub fn any(&self) -> bool {
        self.breaks || self.outer || self.returns
    }
}

impl<'a> Visit<'a> for Exits {
    fn visit_expr_break(&mut self, e: &'a syn::ExprBreak) {
        if self.targets_this(e.label.as_ref()) {
            self.breaks = true;
            if let Some(value) = &e.expr {
                self.value = Some(Form::of_syntax(value));
            }
        } else if e.label.is_some() {
            self.outer = true;
        }
        visit::visit_expr_break(self, e);
    }

    fn visit_expr_continue(&mut self, e: &'a syn::ExprContinue) {
        // A label that is declared inside is seen as foreign: that costs a flag, nothing else.
        if e.label.is_some() && !self.targets_this(e.label.as_ref()) {
            self.outer = true;
        }
    }

    fn visit_expr_return(&mut self, e: &'a syn::ExprReturn) {
        self.returns = true;
        visit::visit_expr_return(self, e);
    }

    fn visit_expr_for_loop(&mut self, e: &'a ExprForLoop) {
        self.depth += 1;
        visit::visit_expr_for_loop(self, e);
        self.depth -= 1;
    }

    fn visit_expr_while(&mut self, e: &'a ExprWhile) {
        self.depth += 1;
        visit::visit_expr_while(self, e);
        self.depth -= 1;
    }

    fn visit_expr_loop(&mut self, e: &'a ExprLoop) {
        self.depth += 1;
        visit::visit_expr_loop(self, e);
        self.depth -= 1;
    }

    fn visit_macro(&mut self, mac: &'a syn::Macro) {
        arguments(mac).iter().for_each(|e| self.visit_expr(e));
    }

    fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}
    fn visit_item(&mut self, _: &'a syn::Item) {}
}

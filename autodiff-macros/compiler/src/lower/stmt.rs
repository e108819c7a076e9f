//! Blocks and statements.

use quote::quote;
use syn::{Block, Expr, Local, Stmt};

use super::{Binding, Lowerer, Rv, span_of};
use crate::errors::{Extent, Lowered};
use crate::ir::{Op, Type};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// A block with a scope of its own.
    pub(super) fn scoped_block(&mut self, block: &Block, tail: bool) -> Lowered<Rv> {
        self.scopes.push(Vec::new());
        let lowered = self.block(&block.stmts, tail);
        let names = self.scopes.pop().expect("opened above");
        lowered.map(|rv| self.escaped(rv, &names))
    }

    /// Statements in order. With `tail`, the last expression is what the function returns.
    pub(super) fn block(&mut self, stmts: &[Stmt], tail: bool) -> Lowered<Rv> {
        self.declare_items(stmts);
        self.statements(stmts, tail)
    }

    fn statements(&mut self, stmts: &[Stmt], tail: bool) -> Lowered<Rv> {
        let mut value = Rv::Unit;
        let mut failed = None;
        for (i, stmt) in stmts.iter().enumerate() {
            let rest = &stmts[i + 1..];
            let last = rest.is_empty();
            // What follows a branch that leaves is lowered in the other branch: no flag is needed.
            if let Stmt::Expr(Expr::If(branch), _) = stmt
                && !last
                && leaves(&branch.then_branch)
                && !matches!(&*branch.cond, Expr::Let(_))
            {
                return self.leaving_if(branch, rest, tail);
            }
            if let Stmt::Local(local) = stmt
                && local.init.as_ref().is_some_and(|init| init.diverge.is_some())
            {
                return self.let_else(local, rest, tail);
            }
            match self.statement(stmt, last, tail) {
                Ok(rv) => value = rv,
                // The others may have mistakes of their own to show.
                Err(reported) => {
                    failed = Some(reported);
                    continue;
                }
            }
            match self.exit_code() {
                Some(0) => {}
                Some(_) => {
                    value = Rv::Never;
                    break;
                }
                None if last => {}
                None => {
                    let span = span_of(stmt);
                    let exit = self.read(self.frame.exit, span);
                    let none = self.code(0, span);
                    let goes_on = self.b.scalar(Fun::Eq, vec![exit, none], Type::Bool, span);
                    return self.branch(
                        goes_on,
                        span,
                        |this| {
                            this.set_exit(0, span);
                            this.statements(rest, tail)
                        },
                        |_| Ok(Rv::Never),
                    );
                }
            }
        }
        match failed {
            Some(reported) => Err(reported),
            None => Ok(value),
        }
    }

    fn leaving_if(&mut self, branch: &syn::ExprIf, rest: &[Stmt], tail: bool) -> Lowered<Rv> {
        let span = span_of(&branch.if_token);
        let cond = self.value(&branch.cond)?;
        self.branch(
            cond,
            span,
            |this| this.scoped_block(&branch.then_branch, false),
            |this| {
                if let Some((_, other)) = &branch.else_branch {
                    this.expr(other)?;
                    if this.exit_code() != Some(0) {
                        return this.after_exit(rest, tail, span);
                    }
                }
                this.statements(rest, tail)
            },
        )
    }

    /// The statements that follow something that may have left.
    fn after_exit(&mut self, rest: &[Stmt], tail: bool, span: proc_macro2::Span) -> Lowered<Rv> {
        if self.exit_code().is_some() {
            return Ok(Rv::Never);
        }
        let exit = self.read(self.frame.exit, span);
        let none = self.code(0, span);
        let goes_on = self.b.scalar(Fun::Eq, vec![exit, none], Type::Bool, span);
        self.branch(
            goes_on,
            span,
            |this| {
                this.set_exit(0, span);
                this.statements(rest, tail)
            },
            |_| Ok(Rv::Never),
        )
    }

    fn statement(&mut self, stmt: &Stmt, last: bool, tail: bool) -> Lowered<Rv> {
        match stmt {
            Stmt::Local(local) => match self.local(local) {
                Ok(()) => Ok(Rv::Unit),
                Err(reported) => {
                    for name in super::pattern::names(&local.pat) {
                        self.declare(&name, Binding::Refused);
                    }
                    Err(reported)
                }
            },
            Stmt::Item(_) => Ok(Rv::Unit),
            Stmt::Expr(expr, None) if last && tail => self.returned(expr),
            // `return` at the end of a function is its value, with or without a semicolon.
            Stmt::Expr(expr, semi) => {
                let rv = self.expr(expr)?;
                Ok(if semi.is_some() && !matches!(rv, Rv::Never) { Rv::Unit } else { rv })
            }
            Stmt::Macro(m) => {
                let rv = self.macro_call(&m.mac, span_of(m))?;
                if last && tail && m.semi_token.is_none() {
                    return self.give_back(rv, span_of(m));
                }
                Ok(if m.semi_token.is_some() && !matches!(rv, Rv::Never) { Rv::Unit } else { rv })
            }
        }
    }

    /// An expression in tail position of the function: each of its ends returns.
    pub(super) fn returned(&mut self, expr: &Expr) -> Lowered<Rv> {
        match expr {
            Expr::If(e) => self.if_expr(e, true),
            Expr::Match(e) => self.match_expr(e, true),
            Expr::Block(e) if e.label.is_none() => self.scoped_block(&e.block, true),
            Expr::Paren(e) => self.returned(&e.expr),
            _ => {
                let rv = self.expr_of(expr, self.frame.output.clone().as_ref())?;
                if matches!(rv, Rv::Never) {
                    return Ok(Rv::Never);
                }
                self.give_back(rv, span_of(expr))
            }
        }
    }

    fn local(&mut self, local: &Local) -> Lowered<()> {
        let Some(init) = &local.init else {
            return self.deferred(&local.pat);
        };
        let written = match &local.pat {
            syn::Pat::Type(t) => Some(&*t.ty),
            _ => None,
        };
        let hint = written.map_or(Type::Unknown, |ty| self.types.read(ty));
        let rv = self.expr_of(&init.expr, written)?;
        if matches!(rv, Rv::Never) {
            return Ok(());
        }
        if let Rv::Value(value) = &rv {
            self.refine(*value, &hint);
        }
        self.bind(&local.pat, rv)
    }

    /// `let x;`
    fn deferred(&mut self, pat: &syn::Pat) -> Lowered<()> {
        match pat {
            syn::Pat::Ident(p) => {
                let span = p.ident.span();
                let var = self.var(None, Some(p.ident.clone()), true, span);
                self.declare(&p.ident, Binding::Var(var));
                Ok(())
            }
            syn::Pat::Type(t) => self.deferred(&t.pat),
            syn::Pat::Tuple(t) => t.elems.iter().try_for_each(|p| self.deferred(p)),
            other => Err(self.refuse(
                "AD0204",
                Extent::of(other),
                "this pattern cannot be declared without a value",
                "declare each name by itself: `let x;`",
            )),
        }
    }

    /// `let pattern = value else { ... };`: what follows is lowered where the pattern fits.
    fn let_else(&mut self, local: &Local, rest: &[Stmt], tail: bool) -> Lowered<Rv> {
        let (Some(init), span) = (&local.init, span_of(&local.let_token)) else {
            return Ok(Rv::Unit);
        };
        let Some((_, diverge)) = &init.diverge else { return Ok(Rv::Unit) };
        let rv = self.expr(&init.expr)?;
        let scrutinee = &self.scrutinee(&init.expr, &rv);
        let Some(test) = self.test(&local.pat, &rv, scrutinee)? else {
            self.bind(&local.pat, rv)?;
            return self.statements(rest, tail);
        };
        self.branch(
            test,
            span,
            |this| {
                this.bind_tested(&local.pat, rv, scrutinee)?;
                this.statements(rest, tail)
            },
            |this| this.expr(diverge),
        )
    }

    /// A cast of a statement's effect: code that is kept as it is.
    pub(super) fn effect(
        &mut self,
        tokens: proc_macro2::TokenStream,
        span: proc_macro2::Span,
    ) -> Lowered<()> {
        let captures = self.captures(&tokens, span)?;
        self.b.effect(Op::Effect { tokens: quote!(#tokens), captures }, span);
        Ok(())
    }
}

/// Whether control never reaches the end of the block, as far as its last statement tells.
fn leaves(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(e, _)) => match e {
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
            Expr::Block(b) => b.label.is_none() && leaves(&b.block),
            Expr::If(e) => {
                leaves(&e.then_branch)
                    && match &e.else_branch {
                        Some((_, other)) => match &**other {
                            Expr::Block(b) => leaves(&b.block),
                            _ => false,
                        },
                        None => false,
                    }
            }
            Expr::Macro(m) => diverges(&m.mac),
            _ => false,
        },
        Some(Stmt::Macro(m)) => diverges(&m.mac),
        _ => false,
    }
}

/// Whether a macro never comes back.
pub fn diverges(mac: &syn::Macro) -> bool {
    mac.path.segments.last().is_some_and(|s| {
        ["panic", "unreachable", "todo", "unimplemented"].iter().any(|n| s.ident == n)
    })
}

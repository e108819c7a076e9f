//! Branches and loops.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{TokenStreamExt, quote, quote_spanned};
use syn::Ident;

use super::expr::{Expr, Level, braced, full_type};
use super::statements::has_compound_assignment;
use super::uses::Footprint;
use super::{Block, Held, Printer};
use crate::ir::{Node, Op, Place, Proj, Region, Storage, Type, Value, ValueSet};
use crate::tokens::mentions;

impl Printer<'_> {
    pub(super) fn branch(
        &mut self,
        node: &Node,
        footprint: Footprint,
        condition: Value,
        then: &Region,
        otherwise: &Region,
    ) {
        let span = node.span;
        let condition = self.expr(condition);
        let read: Vec<bool> = node.results.iter().map(|v| self.uses.count(*v) > 0).collect();
        let wanted: Vec<Value> =
            node.results.iter().copied().filter(|v| self.uses.count(*v) > 0).collect();
        // The names outside the branches come first: they are the ones that stay.
        let folds = wanted.len() == 1 && self.folds(wanted[0]);
        let names: Vec<Ident> =
            if folds { Vec::new() } else { wanted.iter().map(|v| self.variable(*v)).collect() };
        let mut a = self.block(then, |k| read[k]);
        let b = self.block(otherwise, |k| read[k]);
        // Of several, none has a type from what reads it first: one alone has it from its binding.
        if wanted.len() > 1 {
            for ((value, a), b) in wanted.iter().zip(&mut a.results).zip(&b.results) {
                if a.is_untyped() && b.is_untyped() {
                    *a = a.clone().typed(self.ty(*value), span);
                }
            }
        }
        let is_plain = a.statements.is_empty() && b.statements.is_empty();
        if wanted.is_empty() {
            let statement = match (a.statements.is_empty(), b.statements.is_empty()) {
                (true, true) => return,
                (true, false) => {
                    let head = Expr::prefix("!", condition, span).head();
                    let body = b.statements;
                    quote_spanned!(span=> if #head { #body })
                }
                _ => if_else(&condition, &a, &b, span),
            };
            return self.emit(&footprint, statement);
        }
        let expr = match (&wanted[..], is_plain) {
            (&[value], true) if *self.ty(value) == Type::Bool => boolean(&condition, &a, &b, span),
            _ => None,
        };
        let expr = expr.unwrap_or_else(|| {
            let untyped = a.results.iter().chain(&b.results).all(Expr::is_untyped);
            let tokens = if_else(&condition, &a, &b, span);
            Expr::open(tokens).with_untyped(wanted.len() == 1 && untyped)
        });
        if folds && (is_plain || self.uses.becomes(wanted[0]).is_some()) {
            return self.define(Some(wanted[0]), span, footprint, expr);
        }
        let statement = match &wanted[..] {
            &[value] => self.binding(value, false, expr),
            _ => {
                let tokens = expr.tokens;
                quote_spanned!(span=> let (#(#names),*) = #tokens;)
            }
        };
        self.emit(&footprint, statement);
    }

    /// `for`.
    pub(super) fn counted(&mut self, node: &Node, footprint: &Footprint) {
        let Op::For { lo, hi, inclusive, rev, init, body } = &node.op else {
            unreachable!("a `for` loop")
        };
        let span = node.span;
        let (lo, hi) = (self.expr(*lo), self.expr(*hi));
        let (lets, variables) = self.carry(node, init, &body.params[1..]);
        let index = self.pattern(body.params[0]);
        let windows = self.windows_of(body);
        let Block { statements, results } = self.block(body, |_| true);
        let step = self.assign(&variables, results, &body.results, span);
        let (lo, hi) = (lo.at_least(Level::Or), hi.at_least(Level::Or));
        let dots = if *inclusive { quote!(..=) } else { quote!(..) };
        let range = if *rev {
            quote_spanned!(span=> (#lo #dots #hi).rev())
        } else {
            quote_spanned!(span=> #lo #dots #hi)
        };
        let mut inside = statements;
        inside.extend(step);
        let mut looped = quote_spanned!(span=> for #index in #range);
        looped.append(braced(inside, span));
        let mut statement = lets;
        statement.extend(self.apart(&windows, looped, span));
        self.emit(footprint, statement);
    }

    /// The parts of sequences that are there before a loop and that it runs through, where that matters.
    fn windows_of(&self, body: &Region) -> Vec<Value> {
        if !self.spelled.is_in_vectors() {
            return Vec::new();
        }
        let mut named = ValueSet::default();
        body.each_node(&mut |node| node.op.each_input(&mut |v| _ = named.insert(v)));
        self.windows.iter().copied().filter(|v| named.contains(*v)).collect()
    }

    /// A loop as a function of the parts of sequences that it runs through, if it writes to some: what a
    /// function takes by `&mut` is known to overlap nothing else it takes, and so the loop is vectorized
    /// without a look at the addresses.
    fn apart(&self, windows: &[Value], looped: TokenStream, span: Span) -> TokenStream {
        let writes = windows.iter().any(|v| self.storage(*v) != Storage::Ref);
        if !writes || windows.len() < 2 {
            return looped;
        }
        let param = |v: &Value| {
            let (name, Type::Slice(element)) = (self.name(*v), self.ty(*v)) else { return None };
            let element = full_type(element)?;
            Some(match self.storage(*v) {
                Storage::Ref => quote!(#name: &[#element]),
                Storage::Slot => quote!(mut #name: ::core::option::Option<&mut [#element]>),
                _ => quote!(#name: &mut [#element]),
            })
        };
        let Some(params) = windows.iter().map(param).collect::<Option<Vec<_>>>() else {
            return looped;
        };
        let names = windows.iter().map(|v| self.name(*v));
        quote_spanned!(span=>
            ::autodiff::__private::apart(#[inline(always)] |#(#params),*| { #looped })(#(#names),*);)
    }

    /// The part of a sequence that a loop runs through.
    pub(super) fn view(
        &mut self,
        node: &Node,
        footprint: &Footprint,
        sequence: &Place,
        (lo, hi): (Value, Value),
        start: &Region,
    ) {
        let (span, value) = (node.span, node.results[0]);
        let (lo, hi) = (self.expr(lo), self.expr(hi));
        let runs = Expr::infix("<", lo.clone(), hi.clone(), span).head();
        let (lo, hi) = (lo.at_least(Level::Or), hi.at_least(Level::Or));
        let Block { statements, results } = self.block(start, |_| true);
        let start = &results[0].tokens;
        let start =
            if statements.is_empty() { quote!(#start) } else { quote!({ #statements #start }) };
        let mutable = self.storage(value) != Storage::Ref;
        let window = if mutable { quote!(window_mut) } else { quote!(window) };
        let at = self.place(sequence, mutable).borrow(mutable);
        let window = quote_spanned!(span=>
            ::autodiff::__private::#window(#at, #lo..#hi, || #start));
        // Where the loop does not run, the sequence itself may be out of bounds.
        let may_panic = |step: &Proj| matches!(step, Proj::Index(_) | Proj::Slice(..));
        let window = if sequence.path.iter().any(may_panic) {
            let none = if mutable { quote!(&mut []) } else { quote!(&[]) };
            quote_spanned!(span=> if #runs { #window } else { #none })
        } else {
            window
        };
        let root = self.name(sequence.root);
        let option = self.option(sequence.root, mutable);
        let window = match option {
            Some(option) => quote_spanned!(span=> #option.map(|#root| #window)),
            None => window,
        };
        let name = self.variable(value);
        self.windows.push(value);
        let mutable = (self.storage(value) == Storage::Slot).then(|| quote!(mut));
        self.emit(footprint, quote_spanned!(span=> let #mutable #name = #window;));
    }

    /// A call that gives more than the function does.
    pub(super) fn derived_call(&mut self, node: &Node, footprint: &Footprint) {
        let call = self.pure(node).tokens;
        let statement = match node.results[..] {
            // What the call returns stays where it is until its pullback is kept: that may be large.
            [value, pull] if self.uses.is_only_kept(pull) => {
                let both = self.names.fresh(self.graph.data(pull).name.as_ref(), node.span);
                self.held.insert(pull, Held::Always(Expr::postfix(quote!(#both.1))));
                let value = (self.uses.count(value) > 0).then(|| {
                    let name = self.variable(value);
                    quote_spanned!(node.span=> let #name = #both.0;)
                });
                quote_spanned!(node.span=> let #both = #call; #value)
            }
            _ => {
                let names: Vec<_> = node.results.iter().map(|v| self.pattern(*v)).collect();
                let pattern = match &names[..] {
                    [value, dot, pull] => quote!(((#value, #dot), #pull)),
                    names => quote!((#(#names),*)),
                };
                quote_spanned!(node.span=> let #pattern = #call;)
            }
        };
        self.emit(footprint, statement);
    }

    /// `while`, or `loop` if the condition takes statements.
    pub(super) fn conditional_loop(
        &mut self,
        node: &Node,
        footprint: &Footprint,
        init: &[Value],
        cond: &Region,
        body: &Region,
    ) {
        let span = node.span;
        let (lets, variables) = self.carry(node, init, &cond.params);
        for (param, variable) in body.params.iter().zip(&variables) {
            self.looped.insert(*param);
            self.share(*param, variable.clone());
        }
        let Block { statements: before, results: condition } = self.block(cond, |_| true);
        let condition = &condition[0];
        let Block { statements, results } = self.block(body, |_| true);
        let step = self.assign(&variables, results, &body.results, span);
        let statement = if before.is_empty() && condition.is_word("true") {
            quote_spanned!(span=> #lets loop { #statements #step })
        } else if before.is_empty() {
            let head = condition.head();
            quote_spanned!(span=> #lets while #head { #statements #step })
        } else {
            let done = Expr::prefix("!", condition.clone(), span).head();
            quote_spanned!(span=> #lets loop { #before if #done { break; } #statements #step })
        };
        self.emit(footprint, statement);
    }

    /// Gives every carried value a variable for its whole life: before, in and after the loop.
    fn carry(
        &mut self,
        node: &Node,
        init: &[Value],
        params: &[Value],
    ) -> (TokenStream, Vec<Ident>) {
        let mut lets = TokenStream::new();
        let mut variables = Vec::new();
        for (k, (&init, &param)) in init.iter().zip(params).enumerate() {
            // The variable of an outer or earlier loop lives on if this loop alone reads it.
            let lives_on = self.looped.contains(init)
                && self.uses.once_in_place(init)
                && self.agree(param, init);
            if lives_on {
                let variable = self.name(init);
                self.share(param, variable);
            } else {
                let init = self.expr(init);
                lets.extend(self.binding(param, true, init));
            }
            let variable = self.name(param);
            for value in [Some(param), node.results.get(k).copied()].into_iter().flatten() {
                self.looped.insert(value);
                self.share(value, variable.clone());
            }
            variables.push(variable);
        }
        (lets, variables)
    }

    /// Gives the carried variables their next values, none of which sees another's.
    fn assign(
        &self,
        variables: &[Ident],
        next: Vec<Expr>,
        values: &[Value],
        span: Span,
    ) -> TokenStream {
        let mut open: Vec<(&Ident, Expr, &Type)> = variables
            .iter()
            .zip(next)
            .zip(values)
            .map(|((variable, next), value)| (variable, next, self.ty(*value)))
            .filter(|(variable, next, _)| !next.is_word(&variable.to_string()))
            .collect();
        let mut statements = TokenStream::new();
        while !open.is_empty() {
            let is_free = |at: &usize| {
                let others = open.iter().enumerate().filter(|(k, _)| k != at);
                others
                    .into_iter()
                    .all(|(_, (_, next, _))| !mentions(next.tokens.clone(), open[*at].0))
            };
            let Some(at) = (0..open.len()).find(is_free) else {
                let targets = open.iter().map(|(variable, _, _)| variable);
                let next = open.iter().map(|(_, next, _)| &next.tokens);
                statements.extend(quote_spanned!(span=> (#(#targets),*) = (#(#next),*);));
                break;
            };
            let (variable, next, ty) = open.remove(at);
            let target = quote!(#variable);
            let update = has_compound_assignment(ty).then(|| next.update_of(&target, span));
            statements.extend(update.flatten().unwrap_or_else(|| {
                let next = next.tokens;
                quote_spanned!(span=> #target = #next;)
            }));
        }
        statements
    }
}

/// `if c { .. } else { .. }`, without what is empty.
fn if_else(condition: &Expr, then: &Block, otherwise: &Block, span: Span) -> TokenStream {
    let (head, then) = (condition.head(), body(then));
    let otherwise = body(otherwise);
    let is_if = matches!(otherwise.clone().into_iter().next(),
            Some(TokenTree::Ident(word)) if word == "if")
        && syn::parse2::<syn::ExprIf>(otherwise.clone()).is_ok();
    let otherwise = if otherwise.is_empty() {
        None
    } else if is_if {
        Some(quote_spanned!(span=> else #otherwise))
    } else {
        Some(quote_spanned!(span=> else { #otherwise }))
    };
    quote_spanned!(span=> if #head { #then } #otherwise)
}

/// The inside of a block that ends in its results.
fn body(block: &Block) -> TokenStream {
    let Block { statements, results } = block;
    let results: Vec<_> = results.iter().map(|e| &e.tokens).collect();
    match &results[..] {
        [] => statements.clone(),
        [result] => quote!(#statements #result),
        _ => quote!(#statements (#(#results),*)),
    }
}

/// `c && a`, `c || b`, `!c`.
fn boolean(condition: &Expr, then: &Block, otherwise: &Block, span: Span) -> Option<Expr> {
    let (a, b) = (&then.results[0], &otherwise.results[0]);
    let c = condition.clone();
    let not = |c| Expr::prefix("!", c, span);
    let word = |e: &Expr| [true, false].into_iter().find(|w| e.is_word(&w.to_string()));
    match (word(a), word(b)) {
        (Some(true), Some(false)) => Some(c),
        (Some(false), Some(true)) => Some(not(c)),
        (_, Some(false)) => Some(Expr::infix("&&", c, a.clone(), span)),
        (Some(true), _) => Some(Expr::infix("||", c, b.clone(), span)),
        (Some(false), _) => Some(Expr::infix("&&", not(c), b.clone(), span)),
        (_, Some(true)) => Some(Expr::infix("||", not(c), a.clone(), span)),
        _ => None,
    }
}

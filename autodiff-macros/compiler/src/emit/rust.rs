//! Graph to Rust.
//!
//! A pure node whose one reader stands in the same region is printed inside that reader; everything
//! else gets a variable. An expression that waits for its reader gets a variable after all as soon
//! as something it reads is about to change.

mod callee;
mod control;
mod expr;
mod names;
mod place;
mod statements;
#[cfg(test)]
mod tests;
mod uses;
mod values;

use std::collections::BTreeSet;
use std::mem;

use proc_macro2::{Span, TokenStream};
use quote::{TokenStreamExt, format_ident, quote, quote_spanned};
use syn::Ident;

use crate::Library;
use crate::ir::{Graph, Node, Op, Region, Storage, Type, Value, ValueMap, ValueSet};
pub use callee::{Plain, takes};
pub use expr::asserted;
use expr::{Expr, full_type, semicolon, type_name};
use names::Names;
pub use names::may_be_invented;
use uses::{Footprint, Uses};

use crate::spelled::Spelled;
use crate::tokens::mentions;

/// A graph as Rust.
#[derive(Debug, Default)]
pub struct Printed {
    /// The statements up to the seed, or all of them if there is none.
    pub forward: TokenStream,
    /// One expression per returned value.
    pub results: Vec<TokenStream>,
    /// The variables that hold the adjoints of the returned values.
    pub seeds: Vec<Ident>,
    /// The statements that run once the seed is given.
    pub backward: TokenStream,
    /// One expression per result of the backward sweep.
    pub backward_results: Vec<TokenStream>,
}

/// Prints a graph.
#[derive(Debug)]
pub struct Printer<'g> {
    graph: &'g Graph,
    spelled: &'g Spelled,
    library: Library,
    uses: Uses,
    names: Names,
    held: ValueMap<Held>,
    /// The values whose variable a loop changes.
    looped: ValueSet,
    /// Variables for the elements, row by row, of parameters that are arrays.
    rows: ValueMap<Ident>,
    /// The parts of sequences that the next loops run through.
    windows: Vec<Value>,
    /// Copies of sequences that a stack of rows has given back.
    copies: ValueSet,
    scope: Scope,
}

/// How a reader gets at a value.
#[derive(Debug)]
enum Held {
    Variable(Ident),
    /// A constant.
    Always(Expr),
    /// An expression that waits for its one reader.
    Once,
}

/// The region being printed.
#[derive(Debug, Default)]
struct Scope {
    statements: TokenStream,
    waiting: Vec<Waiting>,
}

/// An expression that waits for its reader.
#[derive(Debug)]
struct Waiting {
    value: Value,
    footprint: Footprint,
    expr: Expr,
}

/// A printed region.
#[derive(Debug)]
struct Block {
    statements: TokenStream,
    results: Vec<Expr>,
}

impl<'g> Printer<'g> {
    /// A printer that invents no name among `reserved`: the identifiers of the user's function, as far as
    /// they might be invented.
    pub fn new(
        graph: &'g Graph,
        reserved: &BTreeSet<String>,
        spelled: &'g Spelled,
        library: Library,
    ) -> Self {
        let params = graph.params.iter().map(|param| &param.name);
        let own = params.chain(graph.values.iter().filter_map(|data| data.name.as_ref()));
        let given = reserved.iter().cloned().chain(own.map(ToString::to_string));
        let mut printer = Self {
            graph,
            spelled,
            library,
            uses: Uses::new(graph),
            names: Names::new(given),
            held: ValueMap::default(),
            looped: ValueSet::default(),
            rows: ValueMap::default(),
            windows: Vec::new(),
            copies: ValueSet::default(),
            scope: Scope::default(),
        };
        for param in &graph.params {
            let (data, span) = (graph.data(param.value), graph.data(param.value).span);
            let name = printer.names.fresh(Some(&param.name), span);
            if matches!(data.ty, Type::Tensor(..)) && data.storage != Storage::RefMut {
                let rows = printer.names.fresh(Some(&format_ident!("{}_rows", name)), span);
                printer.rows.insert(param.value, rows);
            }
            printer.held.insert(param.value, Held::Variable(name));
        }
        for shadow in &graph.shadows {
            if !printer.held.contains(*shadow) {
                printer.variable(*shadow);
            }
        }
        printer
    }

    /// The variable that holds a value: from the start for parameters and shadows, once printed for
    /// what else has one.
    ///
    /// # Panics
    ///
    /// If the value has no variable.
    pub fn name(&self, value: Value) -> Ident {
        match self.held.get(value) {
            Some(Held::Variable(name)) => name.clone(),
            _ => panic!("value {} has no variable", value.index()),
        }
    }

    /// Prints the whole graph.
    pub fn print(&mut self) -> Printed {
        let mut printed = Printed::default();
        let mut seeded = false;
        for node in &self.graph.body.nodes {
            let Op::Seed(returned) = &node.op else {
                self.node(node);
                continue;
            };
            printed.results = self.tokens(returned);
            self.flush(|_| true);
            printed.forward = self.statements(&printed.results);
            printed.seeds = node.results.iter().map(|v| self.variable(*v)).collect();
            seeded = true;
        }
        let returned = &self.graph.body.results;
        self.flush(|waiting| waiting.reads.iter().any(|v| returned.contains(v)));
        let results = self.tokens(returned);
        let statements = self.statements(&results);
        if seeded {
            (printed.backward, printed.backward_results) = (statements, results);
        } else {
            (printed.forward, printed.results) = (statements, results);
        }
        printed
    }

    /// The statements so far, after what they and the results need of parameters that are arrays: these may
    /// lie in memory in any way.
    fn statements(&mut self, results: &[TokenStream]) -> TokenStream {
        let statements = mem::take(&mut self.scope.statements);
        let mut all = TokenStream::new();
        for param in &self.graph.params {
            if let Some(rows) = self.rows.get(param.value)
                && (mentions(statements.clone(), rows)
                    || results.iter().any(|result| mentions(result.clone(), rows)))
            {
                let name = self.name(param.value);
                let reference = (self.storage(param.value) != Storage::Ref).then(|| quote!(&));
                all.extend(quote! {
                    let #rows = &*::autodiff::__private::tensor::rows(#reference #name);
                });
            }
        }
        all.extend(statements);
        all
    }

    /// Prints a region; of its results those that `wanted` tells.
    fn block(&mut self, region: &Region, wanted: impl Fn(usize) -> bool) -> Block {
        let outer = mem::take(&mut self.scope);
        for node in &region.nodes {
            self.node(node);
        }
        let wanted = region.results.iter().enumerate().filter(|(k, _)| wanted(*k));
        let wanted: Vec<Value> = wanted.map(|(_, v)| *v).collect();
        self.flush(|waiting| waiting.reads.iter().any(|v| wanted.contains(v)));
        let results = wanted.into_iter().map(|v| self.expr(v)).collect();
        let inner = mem::replace(&mut self.scope, outer);
        Block { statements: inner.statements, results }
    }

    /// The value for a reader.
    fn expr(&mut self, value: Value) -> Expr {
        match self.held.get(value) {
            Some(Held::Variable(name)) => Expr::postfix(quote!(#name)),
            Some(Held::Always(expr)) => expr.clone(),
            Some(Held::Once) => {
                let waiting = &mut self.scope.waiting;
                let at = waiting.iter().position(|w| w.value == value).expect("it waits once");
                waiting.remove(at).expr
            }
            None => panic!("value {} is read before it is defined", value.index()),
        }
    }

    /// The value for a reader that finds it in a variable, or a constant.
    fn root(&self, value: Value) -> Expr {
        match self.held.get(value) {
            Some(Held::Always(expr)) => expr.clone(),
            _ => {
                let name = self.name(value);
                Expr::postfix(quote!(#name))
            }
        }
    }

    fn tokens(&mut self, values: &[Value]) -> Vec<TokenStream> {
        values.iter().map(|v| self.expr(*v).tokens).collect()
    }

    fn storage(&self, value: Value) -> Storage {
        self.graph.data(value).storage
    }

    fn ty(&self, value: Value) -> &'g Type {
        self.graph.ty(value)
    }

    /// Whether the value's variable has exactly that name.
    fn is_named(&self, value: Value, name: &Ident) -> bool {
        matches!(self.held.get(value), Some(Held::Variable(own)) if own == name)
    }

    /// The parameter that a shadow or tangent belongs to.
    fn primal_of(&self, shadow: Value) -> Option<Value> {
        let at = self.graph.shadows.iter().position(|s| *s == shadow)?;
        let params = &self.graph.params;
        params.get(at % params.len().max(1)).map(|param| param.value)
    }

    /// Gives a value a variable.
    fn variable(&mut self, value: Value) -> Ident {
        let data = self.graph.data(value);
        let name = self.names.fresh(data.name.as_ref(), data.span);
        self.share(value, name.clone());
        name
    }

    /// The variable of a value in a pattern, `_` if nobody reads it.
    fn pattern(&mut self, value: Value) -> TokenStream {
        if self.uses.count(value) == 0 {
            return quote!(_);
        }
        let name = self.variable(value);
        quote!(#name)
    }

    /// Lets a value live in a variable.
    fn share(&mut self, value: Value, variable: Ident) {
        self.held.insert(value, Held::Variable(variable));
    }

    /// Whether one value may be printed where the other's variable is assigned: no name of the
    /// user's is lost by it.
    fn agree(&self, value: Value, target: Value) -> bool {
        let (a, b) = (&self.graph.data(value).name, &self.graph.data(target).name);
        a.is_none() || a == b
    }

    /// `let name = expr;`, with the type where rustc could not tell it.
    fn binding(&mut self, value: Value, mutable: bool, expr: Expr) -> TokenStream {
        let span = self.graph.data(value).span;
        let name = match self.held.get(value) {
            Some(Held::Variable(name)) => name.clone(),
            _ => self.variable(value),
        };
        let mutable = mutable.then(|| quote_spanned!(span=> mut));
        let (ty, untyped) = (self.ty(value), expr.is_untyped());
        let ty = match (untyped || self.is_mutable(value)).then(|| type_name(ty)) {
            Some(Some(name)) => untyped.then_some(name),
            Some(None) if self.is_mutable(value) => full_type(ty),
            _ => None,
        };
        let ty = ty.map(|ty| quote_spanned!(span=> : #ty));
        // Interpolated, the expression would be copied.
        let mut tokens = quote_spanned!(span=> let #mutable #name #ty =);
        tokens.extend(expr.tokens);
        tokens.append(semicolon(span));
        tokens
    }

    fn is_mutable(&self, value: Value) -> bool {
        self.storage(value) == Storage::Object || *self.ty(value) == Type::Stack
    }

    /// Appends a statement, after what must come before it.
    fn emit(&mut self, footprint: &Footprint, statement: TokenStream) {
        self.flush(|other| other.is_disturbed_by(footprint) || (footprint.effect && other.effect));
        self.scope.statements.extend(statement);
    }

    /// Defines the one result of a node, if it has one.
    fn define(&mut self, result: Option<Value>, span: Span, footprint: Footprint, expr: Expr) {
        let Some(value) = result else {
            let mut statement = expr.tokens;
            statement.append(semicolon(span));
            return self.emit(&footprint, statement);
        };
        let unit = *self.ty(value) == Type::Unit;
        if unit || self.uses.count(value) == 0 {
            let discard = (!unit).then(|| quote_spanned!(span=> let _ =));
            let tokens = expr.tokens;
            self.emit(&footprint, quote_spanned!(span=> #discard #tokens;));
            self.held.insert(value, Held::Always(Expr::postfix(quote!(()))));
            return;
        }
        if self.folds(value) && footprint.writes.is_empty() {
            self.flush(|other| {
                other.is_disturbed_by(&footprint) || (footprint.effect && other.effect)
            });
            self.held.insert(value, Held::Once);
            self.scope.waiting.push(Waiting { value, footprint, expr });
            return;
        }
        let statement = self.binding(value, self.is_mutable(value), expr);
        self.emit(&footprint, statement);
    }

    /// Gives variables to what the node is about to change.
    fn settle(&mut self, footprint: &Footprint) {
        self.flush(|other| other.is_disturbed_by(footprint));
    }

    /// Whether the value can be printed inside its one reader.
    fn folds(&self, value: Value) -> bool {
        let anonymous = self.graph.data(value).name.is_none();
        let becomes = self.uses.becomes(value);
        self.uses.can_fold(value)
            && self.storage(value) == Storage::Local
            && (anonymous || becomes.is_some_and(|target| self.agree(value, target)))
    }

    /// Gives variables to the waiting expressions that `which` tells.
    fn flush(&mut self, which: impl Fn(&Footprint) -> bool) {
        if !self.scope.waiting.iter().any(|w| which(&w.footprint)) {
            return;
        }
        for waiting in mem::take(&mut self.scope.waiting) {
            if which(&waiting.footprint) {
                let statement = self.binding(waiting.value, false, waiting.expr);
                self.scope.statements.extend(statement);
            } else {
                self.scope.waiting.push(waiting);
            }
        }
    }

    fn node(&mut self, node: &Node) {
        if !self.uses.is_live(node) {
            return;
        }
        let mut footprint = Footprint::new(self.graph, node);
        node.op.each_input(&mut |v| {
            if let Some(operand) = self.scope.waiting.iter().find(|w| w.value == v) {
                footprint.include(&operand.footprint);
            }
        });
        if !footprint.writes.is_empty() && !self.reads_before_it_writes(&node.op) {
            self.flush(|other| other.effect || other.is_disturbed_by(&footprint));
        }
        match &node.op {
            // What is indexed has a variable; other constants stand where they are read.
            Op::Const(_)
                if self.uses.is_pinned(node.results[0])
                    && !self.ty(node.results[0]).is_scalar() =>
            {
                let expr = self.pure(node);
                let statement = self.binding(node.results[0], false, expr);
                self.emit(&footprint, statement);
            }
            Op::Const(_) | Op::Undef => {
                let expr = self.pure(node);
                self.held.insert(node.results[0], Held::Always(expr));
            }
            Op::View { sequence, lo, hi, start } => {
                self.view(node, &footprint, sequence, (*lo, *hi), start);
            }
            Op::If(c, a, b) => self.branch(node, footprint, *c, a, b),
            Op::For { .. } => self.counted(node, &footprint),
            Op::While { init, cond, body } => {
                self.conditional_loop(node, &footprint, init, cond, body);
            }
            Op::CallVjp(..) | Op::CallJvp(..) => self.derived_call(node, &footprint),
            Op::Store(..)
            | Op::Accumulate(..)
            | Op::AccumulatePlace(..)
            | Op::SetZero(_)
            | Op::Swap(..)
            | Op::Push(..)
            | Op::StackPush(..)
            | Op::RowsPush(..)
            | Op::Effect { .. }
            | Op::Pull { .. }
            | Op::CallInto { .. } => self.statement(node, &footprint),
            Op::StackPop(stack) if node.results.len() != 1 => {
                let stack = self.name(*stack);
                let fields = node.results.iter().map(|v| {
                    let mutable = self.is_mutable(*v).then(|| quote!(mut));
                    let name = self.pattern(*v);
                    let mutable = mutable.filter(|_| name.to_string() != "_");
                    quote!(#mutable #name)
                });
                let fields: Vec<_> = fields.collect();
                self.emit(
                    &footprint,
                    quote_spanned!(node.span=> let (#(#fields),*) = #stack.pop();),
                );
            }
            // Taken at once: what it is the shape of may be moved next.
            Op::StackPop(_) | Op::RowsPop(_) | Op::PopBack(_) | Op::ShapeOf(_) => {
                let expr = self.pure(node);
                let tokens = &expr.tokens;
                let value = node.results[0];
                let statement = match self.uses.count(value) {
                    0 => quote_spanned!(node.span=> #tokens;),
                    _ => self.binding(value, self.is_mutable(value), expr),
                };
                self.emit(&footprint, statement);
            }
            Op::Seed(_) => unreachable!("the seed is a node of the function's body"),
            // The user's own expression may owe its type to an annotation.
            Op::Call(..) | Op::Verbatim { refusal: ..usize::MAX, .. }
                if node
                    .results
                    .iter()
                    .any(|v| type_name(self.ty(*v)).is_some() && self.uses.count(*v) > 0) =>
            {
                let expr = self.pure(node);
                let (value, span) = (node.results[0], node.span);
                let name = self.variable(value);
                let (ty, tokens) = (type_name(self.ty(value)), expr.tokens);
                self.emit(&footprint, quote_spanned!(span=> let #name: #ty = #tokens;));
            }
            _ => {
                let expr = self.pure(node);
                self.define(node.results.first().copied(), node.span, footprint, expr);
            }
        }
    }

    /// Whether Rust evaluates the operands before it borrows what is written.
    fn reads_before_it_writes(&self, op: &Op) -> bool {
        match op {
            Op::Store(place, _) => self.storage(place.root) != Storage::Slot,
            Op::Accumulate(place, v) => {
                self.ty(*v).is_float() && self.storage(place.root) != Storage::Slot
            }
            Op::If(..) | Op::For { .. } | Op::While { .. } => true,
            _ => false,
        }
    }
}

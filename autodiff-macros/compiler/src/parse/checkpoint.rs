//! `#[checkpoint(..)]` on a loop of the function's body.
//!
//! It means something to the compiler here and nothing to rustc, which would look for an attribute of that
//! name. So it is taken off the item that comes out, and where its number is computed the computation
//! stays behind, in a closure that is never called: what it names is in use, and what is wrong with it is
//! said once.
//!
//! ```text
//! #[checkpoint(every = stride)]          let _ = || -> usize { stride };
//! for i in 0..n {                   →    for i in 0..n {
//!     x = step(x, i);                        x = step(x, i);
//! }                                      }
//! ```

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, Ident, Item, ItemFn, Lit, Stmt, Token, parse_quote};

use super::is_differentiated;
use crate::errors::{Diagnostic, Errors, Extent};
use crate::tokens::regrouped;

/// What a loop's iterations are kept by.
#[derive(Debug)]
pub enum Spacing {
    /// `every = K`.
    Every(Expr),
    /// `snapshots = S`.
    Snapshots(Expr),
}

impl Spacing {
    /// The number.
    pub fn number(&self) -> &Expr {
        match self {
            Self::Every(number) | Self::Snapshots(number) => number,
        }
    }

    /// Reads the checkpoint among a loop's attributes, if there is one.
    pub fn of(attrs: &[Attribute]) -> Option<Result<Self, Diagnostic>> {
        attrs.iter().find(|attr| is_checkpoint(attr)).map(Self::read)
    }

    fn read(attr: &Attribute) -> Result<Self, Diagnostic> {
        const HELP: &str = "write `#[checkpoint(every = 100)]` or `#[checkpoint(snapshots = 30)]`";
        let refuse = |at: Extent, message: &str| Err(Diagnostic::new("AD0228", at, message, HELP));
        let Ok(list) = attr.meta.require_list() else {
            return refuse(Extent::of(attr), "a loop's checkpoint is without its number");
        };
        let argument = list.parse_args_with(|input: syn::parse::ParseStream<'_>| {
            let name: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            let number: Expr = input.parse()?;
            let more = input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty();
            Ok((name, number, more.then(|| input.parse::<TokenStream>()).transpose()?))
        });
        let (name, number, more) = match argument {
            Ok(argument) => argument,
            Err(error) => {
                return refuse(
                    error.span().into(),
                    &format!("a loop's checkpoint cannot be read: {error}"),
                );
            }
        };
        if let Some(more) = more {
            return refuse(
                Extent::of(&more),
                "a loop's checkpoint takes one option: either each iteration of a certain distance is \
                 kept, or so many as there is room for",
            );
        }
        if matches!(&number, Expr::Lit(l) if matches!(&l.lit, Lit::Int(n) if n.base10_digits() == "0"))
        {
            return refuse(Extent::of(&number), "a loop that keeps no state cannot be run again");
        }
        match name.to_string().as_str() {
            "every" => Ok(Self::Every(number)),
            "snapshots" => Ok(Self::Snapshots(number)),
            _ => refuse(
                Extent::of(&name),
                &format!("`{name}` is not an option of a loop's checkpoint"),
            ),
        }
    }
}

fn is_checkpoint(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|s| s.ident == "checkpoint")
}

/// The function without the checkpoints of its loops, as rustc is to see it; `None` if it has none. What
/// is wrong with them, or where they stand, goes to `errors`.
pub fn without_checkpoints(function: &ItemFn, errors: &mut Errors) -> Option<ItemFn> {
    let mut named = Named(false);
    named.visit_block(&function.block);
    if !named.0 {
        return None;
    }
    let mut function = function.clone();
    let mut off = TakeOff { errors, found: false };
    off.visit_block_mut(&mut function.block);
    let found = off.found;
    let mut misplaced = Misplaced { errors, found: false };
    misplaced.visit_block(&function.block);
    if misplaced.found
        && let Ok(block) = syn::parse2(without(function.block.to_token_stream()))
    {
        *function.block = block;
        return Some(function);
    }
    found.then_some(function)
}

/// The same of an item inside of a body.
pub fn item_without_checkpoints(mut item: Item) -> Item {
    // What is wrong has been said of the whole function.
    let mut errors = Errors::default();
    TakeOff { errors: &mut errors, found: false }.visit_item_mut(&mut item);
    errors.finish();
    item
}

/// Whether any attribute is a checkpoint.
struct Named(bool);

impl<'ast> Visit<'ast> for Named {
    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        self.0 |= is_checkpoint(attr);
    }
}

/// Takes checkpoints off loops.
struct TakeOff<'a> {
    errors: &'a mut Errors,
    found: bool,
}

impl TakeOff<'_> {
    fn take(&mut self, attrs: &mut Vec<Attribute>) -> Option<Spacing> {
        let spacing = Spacing::of(attrs)?;
        attrs.retain(|attr| !is_checkpoint(attr));
        self.found = true;
        spacing.map_err(|diagnostic| self.errors.push(diagnostic)).ok()
    }
}

impl VisitMut for TakeOff<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let mut stmts = Vec::with_capacity(block.stmts.len());
        for mut stmt in std::mem::take(&mut block.stmts) {
            let spacing = match &mut stmt {
                Stmt::Expr(e, _) => attrs_of_loop(e).and_then(|attrs| self.take(attrs)),
                _ => None,
            };
            if let Some(spacing) = spacing
                && !matches!(spacing.number(), Expr::Lit(_))
            {
                let number = spacing.number();
                stmts.push(parse_quote!(let _ = || -> usize { #number };));
            }
            self.visit_stmt_mut(&mut stmt);
            stmts.push(stmt);
        }
        block.stmts = stmts;
    }

    fn visit_expr_mut(&mut self, e: &mut Expr) {
        if let Some(attrs) = attrs_of_loop(e) {
            self.take(attrs);
        }
        visit_mut::visit_expr_mut(self, e);
    }

    fn visit_item_mut(&mut self, item: &mut Item) {
        // A function that has the attribute itself reads its own.
        if let Item::Fn(f) = item
            && !is_differentiated(&f.attrs)
        {
            self.visit_block_mut(&mut f.block);
        }
    }
}

fn attrs_of_loop(e: &mut Expr) -> Option<&mut Vec<Attribute>> {
    match e {
        Expr::ForLoop(e) => Some(&mut e.attrs),
        Expr::While(e) => Some(&mut e.attrs),
        Expr::Loop(e) => Some(&mut e.attrs),
        _ => None,
    }
}

/// Refuses the checkpoints that stand on something else.
struct Misplaced<'a> {
    errors: &'a mut Errors,
    found: bool,
}

impl<'ast> Visit<'ast> for Misplaced<'_> {
    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        if is_checkpoint(attr) {
            self.found = true;
            self.errors.push(Diagnostic::new(
                "AD0229",
                Extent::of(attr),
                "a checkpoint stands on something else than a loop",
                "put it on a `for`, `while` or `loop`; of a function, write `#[differentiate(checkpoint)]`",
            ));
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if let Item::Fn(f) = item
            && !is_differentiated(&f.attrs)
        {
            self.visit_block(&f.block);
        }
    }
}

/// The tokens without attributes of that name.
fn without(tokens: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = Vec::new();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        let is_attribute = matches!(tree, TokenTree::Punct(p) if p.as_char() == '#')
            && matches!(trees.get(at + 1), Some(TokenTree::Group(g))
                if g.delimiter() == Delimiter::Bracket
                    && matches!(g.stream().into_iter().next(),
                        Some(TokenTree::Ident(name)) if name == "checkpoint"));
        if is_attribute {
            at += 2;
            continue;
        }
        rest.push(match tree {
            TokenTree::Group(group) => regrouped(group, without(group.stream())),
            other => other.clone(),
        });
        at += 1;
    }
    rest.into_iter().collect()
}

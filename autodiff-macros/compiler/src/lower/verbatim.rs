//! Code that is kept as the user wrote it because nothing in it has a derivative.

use proc_macro2::{Spacing, Span, TokenStream, TokenTree};
use quote::format_ident;
use syn::Ident;

use super::usage::changes_receiver;
use super::{Binding, Lowerer, Rv};
use crate::errors::{Diagnostic, Extent, Lowered, Reported};
use crate::ir::{CallArg, Op, Place, Storage, Type, Value};

impl Lowerer<'_> {
    /// The user's code as one constant value; refused later should it turn out to be active.
    pub(super) fn verbatim(
        &mut self,
        tokens: TokenStream,
        ty: Type,
        span: Span,
        what: &str,
    ) -> Lowered<Value> {
        let diagnostic = Diagnostic::new(
            "AD0401",
            Extent::of(&tokens),
            format!("{what} cannot be differentiated, and it depends on a differentiated value"),
            "write it with the operations that have derivatives, call a function under `#[differentiate]`, or hold the value constant with `autodiff::stop_gradient`",
        );
        self.verbatim_as(tokens, ty, span, diagnostic)
    }

    pub(super) fn verbatim_as(
        &mut self,
        tokens: TokenStream,
        ty: Type,
        span: Span,
        diagnostic: Diagnostic,
    ) -> Lowered<Value> {
        if let Some(word) = escapes(&tokens) {
            return Err(self.refuse(
                diagnostic.code,
                diagnostic.extent,
                format!("{}, and `{word}` leaves it", diagnostic.message),
                diagnostic.help,
            ));
        }
        let captures = self.captures(&tokens, span)?;
        Ok(self.verbatim_of(tokens, captures, ty, span, diagnostic))
    }

    /// Code of which is known what it captures; `diagnostic` tells why it is refused should it turn out to
    /// be active.
    pub(super) fn verbatim_of(
        &mut self,
        tokens: TokenStream,
        captures: Vec<(Ident, CallArg)>,
        ty: Type,
        span: Span,
        diagnostic: Diagnostic,
    ) -> Value {
        self.refusals.push(diagnostic);
        let refusal = self.refusals.len() - 1;
        self.b.op(Op::Verbatim { tokens, refusal, captures }, ty, span)
    }

    /// Arguments under names for such code.
    pub(super) fn named_args(
        &mut self,
        args: impl IntoIterator<Item = Rv>,
        span: Span,
    ) -> Lowered<Vec<(Ident, CallArg)>> {
        let named = args.into_iter().enumerate().map(|(i, rv)| {
            let arg = match rv {
                Rv::Ref(place, _, mutable) => CallArg::Ref(place, mutable),
                rv => CallArg::Value(self.value_of(rv, span)?),
            };
            Ok((format_ident!("ad_arg{}", i), arg))
        });
        named.collect()
    }

    pub(super) fn verbatim_rv(
        &mut self,
        tokens: TokenStream,
        span: Span,
        what: &str,
    ) -> Lowered<Rv> {
        self.verbatim(tokens, Type::Unknown, span, what).map(Rv::Value)
    }

    /// The user's names in some code, and what they stand for here.
    pub(super) fn captures(
        &mut self,
        tokens: &TokenStream,
        span: Span,
    ) -> Lowered<Vec<(Ident, CallArg)>> {
        let mut names = Vec::new();
        idents(tokens, &mut names);
        let changes = changes_memory(tokens);
        let mut captures = Vec::new();
        for name in names {
            if captures.iter().any(|(n, _): &(Ident, CallArg)| *n == name) {
                continue;
            }
            let Some(binding) = self.lookup(&name).cloned() else { continue };
            let capture = match binding {
                Binding::Item(_) => continue,
                Binding::Refused => return Err(Reported),
                Binding::Var(var) => CallArg::Value(self.read(var, span)),
                Binding::Place(place, _) if changes && self.is_mutable(&place) => {
                    CallArg::Ref(place, true)
                }
                Binding::Place(place, ty) if place.path.is_empty() && !ty.is_scalar() => {
                    CallArg::Value(place.root)
                }
                Binding::Place(place, ty) => CallArg::Value(self.load(&place, &ty, span)),
                Binding::Ref(place, _, mutable) => CallArg::Ref(place, mutable && changes),
                Binding::Closure(c) if c.name.is_some() => continue,
                Binding::Moving(moving) => CallArg::Ref(self.target_of(&moving, span), false),
                binding => {
                    let rv = self.bound_rv(&binding, span);
                    CallArg::Value(self.value_of(rv, span)?)
                }
            };
            captures.push((name, capture));
        }
        Ok(captures)
    }

    pub(super) fn is_mutable(&self, place: &Place) -> bool {
        matches!(self.b.data(place.root).storage, Storage::Object | Storage::RefMut)
    }
}

/// Every identifier that may be a variable, names in format strings included.
pub(super) fn idents(tokens: &TokenStream, out: &mut Vec<Ident>) {
    let mut after_dot = false;
    let mut trees = tokens.clone().into_iter().peekable();
    while let Some(tree) = trees.next() {
        let mut dot = false;
        // `f64` in `f64::MAX` and in `n as f64` is a type, whatever a variable's name is.
        let begins_path = matches!(
            trees.peek(),
            Some(TokenTree::Punct(p)) if p.as_char() == ':' && p.spacing() == Spacing::Joint
        );
        match tree {
            TokenTree::Ident(ident) if ident == "as" => {
                trees.next_if(|tree| matches!(tree, TokenTree::Ident(_)));
            }
            TokenTree::Ident(ident) if !after_dot && !begins_path => out.push(ident),
            TokenTree::Ident(_) => {}
            TokenTree::Group(group) => idents(&group.stream(), out),
            TokenTree::Punct(p) => dot = p.as_char() == '.',
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.starts_with('"') {
                    for part in text.split('{').skip(1) {
                        let name: String =
                            part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                        if let Ok(ident) = syn::parse_str::<Ident>(&name) {
                            out.push(Ident::new(&ident.to_string(), literal.span()));
                        }
                    }
                }
            }
        }
        after_dot = dot;
    }
}

/// Whether code may change the memory that it names: it assigns, borrows exclusively, or calls a method
/// that does.
fn changes_memory(tokens: &TokenStream) -> bool {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let punct = |i: usize| match trees.get(i) {
        Some(TokenTree::Punct(p)) => Some(p.as_char()),
        _ => None,
    };
    trees.iter().enumerate().any(|(i, tree)| match tree {
        TokenTree::Group(group) => changes_memory(&group.stream()),
        TokenTree::Ident(ident) if ident == "mut" => i > 0 && punct(i - 1) == Some('&'),
        TokenTree::Ident(ident) => {
            i > 0 && punct(i - 1) == Some('.') && changes_receiver(&ident.to_string())
        }
        TokenTree::Punct(p) if p.as_char() == '=' => {
            let compares = |c: Option<char>| matches!(c, Some('=' | '<' | '>' | '!'));
            let (before, after) = (i.checked_sub(1).and_then(punct), punct(i + 1));
            !compares(before) && !matches!(after, Some('=' | '>'))
        }
        _ => false,
    })
}

/// Control flow that would leave the code.
fn escapes(tokens: &TokenStream) -> Option<&'static str> {
    for tree in tokens.clone() {
        match tree {
            TokenTree::Ident(ident) => {
                let found = ["return", "break", "continue"].into_iter().find(|w| ident == w);
                if found.is_some() {
                    return found;
                }
            }
            TokenTree::Group(group) => {
                if let Some(word) = escapes(&group.stream()) {
                    return Some(word);
                }
            }
            _ => {}
        }
    }
    None
}

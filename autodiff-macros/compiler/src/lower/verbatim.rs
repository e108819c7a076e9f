//! Code that is kept as the user wrote it because nothing in it has a derivative.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::Ident;

use super::{Binding, Lowerer, Rv};
use crate::errors::{Diagnostic, Extent, Lowered};
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
        self.refusals.push(diagnostic);
        let refusal = self.refusals.len() - 1;
        Ok(self.b.op(Op::Verbatim { tokens, refusal, captures }, ty, span))
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
        let mut captures = Vec::new();
        for name in names {
            if captures.iter().any(|(n, _): &(Ident, CallArg)| *n == name) {
                continue;
            }
            let Some(binding) = self.lookup(&name).cloned() else { continue };
            let capture = match binding {
                Binding::Item => continue,
                Binding::Var(var) => CallArg::Value(self.read(var, span)),
                Binding::Place(place, _) if place.path.is_empty() => CallArg::Value(place.root),
                Binding::Place(place, ty) => CallArg::Value(self.load(&place, &ty, span)),
                Binding::Ref(place, _, mutable) => self.capture_ref(place, mutable),
                Binding::Closure(c) if c.name.is_some() => continue,
                binding => {
                    let rv = self.binding_rv(&binding, span);
                    CallArg::Value(self.value_of(rv, span)?)
                }
            };
            captures.push((name, capture));
        }
        Ok(captures)
    }

    fn capture_ref(&mut self, place: Place, mutable: bool) -> CallArg {
        let storage = self.b.data(place.root).storage;
        if place.path.is_empty() && matches!(storage, Storage::Ref | Storage::RefMut) {
            // The variable is the reference itself.
            return CallArg::Ref(place, mutable);
        }
        CallArg::Ref(place, mutable)
    }

    fn binding_rv(&mut self, binding: &Binding, span: Span) -> Rv {
        match binding {
            Binding::Var(var) => Rv::Value(self.read(*var, span)),
            Binding::Place(place, ty) => Rv::Place(place.clone(), ty.clone()),
            Binding::Ref(place, ty, m) => Rv::Ref(place.clone(), ty.clone(), *m),
            Binding::Tuple(parts) => {
                Rv::Tuple(parts.iter().map(|p| self.binding_rv(p, span)).collect())
            }
            Binding::Closure(c) => Rv::Closure(c.clone()),
            Binding::Other(rv) => rv.clone(),
            Binding::Item => Rv::Unit,
        }
    }
}

/// Every identifier that may be a variable, names in format strings included.
fn idents(tokens: &TokenStream, out: &mut Vec<Ident>) {
    let mut after_dot = false;
    for tree in tokens.clone() {
        let mut dot = false;
        match tree {
            TokenTree::Ident(ident) if !after_dot => out.push(ident),
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

//! Diagnostics: every refusal has a stable code, a sentence, what to write instead, and a span.

use std::cell::Cell;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// One refusal.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The stable code, such as `AD0101`.
    pub code: &'static str,
    /// The user's code that is refused.
    pub span: Span,
    /// What and why.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Diagnostic {
    /// A refusal of the code at `span`.
    pub fn new(
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { code, span, message: message.into(), help: help.into() }
    }

    /// `compile_error!(..)`, at the span.
    pub fn to_expression(&self) -> TokenStream {
        let text = if self.help.is_empty() {
            format!("[{}] {}", self.code, self.message)
        } else {
            format!("[{}] {}\nhelp: {}", self.code, self.message, self.help)
        };
        quote_spanned!(self.span=> ::core::compile_error!(#text))
    }

    fn to_tokens(&self) -> TokenStream {
        let error = self.to_expression();
        quote_spanned!(self.span=> #error;)
    }
}

impl From<syn::Error> for Diagnostic {
    fn from(error: syn::Error) -> Self {
        Diagnostic::new("AD0001", error.span(), error.to_string(), "")
    }
}

/// Marks that a diagnostic has been collected: the construct has no meaning any more.
#[derive(Clone, Copy, Debug)]
pub struct Reported;

/// What a stage gives: a result, or the certainty that the reason against it was collected.
pub type Lowered<T> = Result<T, Reported>;

/// Collects the diagnostics of all stages. Panics when dropped unread, so that none can be lost.
#[derive(Debug, Default)]
pub struct Errors {
    list: Vec<Diagnostic>,
    read: Cell<bool>,
}

impl Errors {
    /// Collects a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) -> Reported {
        let same = |d: &Diagnostic| {
            d.code == diagnostic.code
                && d.message == diagnostic.message
                && d.span.start() == diagnostic.span.start()
        };
        if !self.list.iter().any(same) {
            self.list.push(diagnostic);
        }
        Reported
    }

    /// Whether there are none so far.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them, in the order of the source.
    pub fn finish(&self) -> Vec<Diagnostic> {
        self.read.set(true);
        let mut list = self.list.clone();
        list.sort_by_key(|d| {
            let start = d.span.start();
            (start.line, start.column)
        });
        list
    }

    /// `compile_error!`s for all of them.
    pub fn to_tokens(&self) -> TokenStream {
        self.finish().iter().map(Diagnostic::to_tokens).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if !self.read.get() && !self.list.is_empty() && !std::thread::panicking() {
            panic!("diagnostics were collected and never shown: {:?}", self.list);
        }
    }
}

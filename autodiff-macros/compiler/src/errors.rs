//! Diagnostics: every refusal has a stable code, a sentence, what to write instead, and a span.

use std::cell::Cell;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

/// The code that a diagnostic is about, from its first token to its last. (Stable Rust cannot join two
/// spans to one; the compiler itself does where a macro call begins at one and ends at the other.)
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    first: Span,
    last: Span,
}

impl Extent {
    /// All of some syntax.
    pub fn of(node: &impl ToTokens) -> Self {
        let tokens: Vec<TokenTree> = node.to_token_stream().into_iter().collect();
        let call_site = Span::call_site();
        Self {
            first: tokens.first().map_or(call_site, |t| ends(t).0),
            last: tokens.last().map_or(call_site, |t| ends(t).1),
        }
    }

    /// Where it begins: line and column.
    fn start(&self) -> (usize, usize) {
        let start = self.first.start();
        (start.line, start.column)
    }

    /// Whether it is the same code.
    pub fn is(&self, other: &Extent) -> bool {
        self.start() == other.start() && self.last.end() == other.last.end()
    }
}

impl From<Span> for Extent {
    fn from(span: Span) -> Self {
        Self { first: span, last: span }
    }
}

/// The first and the last span of a token. A group without delimiters, around what a `macro_rules!`
/// macro was given, has none of its own.
fn ends(tree: &TokenTree) -> (Span, Span) {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let inner = Extent::of(&group.stream());
            (inner.first, inner.last)
        }
        TokenTree::Group(group) => (group.span_open(), group.span_close()),
        other => (other.span(), other.span()),
    }
}

/// One refusal.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The stable code, such as `AD0101`.
    pub code: &'static str,
    /// The user's code that is refused.
    pub extent: Extent,
    /// What and why.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// Whether rustc may have refused the same: then this is shown only where the body compiles.
    pub deferred: bool,
}

impl Diagnostic {
    /// A refusal of the code at a span or over an extent.
    pub fn new(
        code: &'static str,
        at: impl Into<Extent>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            code,
            extent: at.into(),
            message: message.into(),
            help: help.into(),
            deferred: false,
        }
    }

    /// The same where rustc may have refused the same.
    pub fn deferred(mut self) -> Self {
        self.deferred = true;
        self
    }

    /// `compile_error!(..)`, over the extent.
    pub fn to_expression(&self) -> TokenStream {
        self.call(quote_spanned!(self.extent.first=> ::core::compile_error!))
    }

    /// `panic!(..)`, over the extent: to stand in a constant.
    pub fn to_panic(&self) -> TokenStream {
        self.call(quote_spanned!(self.extent.first=> ::core::panic!))
    }

    fn call(&self, name: TokenStream) -> TokenStream {
        let text = if self.help.is_empty() {
            format!("[{}] {}", self.code, self.message)
        } else {
            format!("[{}] {}\nhelp: {}", self.code, self.message, self.help)
        };
        let last = self.extent.last;
        let text = quote_spanned!(last=> #text);
        let mut arguments = Group::new(Delimiter::Parenthesis, text);
        arguments.set_span(last);
        quote!(#name #arguments)
    }

    fn to_tokens(&self) -> TokenStream {
        let error = self.to_expression();
        quote_spanned!(self.extent.last=> #error;)
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
                && d.extent.start() == diagnostic.extent.start()
        };
        if !self.list.iter().any(same) {
            self.list.push(diagnostic);
        }
        Reported
    }

    /// How many there are so far.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none so far.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them, in the order of the source.
    pub fn finish(&self) -> Vec<Diagnostic> {
        self.read.set(true);
        let mut list = self.list.clone();
        list.sort_by_key(|d| d.extent.start());
        list
    }

    /// `compile_error!`s for all that are not deferred.
    pub fn to_tokens(&self) -> TokenStream {
        self.finish().iter().filter(|d| !d.deferred).map(Diagnostic::to_tokens).collect()
    }

    /// Shows what is deferred at once: there is no telling whether the body compiles.
    pub fn show_deferred(&mut self) {
        for diagnostic in &mut self.list {
            diagnostic.deferred = false;
        }
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if !self.read.get() && !self.list.is_empty() && !std::thread::panicking() {
            panic!("diagnostics were collected and never shown: {:?}", self.list);
        }
    }
}

//! One node of the graph constant.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{TokenStreamExt, quote};

/// What is said of a node.
#[derive(Clone, Debug)]
pub struct Entry {
    pub op: String,
    pub inputs: Vec<usize>,
    pub label: Option<String>,
    pub ty: String,
    pub span: Span,
    pub leaf: bool,
    pub requires_grad: bool,
    pub grad_fn: Option<String>,
    pub region: Option<String>,
}

impl Entry {
    /// A node that is computed from nothing.
    pub fn leaf(op: impl Into<String>, ty: String, span: Span) -> Self {
        Self {
            op: op.into(),
            inputs: Vec::new(),
            label: None,
            ty,
            span,
            leaf: true,
            requires_grad: false,
            grad_fn: None,
            region: None,
        }
    }

    /// Appends the call that makes the node.
    fn append_to(&self, nodes: &mut List, columns: &mut Columns) {
        let start = self.span.start();
        // Positional, and what most nodes lack apart: there are many, and every token takes its time.
        let mut args = List::default();
        args.text(&self.op);
        if !self.leaf {
            args.add(Punct::new('&', Spacing::Alone));
            args.0.append(indices(&self.inputs));
        }
        args.add(columns.ty.literal(&self.ty));
        args.number(start.line);
        // Columns are counted from 1, as in rustc's messages.
        args.number(start.column + 1);
        if self.leaf {
            args.add(word(if self.requires_grad { "true" } else { "false" }));
        } else {
            args.add(columns.grad_fn.literal(self.grad_fn.as_deref().unwrap_or_default()));
        }
        nodes.add(word(if self.leaf { "leaf" } else { "node" }));
        nodes.0.append(args.within(Delimiter::Parenthesis));
        if let Some(label) = &self.label {
            nodes.method("named", Literal::string(label));
        }
        if let Some(region) = &self.region {
            nodes.method("within", columns.region.literal(region));
        }
    }
}

/// What many nodes in a row have in common.
#[derive(Default)]
struct Columns {
    ty: Column,
    grad_fn: Column,
    region: Column,
}

/// The last text, and its literal.
#[derive(Default)]
struct Column(Option<(String, Literal)>);

impl Column {
    fn literal(&mut self, text: &str) -> Literal {
        match &self.0 {
            Some((last, literal)) if last == text => literal.clone(),
            _ => self.0.insert((text.to_owned(), Literal::string(text))).1.clone(),
        }
    }
}

fn word(text: &str) -> Ident {
    Ident::new(text, Span::call_site())
}

fn indices(all: &[usize]) -> Group {
    let mut list = List::default();
    all.iter().for_each(|index| list.number(*index));
    list.within(Delimiter::Bracket)
}

/// Elements with commas between them.
#[derive(Default)]
struct List(TokenStream);

impl List {
    /// Appends an element's first token.
    fn add(&mut self, token: impl Into<TokenTree>) {
        if !self.0.is_empty() {
            self.0.append(Punct::new(',', Spacing::Alone));
        }
        self.0.append(token);
    }

    fn text(&mut self, text: &str) {
        self.add(Literal::string(text));
    }

    fn number(&mut self, number: usize) {
        self.add(Literal::usize_unsuffixed(number));
    }

    /// Calls a method on the last element.
    fn method(&mut self, name: &str, argument: Literal) {
        self.0.append(Punct::new('.', Spacing::Alone));
        self.0.append(word(name));
        let argument = TokenTree::from(argument);
        self.0.append(Group::new(Delimiter::Parenthesis, argument.into()));
    }

    fn within(self, delimiter: Delimiter) -> Group {
        Group::new(delimiter, self.0)
    }
}

/// The whole constant. Inputs of the backward nodes count through the forward nodes first, and so do
/// `gradients`.
#[derive(Debug, Default)]
pub struct Data {
    pub nodes: Vec<Entry>,
    pub outputs: Vec<usize>,
    pub backward: Vec<Entry>,
    pub gradients: Vec<usize>,
}

impl Data {
    pub fn to_tokens(&self, name: &str) -> TokenStream {
        let list = |entries: &[Entry]| {
            let (mut list, mut columns) = (List::default(), Columns::default());
            entries.iter().for_each(|entry| entry.append_to(&mut list, &mut columns));
            list.within(Delimiter::Bracket)
        };
        let (nodes, backward) = (list(&self.nodes), list(&self.backward));
        let (outputs, gradients) = (indices(&self.outputs), indices(&self.gradients));
        quote! {{
            use ::autodiff::__private::{leaf, node};
            &::autodiff::Graph {
                name: #name,
                nodes: &#nodes,
                outputs: &#outputs,
                backward: &#backward,
                gradients: &#gradients,
            }
        }}
    }
}

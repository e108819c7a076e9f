//! One node of the graph constant.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;

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

    fn to_tokens(&self) -> TokenStream {
        let Entry { op, ty, requires_grad, .. } = self;
        let option = |text: &Option<String>| Literal::string(text.as_deref().unwrap_or_default());
        let (label, region) = (option(&self.label), option(&self.region));
        let start = self.span.start();
        let line = Literal::usize_unsuffixed(start.line);
        // Columns are counted from 1, as in rustc's messages.
        let column = Literal::usize_unsuffixed(start.column + 1);
        // Positional: there are many nodes, and every token takes its time.
        if self.leaf {
            return quote!(leaf(#op, #label, #ty, #line, #column, #requires_grad, #region));
        }
        let inputs = self.inputs.iter().map(|i| Literal::usize_unsuffixed(*i));
        let grad_fn = option(&self.grad_fn);
        quote!(node(#op, &[#(#inputs),*], #label, #ty, #line, #column, #grad_fn, #region))
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
        let indices = |list: &[usize]| {
            let list: Vec<_> = list.iter().map(|i| Literal::usize_unsuffixed(*i)).collect();
            quote!(&[#(#list),*])
        };
        let nodes = self.nodes.iter().map(Entry::to_tokens);
        let backward = self.backward.iter().map(Entry::to_tokens);
        let (outputs, gradients) = (indices(&self.outputs), indices(&self.gradients));
        quote! {{
            use ::autodiff::__private::{leaf, node};
            &::autodiff::Graph {
                name: #name,
                nodes: &[#(#nodes),*],
                outputs: #outputs,
                backward: &[#(#backward),*],
                gradients: #gradients,
            }
        }}
    }
}

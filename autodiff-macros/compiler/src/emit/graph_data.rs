//! The static computation graph as a constant of the user's program.

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::analysis::Activity;
use crate::ir::{Graph, Node, Op, Region, Value};

#[derive(Clone)]
struct Entry {
    op: String,
    inputs: Vec<usize>,
    label: Option<String>,
    ty: String,
    line: usize,
    column: usize,
    leaf: bool,
    requires_grad: bool,
    grad_fn: Option<String>,
    region: Option<String>,
}

struct Collector<'g> {
    graph: &'g Graph,
    activity: Option<&'g Activity>,
    entries: Vec<Entry>,
    index: BTreeMap<Value, usize>,
    region: Option<String>,
    offset: usize,
}

/// `&Graph { .. }` for a primal and its reverse.
pub fn graph_data(name: &str, primal: &Graph, activity: &Activity, reverse: &Graph) -> TokenStream {
    let mut forward = Collector {
        graph: primal,
        activity: Some(activity),
        entries: Vec::new(),
        index: BTreeMap::new(),
        region: None,
        offset: 0,
    };
    for param in &primal.params {
        forward.leaf(param.value, "input", param.active);
    }
    forward.region(&primal.body);
    let outputs: Vec<usize> =
        primal.body.results.iter().filter_map(|v| forward.index.get(v).copied()).collect();
    let count = forward.entries.len();
    let mut backward = Collector {
        graph: reverse,
        activity: None,
        entries: Vec::new(),
        index: forward.index.clone(),
        region: None,
        offset: count,
    };
    if let Some(at) = reverse.body.nodes.iter().position(|n| matches!(n.op, Op::Seed(_))) {
        for seed in &reverse.body.nodes[at].results {
            backward.leaf(*seed, "seed", true);
        }
        for node in &reverse.body.nodes[at + 1..] {
            backward.node(node);
        }
    }
    let nodes = forward.entries.iter().map(entry_tokens);
    let backward = backward.entries.iter().map(entry_tokens);
    let outputs = outputs.into_iter().map(Literal::usize_unsuffixed);
    quote! {
        &::autodiff::Graph {
            name: #name,
            nodes: &[#(#nodes),*],
            outputs: &[#(#outputs),*],
            backward: &[#(#backward),*],
        }
    }
}

impl Collector<'_> {
    fn active(&self, v: Value) -> bool {
        self.activity.is_none_or(|a| a.is_active(v))
    }

    fn leaf(&mut self, v: Value, op: &str, requires_grad: bool) {
        self.entry(v, op.to_owned(), Vec::new(), true, requires_grad, None);
    }

    fn entry(
        &mut self,
        v: Value,
        op: String,
        inputs: Vec<usize>,
        leaf: bool,
        requires_grad: bool,
        grad_fn: Option<String>,
    ) {
        let data = self.graph.data(v);
        let start = data.span.start();
        self.index.insert(v, self.offset + self.entries.len());
        self.entries.push(Entry {
            op,
            inputs,
            label: data.name.as_ref().map(ToString::to_string),
            ty: data.ty.to_string(),
            line: start.line,
            column: start.column,
            leaf,
            requires_grad,
            grad_fn,
            region: self.region.clone(),
        });
    }

    fn region(&mut self, region: &Region) {
        for node in &region.nodes {
            self.node(node);
        }
    }

    fn inputs(&self, node: &Node) -> Vec<usize> {
        let mut inputs = Vec::new();
        node.op.each_input(&mut |v| {
            if let Some(i) = self.index.get(&v) {
                inputs.push(*i);
            }
        });
        inputs
    }

    fn nested(&mut self, region: &Region, name: &str) {
        let outer = self.region.take();
        self.region = Some(match &outer {
            Some(outer) => format!("{outer} / {name}"),
            None => name.to_owned(),
        });
        self.region(region);
        self.region = outer;
    }

    /// Values that flow into a region's parameters are those parameters in the picture.
    fn alias(&mut self, from: &[Value], to: &[Value]) {
        for (f, t) in from.iter().zip(to) {
            if let Some(i) = self.index.get(f).copied() {
                self.index.insert(*t, i);
            }
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.op {
            // Constants stand where they are used; what keeps is not part of the mathematics.
            Op::Undef | Op::StackNew(_) | Op::StackPush(..) | Op::Seed(_) | Op::Effect { .. } => {}
            Op::Const(tokens) => {
                for r in &node.results {
                    let mut text = tokens.to_string().replace(' ', "");
                    text.truncate(text.char_indices().nth(24).map_or(text.len(), |(i, _)| i));
                    self.leaf(*r, &text, false);
                }
            }
            Op::Object(init) => {
                self.alias(&[*init], &node.results);
                // The object is known by the user's name.
                if let Some(i) = self.index.get(init).copied()
                    && let Some(entry) =
                        i.checked_sub(self.offset).and_then(|i| self.entries.get_mut(i))
                    && entry.label.is_none()
                {
                    entry.label =
                        self.graph.data(node.results[0]).name.as_ref().map(ToString::to_string);
                }
            }
            Op::If(_, a, b) => {
                self.nested(a, "if");
                self.nested(b, "else");
                for (i, r) in node.results.iter().enumerate() {
                    let mut inputs = self.inputs(node);
                    for arm in [a, b] {
                        inputs.extend(self.index.get(&arm.results[i]));
                    }
                    self.op(*r, "select", inputs);
                }
            }
            Op::For { init, body, lo, .. } => {
                self.alias(&[*lo], &body.params[..1]);
                self.alias(init, &body.params[1..]);
                self.nested(body, "for");
                self.after_loop(node, init, body);
            }
            Op::While { init, body, cond } => {
                self.alias(init, &body.params);
                self.alias(init, &cond.params);
                self.nested(cond, "while");
                self.nested(body, "while");
                self.after_loop(node, init, body);
            }
            Op::Store(place, v) => {
                let inputs = self.inputs(node);
                self.update(place.root, "store", inputs, *v);
            }
            Op::Push(place, v) => {
                let inputs = self.inputs(node);
                self.update(place.root, "push", inputs, *v);
            }
            Op::Accumulate(place, v) => {
                let inputs = self.inputs(node);
                self.update(place.root, "accumulate", inputs, *v);
            }
            _ => {
                let inputs = self.inputs(node);
                let name = op_name(&node.op);
                for r in &node.results {
                    self.op(*r, &name, inputs.clone());
                }
            }
        }
    }

    fn after_loop(&mut self, node: &Node, init: &[Value], body: &Region) {
        for (i, r) in node.results.iter().enumerate() {
            let mut inputs: Vec<usize> = self.index.get(&init[i]).copied().into_iter().collect();
            inputs.extend(self.index.get(&body.results[i]));
            self.op(*r, "loop", inputs);
        }
    }

    /// A write makes a new version of its object.
    fn update(&mut self, root: Value, op: &str, inputs: Vec<usize>, written: Value) {
        let active = self.active(root)
            && self.activity.is_none_or(|a| a.is_active(written) || a.is_active(root));
        let grad_fn = active.then(|| camel(op));
        self.entry(root, op.to_owned(), inputs, false, active, grad_fn);
    }

    fn op(&mut self, r: Value, name: &str, inputs: Vec<usize>) {
        let active = self.active(r) && self.activity.is_some();
        let grad_fn = active.then(|| camel(name));
        self.entry(r, name.to_owned(), inputs, false, active, grad_fn);
    }
}

/// The name of a backward rule: `tanh` → `TanhBackward`.
fn camel(op: &str) -> String {
    let mut name: String = op
        .split(|c: char| !c.is_alphanumeric())
        .filter(|s| !s.is_empty())
        .map(|s| {
            let (first, rest) = s.split_at(s.char_indices().nth(1).map_or(s.len(), |(i, _)| i));
            format!("{}{rest}", first.to_uppercase())
        })
        .collect();
    name.push_str("Backward");
    name
}

fn op_name(op: &Op) -> String {
    match op {
        Op::Scalar(fun, _) => fun.name().to_owned(),
        Op::Cast(..) => "cast".into(),
        Op::Stop(_) => "stop_gradient".into(),
        Op::Tuple(_) => "tuple".into(),
        Op::Array(_) | Op::Repeat(..) => "array".into(),
        Op::VecOf(_) | Op::VecRepeat(..) | Op::VecNew(_) => "vec".into(),
        Op::Zero(_) | Op::ZeroOf(_) => "zero".into(),
        Op::ShapeOf(_) => "shape".into(),
        Op::Load(..) => "load".into(),
        Op::Len(_) => "len".into(),
        Op::View { .. } => "view".into(),
        Op::Call(path, _) | Op::CallVjp(path, _) | Op::CallJvp(path, _, _) => {
            path.to_string().replace(' ', "")
        }
        Op::Pull { .. } | Op::CallInto { .. } => "pullback".into(),
        Op::Verbatim { .. } => "constant".into(),
        Op::StackPop(_) | Op::Unkeep(_) | Op::Keep(_) | Op::KeepNone => "kept".into(),
        _ => "op".into(),
    }
}

fn entry_tokens(entry: &Entry) -> TokenStream {
    let Entry { op, ty, leaf, requires_grad, .. } = entry;
    let inputs = entry.inputs.iter().map(|i| Literal::usize_unsuffixed(*i));
    let option = |text: &Option<String>| match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    };
    let (label, grad_fn, region) =
        (option(&entry.label), option(&entry.grad_fn), option(&entry.region));
    let line = Literal::usize_unsuffixed(entry.line);
    let column = Literal::usize_unsuffixed(entry.column);
    quote! {
        ::autodiff::Node {
            op: #op, inputs: &[#(#inputs),*], label: #label, ty: #ty, line: #line,
            column: #column, leaf: #leaf, requires_grad: #requires_grad, grad_fn: #grad_fn,
            region: #region,
        }
    }
}

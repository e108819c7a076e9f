//! The static computation graph as a constant of the user's program.

mod entry;
mod names;

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use syn::Ident;

use crate::analysis::Activity;
use crate::ir::{Float, Graph, Node, Op, Param, Region, Type, Value, ValueMap};
use crate::parse::Signature;

use entry::{Data, Entry};
use names::{Origins, operation, pullback, rule, tidy};

/// `&Graph { .. }` for a primal and its reverse.
pub fn graph_data(name: &str, primal: &Graph, activity: &Activity, reverse: &Graph) -> TokenStream {
    let mut forward = Collector::new(primal, Some(activity), ValueMap::default(), 0);
    for param in &primal.params {
        forward.parameter(param);
    }
    forward.region(&primal.body);
    let outputs = primal.body.results.iter().filter_map(|v| forward.find(*v)).collect();
    let count = forward.entries.len();

    let mut backward = Collector::new(reverse, None, forward.index, count);
    backward.loops = forward.loops;
    backward.origins = Origins::of(&reverse.body);
    let nodes = &reverse.body.nodes;
    let mut gradients = Vec::new();
    if let Some(at) = nodes.iter().position(|n| matches!(n.op, Op::Seed(_))) {
        for seed in &nodes[at].results {
            backward.leaf(*seed, "seed");
        }
        for (param, shadow) in reverse.params.iter().zip(&reverse.shadows) {
            if param.active && param.in_place() {
                backward.leaf(*shadow, "seed");
            }
        }
        for node in &nodes[at + 1..] {
            backward.node(node);
        }
        let active = reverse.params.iter().zip(&reverse.shadows).filter(|(param, _)| param.active);
        gradients.extend(active.filter_map(|(_, shadow)| backward.index.get(*shadow).copied()));
    }
    let mut data = Data { nodes: forward.entries, outputs, backward: backward.entries, gradients };
    data.prune_backward();
    data.to_tokens(name)
}

/// `&Graph { .. }` for a function whose derivative is the user's own.
pub fn custom(name: &Ident, signature: &Signature, rule: &str) -> TokenStream {
    let label = |name: &Ident| Some(tidy(name));
    let mut data = Data::default();
    for parameter in &signature.parameters {
        data.nodes.push(Entry {
            label: label(&parameter.name),
            requires_grad: parameter.active,
            ..Entry::leaf("input", tidy(&parameter.ty), parameter.name.span())
        });
    }
    let count = data.nodes.len();
    let output = tidy(&signature.output);
    data.nodes.push(Entry {
        inputs: (0..count).collect(),
        leaf: false,
        requires_grad: true,
        grad_fn: Some(rule.to_owned()),
        ..Entry::leaf(tidy(name), output.clone(), name.span())
    });
    data.outputs.push(count);
    data.backward.push(Entry {
        label: Some("result_bar".to_owned()),
        ..Entry::leaf("seed", output, name.span())
    });
    let seed = count + 1;
    for parameter in signature.parameters.iter().filter(|p| p.active) {
        data.gradients.push(seed + data.backward.len());
        data.backward.push(Entry {
            inputs: vec![seed],
            label: Some(format!("{}_bar", tidy(&parameter.name))),
            leaf: false,
            ..Entry::leaf(pullback(Some(rule)), tidy(&parameter.ty), parameter.name.span())
        });
    }
    data.to_tokens(&tidy(name))
}

/// Lists the nodes of a graph, regions inlined.
struct Collector<'g> {
    graph: &'g Graph,
    /// Of the forward graph.
    activity: Option<&'g Activity>,
    entries: Vec<Entry>,
    /// Where values, and the last versions of objects, stand.
    index: ValueMap<usize>,
    region: Option<String>,
    /// The names of the loops, by their places: a loop's reverse goes by the same name.
    loops: BTreeMap<(usize, usize), String>,
    /// How many nodes are counted before these.
    offset: usize,
    origins: Origins,
}

impl<'g> Collector<'g> {
    fn new(
        graph: &'g Graph,
        activity: Option<&'g Activity>,
        index: ValueMap<usize>,
        offset: usize,
    ) -> Self {
        let origins = Origins::default();
        let loops = BTreeMap::new();
        Self { graph, activity, entries: Vec::new(), index, region: None, loops, offset, origins }
    }

    fn add(&mut self, v: Value, entry: Entry) {
        self.index.insert(v, self.offset + self.entries.len());
        self.entries.push(Entry { region: self.region.clone(), ..entry });
    }

    /// What is known of a value by itself, as a leaf.
    fn about(&self, v: Value, op: &str) -> Entry {
        let data = self.graph.data(v);
        let label = data.name.as_ref().map(ToString::to_string);
        Entry { label, ..Entry::leaf(op, data.ty.to_string(), data.span) }
    }

    fn parameter(&mut self, param: &Param) {
        let entry = Entry {
            ty: tidy(&param.written),
            requires_grad: param.active,
            ..self.about(param.value, "input")
        };
        self.add(param.value, entry);
    }

    fn leaf(&mut self, v: Value, op: &str) {
        let entry = self.about(v, op);
        self.add(v, entry);
    }

    /// The node of a value, or of the one that it was kept from.
    fn find(&self, v: Value) -> Option<usize> {
        self.origins.chain(v).find_map(|v| self.index.get(v).copied())
    }

    fn inputs(&self, node: &Node) -> Vec<usize> {
        let mut inputs = Vec::new();
        node.op.each_input(&mut |v| inputs.extend(self.find(v)));
        inputs
    }

    /// A node that computes a value, or the next version of an object.
    fn op(&mut self, v: Value, op: &str, inputs: Vec<usize>, active: bool, span: Span) {
        let mut entry = self.about(v, op);
        if *self.graph.ty(v) == Type::Float(Float::Infer) {
            let of = |i: &usize| self.entries.get(i.checked_sub(self.offset)?);
            let known = inputs.iter().filter_map(of).find(|e| ["f32", "f64"].contains(&&*e.ty));
            entry.ty = known.map_or(entry.ty, |e| e.ty.clone());
        }
        let requires_grad = active && self.activity.is_some();
        let grad_fn = requires_grad.then(|| rule(op));
        self.add(v, Entry { inputs, leaf: false, requires_grad, grad_fn, span, ..entry });
    }

    /// Whether anything reads the value; what a function in place returns may be nothing.
    fn is_read(&self, v: Value) -> bool {
        let mut read = false;
        self.graph.body.each_use(&mut |used| read |= used == v);
        read
    }

    fn is_active(&self, v: Value) -> bool {
        self.activity.is_some_and(|a| a.is_active(v))
    }

    fn region(&mut self, region: &Region) {
        for node in &region.nodes {
            self.node(node);
        }
    }

    fn nested(&mut self, region: &Region, name: &str, span: Span) {
        let outer = self.region.take();
        let name = format!("{name} (line {})", span.start().line);
        self.region = Some(match &outer {
            Some(outer) => format!("{outer} / {name}"),
            None => name,
        });
        self.region(region);
        self.region = outer;
    }

    fn loop_name(&mut self, name: String, span: Span) -> String {
        let start = span.start();
        self.loops.entry((start.line, start.column)).or_insert(name).clone()
    }

    /// Values that flow into a region's parameters are those parameters in the picture.
    fn alias(&mut self, from: &[Value], to: &[Value]) {
        for (f, t) in from.iter().zip(to) {
            if let Some(i) = self.find(*f) {
                self.index.insert(*t, i);
            }
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.op {
            // What keeps is not part of the mathematics.
            Op::Undef | Op::StackNew(..) | Op::StackPush(..) | Op::Keep(_) | Op::KeepNone => {}
            Op::Seed(_) | Op::Effect { .. } | Op::ShapeOf(_) | Op::Checkpoint(_) => {}
            Op::StackPop(_) | Op::Unkeep(_) => {
                for r in &node.results {
                    match self.find(*r) {
                        Some(origin) => self.index.insert(*r, origin),
                        // Its call says whose it is.
                        None if *self.graph.ty(*r) == Type::Pullback => {}
                        None => self.leaf(*r, "kept"),
                    }
                }
            }
            Op::Const(tokens) => {
                for r in &node.results {
                    let text: String = tidy(tokens).chars().take(24).collect();
                    self.leaf(*r, &text);
                }
            }
            Op::Object(init) => self.object(*init, node.results[0]),
            Op::If(_, a, b) => {
                self.nested(a, "if", node.span);
                self.nested(b, "else", node.span);
                for (i, r) in node.results.iter().enumerate() {
                    let mut inputs = self.inputs(node);
                    inputs.extend([a, b].iter().filter_map(|arm| self.find(arm.results[i])));
                    self.op(*r, "select", inputs, self.is_active(*r), self.graph.data(*r).span);
                }
            }
            Op::For { init, body, lo, .. } => {
                self.alias(&[*lo], &body.params[..1]);
                self.alias(init, &body.params[1..]);
                let name = match &self.graph.data(body.params[0]).name {
                    Some(index) => format!("for {index}"),
                    None => "for".to_owned(),
                };
                let name = self.loop_name(name, node.span);
                self.nested(body, &name, node.span);
                self.after_loop(node, init, body);
            }
            Op::While { init, body, cond } => {
                self.alias(init, &body.params);
                self.alias(init, &cond.params);
                let name = self.loop_name("while".to_owned(), node.span);
                self.nested(cond, &name, node.span);
                self.nested(body, &name, node.span);
                self.after_loop(node, init, body);
            }
            op => {
                let inputs = self.inputs(node);
                let name = match op {
                    Op::Pull { pull, .. } => {
                        let mut chain = self.origins.chain(*pull);
                        let callee = chain.find_map(|v| self.origins.callees.get(v));
                        pullback(callee.map(String::as_str))
                    }
                    op => operation(op),
                };
                let mut written = Vec::new();
                op.each_written(&mut |place| written.push(place));
                for r in &node.results {
                    if !written.is_empty() && !self.is_read(*r) {
                        continue;
                    }
                    self.op(*r, &name, inputs.clone(), self.is_active(*r), node.span);
                }
                // A write makes a new version of its object.
                for place in written {
                    let active = self.is_active(place.root);
                    self.op(place.root, &name, inputs.clone(), active, node.span);
                }
            }
        }
    }

    /// The object is its first content, known by the object's name.
    fn object(&mut self, init: Value, object: Value) {
        self.alias(&[init], &[object]);
        let label = self.graph.data(object).name.as_ref().map(ToString::to_string);
        let entry = self.find(init).and_then(|i| self.entries.get_mut(i.checked_sub(self.offset)?));
        if let Some(entry) = entry {
            entry.label = entry.label.take().or(label);
        }
    }

    fn after_loop(&mut self, node: &Node, init: &[Value], body: &Region) {
        for (i, r) in node.results.iter().enumerate() {
            let mut read = vec![init[i], body.results[i]];
            match &node.op {
                Op::For { hi, .. } => read.push(*hi),
                Op::While { cond, .. } => read.extend(&cond.results),
                _ => {}
            }
            let inputs = read.into_iter().filter_map(|v| self.find(v)).collect();
            self.op(*r, "loop", inputs, self.is_active(*r), self.graph.data(*r).span);
        }
    }
}

impl Data {
    /// Drops what no gradient is made of: indices, and lengths of what is kept.
    fn prune_backward(&mut self) {
        let first = self.nodes.len();
        let mut wanted = vec![false; self.backward.len()];
        for gradient in &self.gradients {
            if let Some(wanted) = gradient.checked_sub(first).and_then(|i| wanted.get_mut(i)) {
                *wanted = true;
            }
        }
        for (i, entry) in self.backward.iter().enumerate().rev() {
            // The next iteration may read what one writes last.
            let written = entry.region.is_some() && entry.label.is_some() && !entry.leaf;
            wanted[i] |= written || entry.op == "seed";
            if wanted[i] {
                for input in entry.inputs.iter().filter_map(|input| input.checked_sub(first)) {
                    wanted[input] = true;
                }
            }
        }
        let mut kept = 0;
        let moved: Vec<_> = wanted
            .iter()
            .map(|wanted| {
                kept += usize::from(*wanted);
                first + kept - usize::from(*wanted)
            })
            .collect();
        let moved = |i: &mut usize| *i = i.checked_sub(first).map_or(*i, |i| moved[i]);
        for entry in &mut self.backward {
            entry.inputs.iter_mut().for_each(moved);
        }
        self.gradients.iter_mut().for_each(moved);
        let mut wanted = wanted.into_iter();
        self.backward.retain(|_| wanted.next() == Some(true));
    }
}

//! Branches, loops, and the ways out of them.

use super::{Gen, Loop, Returned};
use crate::ast::{Node, Sort, Text};
use crate::scope::{Bound, Storage, Ty};

/// A range of integers.
pub(super) struct Range {
    pub text: String,
    pub low: Bound,
    /// The last one.
    pub high: Bound,
    /// The variable that all are below.
    pub below: Option<String>,
}

impl Gen {
    /// A range whose integers are known to be in bounds of something.
    pub(super) fn range(&mut self) -> Range {
        let is = Bound::Is;
        let plain = |text: &str, low, high| Range { text: text.into(), low, high, below: None };
        let outer = self.var(|v| matches!(v.ty, Ty::Int { .. }));
        if let Some(outer) = outer
            && self.random.chance(50)
        {
            let Ty::Int { low, high, .. } = outer.ty else { unreachable!("an integer") };
            let name = outer.name;
            return match self.random.below(4) {
                0 | 1 => Range {
                    text: format!("0..{name}"),
                    low: is(0),
                    high: high.plus(-1),
                    below: Some(name),
                },
                2 => plain(&format!("{name}..n"), low, Bound::N(-1)),
                _ => plain(&format!("1..={name}"), is(1), high),
            };
        }
        match self.random.below(9) {
            0..=2 => plain("0..n", is(0), Bound::N(-1)),
            3 | 4 => plain("1..n", is(1), Bound::N(-1)),
            5 => plain("1..n - 1", is(1), Bound::N(-2)),
            6 => plain("0..4", is(0), is(3)),
            7 => plain("1..=3", is(1), is(3)),
            _ => plain("2..=n - 2", is(2), Bound::N(-2)),
        }
    }

    /// A part of a sequence of that length, as a range, and the length of the part.
    pub(super) fn subrange(&mut self, len: Bound) -> (String, Bound) {
        let cut = self.random.within(1..len.least().clamp(2, 4));
        match self.random.below(4) {
            _ if len.least() < 3 => ("..".into(), len),
            0 => (format!("..{}", cut + 1), Bound::Is(cut + 1)),
            1 => (format!("{cut}.."), len.plus(-cut)),
            2 if cut > 1 => (format!("1..={cut}"), Bound::Is(cut)),
            _ => (format!("..{}", len.plus(-cut).text()), len.plus(-cut)),
        }
    }

    /// A part with so many elements.
    pub(super) fn window(&mut self, len: Bound, count: i64) -> String {
        let at = self.random.within(0..len.least() - count + 1);
        match (self.random.below(3), len) {
            (0, _) => format!("..{count}"),
            // Of a chunk only the least length is known.
            (1, Bound::N(_)) => format!("{}..", len.plus(-count).text()),
            _ => format!("{at}..{}", at + count),
        }
    }

    /// The body of a loop.
    fn body(&mut self, depth: usize, value: bool) -> (Node, Option<String>) {
        let label = self.random.chance(30).then(|| self.name("'l"));
        self.loops.push(Loop { label: label.clone(), value });
        let count = 1 + self.random.below(3);
        let body = self.nested(|this| this.statements(count, depth.saturating_sub(1)));
        self.loops.pop();
        (body, label)
    }

    /// The loop, checkpointed now and then. Closures and functions of the body are not run again alone.
    fn checkpointed(&mut self, node: Option<Node>) -> Option<Node> {
        let node = node?;
        if !self.checkpoints || !self.random.chance(8) {
            return Some(node);
        }
        let options = self.random.pick(&[
            "every = 1",
            "every = 2",
            "every = 3",
            "snapshots = 1",
            "snapshots = 2",
        ]);
        Some(Node { sort: Sort::Stmt, text: Text::Checkpoint(options), children: vec![node] })
    }

    fn labelled(label: Option<String>, template: &str) -> String {
        match label {
            Some(label) => format!("{label}: {template}"),
            None => template.to_owned(),
        }
    }

    pub(super) fn for_range(&mut self, depth: usize) -> Option<Node> {
        let node = self.for_range_plain(depth);
        self.checkpointed(node)
    }

    fn for_range_plain(&mut self, depth: usize) -> Option<Node> {
        let Range { text, low, high, below } = self.range();
        let backwards = self.random.below(5);
        let text = match backwards {
            0 | 1 => format!("({text}).rev()"),
            2 => format!("({text}).step_by(2)"),
            _ => text,
        };
        let name = self.name("i");
        self.nested(|this| {
            this.scope.declare(&name, Ty::Int { low, high, below }, false);
            let (body, label) = this.body(depth, false);
            let template = Self::labelled(label, "for $0 in $1 {\n    $2\n}");
            let children = vec![Node::word(&name), Node::word(text), body];
            Self::node(Sort::Stmt, template, children)
        })
    }

    pub(super) fn for_chain(&mut self, depth: usize) -> Option<Node> {
        let node = self.for_chain_plain(depth);
        self.checkpointed(node)
    }

    fn for_chain_plain(&mut self, depth: usize) -> Option<Node> {
        let chain = if self.random.chance(30) { self.chain(1)? } else { self.source()? };
        self.nested(|this| {
            this.freeze_named(&chain.node);
            let pattern = this.bind(&chain.item);
            let (body, label) = this.body(depth, false);
            let template = Self::labelled(label, "for $0 in $1 {\n    $2\n}");
            Self::node(Sort::Stmt, template, vec![Node::word(pattern), chain.node, body])
        })
    }

    /// `for v in array`, `for v in &x`.
    pub(super) fn for_by_value(&mut self, depth: usize) -> Option<Node> {
        let node = self.for_by_value_plain(depth);
        self.checkpointed(node)
    }

    fn for_by_value_plain(&mut self, depth: usize) -> Option<Node> {
        let (seq, var, _) = self.seq(|_, _, s| s != Storage::MutSlice)?;
        let Ty::Seq { storage, .. } = var.ty else { unreachable!("a sequence") };
        let by_value = storage == Storage::Array && self.random.chance(50);
        let template = match storage {
            Storage::Array | Storage::Vec if !by_value => "for $0 in &$1 {\n    $2\n}",
            _ => "for $0 in $1 {\n    $2\n}",
        };
        let name = self.name("v");
        self.nested(|this| {
            if !by_value {
                this.scope.freeze(&var.name);
            }
            let ty = if by_value { Ty::Float } else { Ty::FloatRef };
            this.scope.declare(&name, ty, false);
            let (body, label) = this.body(depth, false);
            let template = Self::labelled(label, template);
            Self::node(Sort::Stmt, template, vec![Node::word(&name), seq, body])
        })
    }

    /// `for v in y.iter_mut()` and its relatives.
    pub(super) fn for_mutable(&mut self, depth: usize) -> Option<Node> {
        let node = self.for_mutable_plain(depth);
        self.checkpointed(node)
    }

    fn for_mutable_plain(&mut self, depth: usize) -> Option<Node> {
        let (seq, var, len) = self.seq(|v, _, _| v.mutable)?;
        let Ty::Seq { storage, .. } = var.ty else { unreachable!("a sequence") };
        let (name, index) = (self.name("v"), self.name("i"));
        let other = self.source();
        self.nested(|this| {
            this.scope.hide(&var.name);
            this.scope.declare(&name, Ty::FloatRef, true);
            let high = len.plus(-1);
            let count = Ty::Int { low: Bound::Is(0), high, below: None };
            let mut children = vec![Node::word(&name), seq, Node::word(&index)];
            let template = match this.random.below(8) {
                0 | 1 => "for $0 in $1.iter_mut() {\n    $3\n}",
                2 if storage != Storage::MutSlice => "for $0 in &mut $1 {\n    $3\n}",
                3 | 4 => {
                    this.scope.declare(&index, count, false);
                    "for ($2, $0) in $1.iter_mut().enumerate() {\n    $3\n}"
                }
                5 => "for $0 in $1.iter_mut().rev() {\n    $3\n}",
                _ => match other {
                    Some(chain) if !chain.node.mentions(&var.name) => {
                        this.freeze_named(&chain.node);
                        children[2] = Node::word(this.bind(&chain.item));
                        let (body, label) = this.body(depth, false);
                        children.extend([body, chain.node]);
                        let template = Self::labelled(
                            label,
                            "for ($0, $2) in $1.iter_mut().zip($4) {\n    $3\n}",
                        );
                        return Self::node(Sort::Stmt, template, children);
                    }
                    _ => "for $0 in $1.iter_mut().skip(1) {\n    $3\n}",
                },
            };
            let (body, label) = this.body(depth, false);
            children.push(body);
            Self::node(Sort::Stmt, Self::labelled(label, template), children)
        })
    }

    pub(super) fn if_statement(&mut self, depth: usize) -> Option<Node> {
        let condition = self.condition(1);
        let (count, other) = (1 + self.random.below(2), self.random.below(3));
        let body = self.nested(|this| this.statements(count, depth - 1));
        let second = self.nested(|this| this.statements(other, depth - 1));
        let template = self.random.pick(&[
            "if $0 {\n    $1\n}",
            "if $0 {\n    $1\n} else {\n    $2\n}",
            "if $0 {\n    $1\n} else if $3 {\n    $2\n}",
        ]);
        let further = self.condition(0);
        Self::node(Sort::Stmt, template, vec![condition, body, second, further])
    }

    pub(super) fn match_statement(&mut self, depth: usize) -> Option<Node> {
        let var = self.var(|v| matches!(v.ty, Ty::Int { .. }))?;
        let arm = |this: &mut Self| this.nested(|this| this.statements(1, depth - 1));
        let arms = [arm(self), arm(self), arm(self)];
        let guard = self.condition(0);
        let (ty, bound) = (var.ty, self.name("m"));
        let with_binding = self.nested(|this| {
            this.scope.declare(&bound, ty, false);
            this.statements(1, depth - 1)
        });
        let template = self.random.pick(&[
            "match $0 % 3 {\n    0 => {\n        $1\n    }\n    1 => {\n        $2\n    }\n    _ => {}\n}",
            "match $0 {\n    0 | 3 => {\n        $1\n    }\n    1..=2 if $4 => {\n        $2\n    }\n    $5 => {\n        $6\n    }\n}",
            "match $0 {\n    $5 if $4 => {\n        $6\n    }\n    2.. => {\n        $3\n    }\n    _ => {\n        $1\n    }\n}",
        ]);
        let [a, b, c] = arms;
        let children = vec![Node::word(var.name), a, b, c, guard, Node::word(bound), with_binding];
        Self::node(Sort::Stmt, template, children)
    }

    pub(super) fn while_loop(&mut self, depth: usize) -> Option<Node> {
        let counter = self.name("q");
        let bound = 1 + self.random.below(4);
        let condition = self.condition(0);
        self.nested(|this| {
            // Counted first, so that `continue` counts too.
            let (low, high) = (Bound::Is(1), Bound::Is(bound as i64));
            this.scope.declare(&counter, Ty::Int { low, high, below: None }, false);
            let (body, label) = this.body(depth, false);
            let label = label.map_or(String::new(), |label| format!("{label}: "));
            let template = this.random.pick(&[
                format!("let mut $0 = 0;\n{label}while $0 < {bound} {{\n    $0 += 1;\n    $1\n}}"),
                format!("let mut $0 = 0usize;\n{label}while $0 < {bound} && ($2) {{\n    $0 += 1;\n    $1\n}}"),
            ]);
            Self::node(Sort::Stmt, template, vec![Node::word(&counter), body, condition])
        })
    }

    pub(super) fn endless_loop(&mut self, depth: usize) -> Option<Node> {
        let counter = self.name("q");
        let bound = 1 + self.random.below(4);
        self.nested(|this| {
            let (low, high) = (Bound::Is(1), Bound::Is(bound as i64 - 1));
            this.scope.declare(&counter, Ty::Int { low, high, below: None }, false);
            let (body, label) = this.body(depth, false);
            let label = label.map_or(String::new(), |label| format!("{label}: "));
            let template = format!(
                "let mut $0: usize = 0;\n{label}loop {{\n    $0 += 1;\n    if $0 >= {bound} {{\n        break;\n    }}\n    $1\n}}"
            );
            Self::node(Sort::Stmt, template, vec![Node::word(&counter), body])
        })
    }

    /// `loop { .. break value; }` as an expression.
    pub(super) fn loop_value(&mut self, depth: usize) -> Option<Node> {
        let (counter, state) = (self.name("q"), self.name("t"));
        let start = self.float(0);
        self.nested(|this| {
            this.scope.declare(&state, Ty::Float, true);
            let (value, further) = (this.float(1), this.float(1));
            let condition = this.condition(0);
            let (low, high) = (Bound::Is(1), Bound::Is(2));
            this.scope.declare(&counter, Ty::Int { low, high, below: None }, false);
            let (body, label) = this.body(depth.min(1), true);
            let label = label.map_or(String::new(), |label| format!("{label}: "));
            let template = format!(
                "({{\n    let mut $0 = $1;\n    let mut $2: usize = 0;\n    {label}loop {{\n        $2 += 1;\n        if $2 > 2 {{\n            break $3;\n        }}\n        if $6 {{\n            break $4;\n        }}\n        $5\n    }}\n}})"
            );
            let children = vec![
                Node::word(&state),
                start,
                Node::word(&counter),
                value,
                further,
                body,
                condition,
            ];
            Self::node(Sort::Float, template, children)
        })
    }

    /// A conditional `break`, `continue` or `return`.
    pub(super) fn exit(&mut self, _: usize) -> Option<Node> {
        let condition = self.condition(1);
        self.nested(|this| {
            let before = this.random.chance(50).then(|| this.statements(1, 0));
            let exit = this.left()?;
            let (template, children) = match before {
                Some(before) => ("if $0 {\n    $2\n    $1\n}", vec![condition, exit, before]),
                None => ("if $0 {\n    $1\n}", vec![condition, exit]),
            };
            Self::node(Sort::Stmt, template, children)
        })
    }

    /// A `break`, `continue` or `return` that can stand here.
    fn left(&mut self) -> Option<Node> {
        let mut exits: Vec<Node> = Vec::new();
        for (from_inside, enclosing) in self.loops.clone().iter().rev().enumerate() {
            let label = match &enclosing.label {
                Some(label) => format!(" {label}"),
                None if from_inside == 0 => String::new(),
                None => continue,
            };
            exits.push(Node::word(format!("continue{label};")));
            if enclosing.value {
                let value = self.float(1);
                exits.push(Node::new(Sort::Other, format!("break{label} $0;"), vec![value]));
            } else {
                exits.push(Node::word(format!("break{label};")));
            }
        }
        if let Some(returned) = self.returns.clone()
            && (exits.is_empty() || self.random.chance(20))
        {
            let value = match returned {
                Returned::Nothing => Node::word("return;"),
                returned => {
                    let value = self.returned(&returned);
                    Node::new(Sort::Other, "return $0;", vec![value])
                }
            };
            exits = vec![value];
        }
        (!exits.is_empty()).then(|| self.random.pick(&exits))
    }
}

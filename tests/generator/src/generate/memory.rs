//! Parts of sequences, growing ones, and changes by closures.

use super::Gen;
use super::control::Range;
use crate::ast::{Node, Sort};
use crate::scope::{Bound, Storage, Ty};

impl Gen {
    /// `let part = &x[1..];`
    pub(super) fn part_block(&mut self, depth: usize) -> Option<Node> {
        let (seq, var, len) = self.seq(|_, _, _| true)?;
        let (range, count) = self.subrange(len);
        let name = self.name("x");
        self.nested(|this| {
            this.scope.freeze(&var.name);
            this.scope.declare(&name, Ty::Seq { len: count, storage: Storage::Slice }, false);
            let body = this.statements(2, depth - 1);
            let template = format!("{{\n    let $0 = &$1[{range}];\n    $2\n}}");
            Self::node(Sort::Stmt, template, vec![Node::word(&name), seq, body])
        })
    }

    /// `let part = &mut y[1..];`
    pub(super) fn mutable_part_block(&mut self, depth: usize) -> Option<Node> {
        let (seq, var, len) = self.seq(|v, _, _| v.mutable)?;
        let (range, count) = self.subrange(len);
        let name = self.name("x");
        self.nested(|this| {
            this.scope.hide(&var.name);
            this.scope.declare(&name, Ty::Seq { len: count, storage: Storage::MutSlice }, true);
            let body = this.statements(2, depth - 1);
            let template = format!("{{\n    let $0 = &mut $1[{range}];\n    $2\n}}");
            Self::node(Sort::Stmt, template, vec![Node::word(&name), seq, body])
        })
    }

    /// `let (left, right) = y.split_at_mut(2);`
    pub(super) fn split_block(&mut self, depth: usize) -> Option<Node> {
        let (seq, var, len) = self.seq(|v, len, _| v.mutable && len.least() >= 3)?;
        let at = self.random.within(1..len.least().clamp(2, 4));
        let (left, right) = (self.name("x"), self.name("x"));
        self.nested(|this| {
            this.scope.hide(&var.name);
            let storage = Storage::MutSlice;
            this.scope.declare(&left, Ty::Seq { len: Bound::Is(at), storage }, true);
            this.scope.declare(&right, Ty::Seq { len: len.plus(-at), storage }, true);
            let body = this.statements(3, depth - 1);
            let template = format!("{{\n    let ($0, $1) = $2.split_at_mut({at});\n    $3\n}}");
            Self::node(Sort::Stmt, template, vec![Node::word(&left), Node::word(&right), seq, body])
        })
    }

    /// References that move within a sequence.
    pub(super) fn moved(&mut self, _: usize) -> Option<Node> {
        let target = self.target()?;
        let (seq, var, _) = self.seq(|_, _, _| true)?;
        if target.mentions(&var.name) {
            return None;
        }
        let (name, item) = (self.name("g"), self.name("v"));
        let (sum, condition) = self.nested(|this| {
            this.scope.freeze(&var.name);
            this.scope.declare(&item, Ty::FloatRef, false);
            let value = this.float(1);
            let taken = Node::word(&item);
            let value = Node::new(Sort::Float, "(*$0 * $1).sin()", vec![taken, value]);
            (Node::assign("+=", target, value), this.condition(0))
        });
        let template = self.random.pick(&[
            "{\n    let mut $0 = &$1[0];\n    for $2 in $1.iter() {\n        if *$2 > *$0 && !($4) {\n            $0 = $2;\n        }\n    }\n    let $2 = $0;\n    $3\n}",
            "{\n    let mut $0 = &$1[..];\n    while let [$2, ..] = $0 {\n        $3\n        $0 = if $4 { &$0[$0.len()..] } else { &$0[1..] };\n    }\n}",
            "{\n    let (mut $0, mut $2) = (&$1[..1], &$1[0]);\n    for i in 0..$1.len() {\n        if ($4) || i % 2 == 1 {\n            $2 = &$1[i];\n        }\n        $0 = &$1[i..];\n    }\n    $2 = if $0[0] > *$2 { &$0[0] } else { $2 };\n    $3\n}",
        ]);
        let [name, item] = [name, item].map(Node::word);
        Self::node(Sort::Stmt, template, vec![name, seq, item, sum, condition])
    }

    /// A vector that shrinks, and has something put into its middle.
    pub(super) fn popped(&mut self, _: usize) -> Option<Node> {
        let target = self.target()?;
        let (seq, ..) = self.seq(|_, _, _| true)?;
        let (name, item, extra) = (self.name("g"), self.name("v"), self.captured(1));
        let (value, condition) = self.nested(|this| {
            this.scope.declare(&item, Ty::Float, false);
            (this.float(1), this.condition(0))
        });
        let taken = Node::word(&item);
        let value = Node::new(Sort::Float, "($0 * $1).sin()", vec![taken, value]);
        let sum = Node::assign("+=", target, value);
        let template = self.random.pick(&[
            "{\n    let mut $0 = $1.to_vec();\n    while let Some($2) = $0.pop() {\n        $3\n    }\n}",
            "{\n    let mut $0 = $1.to_vec();\n    $0.push($4);\n    while let Some($2) = $0.pop() {\n        if $5 {\n            break;\n        }\n        $3\n    }\n    $0.clear();\n    let $2 = $0.pop().unwrap_or($4);\n    $3\n}",
            "{\n    let mut $0 = $1.to_vec();\n    $0.insert(1, $4);\n    let $2 = $0.remove(0) * $0.swap_remove(0);\n    $0.resize(3, $4);\n    $0.truncate(2);\n    let $2 = $0.iter().fold($2, |a, b| a * b.sin());\n    $3\n}",
            "{\n    let mut $0 = Vec::new();\n    for $2 in $1.iter().copied() {\n        if $5 {\n            $0.pop();\n        }\n        $0.push($2 * $4);\n    }\n    let $2 = $0.pop().unwrap();\n    $3\n    for $2 in $0 {\n        $3\n    }\n}",
        ]);
        let [name, item] = [name, item].map(Node::word);
        Self::node(Sort::Stmt, template, vec![name, seq, item, sum, extra, condition])
    }

    /// A vector that grows.
    pub(super) fn pushed(&mut self, _: usize) -> Option<Node> {
        let target = self.target()?;
        let Range { text, low, high, below } = self.range();
        let (name, index) = (self.name("g"), self.name("i"));
        let (value, condition) = self.nested(|this| {
            this.scope.declare(&index, Ty::Int { low, high, below }, false);
            (this.float(2), this.condition(0))
        });
        let start = self.random.pick(&["Vec::new()", "Vec::with_capacity(n)", "vec![$5]"]);
        let end = self.random.pick(&[
            "$6 += $0.iter().map(|v| v.sin()).sum::<%F>();",
            "$6 = $0.iter().rev().fold($5, |a, &v| a.cos() + v);",
            "for (i, v) in $0.iter().enumerate() {\n        if i % 2 == 0 {\n            $6 -= *v;\n        }\n    }",
        ]);
        let template = format!(
            "{{\n    let mut $0: Vec<%F> = {start};\n    for $1 in $2 {{\n        if $4 {{\n            $0.push($3);\n        }}\n    }}\n    {end}\n}}"
        );
        let first = self.float(0);
        let children = vec![
            Node::word(name),
            Node::word(index),
            Node::word(text),
            value,
            condition,
            first,
            target,
        ];
        Self::node(Sort::Stmt, template, children)
    }

    /// `for_each` over what is changed, or with what is captured.
    pub(super) fn for_each(&mut self, _: usize) -> Option<Node> {
        let item = self.name("v");
        if self.random.chance(50) {
            let (seq, var, _) = self.seq(|v, _, _| v.mutable)?;
            let value = self.apart(|this| {
                this.scope.freeze_all();
                this.scope.hide(&var.name);
                this.scope.declare(&item, Ty::FloatRef, false);
                this.float(2)
            });
            let template = self.random.pick(&[
                "$0.iter_mut().for_each(|$1| *$1 = $2);",
                "$0.iter_mut().for_each(|$1| *$1 += $2);",
                "$0.iter_mut().skip(1).for_each(|$1| {\n    *$1 = $2.sin();\n});",
            ]);
            return Self::node(Sort::Stmt, template, vec![seq, Node::word(item), value]);
        }
        let sum = self.var(|v| v.mutable && v.ty == Ty::Float)?;
        let (seq, ..) = self.seq(|_, _, _| true)?;
        let value = self.apart(|this| {
            this.scope.freeze_all();
            this.scope.hide_whole(&sum.name);
            this.scope.declare(&item, Ty::FloatRef, false);
            this.float(1)
        });
        let sum = Node::word(sum.name);
        let change = if self.random.chance(50) {
            Node::assign("+=", sum, value)
        } else {
            Node::new(Sort::Stmt, "$0 = $0.sin() + $1;", vec![sum, value])
        };
        let template = self.random.pick(&[
            "$0.iter().for_each(|$1| {\n    $2\n});",
            "$0.iter().rev().for_each(|$1| {\n    $2\n});",
        ]);
        Self::node(Sort::Stmt, template, vec![seq, Node::word(item), change])
    }

    /// The sum of all that a function may have changed.
    pub(super) fn total(&mut self) -> Node {
        let mut sum = self.float(1);
        for var in self.scope.visible() {
            let name = Node::word(&var.name);
            let (template, children) = match var.ty {
                Ty::Float => ("$0 + $1", vec![name]),
                Ty::FloatRef => ("$0 + *$1", vec![name]),
                Ty::Pair => ("$0 + $1.0 * $1.1", vec![name]),
                Ty::Seq { .. } => match self.random.below(3) {
                    // `T` is summed by value alone.
                    0 if self.generic => ("$0 + $1.iter().copied().sum::<%F>()", vec![name]),
                    0 => ("$0 + $1.iter().sum::<%F>()", vec![name]),
                    1 => ("$0 + $1.iter().map(|v| v.sin()).sum::<%F>()", vec![name]),
                    _ => ("$0 + $1[0] * $1[0]", vec![name]),
                },
                Ty::Records { .. } => {
                    ("$0 + $1.iter().map(|r| r.x * r.z + r.y).sum::<%F>()", vec![name])
                }
                Ty::Grid { .. } if self.generic => {
                    ("$0 + $1.iter().map(|row| row[1].sin()).sum::<%F>()", vec![name])
                }
                Ty::Grid { .. } => (
                    "$0 + $1.iter().map(|row| row.iter().sum::<%F>().sin()).sum::<%F>()",
                    vec![name],
                ),
                _ => continue,
            };
            sum = Node::new(Sort::Float, template, [vec![sum], children].concat());
        }
        sum
    }
}

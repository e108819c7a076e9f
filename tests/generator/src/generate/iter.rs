//! Iterator chains: sources, adapters, ends.

use super::control::Range;
use super::{Construct, Gen};
use crate::ast::{Node, Sort, Text};
use crate::scope::{Bound, Storage, Ty};

/// What a chain gives.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// `F`.
    Float,
    /// `&F`.
    Ref,
    /// An integer from `low` to `high`, both included.
    Int(Bound, Bound),
    /// A slice of that length.
    Slice(i64),
    /// Two of them.
    Two(Box<Item>, Box<Item>),
}

/// A chain: its node, what it gives, and how many at most.
pub(super) struct Chain {
    pub node: Node,
    pub item: Item,
    pub count: Bound,
    /// Whether it knows its length, as `rev` behind `zip` and `enumerate` wants.
    pub exact: bool,
}

impl Chain {
    fn then(self, adapter: &str) -> Self {
        let node = Node::new(Sort::Other, format!("$0{adapter}"), vec![self.node]);
        Self { node, ..self }
    }
}

impl Gen {
    /// Where elements come from, adapted but not mapped.
    pub(super) fn source(&mut self) -> Option<Chain> {
        let table: [(usize, Construct<Chain>); 7] = [
            (6, Self::elements),
            (4, Self::range_source),
            (3, Self::zipped),
            (3, Self::enumerated),
            (2, Self::pieces),
            (1, Self::part),
            (1, Self::listed),
        ];
        let construct = self.random.weighted(&table);
        construct(self, 0)
    }

    /// `x.iter()` and what keeps its kind.
    fn elements(&mut self, _: usize) -> Option<Chain> {
        let (seq, _, len) = self.seq(|_, _, _| true)?;
        let node = Node::new(Sort::Other, "$0.iter()", vec![seq]);
        let chain = Chain { node, item: Item::Ref, count: len, exact: true };
        Some(self.adapted(chain))
    }

    /// `x[1..n - 1].iter()`.
    fn part(&mut self, _: usize) -> Option<Chain> {
        let (seq, _, len) = self.seq(|_, _, _| true)?;
        let (range, count) = self.subrange(len);
        let node = Node::new(Sort::Other, format!("$0[{range}].iter()"), vec![seq]);
        Some(Chain { node, item: Item::Ref, count, exact: true })
    }

    /// `[a, b, c].into_iter()`.
    fn listed(&mut self, _: usize) -> Option<Chain> {
        let parts = vec![self.float(0), self.float(0), self.float(1)];
        let node = Node::new(Sort::Other, "[$0, $1, $2].into_iter()", parts);
        let (item, count) = (Item::Float, Bound::Is(3));
        Some(Chain { node, item, count, exact: true })
    }

    /// `(1..n).rev()`.
    fn range_source(&mut self, _: usize) -> Option<Chain> {
        let Range { text, low, high, .. } = self.range();
        let inclusive = text.contains("..=");
        let node = Node::word(format!("({text})"));
        let count = match low {
            Bound::Is(low) => high.plus(1 - low),
            Bound::N(_) => high.plus(1),
        };
        let item = Item::Int(low, high);
        let exact = !inclusive;
        let chain = Chain { node, item, count, exact };
        Some(match self.random.below(6) {
            0 | 1 => chain.then(".rev()"),
            2 => chain.then(".step_by(2)"),
            3 => chain.then(".rev().step_by(3)"),
            _ => chain,
        })
    }

    fn adapted(&mut self, chain: Chain) -> Chain {
        let copied = Chain { item: Item::Float, ..chain };
        match self.random.below(14) {
            0 | 1 => copied.then(".copied()"),
            2 => copied.then(".cloned()"),
            3 | 4 => Chain { item: Item::Ref, ..copied }.then(".rev()"),
            5 => Chain { item: Item::Ref, ..copied }.then(".skip(1)"),
            6 => Chain { item: Item::Ref, ..copied }.then(".take(4)"),
            7 => Chain { item: Item::Ref, ..copied }.then(".step_by(2)"),
            8 => Chain { item: Item::Ref, ..copied }.then(".rev().skip(2)"),
            9 => Chain { item: Item::Ref, ..copied }.then(".skip(1).step_by(2).take(2)"),
            _ => Chain { item: Item::Ref, ..copied },
        }
    }

    fn zipped(&mut self, _: usize) -> Option<Chain> {
        let first = self.elements(0)?;
        let second = if self.random.chance(25) { self.range_source(0)? } else { self.elements(0)? };
        let node = Node::new(Sort::Other, "$0.zip($1)", vec![first.node, second.node]);
        let item = Item::Two(Box::new(first.item), Box::new(second.item));
        let exact = first.exact && second.exact;
        let chain = Chain { node, item, count: first.count, exact };
        Some(match self.random.below(5) {
            0 => chain.then(".skip(1)"),
            1 => chain.then(".take(3)"),
            2 if chain.exact => chain.then(".rev()"),
            _ => chain,
        })
    }

    fn enumerated(&mut self, _: usize) -> Option<Chain> {
        let inner = if self.random.chance(30) { self.zipped(0)? } else { self.elements(0)? };
        let index = Item::Int(Bound::Is(0), inner.count.plus(-1));
        let item = Item::Two(Box::new(index), Box::new(inner.item.clone()));
        let chain = Chain { item, ..inner }.then(".enumerate()");
        Some(match self.random.below(5) {
            0 => chain.then(".skip(1)"),
            1 => chain.then(".take(3)"),
            _ => chain,
        })
    }

    /// `windows` and `chunks`.
    fn pieces(&mut self, _: usize) -> Option<Chain> {
        let (seq, _, len) = self.seq(|_, len, _| len.least() >= 3)?;
        let (how, known) = self.random.pick(&[
            ("windows(2)", 2),
            ("windows(3)", 3),
            ("chunks(2)", 1),
            ("chunks(3)", 1),
            ("chunks_exact(2)", 2),
        ]);
        let node = Node::new(Sort::Other, format!("$0.{how}"), vec![seq]);
        let item = Item::Slice(known);
        let chain = Chain { node, item, count: len, exact: true };
        Some(match self.random.below(5) {
            0 => chain.then(".rev()"),
            1 => chain.then(".skip(1)"),
            2 => chain.then(".take(2)"),
            _ => chain,
        })
    }

    /// Declares what a pattern binds of an item; gives the pattern.
    pub(super) fn bind(&mut self, item: &Item) -> String {
        match item {
            Item::Two(a, b) => {
                let (a, b) = (self.bind(a), self.bind(b));
                format!("({a}, {b})")
            }
            item => {
                let name = self.name("v");
                let (ty, pattern) = match item {
                    Item::Ref if self.random.chance(40) => (Ty::Float, format!("&{name}")),
                    Item::Ref => (Ty::FloatRef, name.clone()),
                    Item::Int(low, high) => {
                        (Ty::Int { low: *low, high: *high, below: None }, name.clone())
                    }
                    Item::Slice(len) => {
                        let storage = Storage::Slice;
                        (Ty::Seq { len: Bound::Is(*len), storage }, name.clone())
                    }
                    _ => (Ty::Float, name.clone()),
                };
                self.scope.declare(&name, ty, false);
                pattern
            }
        }
    }

    /// A chain that gives floats.
    pub(super) fn chain(&mut self, depth: usize) -> Option<Chain> {
        let source = self.source()?;
        let mut chain = self.mapped(source, depth);
        for _ in 0..self.random.below(3) {
            chain = match self.random.below(6) {
                0 | 1 => self.mapped(chain, 1),
                2 => {
                    let bound = self.literal();
                    let template =
                        self.random.pick(&["$0.filter(|v| *v > $1)", "$0.filter(|&v| v < $1)"]);
                    let node = Node::new(Sort::Other, template, vec![chain.node, bound]);
                    // What comes after a filter does not count.
                    return Some(Chain { node, ..chain });
                }
                3 => {
                    let index = Item::Int(Bound::Is(0), chain.count.plus(-1));
                    let item = Item::Two(Box::new(index), Box::new(Item::Float));
                    let numbered = Chain { item, ..chain }.then(".enumerate()");
                    self.mapped(numbered, 1)
                }
                4 => chain.then(".skip(1)"),
                _ if chain.exact => chain.then(".rev()"),
                _ => chain.then(".take(3)"),
            };
        }
        Some(chain)
    }

    /// `.map(|v| ..)`.
    fn mapped(&mut self, chain: Chain, depth: usize) -> Chain {
        let (pattern, body) = self.apart(|this| {
            this.scope.freeze_all();
            let pattern = this.bind(&chain.item);
            let body = if this.random.chance(15) {
                let name = this.name("c");
                let first = this.float(depth);
                this.scope.declare(&name, Ty::Float, false);
                let value = this.float(depth.min(1));
                let template = "{\n    let $0 = $1;\n    $2\n}";
                Node::new(Sort::Float, template, vec![Node::word(name), first, value])
            } else {
                this.float(depth.min(2))
            };
            (pattern, body)
        });
        let template = "$0.map(|$1| $2)";
        let node = Node::new(Sort::Other, template, vec![chain.node, Node::word(pattern), body]);
        Chain { node, item: Item::Float, ..chain }
    }

    /// A chain and its end, as a float.
    pub(super) fn reduction(&mut self, depth: usize) -> Option<Node> {
        if self.random.chance(15) {
            let chain = self.elements(0)?;
            return Self::node(Sort::Float, "$0.sum::<%F>()", vec![chain.node]);
        }
        let chain = self.chain(depth - 1)?;
        let start = self.float(0);
        let parts = vec![chain.node, start];
        match self.random.below(9) {
            0..=2 => Self::node(Sort::Float, "$0.sum::<%F>()", parts),
            3 => Self::node(Sort::Float, "$0.map(|v| v.cos()).product::<%F>()", parts),
            4 => self.fold(parts, 1),
            5 => self.fold_pair(parts),
            6 => {
                let template = self.random.pick(&[
                    "$0.fold(%F::INFINITY, |m, v| m.min(v)).min($1)",
                    "$0.fold(%F::NEG_INFINITY, %F::max).max($1)",
                ]);
                Self::node(Sort::Float, template, parts)
            }
            7 => {
                let cast = Node {
                    sort: Sort::Float,
                    text: Text::ToFloat,
                    children: vec![Node::new(Sort::Other, "$0.filter(|v| *v > $1).count()", parts)],
                };
                Self::node(Sort::Float, "($0 * $1)", vec![cast, Node::number(0.2)])
            }
            _ => Self::node(
                Sort::Float,
                "({\n    let collected: Vec<%F> = $0.collect();\n    collected.iter().sum::<%F>() * $1\n})",
                parts,
            ),
        }
    }

    fn fold(&mut self, mut parts: Vec<Node>, depth: usize) -> Option<Node> {
        let (state, item) = (self.name("a"), self.name("v"));
        let body = self.apart(|this| {
            this.scope.freeze_all();
            this.scope.declare(&state, Ty::Float, false);
            this.scope.declare(&item, Ty::Float, false);
            this.float(depth)
        });
        parts.extend([body, Node::word(state), Node::word(item)]);
        Self::node(Sort::Float, "$0.fold($1, |$3, $4| ($3 * $2).sin() + $4)", parts)
    }

    fn fold_pair(&mut self, mut parts: Vec<Node>) -> Option<Node> {
        let names = [self.name("a"), self.name("b"), self.name("v")];
        let bodies = self.apart(|this| {
            this.scope.freeze_all();
            for name in &names {
                this.scope.declare(name, Ty::Float, false);
            }
            [this.float(1), this.float(1)]
        });
        let [a, b, v] = names.map(Node::word);
        parts.extend([a, b, v]);
        parts.extend(bodies);
        let template = "$0.fold(($1, $1), |($2, $3), $4| ($2 + 0.5 * $5, ($3 * $6).cos() + $4)).1";
        let template = template.replace("0.5", "$7");
        parts.push(Node::bare(0.5));
        Self::node(Sort::Float, template, parts)
    }
}

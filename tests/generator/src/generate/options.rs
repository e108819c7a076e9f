//! `Option`s that are made in the body, and the longer kinds of iterator chains.

use super::Gen;
use crate::ast::{Node, Sort};
use crate::scope::Ty;

impl Gen {
    /// A float that may be computed in a closure.
    pub(super) fn captured(&mut self, depth: usize) -> Node {
        self.apart(|this| this.frozen(depth))
    }

    /// An `Option` of a float.
    fn optional(&mut self) -> Option<Node> {
        let condition = self.condition(0);
        let a = self.captured(1);
        let item = self.name("v");
        if self.random.chance(50) {
            let template = self.random.pick(&[
                "(if $0 { Some($1) } else { None })",
                "($0).then(|| $1)",
                "($0).then_some($1)",
            ]);
            return Self::node(Sort::Other, template, vec![condition, a]);
        }
        let (seq, ..) = self.seq(|_, _, _| true)?;
        let body = self.apart(|this| {
            this.scope.freeze_all();
            this.scope.declare(&item, Ty::Float, false);
            this.float(1)
        });
        let bound = self.literal();
        let template = self.random.pick(&[
            "$0.iter().copied().find(|$1| *$1 > $2)",
            "$0.iter().map(|&$1| $3).last()",
            "$0.iter().map(|&$1| $3).nth(1)",
            "$0.get(1).copied()",
            "$0.iter().map(|&$1| $3).reduce(|a, b| a * b + $2)",
            "$0.iter().find_map(|&$1| if $1 > $2 { Some($3) } else { None })",
        ]);
        Self::node(Sort::Other, template, vec![seq, Node::word(item), bound, body])
    }

    /// A float that an `Option` holds, or another.
    pub(super) fn option(&mut self, depth: usize) -> Option<Node> {
        let optional = self.optional()?;
        let other = self.captured(depth - 1);
        let item = self.name("v");
        let body = self.nested(|this| {
            this.scope.declare(&item, Ty::Float, false);
            this.captured(1)
        });
        let template = self.random.pick(&[
            "$0.unwrap_or($1)",
            "$0.unwrap_or_else(|| $1)",
            "$0.map(|$2| $3).unwrap_or($1)",
            "$0.map_or($1, |$2| $3)",
            "$0.filter(|$2| *$2 < $1).map_or($1, |$2| $3)",
            "$0.and_then(|$2| if $2 > $1 { Some($3) } else { None }).unwrap_or($1)",
            "$0.or(Some($1)).map_or($1, |$2| $3)",
            "(match $0 {\n    Some($2) => $3,\n    None => $1,\n})",
            "(match $0 {\n    Some($2) if $2 > $1 => $3,\n    Some($2) => $2 * $1,\n    _ => $1,\n})",
            "(if let Some($2) = $0 { $3 } else { $1 })",
            "({\n    let Some($2) = $0.or(Some($1)) else { unreachable!() };\n    $3\n})",
        ]);
        Self::node(Sort::Float, template, vec![optional, other, Node::word(item), body])
    }

    /// `if let Some(v) = .. { .. }`.
    pub(super) fn if_some(&mut self, depth: usize) -> Option<Node> {
        let optional = self.optional()?;
        let item = self.name("v");
        let other = self.nested(|this| this.statements(1, depth - 1));
        self.nested(|this| {
            this.scope.declare(&item, Ty::Float, false);
            let body = this.statements(2, depth - 1);
            let template = this.random.pick(&[
                "if let Some($1) = $0 {\n    $2\n}",
                "if let Some($1) = $0 {\n    $2\n} else {\n    $3\n}",
                "match $0 {\n    None => {\n        $3\n    }\n    Some($1) => {\n        $2\n    }\n}",
            ]);
            Self::node(Sort::Stmt, template, vec![optional, Node::word(&item), body, other])
        })
    }

    /// `flat_map`, `scan`, `chain` and the like, added up.
    pub(super) fn long_chain(&mut self, _: usize) -> Option<Node> {
        let chain = self.chain(1)?;
        let (start, number) = (self.float(0), self.literal());
        let (item, state) = (self.name("v"), self.name("a"));
        let (seq, ..) = self.seq(|_, _, _| true)?;
        let body = self.apart(|this| {
            this.scope.freeze_all();
            this.scope.declare(&item, Ty::Float, false);
            this.float(1)
        });
        let template = self.random.pick(&[
            "$0.flat_map(|$3| [$3, $5]).sum::<%F>()",
            "$0.flat_map(|$3| (0..2).map(move |_| $3 * $2)).sum::<%F>()",
            "$0.scan($1, |$4, $3| { *$4 = *$4 * $2 + $5; Some(*$4) }).sum::<%F>()",
            "$0.scan($1, |$4, $3| { *$4 += $3; if *$4 > $2 { None } else { Some($5 * *$4) } }).sum::<%F>()",
            "$0.chain($6.iter().copied()).map(|$3| $5).sum::<%F>()",
            "$0.chain([$1, $2]).map(|$3| $5).sum::<%F>()",
            "$0.chain(std::iter::once($1)).fold($2, |$4, $3| $4.sin() + $5)",
            "$0.take_while(|$3| *$3 < $2).map(|$3| $5).sum::<%F>()",
            "$0.skip_while(|$3| *$3 < $2).map(|$3| $5).sum::<%F>()",
            "$0.map_while(|$3| if $3 < $2 { Some($5) } else { None }).sum::<%F>()",
            "$0.filter_map(|$3| if $3 > $2 { Some($5) } else { None }).sum::<%F>()",
            "$0.filter_map(|$3| ($3 > $2).then(|| $5)).sum::<%F>()",
            "$6.iter().flat_map(|$3| $6.iter().map(move |$4| *$3 * *$4)).sum::<%F>()",
            "$6.windows(2).flat_map(|$4| $4.iter()).map(|&$3| $5).sum::<%F>()",
            "$6.chunks(2).map(|$4| $4.iter().map(|&$3| $5).sum::<%F>()).map(|$4| $4.sin()).sum::<%F>()",
            "$6.windows(2).filter(|$4| $4[0] < $4[1]).map(|$4| { let $3 = $4[1]; $5 }).sum::<%F>()",
            "$6.iter().zip($6.iter().skip(1)).filter(|($3, $4)| $3 < $4).map(|($3, $4)| $3 * $4).sum::<%F>()",
            "$0.inspect(|$3| assert!(!($3 > &%F::INFINITY))).sum::<%F>()",
        ]);
        let children =
            vec![chain.node, start, number, Node::word(item), Node::word(state), body, seq];
        Self::node(Sort::Float, template, children)
    }
}

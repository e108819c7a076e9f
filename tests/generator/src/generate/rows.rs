//! Rows of rows, and elements by other means than an index.

use super::Gen;
use crate::ast::{Node, Sort};
use crate::scope::{Bound, Storage, Ty, Var};

impl Gen {
    fn grid(&mut self, wanted: impl Fn(&Var) -> bool) -> Option<(Node, Var, i64)> {
        let var = self.var(|v| matches!(v.ty, Ty::Grid { .. }) && wanted(v))?;
        let Ty::Grid { columns, .. } = var.ty else { unreachable!("rows") };
        Some((Node::word(&var.name), var, columns))
    }

    /// `for row in g.iter()`.
    pub(super) fn for_row(&mut self, depth: usize) -> Option<Node> {
        let (grid, var, columns) = self.grid(|_| true)?;
        let name = self.name("x");
        self.nested(|this| {
            this.scope.freeze(&var.name);
            let ty = Ty::Seq { len: Bound::Is(columns), storage: Storage::Slice };
            this.scope.declare(&name, ty, false);
            let body = this.statements(2, depth - 1);
            let template = this.random.pick(&[
                "for $0 in $1.iter() {\n    $2\n}",
                "for $0 in $1.iter().rev() {\n    $2\n}",
                "for $0 in $1.iter().skip(1) {\n    $2\n}",
            ]);
            // A row of a `Vec` is a `&Vec`, which is a slice where it is one.
            Self::node(Sort::Stmt, template, vec![Node::word(&name), grid, body])
        })
    }

    /// `for row in g.iter_mut() { for v in row.iter_mut() { .. } }`.
    pub(super) fn for_row_mutable(&mut self, depth: usize) -> Option<Node> {
        let (grid, var, columns) = self.grid(|v| v.mutable)?;
        let (row, item) = (self.name("x"), self.name("v"));
        self.nested(|this| {
            this.scope.hide(&var.name);
            let ty = Ty::Seq { len: Bound::Is(columns), storage: Storage::MutSlice };
            this.scope.declare(&row, ty, true);
            let before = this.statements(1, depth - 1);
            let inside = this.nested(|this| {
                this.scope.hide(&row);
                this.scope.declare(&item, Ty::FloatRef, true);
                this.statements(1, 0)
            });
            let template = this.random.pick(&[
                "for $0 in $1.iter_mut() {\n    $2\n    for $3 in $0.iter_mut() {\n        $4\n    }\n}",
                "for $0 in $1.iter_mut() {\n    $2\n}",
            ]);
            let children =
                vec![Node::word(&row), grid, before, Node::word(&item), inside];
            Self::node(Sort::Stmt, template, children)
        })
    }

    /// The sum of something over rows.
    pub(super) fn over_rows(&mut self, _: usize) -> Option<Node> {
        let (grid, _, columns) = self.grid(|_| true)?;
        let name = self.name("x");
        let body = self.apart(|this| {
            this.scope.freeze_all();
            let ty = Ty::Seq { len: Bound::Is(columns), storage: Storage::Slice };
            this.scope.declare(&name, ty, false);
            this.float(1)
        });
        let template = "$0.iter().map(|$1| $2).sum::<%F>()";
        Self::node(Sort::Float, template, vec![grid, Node::word(name), body])
    }

    /// `x.last().unwrap()` and its relatives.
    pub(super) fn element(&mut self, _: usize) -> Option<Node> {
        let (seq, _, len) = self.seq(|_, _, _| true)?;
        let at = self.index(len);
        let template = self.random.pick(&[
            "(*$0.last().unwrap())",
            "$0.first().copied().unwrap()",
            "(*$0.get($1).unwrap())",
            "$0[..][$1]",
            "(*&$0[$1])",
        ]);
        Self::node(Sort::Float, template, vec![seq, at])
    }

    /// `[a, b].map(|v| ..)`.
    pub(super) fn array_map(&mut self, _: usize) -> Option<Node> {
        let parts = [self.float(0), self.float(0), self.float(1)];
        let name = self.name("v");
        let body = self.apart(|this| {
            this.scope.freeze_all();
            this.scope.declare(&name, Ty::Float, false);
            this.float(1)
        });
        let template = self.random.pick(&[
            "[$0, $1, $2].map(|$3: %F| -> %F { $4 })[1]",
            "[$0, $1, $2].map(|$3: %F| -> %F { $4 }).iter().sum::<%F>()",
        ]);
        let children = [parts.to_vec(), vec![Node::word(name), body]].concat();
        Self::node(Sort::Float, template, children)
    }

    /// `match` on floats.
    pub(super) fn match_floats(&mut self, depth: usize) -> Option<Node> {
        let (on, with) = (self.float(1), self.float(0));
        let (a, b) = (self.name("m"), self.name("m"));
        let (condition, first, second) = self.nested(|this| {
            this.scope.declare(&a, Ty::Float, false);
            this.scope.declare(&b, Ty::Float, false);
            (this.condition(1), this.float(depth - 1), this.float(1))
        });
        let template = self.random.pick(&[
            "(match ($0, $1) {\n    ($2, $3) if $4 => $5,\n    ($2, $3) => $6,\n})",
            "(match ($0 < $7, $1) {\n    (true, $2) => { let $3 = $2; $5 }\n    (_, $3) => { let $2 = $3; $6 }\n})",
        ]);
        let bound = self.literal();
        let children =
            vec![on, with, Node::word(a), Node::word(b), condition, first, second, bound];
        Self::node(Sort::Float, template, children)
    }

    /// A condition with a name.
    pub(super) fn let_bool(&mut self, _: usize) -> Option<Node> {
        let condition = self.condition(1);
        let name = self.name("o");
        self.scope.declare(&name, Ty::Bool, false);
        Self::node(Sort::Stmt, "let $0 = $1;", vec![Node::word(name), condition])
    }

    /// An integer that is counted up in a loop, and then an index.
    pub(super) fn counted_index(&mut self, _: usize) -> Option<Node> {
        let name = self.name("q");
        let (seq, ..) = self.seq(|_, _, _| true)?;
        let bound = self.literal();
        let template = "let mut $0 = 0;\nfor v in $1.iter() {\n    if *v > $2 {\n        $0 += 1;\n    }\n}\nlet $0 = $0.min(4);";
        let (low, high) = (Bound::Is(0), Bound::Is(4));
        self.scope.declare(&name, Ty::Int { low, high, below: None }, false);
        Self::node(Sort::Stmt, template, vec![Node::word(name), seq, bound])
    }
}

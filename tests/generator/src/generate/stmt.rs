//! Bindings and assignments, and the table of all statements.

use super::{Construct, Gen};
use crate::ast::{Node, Sort};
use crate::scope::{Bound, Storage, Ty, Var};

impl Gen {
    /// So many statements, and what they declare.
    pub(super) fn statements(&mut self, count: usize, depth: usize) -> Node {
        let statements = (0..count).map(|_| self.statement(depth)).collect();
        Node::block(statements)
    }

    /// A statement with at most that many levels of control flow.
    pub(super) fn statement(&mut self, depth: usize) -> Node {
        let mark = self.scope.mark();
        loop {
            let node = self.any_statement(depth);
            if self.fits(&node) {
                return node;
            }
            self.scope.leave(mark);
        }
    }

    fn any_statement(&mut self, depth: usize) -> Node {
        let simple: [(usize, Construct<Node>); 18] = [
            (10, Self::assign),
            (10, Self::assign_operator),
            (3, Self::let_float),
            (2, Self::let_mutable),
            (2, Self::let_shadowed),
            (1, Self::let_pattern),
            (1, Self::let_pair),
            (1, Self::let_deferred),
            (2, Self::let_sequence),
            (1, Self::let_collected),
            (2, Self::destructure),
            (2, Self::swap_elements),
            (1, Self::fill_or_copy),
            (1, Self::swap_variables),
            (2, Self::call_in_place),
            (1, Self::assertion),
            (1, Self::let_bool),
            (1, Self::counted_index),
        ];
        let nested: [(usize, Construct<Node>); 22] = [
            (8, Self::for_range),
            (5, Self::for_chain),
            (5, Self::for_mutable),
            (2, Self::for_by_value),
            (5, Self::if_statement),
            (3, Self::match_statement),
            (2, Self::while_loop),
            (2, Self::endless_loop),
            (2, Self::exit),
            (2, Self::closure_block),
            (2, Self::mutating_closure_block),
            (2, Self::part_block),
            (1, Self::mutable_part_block),
            (1, Self::split_block),
            (1, Self::pushed),
            (2, Self::popped),
            (2, Self::moved),
            (1, Self::for_each),
            (3, Self::for_row),
            (3, Self::for_row_mutable),
            (8, Self::record_statement),
            (2, Self::if_some),
        ];
        if depth == 0 || self.random.chance(45) {
            self.one_of(&simple, depth)
        } else {
            self.one_of(&nested, depth)
        }
    }

    /// A float that can be assigned to.
    pub(super) fn target(&mut self) -> Option<Node> {
        let var = self.var(|v| v.mutable && v.ty.has_floats())?;
        Some(self.place(&var, Sort::Other))
    }

    /// A value that keeps a state in bounds.
    pub(super) fn damped(&mut self) -> Node {
        let depth = 1 + self.random.below(2);
        let value = self.float(depth);
        let template = self.random.pick(&["$0", "($1 * $0)", "($1 * $0)", "$0.sin()", "$0.tanh()"]);
        let half = self.beside(0.5);
        Node::new(Sort::Float, template, vec![value, half])
    }

    fn assign(&mut self, _: usize) -> Option<Node> {
        let (to, value) = (self.target()?, self.damped());
        Self::node(Sort::Stmt, "$0 = $1;", vec![to, value])
    }

    fn assign_operator(&mut self, _: usize) -> Option<Node> {
        let (to, value) = (self.target()?, self.damped());
        let operator = self.random.pick(&["+=", "+=", "-=", "*=", "/=", "%="]);
        let value = match operator {
            "/=" | "%=" => {
                let number = self.beside(1.5);
                Node::new(Sort::Float, "$1 + $0.abs()", vec![value, number])
            }
            _ => value,
        };
        Some(Node::assign(operator, to, value))
    }

    fn declared(&mut self, stem: &str, ty: Ty, mutable: bool) -> Node {
        let name = self.name(stem);
        self.scope.declare(&name, ty, mutable);
        Node::word(name)
    }

    fn let_float(&mut self, _: usize) -> Option<Node> {
        let value = self.float(2);
        let name = self.declared("f", Ty::Float, false);
        let template = self.random.pick(&["let $0 = $1;", "let $0: %F = $1;"]);
        Self::node(Sort::Stmt, template, vec![name, value])
    }

    fn let_mutable(&mut self, _: usize) -> Option<Node> {
        let value = if self.random.chance(50) { Node::bare(0.0) } else { self.float(1) };
        let read = self.float(0);
        let name = self.declared("t", Ty::Float, true);
        let template = match value.text {
            // What has no type of its own yet is given one by its first use.
            crate::ast::Text::Bare(_) => "let mut $0 = $1;\n$0 += $2;",
            _ => "let mut $0 = $1;",
        };
        Self::node(Sort::Stmt, template, vec![name, value, read])
    }

    /// A variable of the name of another, which it may read.
    fn let_shadowed(&mut self, _: usize) -> Option<Node> {
        let var = self.var(|v| v.ty == Ty::Float && !v.name.contains('.'))?;
        let value = self.float(2);
        let mutable = self.random.chance(50);
        self.scope.declare(&var.name, Ty::Float, mutable);
        let template = if mutable { "let mut $0 = $1;" } else { "let $0 = $1;" };
        Self::node(Sort::Stmt, template, vec![Node::word(var.name), value])
    }

    fn let_pattern(&mut self, _: usize) -> Option<Node> {
        let values = [self.float(1), self.float(1), self.float(1)];
        let condition = self.condition(0);
        let a = self.declared("f", Ty::Float, false);
        let b = self.declared("t", Ty::Float, true);
        let c = self.declared("f", Ty::Float, false);
        let template = self.random.pick(&[
            "let ($0, (mut $1, $2)) = ($3, ($4, $5));",
            "let [$0, mut $1, $2] = [$3, $4, $5];",
            "let ($0, mut $1, $2) = if $6 { ($3, $4, $5) } else { ($5, $5, $4) };",
        ]);
        let children = [vec![a, b, c], values.to_vec(), vec![condition]].concat();
        Self::node(Sort::Stmt, template, children)
    }

    fn let_pair(&mut self, _: usize) -> Option<Node> {
        let (a, b) = (self.float(1), self.float(1));
        let name = self.declared("d", Ty::Pair, true);
        Self::node(Sort::Stmt, "let mut $0 = ($1, $2);", vec![name, a, b])
    }

    fn let_deferred(&mut self, _: usize) -> Option<Node> {
        let (condition, a, b) = (self.condition(0), self.float(1), self.float(1));
        let name = self.declared("f", Ty::Float, false);
        let template = "let $0: %F;\nif $1 {\n    $0 = $2;\n} else {\n    $0 = $3;\n}";
        Self::node(Sort::Stmt, template, vec![name, condition, a, b])
    }

    fn let_sequence(&mut self, depth: usize) -> Option<Node> {
        let mutable = self.random.chance(80);
        let (a, b, c) = (self.float(1), self.float(1), self.float(1));
        let (template, parts, ty) = match self.random.below(7) {
            0 => ("vec![$1; n]", vec![a], Ty::Seq { len: Bound::N(0), storage: Storage::Vec }),
            1 => ("[$1; 6]", vec![a], Ty::Seq { len: Bound::Is(6), storage: Storage::Array }),
            2 => (
                "[$1, $2, $3]",
                vec![a, b, c],
                Ty::Seq { len: Bound::Is(3), storage: Storage::Array },
            ),
            3 => {
                ("[[$1, $2], [$3; 2]]", vec![a, b, c], Ty::Grid { rows: Bound::Is(2), columns: 2 })
            }
            4 => ("vec![vec![$1; 3]; n]", vec![a], Ty::Grid { rows: Bound::N(0), columns: 3 }),
            5 => {
                let (seq, _, len) = self.seq(|_, _, _| true)?;
                ("$1.to_vec()", vec![seq], Ty::Seq { len, storage: Storage::Vec })
            }
            _ => {
                let (seq, _, len) =
                    self.seq(|_, _, s| matches!(s, Storage::Array | Storage::Vec))?;
                let (_, var, _) =
                    self.seq(|_, l, s| l == len && matches!(s, Storage::Array | Storage::Vec))?;
                let ty = var.ty;
                let name =
                    if self.random.chance(50) { var.name } else { return self.cloned(seq, depth) };
                ("$1.clone()", vec![Node::word(name)], ty)
            }
        };
        let name = self.declared("y", ty, mutable);
        let template = format!("let {}$0 = {template};", if mutable { "mut " } else { "" });
        Self::node(Sort::Stmt, template, [vec![name], parts].concat())
    }

    /// An array by value, which is copied.
    fn cloned(&mut self, seq: Node, _: usize) -> Option<Node> {
        let crate::ast::Text::Template(name) = &seq.text else { return None };
        let var = self.var(|v| v.name == *name)?;
        let Ty::Seq { storage: Storage::Array, .. } = var.ty else { return None };
        let copy = self.declared("y", var.ty, true);
        Self::node(Sort::Stmt, "let mut $0 = $1;", vec![copy, seq])
    }

    /// `let y: Vec<F> = chain.collect();`, of a length that is known.
    fn let_collected(&mut self, _: usize) -> Option<Node> {
        let (seq, _, len) = self.seq(|_, _, _| true)?;
        let pattern = self.name("v");
        let body = self.apart(|this| {
            this.scope.freeze_all();
            this.scope.declare(&pattern, Ty::FloatRef, false);
            this.float(1)
        });
        let name = self.declared("y", Ty::Seq { len, storage: Storage::Vec }, true);
        let template = self.random.pick(&[
            "let mut $0: Vec<%F> = $1.iter().map(|$2| $3).collect();",
            "let mut $0 = $1.iter().map(|$2| $3).collect::<Vec<%F>>();",
            "let mut $0: Vec<_> = $1.iter().rev().map(|$2| $3).collect();",
        ]);
        Self::node(Sort::Stmt, template, vec![name, seq, Node::word(pattern), body])
    }

    fn destructure(&mut self, _: usize) -> Option<Node> {
        let (a, b) = (self.target()?, self.target()?);
        let (c, d) = (self.damped(), self.damped());
        let template = self.random.pick(&["($0, $1) = ($2, $3);", "[$0, $1] = [$2, $3];"]);
        Self::node(Sort::Stmt, template, vec![a, b, c, d])
    }

    fn swap_elements(&mut self, _: usize) -> Option<Node> {
        let (seq, var, len) = self.seq(|v, _, _| v.mutable)?;
        let (i, j) = self.without(&var.name, |this| (this.index(len), this.index(len)));
        Self::node(Sort::Stmt, "$0.swap($1, $2);", vec![seq, i, j])
    }

    fn fill_or_copy(&mut self, _: usize) -> Option<Node> {
        let (seq, var, len) = self.seq(|v, _, _| v.mutable)?;
        if self.random.chance(40) {
            let value = self.without(&var.name, |this| this.float(1));
            let (range, _) = self.subrange(len);
            let template = self.random.pick(&["$0.fill($1);", "$0[RANGE].fill($1);"]);
            let template = template.replace("RANGE", &range);
            return Self::node(Sort::Stmt, template, vec![seq, value]);
        }
        let (other, _, length) = self.seq(|v, _, _| v.name != var.name)?;
        let count = self.random.within(1..len.least().min(length.least()) + 1);
        let (to, from) = (self.window(len, count), self.window(length, count));
        let template = self
            .random
            .pick(&["$0[TO].copy_from_slice(&$1[FROM]);", "$0[TO].clone_from_slice(&$1[FROM]);"]);
        let template = template.replace("TO", &to).replace("FROM", &from);
        Self::node(Sort::Stmt, template, vec![seq, other])
    }

    fn swap_variables(&mut self, _: usize) -> Option<Node> {
        let wanted = |v: &Var| v.mutable && v.ty == Ty::Float;
        let a = self.var(wanted)?;
        let b = self.var(|v| wanted(v) && v.name != a.name)?;
        let value = self.without(&b.name, |this| this.float(1));
        let template = self.random.pick(&[
            "std::mem::swap(&mut $0, &mut $1);",
            "$0 = std::mem::replace(&mut $1, $2);",
            "($0, $1) = ($1, $0);",
        ]);
        Self::node(Sort::Stmt, template, vec![Node::word(a.name), Node::word(b.name), value])
    }

    fn assertion(&mut self, _: usize) -> Option<Node> {
        let a = self.float(0);
        let template = self.random.pick(&[
            "assert!(!($0 > %F::INFINITY));",
            "debug_assert!($0 == $0 || $0.is_nan(), \"{}\", n);",
        ]);
        Self::node(Sort::Stmt, template, vec![a])
    }
}

//! Closures and functions declared in the body.

use super::Gen;
use crate::ast::{Node, Sort};
use crate::scope::{Bound, Ty};

impl Gen {
    /// A closure of a float whose type is told by where it is passed.
    fn untyped_closure(&mut self) -> Option<Node> {
        let name = self.name("a");
        self.apart(|this| {
            this.scope.freeze_all();
            let (a, b) = (this.place_read()?, this.place_read()?);
            Self::node(Sort::Other, "|$0| $1 * $0 + $2", vec![Node::word(name), a, b])
        })
    }

    /// A closure of so many floats that gives a float.
    fn closure(&mut self, arity: usize, depth: usize) -> Node {
        let names: Vec<String> = (0..arity).map(|_| self.name("a")).collect();
        self.apart(|this| {
            this.scope.freeze_all();
            for name in &names {
                this.scope.declare(name, Ty::Float, false);
            }
            let typed: Vec<String> = names.iter().map(|name| format!("{name}: %F")).collect();
            let parameters = Node::word(typed.join(", "));
            let value = this.float(depth);
            match this.random.below(5) {
                0 => {
                    let (condition, other) = (this.condition(0), this.float(1));
                    let template =
                        "|$0| -> %F {\n    if $1 {\n        return $2;\n    }\n    $3\n}";
                    Node::new(Sort::Other, template, vec![parameters, condition, other, value])
                }
                1 => {
                    let statements = this.statements(2, 1);
                    let value = this.float(1);
                    let template = "|$0| {\n    $1\n    $2\n}";
                    Node::new(Sort::Other, template, vec![parameters, statements, value])
                }
                _ => Node::new(Sort::Other, "|$0| $1", vec![parameters, value]),
            }
        })
    }

    /// A closure that is declared, called and gone.
    pub(super) fn closure_value(&mut self, depth: usize) -> Option<Node> {
        let name = Node::word(self.name("h"));
        // The closure borrows what it names until it is called.
        let (a, b) = self.nested(|this| {
            this.scope.freeze_all();
            (this.float(depth - 1), this.float(0))
        });
        match self.random.below(3) {
            0 => {
                let closure = self.closure(2, depth - 1);
                let template = "({\n    let $0 = $1;\n    $0($2, $3) - $0($3, $2)\n})";
                Self::node(Sort::Float, template, vec![name, closure, a, b])
            }
            1 => {
                let closure = self.closure(1, depth - 1);
                let template = "({\n    let $0 = $1;\n    $0($0($2)) + $3\n})";
                Self::node(Sort::Float, template, vec![name, closure, a, b])
            }
            _ => {
                let untyped = if self.random.chance(50) { self.untyped_closure() } else { None };
                let closure = untyped.unwrap_or_else(|| self.closure(1, depth - 1));
                let template = "({\n    fn $0(f: impl Fn(%F) -> %F, a: %F) -> %F {\n        f(f(a).sin())\n    }\n    $0($1, $2) * $3\n})";
                Self::node(Sort::Float, template, vec![name, closure, a, b])
            }
        }
    }

    /// A closure or a function of the body, and statements that may call it.
    pub(super) fn closure_block(&mut self, depth: usize) -> Option<Node> {
        let arity = 1 + self.random.below(2);
        let name = self.name("h");
        let local = self.random.chance(30);
        let callee = if local { self.local(&name, arity) } else { self.closure(arity, 2) };
        self.nested(|this| {
            this.freeze_named(&callee);
            let ty = if local { Ty::Local(arity) } else { Ty::Closure(arity) };
            this.scope.declare(&name, ty, false);
            let call = this.closure_call(1).expect("a closure");
            let first = match this.target() {
                Some(target) => Node::assign("+=", target, call),
                None => Node::new(Sort::Stmt, "let _ = $0;", vec![call]),
            };
            let body = this.statements(2, depth - 1);
            let template = if local {
                "{\n    $1\n    $2\n    $3\n}"
            } else {
                "{\n    let $0 = $1;\n    $2\n    $3\n}"
            };
            Self::node(Sort::Stmt, template, vec![Node::word(&name), callee, first, body])
        })
    }

    /// A function declared in the body.
    fn local(&mut self, name: &str, arity: usize) -> Node {
        let names: Vec<String> = (0..arity).map(|_| self.name("a")).collect();
        self.apart(|this| {
            this.scope.hide_all();
            this.scope.declare(
                "n",
                Ty::Int { low: Bound::N(0), high: Bound::N(0), below: None },
                false,
            );
            for name in &names {
                this.scope.declare(name, Ty::Float, true);
            }
            let typed: Vec<String> = names.iter().map(|name| format!("mut {name}: %F")).collect();
            let parameters = Node::word(typed.join(", "));
            let statements = this.statements(2, 1);
            let value = this.float(2);
            let template = "fn $0($1, n: usize) -> %F {\n    $2\n    $3\n}";
            Node::new(Sort::Other, template, vec![Node::word(name), parameters, statements, value])
        })
    }

    /// A call of a closure or function of the body.
    pub(super) fn closure_call(&mut self, depth: usize) -> Option<Node> {
        let var = self.var(|v| matches!(v.ty, Ty::Closure(_) | Ty::Local(_)))?;
        let name = Node::word(var.name);
        let (a, b) = (self.float(depth - 1), self.float(0));
        let template = match var.ty {
            Ty::Closure(1) => "$0($1)",
            Ty::Closure(_) => "$0($1, $2)",
            Ty::Local(1) => "$0($1, n)",
            _ => "$0($1, $2, n)",
        };
        Self::node(Sort::Float, template, vec![name, a, b])
    }

    /// A closure that changes what it captures.
    pub(super) fn mutating_closure_block(&mut self, _: usize) -> Option<Node> {
        let captured = self.var(|v| v.mutable && matches!(v.ty, Ty::Float | Ty::Seq { .. }))?;
        let further = self.var(|v| v.mutable && v.ty == Ty::Float)?;
        let (name, argument, index) = (self.name("h"), self.name("a"), self.name("i"));
        let body = self.apart(|this| {
            this.scope.freeze_all();
            for var in [&captured, &further] {
                this.scope.hide_whole(&var.name);
            }
            for var in [&captured, &further] {
                this.scope.declare(&var.name, var.ty.clone(), true);
            }
            this.scope.declare(&argument, Ty::Float, false);
            let to = this.place(&captured, Sort::Other);
            let value = this.float(1);
            let name = Node::word(&argument);
            let value = Node::new(Sort::Float, "$0 * $1.sin()", vec![value, name]);
            let first = Node::assign("+=", to, value);
            let mut statements = vec![first];
            statements.push(this.statement(1));
            Node::block(statements)
        });
        self.nested(|this| {
            this.freeze_named(&body);
            for var in [&captured, &further] {
                this.scope.hide(&var.name);
            }
            let (a, b) = (this.float(1), this.float(0));
            let c = this.nested(|this| {
                let (low, high) = (Bound::Is(0), Bound::Is(2));
                this.scope.declare(&index, Ty::Int { low, high, below: None }, false);
                this.float(1)
            });
            let template = "{\n    let mut $0 = |$1: %F| {\n        $2\n    };\n    $0($3);\n    for $4 in 0..3 {\n        $0($5);\n    }\n    $0($6);\n}";
            let [name, argument, index] = [name, argument, index].map(Node::word);
            Self::node(Sort::Stmt, template, vec![name, argument, body, a, index, c, b])
        })
    }
}

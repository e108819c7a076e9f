//! Structs: those of the prelude, their methods and operators, and what is done with them.

use super::function::Place;
use super::passed::parameter;
use super::{Construct, Function, Gen, Passed, Returned};
use crate::ast::{Node, Sort};
use crate::scope::{Bound, Held, Record, Storage, Ty, Var};

/// A method or operator of the prelude: what its calls name, its name, where it stands and how it takes
/// `self`, its further parameters, and what it returns.
type Member = (
    &'static str,
    &'static str,
    &'static str,
    Record,
    &'static str,
    &'static [(&'static str, Passed)],
    Returned,
);

/// How a struct of that kind is made.
type Making = fn(&mut Gen, Record) -> Option<Node>;

/// What the structs can do. What an operator returns is its `Output` too.
const MEMBERS: &[Member] = &[
    ("norm", "norm", "%V", Record::Vector, "&self", &[("w", Passed::Float)], Returned::Float),
    ("turned", "turned", "%V", Record::Vector, "self", &[("w", Passed::Float)], Returned::Vector),
    ("dot", "dot", "%V", Record::Vector, "&self", &[("o", Passed::VectorRef)], Returned::Float),
    (
        "shift",
        "shift",
        "%V",
        Record::Vector,
        "&mut self",
        &[("w", Passed::Float)],
        Returned::Nothing,
    ),
    ("weigh", "weigh", "%B", Record::Body, "&self", &[("w", Passed::Float)], Returned::Float),
    ("grown", "grown", "%B", Record::Body, "&self", &[("w", Passed::Float)], Returned::Body),
    ("spent", "spent", "%B", Record::Body, "self", &[("w", Passed::Float)], Returned::Float),
    ("step", "step", "%B", Record::Body, "&mut self", &[("o", Passed::VectorRef)], Returned::Float),
    ("+", "add", "Add for %V", Record::Vector, "self", &[("o", Passed::Vector)], Returned::Vector),
    (
        "*",
        "mul",
        "Mul<%F> for %V",
        Record::Vector,
        "self",
        &[("w", Passed::Float)],
        Returned::Vector,
    ),
    (
        "- &",
        "sub",
        "Sub<&%V> for &%V",
        Record::Vector,
        "self",
        &[("o", Passed::VectorRef)],
        Returned::Vector,
    ),
    (
        "+ &",
        "add",
        "Add<&%B> for &%B",
        Record::Body,
        "self",
        &[("o", Passed::BodyRef)],
        Returned::Body,
    ),
    ("* ", "mul", "Mul<%F> for &%B", Record::Body, "self", &[("w", Passed::Float)], Returned::Body),
    ("-&", "neg", "Neg for &%B", Record::Body, "self", &[], Returned::Body),
];

impl Gen {
    /// The methods and operators of the prelude.
    pub(super) fn members(&mut self) -> Vec<Function> {
        let mut members = Vec::new();
        for (call, name, head, kind, receiver, further, returned) in MEMBERS {
            let passed = match (kind, receiver, head.contains("for &")) {
                (Record::Vector, &"self", false) => Passed::Vector,
                (Record::Vector, &"&mut self", _) => Passed::VectorMut,
                (Record::Vector, ..) => Passed::VectorRef,
                (Record::Body, &"self", false) => Passed::Body,
                (Record::Body, &"&mut self", _) => Passed::BodyMut,
                (Record::Body, ..) => Passed::BodyRef,
            };
            let mut parameters = vec![parameter("self", passed)];
            parameters.extend(further.iter().map(|(name, passed)| parameter(name, *passed)));
            let place = Place { head, name, receiver, operator: head.contains(" for ") };
            let generic = self.structs_generic;
            let checkpoint = !place.operator && self.random.chance(8);
            let options = if checkpoint { "checkpoint" } else { "" };
            let mut member =
                self.function(call, "", parameters, returned.clone(), options.into(), 1, generic);
            member.place = Some(place);
            members.push(member);
        }
        members
    }

    /// A struct of which no part is hidden or, if it is to be changed, frozen.
    fn record(&mut self, kind: Record, changed: bool) -> Option<(Node, Var, Held)> {
        let vars = self.scope.visible();
        let whole = |v: &Var| {
            let fields = kind.fields().into_iter().all(|(field, ty)| {
                let name = format!("{}.{field}", v.name);
                let inner = match ty {
                    Ty::Record { kind, .. } => kind.fields(),
                    _ => Vec::new(),
                };
                let found = |name: &str| {
                    vars.iter().any(|part| part.name == *name && (part.mutable || !changed))
                };
                found(&name) && inner.iter().all(|(part, _)| found(&format!("{name}.{part}")))
            });
            fields && (v.mutable || !changed)
        };
        let var =
            self.var(|v| matches!(v.ty, Ty::Record { kind: k, .. } if k == kind) && whole(v))?;
        let Ty::Record { held, .. } = var.ty else { unreachable!("a struct") };
        Some((Node::word(&var.name), var, held))
    }

    /// A reference to a struct, in parentheses where it needs them.
    pub(super) fn record_ref(&mut self, kind: Record) -> Option<Node> {
        let (node, _, held) = self.record(kind, false)?;
        let template = match held {
            Held::Owned => "&$0",
            Held::Ref => "$0",
            Held::RefMut => "&*$0",
        };
        Self::node(Sort::Other, template, vec![node])
    }

    /// A `&mut` to a struct, and the struct's name.
    pub(super) fn record_mut(&mut self, kind: Record) -> Option<(Node, String)> {
        let (node, var, held) = self.record(kind, true)?;
        let template = match held {
            Held::Owned => "&mut $0",
            _ => self.random.pick(&["$0", "&mut *$0"]),
        };
        Some((Node::new(Sort::Other, template, vec![node]), var.name))
    }

    /// A struct by value: one that is there, or one that is made.
    pub(super) fn record_value(&mut self, kind: Record) -> Node {
        self.nesting += 1;
        let value = self.record_value_inside(kind);
        self.nesting -= 1;
        value
    }

    fn record_value_inside(&mut self, kind: Record) -> Node {
        loop {
            let table: [(usize, Making); 4] = [
                (3, Self::record_copy),
                (4, Self::record_literal),
                (2, Self::record_update),
                (4, Self::record_computed),
            ];
            let make = self.random.weighted(&table);
            if let Some(node) = make(self, kind) {
                return node;
            }
        }
    }

    fn record_copy(&mut self, kind: Record) -> Option<Node> {
        let (node, _, held) = self.record(kind, false)?;
        let template = match (kind, held) {
            (Record::Vector, Held::Owned) => self.random.pick(&["$0", "$0.clone()"]),
            (Record::Vector, _) => "(*$0)",
            _ => "$0.clone()",
        };
        Self::node(Sort::Other, template, vec![node])
    }

    fn record_literal(&mut self, kind: Record) -> Option<Node> {
        let parts = vec![self.float(1), self.float(0), self.float(1)];
        match kind {
            Record::Vector => Self::node(
                Sort::Other,
                self.random.pick(&["V3 { x: $0, y: $1, z: $2 }", "V3 { z: $2, x: $0, y: $1 }"]),
                parts,
            ),
            Record::Body => {
                let vector = self.record_value(Record::Vector);
                let vec = self.long_vec();
                let parts = [parts, vec![vector, vec]].concat();
                let template = "Body { a: $0, v: $3, e: [$1, $2, $0], q: $4, k: 2 }";
                Self::node(Sort::Other, template, parts)
            }
        }
    }

    /// A `Vec` of length `n`.
    fn long_vec(&mut self) -> Node {
        let item = self.name("v");
        match self.seq(|_, len, _| len == Bound::N(0)) {
            Some((seq, ..)) if self.random.chance(40) => {
                Node::new(Sort::Other, "$0.to_vec()", vec![seq])
            }
            Some((seq, ..)) if self.random.chance(50) => {
                let body = self.apart(|this| {
                    this.scope.freeze_all();
                    this.scope.declare(&item, Ty::FloatRef, false);
                    this.float(1)
                });
                let parts = vec![seq, Node::word(item), body];
                Node::new(Sort::Other, "$0.iter().map(|$1| $2).collect()", parts)
            }
            _ => {
                let part = self.float(1);
                Node::new(Sort::Other, "vec![$0; n]", vec![part])
            }
        }
    }

    fn record_update(&mut self, kind: Record) -> Option<Node> {
        let base = self.record_copy(kind)?;
        let parts = vec![base, self.float(1), self.float(0)];
        let template = match kind {
            Record::Vector => {
                self.random.pick(&["V3 { y: $1, ..$0 }", "V3 { x: $1, z: $2, ..$0 }"])
            }
            Record::Body => {
                self.random.pick(&["Body { a: $1, ..$0 }", "Body { e: [$1, $2, $1], ..$0 }"])
            }
        };
        Self::node(Sort::Other, template, parts)
    }

    /// By a method, an operator or a branch.
    fn record_computed(&mut self, kind: Record) -> Option<Node> {
        if self.random.chance(15) {
            let condition = self.condition(0);
            let (a, b) = (self.record_copy(kind)?, self.record_literal(kind)?);
            let template = "(if $0 { $1 } else { $2 })";
            return Self::node(Sort::Other, template, vec![condition, a, b]);
        }
        if !self.members_known {
            return None;
        }
        let w = self.frozen(1);
        match (kind, self.random.below(4)) {
            (Record::Vector, 0) => {
                let v = self.record_copy(kind)?;
                Self::node(Sort::Other, "($0).$1($2)", vec![v, Node::word("turned"), w])
            }
            (Record::Vector, 1) => {
                let (a, b) = (self.record_copy(kind)?, self.record_copy(kind)?);
                Self::node(Sort::Other, "($0 $2 $1)", vec![a, b, Node::word("+")])
            }
            (Record::Vector, 2) => {
                let a = self.record_copy(kind)?;
                Self::node(Sort::Other, "($0 $2 $1)", vec![a, w, Node::word("*")])
            }
            (Record::Vector, _) => {
                let (a, (b, _, held)) = (self.record_ref(kind)?, self.record(kind, false)?);
                let b = match held {
                    Held::Owned => b,
                    _ => Node::new(Sort::Other, "*$0", vec![b]),
                };
                Self::node(Sort::Other, "($0 $2$1)", vec![a, b, Node::word("- &")])
            }
            (Record::Body, 0) => {
                let (body, ..) = self.record(kind, false)?;
                Self::node(Sort::Other, "($0).$1($2)", vec![body, Node::word("grown"), w])
            }
            (Record::Body, 1) => {
                let (a, (b, _, held)) = (self.record_ref(kind)?, self.record(kind, false)?);
                let b = match held {
                    Held::Owned => b,
                    _ => Node::new(Sort::Other, "*$0", vec![b]),
                };
                Self::node(Sort::Other, "($0 $2$1)", vec![a, b, Node::word("+ &")])
            }
            (Record::Body, 2) => {
                let a = self.record_ref(kind)?;
                Self::node(Sort::Other, "($0 $2$1)", vec![a, w, Node::word("* ")])
            }
            (Record::Body, _) => {
                let (a, _, held) = self.record(kind, false)?;
                let a = match held {
                    Held::Owned => a,
                    _ => Node::new(Sort::Other, "*$0", vec![a]),
                };
                Self::node(Sort::Other, "($1$0)", vec![a, Node::word("-&")])
            }
        }
    }

    /// A float that a struct gives.
    pub(super) fn record_read(&mut self, depth: usize) -> Option<Node> {
        if !self.structs || self.nesting > 1 {
            return None;
        }
        self.nesting += 1;
        let found = self.record_read_inside(depth);
        self.nesting -= 1;
        found
    }

    fn record_read_inside(&mut self, depth: usize) -> Option<Node> {
        let (a, b) = (self.frozen(depth - 1), self.frozen(0));
        let kind = self.random.pick(&[Record::Vector, Record::Body]);
        let name = Node::word(self.name("r"));
        let value = self.record_value(kind);
        if !self.members_known || self.random.chance(30) {
            let (template, parts) = match kind {
                Record::Vector => (
                    self.random.pick(&[
                        "($0).y",
                        "({ let V3 { x: $3, .. } = $0; $3 * $1 })",
                        "({ let mut $3 = $0; $3.x *= $1; $3.x + $3.z * $2 })",
                        "[$0, $0].iter().map(|$3| $3.x * $3.y).sum::<%F>()",
                        "[$0; 3].iter().fold($1, |s, $3| s * $3.z + $3.x)",
                    ]),
                    vec![value, a, b, name],
                ),
                Record::Body => (
                    self.random.pick(&[
                        "($0).q[1]",
                        "({ let Body { a: $3, e, .. } = $0; $3 * e[1] })",
                        "({ let mut $3 = $0; $3.q[2] *= $1; $3.v.x = $2; $3.q[2] + $3.v.x * $3.a })",
                        "({ let $3 = $0; let held = $3; held.q.iter().map(|v| v.sin()).sum::<%F>() * held.v.y })",
                        "({ let mut $3 = $0; $3.q = vec![$1; 3]; $3.q[2] + $3.e[$3.k] })",
                        "({ let $3 = ($0, $1); $3.0.v.z * $3.1 })",
                    ]),
                    vec![value, a, b, name],
                ),
            };
            return Self::node(Sort::Float, template, parts);
        }
        let (template, parts) = match kind {
            Record::Vector => {
                let method = self.random.pick(&["norm", "dot", "shift"]);
                let template = match method {
                    "norm" => self.random.pick(&["($0).$4($1)", "({ let $3 = $0; $3.$4($3.x) })"]),
                    "dot" => self.random.pick(&[
                        "({ let $3 = $0; $3.$4(&$3) * $1 })",
                        "({ let $3 = $0; $3.$4(&V3 { x: $1, ..$3 }) })",
                    ]),
                    _ => self.random.pick(&[
                        "({ let mut $3 = $0; $3.$4($1); $3.z })",
                        "({ let mut $3 = $0; for _ in 0..2 { $3.$4($1); } $3.x })",
                    ]),
                };
                (template, vec![value, a, b, name, Node::word(method)])
            }
            Record::Body => {
                let method = self.random.pick(&["weigh", "spent", "step"]);
                let template = match method {
                    "weigh" => {
                        self.random.pick(&["($0).$4($1)", "({ let $3 = $0; $3.$4($1) + $3.a })"])
                    }
                    "spent" => self.random.pick(&[
                        "($0).$4($1)",
                        "({ let $3 = $0; let held = $3.q[0]; $3.$4($1) * held })",
                    ]),
                    _ => self.random.pick(&[
                        "({ let mut $3 = $0; $3.$4(&V3 { x: $1, y: $2, z: $1 }) + $3.q[1] })",
                        "({ let mut $3 = $0; let held = $3.v; $3.$4(&held) + $3.a })",
                    ]),
                };
                (template, vec![value, a, b, name, Node::word(method)])
            }
        };
        Self::node(Sort::Float, template, parts)
    }

    /// A statement that declares or changes a struct.
    pub(super) fn record_statement(&mut self, depth: usize) -> Option<Node> {
        if !self.structs {
            return None;
        }
        let table: [(usize, Construct<Node>); 6] = [
            (4, Self::let_record),
            (3, Self::assign_record),
            (2, Self::assign_field),
            (3, Self::change_record),
            (2, Self::let_records),
            (3, Self::for_records),
        ];
        let construct = self.random.weighted(&table);
        construct(self, depth)
    }

    fn let_record(&mut self, _: usize) -> Option<Node> {
        let kind = self.random.pick(&[Record::Vector, Record::Vector, Record::Body]);
        let value = self.record_value(kind);
        let name = self.name("r");
        self.scope.declare(&name, Ty::Record { kind, held: Held::Owned }, true);
        Self::node(Sort::Stmt, "let mut $0 = $1;", vec![Node::word(name), value])
    }

    fn assign_record(&mut self, _: usize) -> Option<Node> {
        let kind = self.random.pick(&[Record::Vector, Record::Body]);
        let (node, _, held) = self.record(kind, true)?;
        let value = self.record_value(kind);
        let template = if held == Held::RefMut { "*$0 = $1;" } else { "$0 = $1;" };
        Self::node(Sort::Stmt, template, vec![node, value])
    }

    fn assign_field(&mut self, _: usize) -> Option<Node> {
        let (node, ..) = self.record(Record::Body, true)?;
        let (template, value) = match self.random.below(3) {
            0 => ("$0.q = $1;", self.long_vec()),
            1 => ("$0.v = $1;", self.record_value(Record::Vector)),
            _ => {
                let parts = vec![self.float(1), self.float(0)];
                ("$0.e = $1;", Node::new(Sort::Other, "[$0, $1, $0]", parts))
            }
        };
        Self::node(Sort::Stmt, template, vec![node, value])
    }

    fn change_record(&mut self, _: usize) -> Option<Node> {
        if !self.members_known {
            return None;
        }
        if self.random.chance(50) {
            let (node, var, _) = self.record(Record::Vector, true)?;
            let w = self.nested(|this| {
                this.scope.freeze(&var.name);
                this.float(1)
            });
            return Self::node(Sort::Stmt, "$0.$2($1);", vec![node, w, Node::word("shift")]);
        }
        let (node, var, _) = self.record(Record::Body, true)?;
        let vector = self.without(&var.name, |this| this.record_value(Record::Vector));
        let sum = self.without(&var.name, Self::target)?;
        let call = Node::new(Sort::Float, "$0.$2(&$1)", vec![node, vector, Node::word("step")]);
        Some(Node::assign("+=", sum, call))
    }

    fn let_records(&mut self, _: usize) -> Option<Node> {
        let value = self.record_value(Record::Vector);
        let (a, item) = (self.float(1), self.name("v"));
        let name = self.name("m");
        let (template, len, storage) = match self.random.below(3) {
            0 => ("let mut $0 = vec![$1; n];", Bound::N(0), Storage::Vec),
            1 => ("let mut $0 = [$1, V3 { x: $2, ..$1 }, $1];", Bound::Is(3), Storage::Array),
            _ => (
                "let mut $0: Vec<%V> = (0..n).map(|$3| V3 { y: $2, ..$1 }).collect();",
                Bound::N(0),
                Storage::Vec,
            ),
        };
        self.scope.declare(&name, Ty::Records { len, storage }, true);
        let parts = vec![Node::word(name), value, a, Node::word(item)];
        Self::node(Sort::Stmt, template, parts)
    }

    fn for_records(&mut self, depth: usize) -> Option<Node> {
        let changed = self.random.chance(50);
        let var = self.var(|v| matches!(v.ty, Ty::Records { .. }) && (v.mutable || !changed))?;
        let name = self.name("r");
        self.nested(|this| {
            let held = if changed {
                this.scope.hide(&var.name);
                Held::RefMut
            } else {
                this.scope.freeze(&var.name);
                Held::Ref
            };
            this.scope.declare(&name, Ty::Record { kind: Record::Vector, held }, changed);
            let body = this.statements(2, depth.saturating_sub(1));
            let template = match changed {
                true => "for $0 in $1.iter_mut() {\n    $2\n}",
                false => this.random.pick(&[
                    "for $0 in $1.iter() {\n    $2\n}",
                    "for $0 in $1.iter().rev() {\n    $2\n}",
                ]),
            };
            Self::node(Sort::Stmt, template, vec![Node::word(&name), Node::word(&var.name), body])
        })
    }
}

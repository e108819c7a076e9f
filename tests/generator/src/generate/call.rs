//! Calls of the functions of a program.

use super::{Function, Gen, Parameter, Passed, Returned};
use crate::ast::{Node, Sort};
use crate::scope::{Bound, LONGEST, Record, SHORTEST, Storage, Ty, Var};

impl Gen {
    /// Arguments for parameters; `None` if there is nothing to pass. Another length than `n` is for
    /// a sequence on its own: a function takes all of its sequences to be equally long.
    fn arguments(&mut self, parameters: &[Parameter]) -> Option<Vec<Node>> {
        let alone = parameters.iter().filter(|p| p.passed.has_length()).count() == 1;
        parameters.iter().map(|p| self.argument(p.passed, alone)).collect()
    }

    fn argument(&mut self, passed: Passed, alone: bool) -> Option<Node> {
        let long = |len: Bound| {
            let enough = matches!(len, Bound::Is(c) if (SHORTEST..=LONGEST).contains(&c));
            len == Bound::N(0) || alone && enough
        };
        match passed {
            Passed::Float => Some(self.float(1)),
            Passed::Count => Some(Node::new(Sort::Int, self.random.pick(&["1", "3", "0"]), vec![])),
            Passed::Slice => {
                let (seq, var, _) = self.seq(|_, len, _| long(len))?;
                let Ty::Seq { storage, .. } = var.ty else { unreachable!("a sequence") };
                // A `&mut` reference by its bare name would be taken for one that is changed.
                let template = match storage {
                    Storage::MutSlice => "&$0[..]",
                    Storage::Slice => "$0",
                    _ => "&$0",
                };
                Self::node(Sort::Other, template, vec![seq])
            }
            Passed::Generic => {
                let array = |_: &Var, len, storage| {
                    storage == Storage::Array && len != Bound::N(0) && long(len)
                };
                let (seq, ..) = self.seq(array)?;
                Self::node(Sort::Other, "&$0", vec![seq])
            }
            Passed::VectorRef => self.record_ref(Record::Vector),
            Passed::Vector => Some(self.record_value(Record::Vector)),
            Passed::BodyRef => self.record_ref(Record::Body),
            Passed::Body => Some(self.record_value(Record::Body)),
            Passed::Vectors => {
                let var = self.var(|v| matches!(v.ty, Ty::Records { len: Bound::N(0), .. }))?;
                let Ty::Records { storage, .. } = var.ty else { unreachable!("structs") };
                let template = match storage {
                    Storage::MutSlice => "&$0[..]",
                    Storage::Slice => "$0",
                    _ => "&$0",
                };
                Self::node(Sort::Other, template, vec![Node::word(var.name)])
            }
            _ => None,
        }
    }

    /// Whether a function computes in the float that is computed in here.
    fn has(&self, callee: &Function) -> bool {
        callee.generic || !self.generic
    }

    /// A call of an annotated function, as a float.
    pub(super) fn call(&mut self, _: usize) -> Option<Node> {
        let callees: Vec<Function> = self
            .callees
            .iter()
            .filter(|f| !f.parameters.iter().any(|p| p.passed.in_place()) && self.has(f))
            .cloned()
            .collect();
        if callees.is_empty() {
            return None;
        }
        let callee = self.random.pick(&callees);
        let arguments = self.nested(|this| {
            this.scope.freeze_all();
            this.arguments(&callee.parameters)
        })?;
        let call = call_of(&callee, arguments);
        let template = match callee.returned {
            Returned::Float => "$0",
            Returned::Pair => self.random.pick(&["$0.0", "$0.1"]),
            Returned::Vector => self.random.pick(&["$0.x", "$0.z"]),
            Returned::Vec => self.random.pick(&["$0[1]", "$0.iter().sum::<%F>()"]),
            _ => return None,
        };
        Self::node(Sort::Float, template, vec![call])
    }

    /// A call of an annotated function that changes its first argument.
    pub(super) fn call_in_place(&mut self, _: usize) -> Option<Node> {
        let callees: Vec<Function> = self
            .callees
            .iter()
            .filter(|f| f.parameters[0].passed.in_place() && self.has(f))
            .cloned()
            .collect();
        if callees.is_empty() {
            return None;
        }
        let callee = self.random.pick(&callees);
        let sum = self.target();
        let (first, name) = match callee.parameters[0].passed {
            Passed::MutFloat => {
                let var = self.var(|v| {
                    v.mutable && matches!(v.ty, Ty::Float | Ty::FloatRef | Ty::Seq { .. })
                })?;
                let place = self.place(&var, Sort::Other);
                let template = if var.ty == Ty::FloatRef { "&mut ($0)" } else { "&mut $0" };
                (Node::new(Sort::Other, template, vec![place]), var.name)
            }
            Passed::VectorMut => self.record_mut(Record::Vector)?,
            Passed::BodyMut => self.record_mut(Record::Body)?,
            _ => {
                let (seq, var, _) = self.seq(|v, len, _| v.mutable && len == Bound::N(0))?;
                let Ty::Seq { storage, .. } = var.ty else { unreachable!("a sequence") };
                let template = match storage {
                    Storage::MutSlice => self.random.pick(&["$0", "&mut $0[..]"]),
                    _ => self.random.pick(&["&mut $0", "&mut $0[..]"]),
                };
                (Node::new(Sort::Other, template, vec![seq]), var.name)
            }
        };
        let rest = self.nested(|this| {
            this.scope.freeze_all();
            this.scope.hide(&name);
            this.arguments(&callee.parameters[1..])
        })?;
        let call = call_of(&callee, [vec![first], rest].concat());
        match (callee.returned, sum) {
            (Returned::Float, Some(sum)) if !sum.mentions(&name) => {
                Some(Node::assign("+=", sum, call))
            }
            (Returned::Float, _) => {
                let name = Node::word(self.name("f"));
                Self::node(Sort::Stmt, "let $0 = $1;", vec![name, call])
            }
            _ => Self::node(Sort::Stmt, "$0;", vec![call]),
        }
    }
}

fn call_of(callee: &Function, arguments: Vec<Node>) -> Node {
    let holes: Vec<String> = (1..=arguments.len()).map(|at| format!("${at}")).collect();
    let template = format!("$0({})", holes.join(", "));
    Node::new(Sort::Other, template, [vec![Node::word(&callee.name)], arguments].concat())
}

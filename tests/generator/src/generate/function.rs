//! Functions: what they take, hold and return.

use super::passed::parameter;
use super::{Gen, Parameter, Passed, Returned};
use crate::ast::{Node, Sort};
use crate::scope::{Bound, Record, Storage, Ty, Var};

/// Where a method stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// What `impl` is of.
    pub head: &'static str,
    pub name: &'static str,
    /// How it takes `self`.
    pub receiver: &'static str,
    /// Whether it is that of an operator.
    pub operator: bool,
}

/// A function or method.
#[derive(Clone, PartialEq, Debug)]
pub struct Function {
    /// What calls name.
    pub name: String,
    pub place: Option<Place>,
    pub generics: &'static str,
    /// Whether it computes in `T`.
    pub generic: bool,
    pub parameters: Vec<Parameter>,
    pub returned: Returned,
    /// The options of the attribute.
    pub options: String,
    /// Statements and the value.
    pub body: Node,
}

impl Gen {
    pub(super) fn main(&mut self) -> Function {
        let lead = self.random.weighted(&[
            (10, Passed::Slice),
            (2, Passed::VecRef),
            (2, Passed::Vec),
            (3, Passed::MutSlice),
        ]);
        let mut parameters = vec![parameter("x", lead), parameter("w", Passed::Float)];
        let further = [
            ("c", Passed::Float),
            ("d", Passed::Pair),
            ("e", Passed::Array(3)),
            ("e", Passed::ArrayRef(4)),
            ("g", Passed::Grid(2, 3)),
            ("r", Passed::Rows(2)),
            ("o", Passed::Slice),
            ("u", Passed::MutFloat),
            ("u", Passed::MutArray(3)),
        ];
        let structs = [
            ("pos", Passed::Vector),
            ("pos", Passed::VectorRef),
            ("pos", Passed::VectorMut),
            ("h", Passed::Body),
            ("h", Passed::BodyRef),
            ("h", Passed::BodyMut),
            ("m", Passed::Vectors),
            ("m", Passed::VectorVec),
            ("m", Passed::VectorsMut),
        ];
        for _ in 0..self.random.below(3) {
            let of_structs = self.structs && self.random.chance(60);
            let (name, passed) =
                if of_structs { self.random.pick(&structs) } else { self.random.pick(&further) };
            if parameters.iter().all(|p| p.name != name) {
                parameters.push(parameter(name, passed));
            }
        }
        let mut options = String::new();
        if self.random.chance(15) {
            let at = self.random.below(parameters.len());
            if !parameters[at].passed.in_place() {
                parameters[at].active = false;
                let names: Vec<&str> =
                    parameters.iter().filter(|p| p.active).map(|p| p.name.as_str()).collect();
                options = format!("wrt({})", names.join(", "));
            }
        }
        parameters.push(parameter("k", Passed::Count));
        parameters.push(parameter("b", Passed::Flag));
        parameters.push(parameter("p", Passed::Permutation));
        let in_place = parameters.iter().any(|p| p.passed.in_place());
        let returned = self.random.weighted(&[
            (10, Returned::Float),
            (1, Returned::Pair),
            (1, Returned::Vec),
            (1, Returned::Array),
            (if self.structs { 1 } else { 0 }, Returned::Vector),
            (if self.structs { 1 } else { 0 }, Returned::Body),
            (if in_place { 8 } else { 0 }, Returned::Nothing),
        ]);
        let generic = (!self.structs || self.structs_generic) && self.random.chance(15);
        self.function("f", "", parameters, returned, options, 4, generic)
    }

    /// A function that others call.
    pub(super) fn callee(&mut self) -> Function {
        use Passed::{Count, Float, Generic, MutFloat, MutSlice, Slice};
        let structs: [(&[Passed], Returned); 7] = [
            (&[Passed::VectorRef, Float], Returned::Float),
            (&[Passed::Vector, Float], Returned::Vector),
            (&[Passed::BodyRef, Float], Returned::Float),
            (&[Passed::Body, Slice], Returned::Float),
            (&[Passed::BodyMut, Float], Returned::Nothing),
            (&[Passed::Vectors, Float], Returned::Float),
            (&[Passed::VectorMut, Slice], Returned::Float),
        ];
        let forms: [(&[Passed], Returned); 9] = [
            (&[Float, Float], Returned::Float),
            (&[Float, Count], Returned::Float),
            (&[Slice, Float], Returned::Float),
            (&[Slice, Slice, Count], Returned::Float),
            (&[Slice, Float], Returned::Vec),
            (&[Float, Float], Returned::Pair),
            (&[MutSlice, Float], Returned::Nothing),
            (&[MutFloat, Slice], Returned::Float),
            (&[Generic, Float], Returned::Float),
        ];
        let of_structs = self.structs && self.random.chance(50);
        let (passed, returned) =
            if of_structs { self.random.pick(&structs) } else { self.random.pick(&forms) };
        let names = ["x", "w", "k"];
        let parameters: Vec<Parameter> =
            names.into_iter().zip(passed).map(|(name, passed)| parameter(name, *passed)).collect();
        let name = self.name("callee");
        if passed == [Float, Count] && self.random.chance(50) {
            return self.recursive(name, parameters);
        }
        let generics = if passed.contains(&Generic) { "<const N: usize>" } else { "" };
        let options = if self.random.chance(15) { "checkpoint" } else { "" };
        let generic = generics.is_empty()
            && (!self.structs || self.structs_generic)
            && self.random.chance(30);
        self.function(&name, generics, parameters, returned, options.into(), 2, generic)
    }

    /// A function that calls itself.
    fn recursive(&mut self, name: String, parameters: Vec<Parameter>) -> Function {
        let body = self.apart(|this| {
            this.scope.declare("x", Ty::Float, false);
            this.scope.declare(
                "n",
                Ty::Int { low: Bound::Is(6), high: Bound::Is(6), below: None },
                false,
            );
            let (end, next) = (this.float(1), this.float(1));
            let parts = vec![end, next, this.float(0), Node::word(&name)];
            let template = "let n: usize = 6;\nif k == 0 { $0 } else { $2 * $3($1.sin(), k - 1) }";
            Node::new(Sort::Other, template, parts)
        });
        let (generics, returned, options) = ("", Returned::Float, String::new());
        let parameters =
            vec![parameter("x", parameters[0].passed), parameter("k", parameters[1].passed)];
        let (place, generic) = (None, false);
        Function { name, place, generics, generic, parameters, returned, options, body }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a function")]
    pub(super) fn function(
        &mut self,
        name: &str,
        generics: &'static str,
        parameters: Vec<Parameter>,
        returned: Returned,
        options: String,
        statements: usize,
        generic: bool,
    ) -> Function {
        self.generic = generic;
        let body = self.function_body(&parameters, &returned, statements);
        self.generic = false;
        let (name, place) = (name.to_owned(), None);
        Function { name, place, generics, generic, parameters, returned, options, body }
    }

    fn function_body(
        &mut self,
        parameters: &[Parameter],
        returned: &Returned,
        statements: usize,
    ) -> Node {
        self.apart(|this| {
            this.checkpoints = true;
            for parameter in parameters {
                let (ty, mutable) = parameter.passed.inside();
                this.scope.declare(&parameter.name, ty, mutable);
            }
            let length = Ty::Int { low: Bound::N(0), high: Bound::N(0), below: None };
            let long =
                |p: &&Parameter| matches!(p.passed.inside().0, Ty::Seq { len: Bound::N(0), .. });
            let has_body = |p: &&Parameter| {
                matches!(p.passed.inside().0, Ty::Record { kind: Record::Body, .. })
            };
            let list = |p: &&Parameter| matches!(p.passed.inside().0, Ty::Records { .. });
            let start = match parameters.iter().find(long) {
                None if parameters.iter().any(|p| has_body(&p)) => {
                    let p = parameters.iter().find(has_body).expect("seen");
                    format!("let n = {}.q.len();", p.name)
                }
                None if parameters.iter().any(|p| list(&p)) => {
                    let p = parameters.iter().find(list).expect("seen");
                    format!("let n = {}.len();", p.name)
                }
                Some(p) if p.passed == Passed::Generic => "let n = N;".to_owned(),
                Some(p) => format!("let n = {}.len();", p.name),
                None => "let n: usize = 6;".to_owned(),
            };
            this.scope.declare("n", length, false);
            let mut list = vec![Node::new(Sort::Other, start, vec![])];
            list.extend(this.state());
            this.returns = Some(returned.clone());
            let count = 1 + this.random.below(statements);
            for _ in 0..count {
                list.push(this.statement(3));
            }
            this.returns = None;
            let block = Node::block(list);
            let value = match returned {
                Returned::Nothing => return Node::new(Sort::Other, "$0", vec![block]),
                Returned::Float => this.total(),
                returned => this.returned(returned),
            };
            Node::new(Sort::Other, "$0\n$1", vec![block, value])
        })
    }

    /// The variables that a function works on.
    fn state(&mut self) -> Vec<Node> {
        let mut list = Vec::new();
        let long = |_: &Var, len: Bound, _: Storage| len == Bound::N(0);
        if let Some((seq, ..)) = self.seq(long)
            && self.random.chance(70)
        {
            let node = Node::new(Sort::Stmt, "let mut y = $0.to_vec();", vec![seq]);
            self.scope.declare("y", Ty::Seq { len: Bound::N(0), storage: Storage::Vec }, true);
            list.push(node);
        }
        if self.random.chance(50) {
            let number = self.beside(0.3);
            list.push(Node::new(Sort::Stmt, "let mut z: Vec<%F> = vec![$0; n];", vec![number]));
            self.scope.declare("z", Ty::Seq { len: Bound::N(0), storage: Storage::Vec }, true);
        }
        if self.random.chance(70) {
            let first = self.float(1);
            list.push(Node::new(Sort::Stmt, "let mut t = $0;", vec![first]));
            self.scope.declare("t", Ty::Float, true);
        }
        list.push(Node::new(Sort::Stmt, "let mut s: %F = $0;", vec![Node::bare(0.0)]));
        self.scope.declare("s", Ty::Float, true);
        list
    }

    /// A value to return.
    pub(super) fn returned(&mut self, returned: &Returned) -> Node {
        match returned {
            Returned::Nothing => Node::word("()"),
            Returned::Float => self.float(2),
            Returned::Pair => {
                let parts = vec![self.total(), self.float(2)];
                Node::new(Sort::Other, "($0, $1)", parts)
            }
            Returned::Vector => self.record_value(Record::Vector),
            Returned::Body => self.record_value(Record::Body),
            Returned::Array => {
                let parts = vec![self.float(2), self.total(), self.float(0)];
                Node::new(Sort::Other, "[$0, $1, $2]", parts)
            }
            Returned::Vec => match self.seq(|_, len, _| len == Bound::N(0)) {
                Some((seq, ..)) => Node::new(Sort::Other, "$0.to_vec()", vec![seq]),
                None => {
                    let parts = vec![self.float(1)];
                    Node::new(Sort::Other, "vec![$0; n]", parts)
                }
            },
        }
    }
}

//! Functions: what they take, return and call.

use super::Gen;
use crate::ast::{Node, Sort};
use crate::scope::{Bound, Storage, Ty};

/// How an argument is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passed {
    Float,
    /// `(F, F)`.
    Pair,
    /// `&[F]` of length `n`.
    Slice,
    /// `&Vec<F>` of length `n`.
    VecRef,
    /// `Vec<F>` of length `n`.
    Vec,
    Array(i64),
    ArrayRef(i64),
    /// `&[F; N]` where `N` is a parameter.
    Generic,
    /// `&[[F; columns]; rows]`.
    Grid(i64, i64),
    /// `&[Vec<F>]`, `n` rows.
    Rows(i64),
    /// `&mut [F]` of length `n`.
    MutSlice,
    MutArray(i64),
    MutFloat,
    /// A `usize` below 5.
    Count,
    Flag,
    /// The numbers below `n`, in some order.
    Permutation,
}

impl Passed {
    /// The type as it is written.
    pub fn ty(self) -> String {
        match self {
            Self::Float => "%F".into(),
            Self::Pair => "(%F, %F)".into(),
            Self::Slice => "&[%F]".into(),
            Self::VecRef => "&Vec<%F>".into(),
            Self::Vec => "Vec<%F>".into(),
            Self::Array(n) => format!("[%F; {n}]"),
            Self::ArrayRef(n) => format!("&[%F; {n}]"),
            Self::Generic => "&[%F; N]".into(),
            Self::Grid(rows, columns) => format!("&[[%F; {columns}]; {rows}]"),
            Self::Rows(_) => "&[Vec<%F>]".into(),
            Self::MutSlice => "&mut [%F]".into(),
            Self::MutArray(n) => format!("&mut [%F; {n}]"),
            Self::MutFloat => "&mut %F".into(),
            Self::Count => "usize".into(),
            Self::Flag => "bool".into(),
            Self::Permutation => "&[usize]".into(),
        }
    }

    /// Whether it holds floats.
    pub fn differentiable(self) -> bool {
        !matches!(self, Self::Count | Self::Flag | Self::Permutation)
    }

    /// Whether the function changes it for its caller.
    pub fn in_place(self) -> bool {
        matches!(self, Self::MutSlice | Self::MutArray(_) | Self::MutFloat)
    }

    /// What the parameter is inside the function, and whether it can be changed there.
    fn inside(self) -> (Ty, bool) {
        let seq = |len, storage| Ty::Seq { len, storage };
        match self {
            Self::Float => (Ty::Float, false),
            Self::Pair => (Ty::Pair, false),
            Self::Slice | Self::VecRef => (seq(Bound::N(0), Storage::Slice), false),
            Self::Vec => (seq(Bound::N(0), Storage::Vec), true),
            Self::Array(n) => (seq(Bound::Is(n), Storage::Array), true),
            Self::ArrayRef(n) => (seq(Bound::Is(n), Storage::Slice), false),
            Self::Generic => (seq(Bound::N(0), Storage::Slice), false),
            Self::Grid(rows, columns) => (Ty::Grid { rows: Bound::Is(rows), columns }, false),
            Self::Rows(columns) => (Ty::Grid { rows: Bound::N(0), columns }, false),
            Self::MutSlice => (seq(Bound::N(0), Storage::MutSlice), true),
            Self::MutArray(n) => (seq(Bound::Is(n), Storage::MutSlice), true),
            Self::MutFloat => (Ty::FloatRef, true),
            Self::Count => (Ty::Int { low: Bound::Is(0), high: Bound::Is(4), below: None }, false),
            Self::Flag => (Ty::Bool, false),
            Self::Permutation => (Ty::Permutation, false),
        }
    }
}

/// A parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    pub name: String,
    pub passed: Passed,
    /// Whether it is differentiated.
    pub active: bool,
}

/// What a function returns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Returned {
    Nothing,
    Float,
    Pair,
    /// A vector of length `n`.
    Vec,
    Array,
}

impl Returned {
    /// The type as it is written.
    pub fn ty(&self) -> &'static str {
        match self {
            Self::Nothing => "()",
            Self::Float => "%F",
            Self::Pair => "(%F, %F)",
            Self::Vec => "Vec<%F>",
            Self::Array => "[%F; 3]",
        }
    }
}

/// A function.
#[derive(Clone, PartialEq, Debug)]
pub struct Function {
    pub name: String,
    pub generics: &'static str,
    pub parameters: Vec<Parameter>,
    pub returned: Returned,
    /// The options of the attribute.
    pub options: String,
    /// Statements and the value.
    pub body: Node,
}

/// A function, and before it those that it calls.
#[derive(Clone, PartialEq, Debug)]
pub struct Program {
    pub seed: u64,
    /// Whether it computes in `f32`.
    pub single: bool,
    pub functions: Vec<Function>,
}

impl Program {
    /// The program of that seed.
    pub fn new(seed: u64) -> Self {
        let mut this = Gen::new(seed);
        let single = this.random.chance(25);
        for _ in 0..this.random.below(3) {
            let callee = this.callee();
            this.callees.push(callee);
        }
        let main = this.main();
        let mut functions = this.callees;
        functions.push(main);
        let mut program = Self { seed, single, functions };
        program.drop_uncalled();
        program
    }

    /// Removes functions that nothing calls.
    pub fn drop_uncalled(&mut self) {
        for at in (0..self.functions.len().saturating_sub(1)).rev() {
            let name = self.functions[at].name.clone();
            if !self.functions[at + 1..].iter().any(|f| f.body.mentions(&name)) {
                self.functions.remove(at);
            }
        }
    }

    /// The function that is differentiated.
    pub fn main(&self) -> &Function {
        self.functions.last().expect("a function")
    }

    /// The number of nodes.
    pub fn size(&self) -> usize {
        self.functions.iter().map(|f| f.body.size()).sum()
    }
}

fn parameter(name: &str, passed: Passed) -> Parameter {
    Parameter { name: name.to_owned(), passed, active: passed.differentiable() }
}

impl Gen {
    fn main(&mut self) -> Function {
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
        for _ in 0..self.random.below(3) {
            let (name, passed) = self.random.pick(&further);
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
            (if in_place { 8 } else { 0 }, Returned::Nothing),
        ]);
        self.function("f", "", parameters, returned, options, 4)
    }

    /// A function that others call.
    fn callee(&mut self) -> Function {
        use Passed::{Count, Float, Generic, MutFloat, MutSlice, Slice};
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
        let (passed, returned) = self.random.pick(&forms);
        let names = ["x", "w", "k"];
        let parameters: Vec<Parameter> =
            names.into_iter().zip(passed).map(|(name, passed)| parameter(name, *passed)).collect();
        let name = self.name("callee");
        if passed == [Float, Count] && self.random.chance(50) {
            return self.recursive(name, parameters);
        }
        let generics = if passed.contains(&Generic) { "<const N: usize>" } else { "" };
        let options = if self.random.chance(15) { "checkpoint" } else { "" };
        self.function(&name, generics, parameters, returned, options.into(), 2)
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
        Function { name, generics, parameters, returned, options, body }
    }

    fn function(
        &mut self,
        name: &str,
        generics: &'static str,
        parameters: Vec<Parameter>,
        returned: Returned,
        options: String,
        statements: usize,
    ) -> Function {
        let body = self.apart(|this| {
            for parameter in &parameters {
                let (ty, mutable) = parameter.passed.inside();
                this.scope.declare(&parameter.name, ty, mutable);
            }
            let length = Ty::Int { low: Bound::N(0), high: Bound::N(0), below: None };
            let long =
                |p: &&Parameter| matches!(p.passed.inside().0, Ty::Seq { len: Bound::N(0), .. });
            let start = match parameters.iter().find(long) {
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
                ref returned => this.returned(returned),
            };
            Node::new(Sort::Other, "$0\n$1", vec![block, value])
        });
        Function { name: name.to_owned(), generics, parameters, returned, options, body }
    }

    /// The variables that a function works on.
    fn state(&mut self) -> Vec<Node> {
        let mut list = Vec::new();
        let long = |_: &crate::scope::Var, len: Bound, _: Storage| len == Bound::N(0);
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

    /// An argument; `None` if there is nothing to pass.
    fn argument(&mut self, passed: Passed) -> Option<Node> {
        let long = |len: Bound| {
            len == Bound::N(0)
                || matches!(len, Bound::Is(c) if (crate::scope::SHORTEST..=crate::scope::LONGEST).contains(&c))
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
                let array = |_: &crate::scope::Var, len, storage| {
                    storage == Storage::Array && len != Bound::N(0) && long(len)
                };
                let (seq, ..) = self.seq(array)?;
                Self::node(Sort::Other, "&$0", vec![seq])
            }
            _ => None,
        }
    }

    /// A call of an annotated function, as a float.
    pub(super) fn call(&mut self, _: usize) -> Option<Node> {
        let callees: Vec<Function> = self
            .callees
            .iter()
            .filter(|f| !f.parameters.iter().any(|p| p.passed.in_place()))
            .cloned()
            .collect();
        if callees.is_empty() {
            return None;
        }
        let callee = self.random.pick(&callees);
        let arguments = self.nested(|this| {
            this.scope.freeze_all();
            let parameters = callee.parameters.iter();
            parameters.map(|p| this.argument(p.passed)).collect::<Option<Vec<Node>>>()
        })?;
        let call = call_of(&callee, arguments);
        let template = match callee.returned {
            Returned::Float => "$0",
            Returned::Pair => self.random.pick(&["$0.0", "$0.1"]),
            Returned::Vec => self.random.pick(&["$0[1]", "$0.iter().sum::<%F>()"]),
            _ => return None,
        };
        Self::node(Sort::Float, template, vec![call])
    }

    /// A call of an annotated function that changes its first argument.
    pub(super) fn call_in_place(&mut self, _: usize) -> Option<Node> {
        let callees: Vec<Function> =
            self.callees.iter().filter(|f| f.parameters[0].passed.in_place()).cloned().collect();
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
            let parameters = callee.parameters[1..].iter();
            parameters.map(|p| this.argument(p.passed)).collect::<Option<Vec<Node>>>()
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

//! Functions: what they take, return and call.

use super::Gen;
use crate::ast::{Node, Sort, Text};
use crate::scope::{Bound, Held, Record, Storage, Ty};

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
    Vector,
    VectorRef,
    VectorMut,
    Body,
    BodyRef,
    BodyMut,
    /// `&[V3]` of length `n`.
    Vectors,
    /// `Vec<V3>` of length `n`.
    VectorVec,
    /// `&mut [V3]` of length `n`.
    VectorsMut,
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
            Self::Vector => "%V".into(),
            Self::VectorRef => "&%V".into(),
            Self::VectorMut => "&mut %V".into(),
            Self::Body => "%B".into(),
            Self::BodyRef => "&%B".into(),
            Self::BodyMut => "&mut %B".into(),
            Self::Vectors => "&[%V]".into(),
            Self::VectorVec => "Vec<%V>".into(),
            Self::VectorsMut => "&mut [%V]".into(),
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
        matches!(
            self,
            Self::MutSlice
                | Self::MutArray(_)
                | Self::MutFloat
                | Self::VectorMut
                | Self::BodyMut
                | Self::VectorsMut
        )
    }

    /// Whether it is passed by value.
    pub fn owned(self) -> bool {
        matches!(
            self,
            Self::Float
                | Self::Pair
                | Self::Vec
                | Self::Array(_)
                | Self::Vector
                | Self::Body
                | Self::VectorVec
                | Self::Count
                | Self::Flag
        )
    }

    /// Whether it is a parameter by value that is declared `mut`.
    pub fn declared_mutable(self) -> bool {
        matches!(self, Self::Vec | Self::Array(_) | Self::Vector | Self::Body | Self::VectorVec)
    }

    /// The number of floats in it, as an expression.
    pub fn floats(self) -> String {
        match self {
            Self::Float | Self::MutFloat => "1".to_owned(),
            Self::Pair => "2".to_owned(),
            Self::Array(n) | Self::ArrayRef(n) | Self::MutArray(n) => n.to_string(),
            Self::Grid(rows, columns) => (rows * columns).to_string(),
            Self::Rows(columns) => format!("{columns} * n"),
            Self::Vector | Self::VectorRef | Self::VectorMut => "3".to_owned(),
            Self::Body | Self::BodyRef | Self::BodyMut => "(7 + n)".to_owned(),
            Self::Vectors | Self::VectorVec | Self::VectorsMut => "3 * n".to_owned(),
            _ => "n".to_owned(),
        }
    }

    /// What the parameter is inside the function, and whether it can be changed there.
    fn inside(self) -> (Ty, bool) {
        let seq = |len, storage| Ty::Seq { len, storage };
        let record = |kind, held| Ty::Record { kind, held };
        let records = |storage| Ty::Records { len: Bound::N(0), storage };
        match self {
            Self::Vector => (record(Record::Vector, Held::Owned), true),
            Self::VectorRef => (record(Record::Vector, Held::Ref), false),
            Self::VectorMut => (record(Record::Vector, Held::RefMut), true),
            Self::Body => (record(Record::Body, Held::Owned), true),
            Self::BodyRef => (record(Record::Body, Held::Ref), false),
            Self::BodyMut => (record(Record::Body, Held::RefMut), true),
            Self::Vectors => (records(Storage::Slice), false),
            Self::VectorVec => (records(Storage::Vec), true),
            Self::VectorsMut => (records(Storage::MutSlice), true),
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
    Vector,
    Body,
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
            Self::Vector => "%V",
            Self::Body => "%B",
        }
    }
}

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

/// A function, and before it those that it calls.
#[derive(Clone, PartialEq, Debug)]
pub struct Program {
    pub seed: u64,
    /// Whether it computes in `f32`.
    pub single: bool,
    /// Whether the structs of the prelude are declared, and whether these are generic.
    pub structs: Option<bool>,
    pub functions: Vec<Function>,
}

impl Program {
    /// The program of that seed.
    pub fn new(seed: u64) -> Self {
        let mut this = Gen::new(seed);
        let single = this.random.chance(25);
        let structs = this.random.chance(50).then(|| this.random.chance(30));
        let mut members = Vec::new();
        if let Some(generic) = structs {
            (this.structs, this.structs_generic) = (true, generic);
            members = this.members();
            this.members_known = true;
        }
        for _ in 0..this.random.below(3) {
            let callee = this.callee();
            this.callees.push(callee);
        }
        let main = this.main();
        let mut functions = members;
        functions.extend(this.callees);
        functions.push(main);
        let mut program = Self { seed, single, structs, functions };
        program.drop_uncalled();
        program
    }

    /// Whether the structs of the prelude are generic.
    pub fn structs_generic(&self) -> bool {
        self.structs == Some(true)
    }

    /// Removes functions that nothing calls.
    pub fn drop_uncalled(&mut self) {
        for at in (0..self.functions.len().saturating_sub(1)).rev() {
            let name = self.functions[at].name.clone();
            // A member may call others, whatever their order.
            let others = self
                .functions
                .iter()
                .enumerate()
                .filter(|(k, f)| *k > at || *k < at && f.place.is_some());
            if !others.into_iter().any(|(_, f)| f.body.mentions(&name)) {
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

pub(super) fn parameter(name: &str, passed: Passed) -> Parameter {
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
        let structs = [
            ("v", Passed::Vector),
            ("v", Passed::VectorRef),
            ("v", Passed::VectorMut),
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
    fn callee(&mut self) -> Function {
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
        let body = loop {
            let body = self.function_body(&parameters, &returned, statements);
            if !generic || is_generic(&body) {
                break body;
            }
        };
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
            Returned::Vector => self.random.pick(&["$0.x", "$0.z"]),
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

/// Whether a body can compute in `T`, which lacks what these say.
fn is_generic(node: &Node) -> bool {
    const LACKS: &[&str] = &[
        "midpoint",
        "euclid",
        "INFINITY",
        "product",
        ".iter().sum",
        "$0.sum::<%F>()",
        "%F::max",
        "%F::min",
        "round_ties",
        "consts",
    ];
    let fits = match &node.text {
        Text::Template(text) => !LACKS.iter().any(|lack| text.contains(lack)),
        Text::ToInt | Text::Assign("%=") => false,
        _ => true,
    };
    fits && node.children.iter().all(is_generic)
}

fn call_of(callee: &Function, arguments: Vec<Node>) -> Node {
    let holes: Vec<String> = (1..=arguments.len()).map(|at| format!("${at}")).collect();
    let template = format!("$0({})", holes.join(", "));
    Node::new(Sort::Other, template, [vec![Node::word(&callee.name)], arguments].concat())
}

//! Random well-typed functions.
//!
//! Each construct of the language is one method of [`Gen`] that returns a [`Node`], and one row of the
//! table of its kind: [`statement`](Gen::statement), [`float`](Gen::float), [`chain`](Gen::chain),
//! [`index`](Gen::index). A new construct is a new method and a new row. A method returns `None` where its construct cannot
//! stand, say because there is no variable to assign to.

mod call;
mod control;
mod expr;
mod function;
mod index;
mod iter;
mod memory;
mod options;
mod passed;
mod program;
mod records;
mod rows;
mod scoped;
mod stmt;

pub use function::Function;
pub use passed::{Parameter, Passed, Returned};
pub use program::Program;

use crate::ast::{Node, Sort, Text};
use crate::random::Random;
use crate::scope::{Bound, Scope, Storage, Ty, Var};

/// A loop that encloses the code.
#[derive(Clone, Debug)]
struct Loop {
    label: Option<String>,
    /// What `break` takes along.
    value: bool,
}

/// The state of generation.
pub struct Gen {
    random: Random,
    scope: Scope,
    fresh: usize,
    loops: Vec<Loop>,
    /// What the function returns, where the code may `return`.
    returns: Option<Returned>,
    /// What can be called by path.
    callees: Vec<Function>,
    /// Whether the function computes in `T`.
    generic: bool,
    /// Whether the structs of the prelude can be named here.
    structs: bool,
    /// Whether these are generic.
    structs_generic: bool,
    /// Whether their methods can be called here.
    members_known: bool,
    /// How deep the code is in structs that are made.
    nesting: usize,
    /// Whether loops may be checkpointed here.
    checkpoints: bool,
}

type Construct<T> = fn(&mut Gen, usize) -> Option<T>;

impl Gen {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            scope: Scope::default(),
            fresh: 0,
            loops: Vec::new(),
            returns: None,
            callees: Vec::new(),
            generic: false,
            structs: false,
            structs_generic: false,
            members_known: false,
            nesting: 0,
            checkpoints: false,
        }
    }

    /// Forgets all but the random numbers.
    fn start_again(&mut self) {
        let random = std::mem::replace(&mut self.random, Random::new(0));
        *self = Self { random, ..Self::new(0) };
    }

    /// A name that stands nowhere else.
    fn name(&mut self, stem: &str) -> String {
        self.fresh += 1;
        format!("{stem}{}", self.fresh)
    }

    /// What `f` makes in a scope of its own.
    fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.scope.mark();
        let result = f(self);
        self.scope.leave(mark);
        result
    }

    /// The same, in a function or closure: no loop and no `return` of outside is in reach.
    fn apart<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let loops = std::mem::take(&mut self.loops);
        let returns = self.returns.take();
        let checkpoints = std::mem::take(&mut self.checkpoints);
        let result = self.nested(f);
        self.checkpoints = checkpoints;
        self.loops = loops;
        self.returns = returns;
        result
    }

    /// What `f` makes without naming that variable.
    fn without<T>(&mut self, name: &str, f: impl FnOnce(&mut Self) -> T) -> T {
        self.nested(|this| {
            this.scope.hide(name);
            f(this)
        })
    }

    /// A float that changes nothing: what is around may be borrowed while it is computed.
    fn frozen(&mut self, depth: usize) -> Node {
        self.nested(|this| {
            this.scope.freeze_all();
            this.float(depth)
        })
    }

    /// Lets what stands in `node` be read alone.
    fn freeze_named(&mut self, node: &Node) {
        for var in self.scope.visible() {
            if node.mentions(&var.name) {
                self.scope.freeze(&var.name);
            }
        }
    }

    /// A variable that `wanted` holds for.
    fn var(&mut self, wanted: impl Fn(&Var) -> bool) -> Option<Var> {
        let vars: Vec<Var> = self.scope.visible().into_iter().filter(|v| wanted(v)).collect();
        (!vars.is_empty()).then(|| self.random.pick(&vars))
    }

    /// A sequence that `wanted` holds for, with its length and storage.
    fn seq(&mut self, wanted: impl Fn(&Var, Bound, Storage) -> bool) -> Option<(Node, Var, Bound)> {
        let var = self.var(|v| match v.ty {
            Ty::Seq { len, storage } => wanted(v, len, storage),
            _ => false,
        })?;
        let Ty::Seq { len, .. } = var.ty else { unreachable!("a sequence") };
        Some((Node::word(&var.name), var, len))
    }

    /// One of a table, tried until one can stand here.
    fn one_of<T>(&mut self, table: &[(usize, Construct<T>)], depth: usize) -> T {
        loop {
            let construct = self.random.weighted(table);
            if let Some(node) = construct(self, depth) {
                return node;
            }
        }
    }

    /// Whether a node can stand in the function, by what it computes in.
    fn fits(&self, node: &Node) -> bool {
        !self.generic || is_generic(node)
    }

    /// A template of the given sort.
    fn node(sort: Sort, template: impl Into<String>, children: Vec<Node>) -> Option<Node> {
        Some(Node::new(sort, template, children))
    }
}

/// Whether a node can compute in `T`, which lacks what these say.
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
        // References are no operands of operators.
        "| $3 * $4)",
        // Declared in the body, it cannot name the `T` around it.
        "fn $0(",
    ];
    let fits = match &node.text {
        Text::Template(text) => !LACKS.iter().any(|lack| text.contains(lack)),
        Text::ToInt | Text::Assign("%=") => false,
        _ => true,
    };
    fits && node.children.iter().all(is_generic)
}

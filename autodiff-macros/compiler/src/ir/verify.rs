//! What makes a graph well-formed. Every transform may rely on this and must leave it so.
//!
//! **Values**
//! - A [`Value`] is an index into [`Graph::values`]; an entry that nothing defines is not read.
//! - Each value is defined once: as a parameter, as a shadow, which the caller brings, as a
//!   parameter of a region, or as a result of a node.
//! - A value is read only after its definition and only in the region that defines it or in one
//!   nested there. The regions of an `If` see nothing of each other, nor do `cond` and `body` of a
//!   `While`; what leaves a region does so as its result.
//! - References ([`Storage::Ref`], [`Storage::RefMut`], [`Storage::Slot`], [`Storage::Tangent`]) are
//!   parameters, shadows or views; otherwise a reference is the [`Place`] it points to.
//! - Parameters of regions and results of control flow are [`Storage::Local`]: objects are not
//!   carried but changed.
//!
//! **The graph**
//! - An in-place parameter is [`Storage::RefMut`].
//! - `shadows` is empty, or has one entry per parameter, in their order.
//! - [`Graph::result`] has one leaf per returned value. Those are the operands of [`Op::Seed`]; in a
//!   graph without it the results of the body, after which a graph with tangents may return one
//!   tangent per leaf.
//! - The body has no parameters.
//!
//! **Regions**
//! - `If`: a `bool`; regions without parameters; each has as many results as the node.
//! - `For`: integer bounds; the body's parameters are the integer index and one per initial value;
//!   its results, like the node's, are one per initial value.
//! - `While`: both regions have one parameter per initial value; `cond` has one `bool` as result,
//!   the body, like the node, one result per initial value.
//! - `Checkpoint` stands in the body of a loop, once, and in no region that this body holds in turn save
//!   the bodies of other loops.
//! - `Seed` stands in the function's own body, at most once, and defines one adjoint per operand.
//!   Without operands it stands first, defines one adjoint per leaf of the result, and the returned
//!   values are the results of the body.
//!
//! **Operations**
//! - The number of results is what the operation says: none for a statement, the value for a call
//!   (none if it is not wanted), then the pullback or the tangent; one adjoint per
//!   [`PullArg::Local`].
//! - `Scalar` has [`Fun::arity`] operands and gives a scalar: a `bool` if it is a predicate, save
//!   for `Not`, which gives what it is given. The operands are scalars, or structs with an operator
//!   of the user's; only comparisons compare anything.
//! - A tangent of a call belongs to each argument, absent or not; so does a place for the adjoint
//!   in `CallInto`.
//! - Only objects, `&mut` references and shadows are written: [`Storage::Object`],
//!   [`Storage::RefMut`], [`Storage::Slot`]. `Object` defines a [`Storage::Object`].
//! - What indexes a place is an integer, or a tuple of integers; stacks, pullbacks and kept values are used as such.
//!
//! Where a type is asked for, [`Type::Unknown`] will do: rustc decides.

use super::{CallArg, Graph, Node, Op, Place, Proj, PullArg, Region, Shape, Storage, Type, Value};
use crate::rules::Fun;

type Verdict = Result<(), String>;

/// Checks that a graph is well-formed; the error names the node and what is wrong with it.
pub fn verify(graph: &Graph) -> Verdict {
    let state = vec![State::Undefined; graph.values.len()];
    Verifier { graph, state, scope: Vec::new(), seeds: 0 }.graph()
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Undefined,
    Visible,
    /// Defined in a region that has ended.
    Gone,
}

struct Verifier<'g> {
    graph: &'g Graph,
    /// One entry per value of the table.
    state: Vec<State>,
    /// The visible values in order of definition.
    scope: Vec<Value>,
    seeds: usize,
}

impl Verifier<'_> {
    fn graph(mut self) -> Verdict {
        let graph = self.graph;
        for param in &graph.params {
            self.define(param.value).map_err(|e| format!("parameter `{}`: {e}", param.name))?;
            ensure(!param.in_place() || self.storage(param.value) == Storage::RefMut, || {
                format!("the in-place parameter `{}` is not a `&mut` reference", param.name)
            })?;
        }
        let count = graph.shadows.len();
        // Of second derivatives, tangents, adjoints, and the tangents of these.
        ensure([0, 1, 3].iter().any(|times| count == times * graph.params.len()), || {
            format!("{count} shadows for {} parameters", graph.params.len())
        })?;
        for shadow in &graph.shadows {
            self.define(*shadow).map_err(|e| format!("shadow {shadow}: {e}"))?;
        }
        ensure(graph.body.params.is_empty(), || "the body has parameters".into())?;
        let returned = self.top_level()?;
        let leaves = leaves(&graph.result);
        let with_tangents = self.seeds == 0 && count > 0 && returned == 2 * leaves;
        ensure(returned == leaves || with_tangents, || {
            format!("{returned} returned values for a result of {leaves}")
        })
    }

    /// The function's body; gives the number of returned values.
    fn top_level(&mut self) -> Result<usize, String> {
        let mut returned = self.graph.body.results.len();
        for node in &self.graph.body.nodes {
            if let Op::Seed(values) = &node.op {
                self.seeds += 1;
                if !values.is_empty() {
                    returned = values.len();
                }
                ensure(self.seeds == 1, || format!("{node}: a second seed"))?;
            }
            self.node(node)?;
        }
        self.reads(&self.graph.body.results).map_err(|e| format!("return: {e}"))?;
        Ok(returned)
    }

    fn region(&mut self, region: &Region) -> Verdict {
        let outside = self.scope.len();
        for param in &region.params {
            self.define_local(*param)?;
        }
        for node in &region.nodes {
            if matches!(node.op, Op::Seed(_)) {
                return Err(format!("{node}: a seed inside of a region"));
            }
            self.node(node)?;
        }
        self.reads(&region.results).map_err(|e| format!("yield: {e}"))?;
        for value in self.scope.drain(outside..) {
            self.state[value.index()] = State::Gone;
        }
        Ok(())
    }

    fn node(&mut self, node: &Node) -> Verdict {
        self.operands(node)
            .and_then(|()| self.arity(node))
            .and_then(|()| self.types(node))
            .map_err(|e| format!("{}: {e}", one_line(node)))?;
        for region in node.op.regions() {
            self.region(region)?;
        }
        for result in &node.results {
            let refers = match node.op {
                Op::View { .. } | Op::RowsPop(_) => true,
                Op::Verbatim { refusal: usize::MAX, .. } => self.storage(*result) == Storage::Ref,
                _ => false,
            };
            let defined = if refers {
                self.define(*result)
            } else if node.op.regions().is_empty() {
                self.define_inside(*result)
            } else {
                self.define_local(*result)
            };
            defined.map_err(|e| format!("{}: {e}", one_line(node)))?;
        }
        Ok(())
    }

    // Definitions and uses.

    fn define(&mut self, value: Value) -> Verdict {
        let fresh = self.state_of(value)? == State::Undefined;
        ensure(fresh, || format!("{value} is defined twice"))?;
        self.state[value.index()] = State::Visible;
        self.scope.push(value);
        Ok(())
    }

    fn define_inside(&mut self, value: Value) -> Verdict {
        self.define(value)?;
        ensure(matches!(self.storage(value), Storage::Local | Storage::Object), || {
            format!("{value} is a reference that comes from no parameter")
        })
    }

    fn define_local(&mut self, value: Value) -> Verdict {
        self.define(value)?;
        ensure(self.storage(value) == Storage::Local, || {
            format!("{value} is handed on by control flow and not a plain local")
        })
    }

    fn read(&self, value: Value) -> Verdict {
        match self.state_of(value)? {
            State::Visible => Ok(()),
            State::Gone => Err(format!("{value} is read outside of its region")),
            State::Undefined => Err(format!("{value} is read before it is defined")),
        }
    }

    fn state_of(&self, value: Value) -> Result<State, String> {
        let state = self.state.get(value.index()).copied();
        state.ok_or_else(|| format!("{value} is not in the table"))
    }

    fn reads(&self, values: &[Value]) -> Verdict {
        values.iter().try_for_each(|v| self.read(*v))
    }

    fn operands(&self, node: &Node) -> Verdict {
        let mut verdict = Ok(());
        node.op.each_input(&mut |v| {
            if verdict.is_ok() {
                verdict = self.read(v);
            }
        });
        verdict?;
        if let Op::Scalar(..) | Op::Const(_) = node.op {
            return Ok(());
        }
        for place in written(&node.op) {
            let writable = [Storage::Object, Storage::RefMut, Storage::Slot];
            ensure(writable.contains(&self.storage(place.root)), || {
                format!("{place} is written, and its root is no memory that may be")
            })?;
        }
        places(&node.op).into_iter().try_for_each(|place| self.place(place))
    }

    fn place(&self, place: &Place) -> Verdict {
        for step in &place.path {
            let indices = match step {
                Proj::Index(i) => vec![*i],
                Proj::Slice(lo, hi, _) => lo.iter().chain(hi).copied().collect(),
                _ => Vec::new(),
            };
            for index in indices {
                self.expect(index, "an integer", Type::is_index)?;
            }
        }
        Ok(())
    }

    // Numbers of things.

    fn arity(&self, node: &Node) -> Verdict {
        let results = node.results.len();
        let (least, most) = match &node.op {
            Op::Store(..)
            | Op::Accumulate(..)
            | Op::AccumulatePlace(..)
            | Op::SetZero(_)
            | Op::Swap(..)
            | Op::Push(..)
            | Op::StackPush(..)
            | Op::RowsPush(..)
            | Op::Checkpoint(_)
            | Op::Effect { .. } => (0, 0),
            Op::Call(..) | Op::PopBack(_) => (0, 1),
            Op::CallVjp(..) => (2, 2),
            Op::CallJvp(_, args, dots) => {
                count("tangents", dots.len(), args.len())?;
                (2, 3)
            }
            Op::Pull { args, .. } => (locals(args), locals(args)),
            Op::CallInto { call, args, .. } => {
                count("adjoints", args.len(), call.len())?;
                (locals(args), locals(args))
            }
            Op::Scalar(fun, args) => {
                count("operands", args.len(), fun.arity())?;
                (1, 1)
            }
            Op::StackPop(_) => (1, node.results.len()),
            Op::Seed(returned) if returned.is_empty() => (0, node.results.len()),
            Op::Seed(returned) => (returned.len(), returned.len()),
            Op::If(_, then, other) => {
                for region in [then, other] {
                    count("parameters of a branch", region.params.len(), 0)?;
                    count("results of a branch", region.results.len(), results)?;
                }
                (results, results)
            }
            Op::For { init, body, .. } => {
                count("parameters of the body", body.params.len(), 1 + init.len())?;
                count("results of the body", body.results.len(), init.len())?;
                (init.len(), init.len())
            }
            Op::While { init, cond, body } => {
                count("parameters of the condition", cond.params.len(), init.len())?;
                count("results of the condition", cond.results.len(), 1)?;
                count("parameters of the body", body.params.len(), init.len())?;
                count("results of the body", body.results.len(), init.len())?;
                (init.len(), init.len())
            }
            _ => (1, 1),
        };
        ensure((least..=most).contains(&results), || {
            let or = if least < most { format!(" or {most}") } else { String::new() };
            format!("{results} results where {least}{or} belong")
        })
    }

    // Types.

    fn types(&self, node: &Node) -> Verdict {
        let integer = |ty: &Type| matches!(ty, Type::Int(_));
        let boolean = |ty: &Type| *ty == Type::Bool;
        match &node.op {
            Op::Scalar(fun, args) => {
                let compares =
                    matches!(fun, Fun::Eq | Fun::Ne | Fun::Lt | Fun::Le | Fun::Gt | Fun::Ge);
                // An operator may be the user's own.
                let operand =
                    |ty: &Type| ty.is_scalar() || matches!(ty, Type::Struct(_) | Type::Enum(_));
                for value in args.iter().filter(|_| !compares).chain(&node.results) {
                    self.expect(*value, "a scalar", operand)?;
                }
                if fun.returns_bool() && *fun != Fun::Not {
                    self.expect(node.results[0], "a `bool`", boolean)?;
                }
            }
            Op::Struct(..) => {
                let structure =
                    |ty: &Type| matches!(ty, Type::Struct(_) | Type::Enum(_) | Type::Unknown);
                self.expect(node.results[0], "a struct", structure)?;
            }
            Op::Object(_) => {
                let object = node.results[0];
                self.state_of(object)?;
                ensure(self.storage(object) == Storage::Object, || {
                    format!("{object} is not stored as an object")
                })?;
            }
            Op::View { lo, hi, start, .. } => {
                for value in [*lo, *hi, start.results[0]] {
                    self.expect(value, "an integer", integer)?;
                }
            }
            Op::Len(_) => self.expect(node.results[0], "an integer", integer)?,
            Op::VecRepeat(_, len)
            | Op::VecNew(Some(len))
            | Op::StackNew(Some(len), _)
            | Op::RowsNew(Some(len)) => {
                self.expect(*len, "an integer", integer)?;
            }
            Op::Checkpoint(checkpoint) => {
                if let Some(number) = checkpoint.number() {
                    self.expect(number, "an integer", integer)?;
                }
            }
            Op::Swap(_, i, j) => {
                self.expect(*i, "an integer", integer)?;
                self.expect(*j, "an integer", integer)?;
            }
            Op::If(cond, ..) => self.expect(*cond, "a `bool`", boolean)?,
            Op::For { lo, hi, body, .. } => {
                for value in [*lo, *hi, body.params[0]] {
                    self.expect(value, "an integer", integer)?;
                }
            }
            Op::While { cond, .. } => self.expect(cond.results[0], "a `bool`", boolean)?,
            Op::StackPush(stack, _)
            | Op::StackPop(stack)
            | Op::RowsPush(stack, _)
            | Op::RowsPop(stack) => {
                self.expect(*stack, "a stack", |ty| *ty == Type::Stack)?;
            }
            Op::Pull { pull, .. } => {
                self.expect(*pull, "a pullback", |ty| *ty == Type::Pullback)?;
            }
            Op::Unkeep(v) => {
                self.expect(*v, "a kept value", |ty| matches!(ty, Type::Kept(_)))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn expect(&self, value: Value, what: &str, fits: impl Fn(&Type) -> bool) -> Verdict {
        self.state_of(value)?;
        let ty = self.graph.ty(value);
        ensure(*ty == Type::Unknown || fits(ty), || format!("{value} is {ty}, not {what}"))
    }

    fn storage(&self, value: Value) -> Storage {
        self.graph.data(value).storage
    }
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn count(what: &str, is: usize, should: usize) -> Verdict {
    ensure(is == should, || format!("{is} {what} where {should} belong"))
}

fn locals(args: &[PullArg]) -> usize {
    args.iter().filter(|a| matches!(a, PullArg::Local(_))).count()
}

fn leaves(shape: &Shape) -> usize {
    match shape {
        Shape::Leaf => 1,
        Shape::Tuple(parts) => parts.iter().map(leaves).sum(),
    }
}

/// The places an operation writes, those that the user's own code may write included.
fn written(op: &Op) -> Vec<&Place> {
    let mut written = Vec::new();
    op.each_written(&mut |place| written.push(place));
    if let Op::Verbatim { captures, .. } | Op::Effect { captures, .. } = op {
        written.extend(captures.iter().filter_map(|(_, arg)| match arg {
            CallArg::Ref(place, true) => Some(place),
            _ => None,
        }));
    }
    if let Op::CallJvp(_, _, dots) = op {
        written.extend(dots.iter().flatten().filter_map(|arg| match arg {
            CallArg::Ref(place, true) => Some(place),
            _ => None,
        }));
    }
    written
}

/// Every place an operation names.
fn places(op: &Op) -> Vec<&Place> {
    fn referred(arg: &CallArg) -> Option<&Place> {
        match arg {
            CallArg::Ref(place, _) => Some(place),
            CallArg::Value(_) => None,
        }
    }
    let mut places = written(op);
    match op {
        Op::View { sequence, .. } => places.push(sequence),
        Op::Load(place, _)
        | Op::Len(place)
        | Op::ShapeOf(place)
        | Op::AccumulatePlace(_, place) => places.push(place),
        Op::Verbatim { captures, .. } | Op::Effect { captures, .. } => {
            places.extend(captures.iter().filter_map(|(_, arg)| referred(arg)));
        }
        Op::Call(_, args) | Op::CallVjp(_, args) | Op::CallInto { call: args, .. } => {
            places.extend(args.iter().filter_map(referred));
        }
        Op::CallJvp(_, args, dots) => {
            places.extend(args.iter().chain(dots.iter().flatten()).filter_map(referred));
        }
        _ => {}
    }
    places
}

/// The node without its regions.
fn one_line(node: &Node) -> String {
    node.to_string().lines().next().unwrap_or_default().to_owned()
}

//! Operations, places, regions.

use proc_macro2::{Span, TokenStream};
use syn::Ident;

use super::Value;
use crate::rules::Fun;

/// A node: one operation and what it defines.
#[derive(Clone, Debug)]
pub struct Node {
    /// What is done.
    pub op: Op,
    /// The values it defines.
    pub results: Vec<Value>,
    /// The user's code it comes from.
    pub span: Span,
}

/// A sequence of nodes with explicit inputs and outputs.
#[derive(Clone, Debug, Default)]
pub struct Region {
    /// Values defined by the node that holds the region: a loop's index and carried values.
    pub params: Vec<Value>,
    /// In order of execution.
    pub nodes: Vec<Node>,
    /// What the region hands on.
    pub results: Vec<Value>,
}

/// Memory: a root and a path into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The object, parameter or aggregate value.
    pub root: Value,
    /// From the root inwards.
    pub path: Vec<Proj>,
}

/// One step of a [`Place`].
#[derive(Clone, Debug, PartialEq)]
pub enum Proj {
    /// `[i]`.
    Index(Value),
    /// `[lo..hi]`, `[lo..=hi]`.
    Slice(Option<Value>, Option<Value>, bool),
    /// `.name`, `.0`.
    Field(syn::Member),
}

/// How a load takes what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// A copy or a move, whichever the type makes it.
    Value,
    /// An explicit clone.
    Clone,
    /// An owned copy of borrowed data (`to_vec`, `to_owned`).
    Owned,
}

/// An argument of a call to an annotated function.
#[derive(Clone, Debug)]
pub enum CallArg {
    /// By value.
    Value(Value),
    /// `&place` or `&mut place`; for a reference that is passed on, `place` is what it points to.
    Ref(Place, bool),
}

/// An operation.
#[derive(Clone, Debug)]
pub enum Op {
    /// A literal or a path to a constant.
    Const(TokenStream),
    /// The user's own code, free of anything that has a derivative.
    Verbatim {
        /// The code.
        tokens: TokenStream,
        /// Why it is refused should it turn out to depend on something active.
        refusal: usize,
        /// The user's names in it and the values they stand for.
        captures: Vec<(Ident, CallArg)>,
    },
    /// A row of the rule table.
    Scalar(Fun, Vec<Value>),
    /// `x as T`.
    Cast(Value, TokenStream),
    /// A value held constant.
    Stop(Value),
    /// `(a, b)`.
    Tuple(Vec<Value>),
    /// `[a, b]`.
    Array(Vec<Value>),
    /// `[a; N]`.
    Repeat(Value, TokenStream),
    /// `vec![a, b]`.
    VecOf(Vec<Value>),
    /// `vec![a; n]`.
    VecRepeat(Value, Value),
    /// `Vec::new()`, `Vec::with_capacity(n)`.
    VecNew(Option<Value>),
    /// A new memory object with these contents.
    Object(Value),
    /// A placeholder on a path on which the value is never read.
    Undef,
    /// The zero tangent of the same shape as a value.
    Zero(Value),
    /// The shape of a value: all that the zero of its adjoint needs.
    ShapeOf(Value),
    /// The zero adjoint of that shape.
    ZeroOf(Value),
    /// Reads memory.
    Load(Place, Take),
    /// `place = value`.
    Store(Place, Value),
    /// `place += value`, in the sense of adjoints.
    Accumulate(Place, Value),
    /// Adds what is at the second place to the first.
    AccumulatePlace(Place, Place),
    /// `place = 0`, shape kept.
    SetZero(Place),
    /// `place.swap(i, j)`.
    Swap(Place, Value, Value),
    /// `place.push(value)`.
    Push(Place, Value),
    /// `place.pop()`, unwrapped: the reverse of [`Op::Push`].
    PopBack(Place),
    /// `place.len()`.
    Len(Place),
    /// A reference to `hi - lo` elements of a sequence, those from `start` on; `start` is asked for if
    /// `lo < hi` only. Another name for memory that is known by its root, as long as it is used.
    View {
        /// A slice or a `Vec`.
        sequence: Place,
        /// The first index of the loop that the view is made for.
        lo: Value,
        /// One past the last.
        hi: Value,
        /// Gives the index of the first element.
        start: Region,
    },
    /// A call of an annotated function, primal only.
    Call(TokenStream, Vec<CallArg>),
    /// The same, with the pullback as second result.
    CallVjp(TokenStream, Vec<CallArg>),
    /// The same with tangents of the arguments; the tangent of the result as second result.
    CallJvp(TokenStream, Vec<CallArg>, Vec<Option<CallArg>>),
    /// A pullback applied to a seed; one result per by-value argument that is active.
    Pull {
        /// The pullback.
        pull: Value,
        /// The arguments of the call once more, where they are references: a pullback borrows nothing.
        call: Vec<Option<CallArg>>,
        /// The adjoint of the call's result.
        seed: Value,
        /// Where the adjoints of the arguments go.
        args: Vec<PullArg>,
    },
    /// A recursive call differentiated by running its forward again.
    CallInto {
        /// The function.
        path: TokenStream,
        /// Its arguments, at their values on entry.
        call: Vec<CallArg>,
        /// The adjoint of the call's result.
        seed: Value,
        /// Where the adjoints of the arguments go.
        args: Vec<PullArg>,
    },
    /// Two-way branch.
    If(Value, Region, Region),
    /// `for index in lo..hi`; the region's params are the index, then the carried values.
    For {
        /// First index.
        lo: Value,
        /// One past the last index, or the last if `inclusive`.
        hi: Value,
        /// `..=`.
        inclusive: bool,
        /// Backwards.
        rev: bool,
        /// Initial carried values.
        init: Vec<Value>,
        /// One iteration.
        body: Region,
    },
    /// `while cond { body }`; both regions have the carried values as params.
    While {
        /// Initial carried values.
        init: Vec<Value>,
        /// Gives one `bool`.
        cond: Region,
        /// One iteration.
        body: Region,
    },
    /// An assertion or another statement without result, as the user wrote it.
    Effect {
        /// The code.
        tokens: TokenStream,
        /// The user's names in it and the values they stand for.
        captures: Vec<(Ident, CallArg)>,
    },
    /// An empty stack, with room for that many records if it is known.
    StackNew(Option<Value>),
    /// Keeps a record of values for the backward sweep.
    StackPush(Value, Vec<Value>),
    /// Takes the record kept last: one result per value.
    StackPop(Value),
    /// `Some(value)`.
    Keep(Value),
    /// `None`.
    KeepNone,
    /// `value.unwrap()` of a kept value.
    Unkeep(Value),
    /// The end of the forward sweep: reads the returned values and defines their adjoints; what
    /// follows in the function's body runs when the seed is given.
    Seed(Vec<Value>),
}

/// Where a pullback puts the adjoint of an argument.
#[derive(Clone, Debug)]
pub enum PullArg {
    /// Nobody wants it.
    None,
    /// A new local: a result of the node. Carries the zero that it starts from.
    Local(Value),
    /// Into a shadow.
    Shadow(Place, bool),
}

impl Place {
    /// The whole object.
    pub fn whole(root: Value) -> Self {
        Self { root, path: Vec::new() }
    }

    /// One step further in.
    pub fn with(mut self, step: Proj) -> Self {
        self.path.push(step);
        self
    }

    /// The same path from another root.
    pub fn rooted(&self, root: Value) -> Self {
        Self { root, path: self.path.clone() }
    }

    /// Calls `f` on every value the path reads.
    pub fn each_index(&self, f: &mut dyn FnMut(Value)) {
        for step in &self.path {
            match step {
                Proj::Index(v) => f(*v),
                Proj::Slice(lo, hi, _) => lo.iter().chain(hi).for_each(|v| f(*v)),
                Proj::Field(_) => {}
            }
        }
    }

    /// Replaces every value, root included.
    pub fn map(&self, f: &mut dyn FnMut(Value) -> Value) -> Self {
        let root = f(self.root);
        self.map_path(root, f)
    }

    /// Replaces the root by `root` and every value of the path by `f`.
    pub fn map_path(&self, root: Value, f: &mut dyn FnMut(Value) -> Value) -> Self {
        let path = self
            .path
            .iter()
            .map(|step| match step {
                Proj::Index(v) => Proj::Index(f(*v)),
                Proj::Slice(lo, hi, inclusive) => {
                    Proj::Slice(lo.map(&mut *f), hi.map(&mut *f), *inclusive)
                }
                Proj::Field(m) => Proj::Field(m.clone()),
            })
            .collect();
        Self { root, path }
    }
}

impl CallArg {
    fn each_input(&self, f: &mut dyn FnMut(Value)) {
        match self {
            CallArg::Value(v) => f(*v),
            CallArg::Ref(place, _) => {
                f(place.root);
                place.each_index(f);
            }
        }
    }

    /// Replaces every value.
    pub fn map(&self, f: &mut dyn FnMut(Value) -> Value) -> Self {
        match self {
            CallArg::Value(v) => CallArg::Value(f(*v)),
            CallArg::Ref(place, mutable) => CallArg::Ref(place.map(f), *mutable),
        }
    }

    /// The memory that is lent to be changed.
    pub fn written(&self) -> Option<&Place> {
        match self {
            CallArg::Ref(place, true) => Some(place),
            _ => None,
        }
    }

    fn map_moved(&self, f: &mut dyn FnMut(Value) -> Value) -> Self {
        match self {
            CallArg::Value(v) => CallArg::Value(f(*v)),
            borrowed => borrowed.clone(),
        }
    }
}

impl PullArg {
    fn each_input(&self, f: &mut dyn FnMut(Value)) {
        match self {
            PullArg::None => {}
            PullArg::Local(v) => f(*v),
            PullArg::Shadow(place, _) => {
                f(place.root);
                place.each_index(f);
            }
        }
    }

    fn map(&self, f: &mut dyn FnMut(Value) -> Value) -> Self {
        match self {
            PullArg::None => PullArg::None,
            PullArg::Local(v) => PullArg::Local(f(*v)),
            PullArg::Shadow(place, mutable) => PullArg::Shadow(place.map(f), *mutable),
        }
    }
}

impl Op {
    /// Calls `f` on every value the operation itself reads, roots of places included, but not on
    /// what its regions read.
    pub fn each_input(&self, f: &mut dyn FnMut(Value)) {
        let place = |p: &Place, f: &mut dyn FnMut(Value)| {
            f(p.root);
            p.each_index(f);
        };
        match self {
            Op::Const(_) | Op::Undef | Op::VecNew(None) | Op::StackNew(None) | Op::KeepNone => {}
            Op::Verbatim { captures, .. } | Op::Effect { captures, .. } => {
                captures.iter().for_each(|(_, c)| c.each_input(f));
            }
            Op::Scalar(_, vs) | Op::Tuple(vs) | Op::Array(vs) | Op::VecOf(vs) | Op::Seed(vs) => {
                vs.iter().for_each(|v| f(*v));
            }
            Op::Cast(v, _)
            | Op::Stop(v)
            | Op::Repeat(v, _)
            | Op::VecNew(Some(v))
            | Op::Object(v)
            | Op::Zero(v)
            | Op::ShapeOf(v)
            | Op::ZeroOf(v)
            | Op::StackNew(Some(v))
            | Op::StackPop(v)
            | Op::Keep(v)
            | Op::Unkeep(v) => f(*v),
            Op::VecRepeat(a, b) => {
                f(*a);
                f(*b);
            }
            Op::StackPush(stack, record) => {
                f(*stack);
                record.iter().for_each(|v| f(*v));
            }
            Op::Load(p, _) | Op::SetZero(p) | Op::PopBack(p) | Op::Len(p) => place(p, f),
            Op::Store(p, v) | Op::Accumulate(p, v) | Op::Push(p, v) => {
                place(p, f);
                f(*v);
            }
            Op::AccumulatePlace(p, q) => {
                place(p, f);
                place(q, f);
            }
            Op::Swap(p, i, j) => {
                place(p, f);
                f(*i);
                f(*j);
            }
            Op::Call(_, args) | Op::CallVjp(_, args) => {
                args.iter().for_each(|a| a.each_input(f));
            }
            Op::CallJvp(_, args, dots) => {
                args.iter().chain(dots.iter().flatten()).for_each(|a| a.each_input(f));
            }
            Op::Pull { pull, call, seed, args } => {
                f(*pull);
                call.iter().flatten().for_each(|a| a.each_input(f));
                f(*seed);
                args.iter().for_each(|a| a.each_input(f));
            }
            Op::CallInto { call, seed, args, .. } => {
                call.iter().for_each(|a| a.each_input(f));
                f(*seed);
                args.iter().for_each(|a| a.each_input(f));
            }
            Op::View { sequence, lo, hi, .. } => {
                place(sequence, f);
                f(*lo);
                f(*hi);
            }
            Op::If(c, _, _) => f(*c),
            Op::For { lo, hi, init, .. } => {
                f(*lo);
                f(*hi);
                init.iter().for_each(|v| f(*v));
            }
            Op::While { init, .. } => init.iter().for_each(|v| f(*v)),
        }
    }

    /// The operation with every value it reads replaced, its regions included.
    pub fn map(&self, f: &mut dyn FnMut(Value) -> Value) -> Op {
        let captured = |captures: &[(Ident, CallArg)], f: &mut dyn FnMut(Value) -> Value| {
            captures.iter().map(|(name, c)| (name.clone(), c.map(f))).collect::<Vec<_>>()
        };
        let mut all = |vs: &[Value]| vs.iter().map(|v| f(*v)).collect::<Vec<_>>();
        match self {
            Op::Const(_) | Op::Undef | Op::VecNew(None) | Op::StackNew(None) | Op::KeepNone => {
                self.clone()
            }
            Op::Verbatim { tokens, refusal, captures } => Op::Verbatim {
                tokens: tokens.clone(),
                refusal: *refusal,
                captures: captured(captures, f),
            },
            Op::Effect { tokens, captures } => {
                Op::Effect { tokens: tokens.clone(), captures: captured(captures, f) }
            }
            Op::Scalar(fun, vs) => Op::Scalar(*fun, all(vs)),
            Op::Tuple(vs) => Op::Tuple(all(vs)),
            Op::Array(vs) => Op::Array(all(vs)),
            Op::VecOf(vs) => Op::VecOf(all(vs)),
            Op::Seed(vs) => Op::Seed(all(vs)),
            Op::Cast(v, t) => Op::Cast(f(*v), t.clone()),
            Op::Stop(v) => Op::Stop(f(*v)),
            Op::Repeat(v, n) => Op::Repeat(f(*v), n.clone()),
            Op::VecNew(Some(v)) => Op::VecNew(Some(f(*v))),
            Op::Object(v) => Op::Object(f(*v)),
            Op::Zero(v) => Op::Zero(f(*v)),
            Op::ShapeOf(v) => Op::ShapeOf(f(*v)),
            Op::ZeroOf(v) => Op::ZeroOf(f(*v)),
            Op::StackNew(Some(v)) => Op::StackNew(Some(f(*v))),
            Op::StackPop(v) => Op::StackPop(f(*v)),
            Op::Keep(v) => Op::Keep(f(*v)),
            Op::Unkeep(v) => Op::Unkeep(f(*v)),
            Op::VecRepeat(a, b) => Op::VecRepeat(f(*a), f(*b)),
            Op::StackPush(stack, record) => {
                Op::StackPush(f(*stack), record.iter().map(|v| f(*v)).collect())
            }
            Op::Load(p, take) => Op::Load(p.map(f), *take),
            Op::SetZero(p) => Op::SetZero(p.map(f)),
            Op::PopBack(p) => Op::PopBack(p.map(f)),
            Op::Len(p) => Op::Len(p.map(f)),
            Op::Store(p, v) => Op::Store(p.map(f), f(*v)),
            Op::Accumulate(p, v) => Op::Accumulate(p.map(f), f(*v)),
            Op::Push(p, v) => Op::Push(p.map(f), f(*v)),
            Op::AccumulatePlace(p, q) => Op::AccumulatePlace(p.map(f), q.map(f)),
            Op::Swap(p, i, j) => Op::Swap(p.map(f), f(*i), f(*j)),
            Op::Call(path, args) => Op::Call(path.clone(), args.iter().map(|a| a.map(f)).collect()),
            Op::CallVjp(path, args) => {
                Op::CallVjp(path.clone(), args.iter().map(|a| a.map(f)).collect())
            }
            Op::CallJvp(path, args, dots) => Op::CallJvp(
                path.clone(),
                args.iter().map(|a| a.map(f)).collect(),
                dots.iter().map(|a| a.as_ref().map(|a| a.map(f))).collect(),
            ),
            Op::Pull { pull, call, seed, args } => Op::Pull {
                pull: f(*pull),
                call: call.iter().map(|a| a.as_ref().map(|a| a.map(f))).collect(),
                seed: f(*seed),
                args: args.iter().map(|a| a.map(f)).collect(),
            },
            Op::CallInto { path, call, seed, args } => Op::CallInto {
                path: path.clone(),
                call: call.iter().map(|a| a.map(f)).collect(),
                seed: f(*seed),
                args: args.iter().map(|a| a.map(f)).collect(),
            },
            Op::View { sequence, lo, hi, start } => {
                Op::View { sequence: sequence.map(f), lo: f(*lo), hi: f(*hi), start: start.map(f) }
            }
            Op::If(c, a, b) => Op::If(f(*c), a.map(f), b.map(f)),
            Op::For { lo, hi, inclusive, rev, init, body } => Op::For {
                lo: f(*lo),
                hi: f(*hi),
                inclusive: *inclusive,
                rev: *rev,
                init: init.iter().map(|v| f(*v)).collect(),
                body: body.map(f),
            },
            Op::While { init, cond, body } => Op::While {
                init: init.iter().map(|v| f(*v)).collect(),
                cond: cond.map(f),
                body: body.map(f),
            },
        }
    }

    /// The operation with every operand replaced that it takes by value and so would move out of a
    /// variable; what regions hand on is not among them.
    pub fn map_moves(&self, f: &mut dyn FnMut(Value) -> Value) -> Op {
        let args = |args: &[CallArg], f: &mut dyn FnMut(Value) -> Value| -> Vec<CallArg> {
            args.iter().map(|a| a.map_moved(f)).collect()
        };
        let mut all = |vs: &[Value]| vs.iter().map(|v| f(*v)).collect::<Vec<_>>();
        match self {
            Op::Scalar(Fun::Select, vs) => Op::Scalar(Fun::Select, all(vs)),
            Op::Tuple(vs) => Op::Tuple(all(vs)),
            Op::Array(vs) => Op::Array(all(vs)),
            Op::VecOf(vs) => Op::VecOf(all(vs)),
            Op::Seed(vs) => Op::Seed(all(vs)),
            Op::Stop(v) => Op::Stop(f(*v)),
            Op::Repeat(v, n) => Op::Repeat(f(*v), n.clone()),
            Op::VecRepeat(v, n) => Op::VecRepeat(f(*v), *n),
            Op::Object(v) => Op::Object(f(*v)),
            Op::Keep(v) => Op::Keep(f(*v)),
            Op::Unkeep(v) => Op::Unkeep(f(*v)),
            Op::StackPush(stack, vs) => Op::StackPush(*stack, all(vs)),
            Op::Store(p, v) => Op::Store(p.clone(), f(*v)),
            Op::Push(p, v) => Op::Push(p.clone(), f(*v)),
            Op::Call(path, a) => Op::Call(path.clone(), args(a, f)),
            Op::CallVjp(path, a) => Op::CallVjp(path.clone(), args(a, f)),
            Op::CallJvp(path, a, dots) => {
                let a = args(a, f);
                let dots = dots.iter().map(|d| d.as_ref().map(|d| d.map_moved(f))).collect();
                Op::CallJvp(path.clone(), a, dots)
            }
            Op::Pull { pull, call, seed, args } => {
                Op::Pull { pull: *pull, call: call.clone(), seed: f(*seed), args: args.clone() }
            }
            Op::CallInto { path, call, seed, args: shadows } => Op::CallInto {
                path: path.clone(),
                call: args(call, f),
                seed: f(*seed),
                args: shadows.clone(),
            },
            Op::For { lo, hi, inclusive, rev, init, body } => Op::For {
                lo: *lo,
                hi: *hi,
                inclusive: *inclusive,
                rev: *rev,
                init: all(init),
                body: body.clone(),
            },
            Op::While { init, cond, body } => {
                Op::While { init: all(init), cond: cond.clone(), body: body.clone() }
            }
            op => op.clone(),
        }
    }

    /// The regions of a control-flow operation.
    pub fn regions(&self) -> Vec<&Region> {
        match self {
            Op::If(_, a, b) => vec![a, b],
            Op::For { body, .. } => vec![body],
            Op::While { cond, body, .. } => vec![cond, body],
            Op::View { start, .. } => vec![start],
            _ => Vec::new(),
        }
    }

    /// The regions of a control-flow operation.
    pub fn regions_mut(&mut self) -> Vec<&mut Region> {
        match self {
            Op::If(_, a, b) => vec![a, b],
            Op::For { body, .. } => vec![body],
            Op::While { cond, body, .. } => vec![cond, body],
            Op::View { start, .. } => vec![start],
            _ => Vec::new(),
        }
    }

    /// The object the operation writes, where it writes one.
    pub fn written(&self) -> Vec<&Place> {
        match self {
            Op::Store(p, _)
            | Op::Accumulate(p, _)
            | Op::AccumulatePlace(p, _)
            | Op::SetZero(p)
            | Op::Swap(p, _, _)
            | Op::Push(p, _)
            | Op::PopBack(p) => vec![p],
            Op::Call(_, args) | Op::CallVjp(_, args) | Op::CallJvp(_, args, _) => {
                args.iter().filter_map(CallArg::written).collect()
            }
            Op::Verbatim { captures, .. } | Op::Effect { captures, .. } => {
                captures.iter().filter_map(|(_, capture)| capture.written()).collect()
            }
            Op::Pull { args, .. } | Op::CallInto { args, .. } => args
                .iter()
                .filter_map(|a| match a {
                    PullArg::Shadow(place, _) => Some(place),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the operation does anything beside defining its results.
    pub fn has_effect(&self) -> bool {
        match self {
            Op::Effect { .. }
            | Op::Verbatim { .. }
            | Op::StackPush(..)
            | Op::StackPop(_)
            | Op::Seed(_) => true,
            // A call may panic, or be user code that counts its calls: it stays.
            Op::Call(..) | Op::CallVjp(..) | Op::CallJvp(..) => true,
            Op::Pull { .. } | Op::CallInto { .. } => true,
            _ => {
                !self.written().is_empty()
                    || self.regions().iter().any(|r| r.nodes.iter().any(|n| n.op.has_effect()))
            }
        }
    }
}

impl Region {
    /// The region with every value replaced: parameters, nodes and results.
    pub fn map(&self, f: &mut dyn FnMut(Value) -> Value) -> Region {
        Region {
            params: self.params.iter().map(|v| f(*v)).collect(),
            nodes: self
                .nodes
                .iter()
                .map(|n| Node {
                    op: n.op.map(f),
                    results: n.results.iter().map(|v| f(*v)).collect(),
                    span: n.span,
                })
                .collect(),
            results: self.results.iter().map(|v| f(*v)).collect(),
        }
    }

    /// Calls `f` on every node, nested ones included, outer before inner.
    pub fn each_node<'a>(&'a self, f: &mut dyn FnMut(&'a Node)) {
        for node in &self.nodes {
            f(node);
            for region in node.op.regions() {
                region.each_node(f);
            }
        }
    }

    /// Calls `f` on every value that the region's nodes and results read, nested ones included.
    pub fn each_use(&self, f: &mut dyn FnMut(Value)) {
        for node in &self.nodes {
            node.op.each_input(f);
            for region in node.op.regions() {
                region.each_use(f);
            }
        }
        self.results.iter().for_each(|v| f(*v));
    }
}

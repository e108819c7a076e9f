//! What operations read, write and hold, and operations with other values in their place.

use std::mem;

use proc_macro2::{Span, TokenStream};
use syn::Ident;

use super::{
    CallArg, Checkpoint, Node, Op, Place, Proj, PullArg, Region, Value, ValueData, ValueMap,
};

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

    /// The same place in the tangent of what is at the root.
    pub fn in_tangent(mut self) -> Self {
        for step in &mut self.path {
            if let Proj::Payload(payload) = step {
                *step = Proj::Slot(payload.clone());
            }
        }
        self
    }

    /// The place in the primal that this is the place of in its tangent.
    pub fn in_primal(mut self) -> Self {
        for step in &mut self.path {
            if let Proj::Slot(payload) = step {
                *step = Proj::Payload(payload.clone());
            }
        }
        self
    }

    /// Whether rustc takes the two for memory of which one part alone can be borrowed exclusively: it tells
    /// fields apart, and no indices.
    pub fn overlaps(&self, other: &Self) -> bool {
        let apart = |steps: (&Proj, &Proj)| match steps {
            (Proj::Field(a), Proj::Field(b)) => a != b,
            (Proj::Slot(a), Proj::Slot(b)) => !a.is(b),
            _ => false,
        };
        self.root == other.root && !self.path.iter().zip(&other.path).any(apart)
    }

    /// Calls `f` on every value the path reads.
    pub fn each_index(&self, f: &mut dyn FnMut(Value)) {
        for step in &self.path {
            match step {
                Proj::Index(v) => f(*v),
                Proj::Slice(lo, hi, _) => lo.iter().chain(hi).for_each(|v| f(*v)),
                Proj::Field(_) | Proj::Payload(_) | Proj::Slot(_) | Proj::Flat | Proj::Axis(_) => {}
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
                step => step.clone(),
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

    fn by_value(&self) -> Option<Value> {
        match self {
            CallArg::Value(v) => Some(*v),
            CallArg::Ref(..) => None,
        }
    }

    fn by_value_mut(&mut self) -> Option<&mut Value> {
        match self {
            CallArg::Value(v) => Some(v),
            CallArg::Ref(..) => None,
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
    /// Code of the compiler's own, with operands for names. The names are the compiler's too, as are
    /// those in `tokens`: of whatever code of the user's this is about, macros included, they are not.
    pub fn code(tokens: TokenStream, captures: &[(&str, CallArg)]) -> Op {
        let name = |name: &str| Ident::new(name, Span::call_site());
        let captures = captures.iter().map(|(n, arg)| (name(n), arg.clone())).collect();
        Op::Verbatim { tokens, refusal: usize::MAX, captures }
    }

    /// The same, for arithmetic of integers.
    pub fn arithmetic(tokens: TokenStream, captures: &[(&str, Value)]) -> Op {
        let captures: Vec<_> = captures.iter().map(|(n, v)| (*n, CallArg::Value(*v))).collect();
        Self::code(tokens, &captures)
    }

    /// Calls `f` on every value the operation itself reads, roots of places included, but not on
    /// what its regions read.
    pub fn each_input(&self, f: &mut dyn FnMut(Value)) {
        let place = |p: &Place, f: &mut dyn FnMut(Value)| {
            f(p.root);
            p.each_index(f);
        };
        match self {
            Op::Const(_)
            | Op::Undef
            | Op::VecNew(None)
            | Op::StackNew(None, _)
            | Op::RowsNew(None)
            | Op::KeepNone => {}
            Op::Verbatim { captures, .. } | Op::Effect { captures, .. } => {
                captures.iter().for_each(|(_, c)| c.each_input(f));
            }
            Op::Scalar(_, vs)
            | Op::Tuple(vs)
            | Op::Struct(_, _, vs)
            | Op::Array(vs)
            | Op::VecOf(vs)
            | Op::Seed(vs) => {
                vs.iter().for_each(|v| f(*v));
            }
            Op::Cast(v, _)
            | Op::Stop(v)
            | Op::Repeat(v, _)
            | Op::VecNew(Some(v))
            | Op::Object(v)
            | Op::Zero(v)
            | Op::ZeroOf(v)
            | Op::StackNew(Some(v), _)
            | Op::StackPop(v)
            | Op::RowsNew(Some(v))
            | Op::RowsPop(v)
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
            Op::RowsPush(v, p) => {
                f(*v);
                place(p, f);
            }
            Op::Load(p, _) | Op::SetZero(p) | Op::PopBack(p) | Op::Len(p) | Op::ShapeOf(p) => {
                place(p, f)
            }
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
            Op::Pull { pull, call, dots, seed, args, .. } => {
                f(*pull);
                call.iter().chain(dots).flatten().for_each(|a| a.each_input(f));
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
            Op::Checkpoint(checkpoint) => checkpoint.number().into_iter().for_each(f),
        }
    }

    /// The operation with every value it reads replaced, its regions included.
    pub fn map(&self, f: &mut dyn FnMut(Value) -> Value) -> Op {
        let captured = |captures: &[(Ident, CallArg)], f: &mut dyn FnMut(Value) -> Value| {
            captures.iter().map(|(name, c)| (name.clone(), c.map(f))).collect::<Vec<_>>()
        };
        let mut all = |vs: &[Value]| vs.iter().map(|v| f(*v)).collect::<Vec<_>>();
        match self {
            Op::Const(_)
            | Op::Undef
            | Op::VecNew(None)
            | Op::StackNew(None, _)
            | Op::RowsNew(None)
            | Op::KeepNone => self.clone(),
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
            Op::Struct(path, fields, vs) => Op::Struct(path.clone(), fields.clone(), all(vs)),
            Op::Array(vs) => Op::Array(all(vs)),
            Op::VecOf(vs) => Op::VecOf(all(vs)),
            Op::Seed(vs) => Op::Seed(all(vs)),
            Op::Cast(v, t) => Op::Cast(f(*v), t.clone()),
            Op::Stop(v) => Op::Stop(f(*v)),
            Op::Repeat(v, n) => Op::Repeat(f(*v), n.clone()),
            Op::VecNew(Some(v)) => Op::VecNew(Some(f(*v))),
            Op::Object(v) => Op::Object(f(*v)),
            Op::Zero(v) => Op::Zero(f(*v)),
            Op::ShapeOf(p) => Op::ShapeOf(p.map(f)),
            Op::ZeroOf(v) => Op::ZeroOf(f(*v)),
            Op::StackNew(Some(v), nest) => Op::StackNew(Some(f(*v)), nest.clone()),
            Op::StackPop(v) => Op::StackPop(f(*v)),
            Op::RowsPush(v, p) => Op::RowsPush(f(*v), p.map(f)),
            Op::RowsNew(Some(v)) => Op::RowsNew(Some(f(*v))),
            Op::RowsPop(v) => Op::RowsPop(f(*v)),
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
            Op::Pull { pull, method, call, dots, seed, args } => Op::Pull {
                pull: f(*pull),
                method: *method,
                call: call.iter().map(|a| a.as_ref().map(|a| a.map(f))).collect(),
                dots: dots.iter().map(|a| a.as_ref().map(|a| a.map(f))).collect(),
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
            Op::Checkpoint(checkpoint) => Op::Checkpoint(checkpoint.map(f)),
        }
    }

    /// Calls `f` on every operand that the operation takes by value and so would move out of a variable;
    /// what regions hand on is not among them.
    pub fn each_moved(&self, f: &mut dyn FnMut(Value)) {
        let args = |args: &[CallArg], f: &mut dyn FnMut(Value)| {
            args.iter().filter_map(CallArg::by_value).for_each(f);
        };
        match self {
            Op::Scalar(fun, vs) if fun.may_move() => vs.iter().for_each(|v| f(*v)),
            Op::Tuple(vs)
            | Op::Struct(_, _, vs)
            | Op::Array(vs)
            | Op::VecOf(vs)
            | Op::Seed(vs)
            | Op::StackPush(_, vs)
            | Op::For { init: vs, .. }
            | Op::While { init: vs, .. } => vs.iter().for_each(|v| f(*v)),
            Op::Stop(v)
            | Op::Repeat(v, _)
            | Op::VecRepeat(v, _)
            | Op::Object(v)
            | Op::Keep(v)
            | Op::Unkeep(v)
            | Op::Store(_, v)
            | Op::Push(_, v)
            | Op::Pull { seed: v, .. } => f(*v),
            Op::Call(_, a) | Op::CallVjp(_, a) => args(a, f),
            Op::CallJvp(_, a, dots) => {
                args(a, f);
                dots.iter().flatten().filter_map(CallArg::by_value).for_each(f);
            }
            Op::CallInto { call, seed, .. } => {
                args(call, f);
                f(*seed);
            }
            _ => {}
        }
    }

    /// The same operands, to be changed.
    pub fn each_moved_mut(&mut self, f: &mut dyn FnMut(&mut Value)) {
        let args = |args: &mut [CallArg], f: &mut dyn FnMut(&mut Value)| {
            args.iter_mut().filter_map(CallArg::by_value_mut).for_each(f);
        };
        match self {
            Op::Scalar(fun, vs) if fun.may_move() => vs.iter_mut().for_each(f),
            Op::Tuple(vs)
            | Op::Struct(_, _, vs)
            | Op::Array(vs)
            | Op::VecOf(vs)
            | Op::Seed(vs)
            | Op::StackPush(_, vs)
            | Op::For { init: vs, .. }
            | Op::While { init: vs, .. } => vs.iter_mut().for_each(f),
            Op::Stop(v)
            | Op::Repeat(v, _)
            | Op::VecRepeat(v, _)
            | Op::Object(v)
            | Op::Keep(v)
            | Op::Unkeep(v)
            | Op::Store(_, v)
            | Op::Push(_, v)
            | Op::Pull { seed: v, .. } => f(v),
            Op::Call(_, a) | Op::CallVjp(_, a) => args(a, f),
            Op::CallJvp(_, a, dots) => {
                args(a, f);
                dots.iter_mut().flatten().filter_map(CallArg::by_value_mut).for_each(f);
            }
            Op::CallInto { call, seed, .. } => {
                args(call, f);
                f(seed);
            }
            _ => {}
        }
    }

    /// Calls `f` on every place the operation itself writes.
    pub fn each_written<'a>(&'a self, f: &mut dyn FnMut(&'a Place)) {
        match self {
            Op::Store(p, _)
            | Op::Accumulate(p, _)
            | Op::AccumulatePlace(p, _)
            | Op::SetZero(p)
            | Op::Swap(p, _, _)
            | Op::Push(p, _)
            | Op::PopBack(p) => f(p),
            Op::Call(_, args) | Op::CallVjp(_, args) | Op::CallJvp(_, args, _) => {
                args.iter().filter_map(CallArg::written).for_each(f);
            }
            Op::Verbatim { captures, .. } | Op::Effect { captures, .. } => {
                captures.iter().filter_map(|(_, capture)| capture.written()).for_each(f);
            }
            Op::Pull { args, .. } | Op::CallInto { args, .. } => {
                for arg in args {
                    if let PullArg::Shadow(place, _) = arg {
                        f(place);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether it is a loop.
    pub fn is_loop(&self) -> bool {
        matches!(self, Op::For { .. } | Op::While { .. })
    }

    /// Whether the operation itself writes memory.
    pub fn writes(&self) -> bool {
        let mut writes = false;
        self.each_written(&mut |_| writes = true);
        writes
    }

    /// Whether the operation does anything beside defining its results.
    pub fn has_effect(&self) -> bool {
        match self {
            Op::Effect { .. }
            | Op::Verbatim { .. }
            | Op::StackPush(..)
            | Op::StackPop(_)
            | Op::RowsPush(..)
            | Op::RowsPop(_)
            | Op::Checkpoint(_)
            | Op::Seed(_) => true,
            // A call may panic, or be user code that counts its calls: it stays.
            Op::Call(..) | Op::CallVjp(..) | Op::CallJvp(..) => true,
            Op::Pull { .. } | Op::CallInto { .. } => true,
            _ => self.writes() || self.regions().any(|r| r.nodes.iter().any(|n| n.op.has_effect())),
        }
    }
}

impl Node {
    /// Calls `f` on every value that the node reads or writes, its regions included.
    pub fn each_use(&self, f: &mut dyn FnMut(Value)) {
        self.op.each_input(f);
        self.op.regions().for_each(|region| region.each_use(f));
    }

    /// Whether it has to do with a value, its regions included.
    pub fn uses(&self, value: Value) -> bool {
        let mut found = false;
        self.each_use(&mut |v| found |= v == value);
        found
    }
}

impl Region {
    /// Takes the nodes out, and leaves room for as many.
    pub fn take_nodes(&mut self) -> Vec<Node> {
        let room = Vec::with_capacity(self.nodes.len());
        mem::replace(&mut self.nodes, room)
    }

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

    /// How reverse mode keeps the iterations of the loop that the region is the body of, if it is told.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.nodes.iter().find_map(|node| match node.op {
            Op::Checkpoint(checkpoint) => Some(checkpoint),
            _ => None,
        })
    }

    /// Calls `f` on every value that the region defines, nested ones included.
    pub fn each_definition(&self, f: &mut dyn FnMut(Value)) {
        self.params.iter().for_each(|v| f(*v));
        for node in &self.nodes {
            node.op.regions().for_each(|region| region.each_definition(f));
            node.results.iter().for_each(|v| f(*v));
        }
    }

    /// The region once more, with new values for all that it defines.
    pub fn again(&self, values: &mut Vec<ValueData>) -> Region {
        let mut fresh = ValueMap::default();
        self.each_definition(&mut |v| {
            let data = values[v.index()].clone();
            values.push(data);
            fresh.insert(v, Value::new(values.len() - 1));
        });
        self.map(&mut |v| fresh.get(v).copied().unwrap_or(v))
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
        self.nodes.iter().for_each(|node| node.each_use(f));
        self.results.iter().for_each(|v| f(*v));
    }
}

//! Forward mode: the primal with a tangent beside every active value.
//!
//! Input → Output, for `y = sin(x * w)`:
//!
//! ```text
//! t = mul x, w              t = mul x, w
//! y = sin t          →      t_dot = add (mul x_dot, w), (mul w_dot, x)
//! return y                  y = sin t
//!                           y_dot = mul t_dot, cos(t)
//!                           return y, y_dot
//! ```

mod second;

pub use second::second;

use proc_macro2::Span;
use quote::format_ident;

use super::contribution::Terms;
use super::operator;
use crate::analysis::Activity;
use crate::ir::{
    Builder, CallArg, Callee, Graph, Node, Op, Place, Region, Storage, Take, Type, Value,
    ValueData, ValueMap, ValueSet,
};
use crate::rules::{Fun, Pullback};

/// Transforms a primal graph; the results are the values, then their tangents.
pub fn forward(graph: &Graph, activity: &Activity) -> Graph {
    transformed(graph, activity, &[])
}

fn transformed(graph: &Graph, activity: &Activity, bars: &[Value]) -> Graph {
    let mut forward = Forward {
        graph,
        activity,
        b: Builder::new(graph.values.clone()),
        dots: ValueMap::default(),
        undefined: ValueSet::default(),
        zeros: ValueMap::default(),
    };
    let mut shadows = Vec::new();
    for param in &graph.params {
        let storage = if param.in_place() { Storage::RefMut } else { Storage::Tangent };
        let name = format_ident!("{}_dot", param.name, span = param.name.span());
        let ty = graph.ty(param.value).clone();
        let slot = forward.b.named(ty, Some(name), storage, param.name.span());
        shadows.push(slot);
    }
    forward.b.open();
    for (param, slot) in graph.params.iter().zip(&shadows) {
        if !activity.is_active(param.value) {
            continue;
        }
        let data = graph.data(param.value);
        let dot = if data.storage == Storage::Local {
            let place = Place::whole(*slot);
            let dot = forward.b.load(place, Take::Owned, data.ty.clone(), data.span);
            if data.ty.is_scalar() {
                dot
            } else {
                // Made before the parameter itself is moved on.
                let name = format_ident!("{}_dot", param.name, span = param.name.span());
                let object =
                    forward.b.named(data.ty.clone(), Some(name), Storage::Object, data.span);
                forward.b.node(Op::Object(dot), vec![object], data.span);
                object
            }
        } else {
            *slot
        };
        forward.dots.insert(param.value, dot);
    }
    shadows.extend(bars);
    for bar in bars {
        let ValueData { ty, storage, span, .. } = forward.b.data(*bar).clone();
        let dot = forward.b.named(ty, forward.name(*bar), storage, span);
        forward.dots.insert(*bar, dot);
        shadows.push(dot);
    }
    forward.nodes(&graph.body);
    let mut results = graph.body.results.clone();
    for leaf in &graph.body.results {
        let dot = forward.dot(*leaf);
        results.push(dot);
    }
    let body = forward.b.close(Vec::new(), results);
    Graph {
        values: forward.b.values,
        params: graph.params.clone(),
        body,
        result: graph.result.clone(),
        shadows,
    }
}

struct Forward<'a> {
    graph: &'a Graph,
    activity: &'a Activity,
    b: Builder,
    dots: ValueMap<Value>,
    /// Placeholders.
    undefined: ValueSet,
    /// What zero adjoints have the shape of, where this is the forward mode of a backward sweep.
    zeros: ValueMap<Op>,
}

impl Forward<'_> {
    /// The tangent of a value; zero if it has none.
    fn dot(&mut self, v: Value) -> Value {
        if let Some(dot) = self.dots.get(v) {
            return *dot;
        }
        let data = self.b.data(v).clone();
        // What is never read has no shape either.
        let op = if self.undefined.contains(v) { Op::Undef } else { Op::Zero(v) };
        self.b.op(op, data.ty, data.span)
    }

    fn name(&self, v: Value) -> Option<syn::Ident> {
        let name = self.graph.data(v).name.as_ref()?;
        Some(format_ident!("{}_dot", name, span = name.span()))
    }

    fn set(&mut self, v: Value, dot: Value) {
        if self.b.data(dot).name.is_none() {
            self.b.values[dot.index()].name = self.name(v);
        }
        self.dots.insert(v, dot);
    }

    fn place(&mut self, place: &Place) -> Place {
        let root = self.dots.get(place.root).copied().unwrap_or(place.root);
        place.rooted(root).in_tangent()
    }

    fn nodes(&mut self, region: &Region) {
        for node in &region.nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        let span = node.span;
        let active = node.results.first().is_some_and(|r| self.activity.is_active(*r));
        if let (Op::Undef, [undefined]) = (&node.op, node.results.as_slice()) {
            self.undefined.insert(*undefined);
        }
        if let (Op::Zero(_) | Op::ZeroOf(_), [zero]) = (&node.op, &node.results[..]) {
            self.zeros.insert(*zero, node.op.clone());
        }
        match &node.op {
            Op::If(..) | Op::For { .. } | Op::While { .. } => return self.control(node),
            // What is kept for a backward sweep is no business of this mode.
            Op::Checkpoint(_) => return,
            Op::Call(path, args) if self.activity.touches(node) => {
                return self.call(path, args, node);
            }
            Op::StackPush(..) | Op::StackPop(_) | Op::KeepNone => return self.kept(node),
            Op::Seed(returned) => return self.seed(returned, node),
            Op::CallVjp(path, args) => return self.call(path, args, node),
            Op::Pull { pull, method, call, seed, args, .. } => {
                let dots = call.iter().map(|arg| self.tangent(arg.as_ref()?)).collect();
                return self.pull(*pull, (*method, call.clone(), dots), *seed, args, node);
            }
            Op::CallInto { path, call, seed, args } => {
                return self.call_again(path, call, *seed, args, node);
            }
            _ => self.b.node(node.op.clone(), node.results.clone(), span),
        }
        match &node.op {
            Op::Scalar(fun, args) if active => {
                let result = node.results[0];
                if let Some(dot) = self.scalar(*fun, args, result, span) {
                    self.set(result, dot);
                }
            }
            Op::Cast(v, to) if active && *self.b.ty(*v) == Type::Unknown => {
                let (result, from) = (node.results[0], self.dot(*v));
                let ty = self.b.ty(result).clone();
                let dot = self.b.recast(from, to, ty, span);
                self.set(result, dot);
            }
            Op::Cast(..)
            | Op::Tuple(_)
            | Op::Array(_)
            | Op::Repeat(..)
            | Op::VecOf(_)
            | Op::VecRepeat(..)
            | Op::VecNew(_)
            | Op::Object(_)
                if active =>
            {
                if let Op::Object(init) = &node.op
                    && !self.dots.contains(*init)
                {
                    // An adjoint and its tangent are of one kind.
                    let zero = self.zeros.get(*init).cloned();
                    return self.zero_object(node.results[0], zero, span);
                }
                let result = node.results[0];
                let mut sizes = Vec::new();
                if let Op::VecRepeat(_, n) | Op::VecNew(Some(n)) = &node.op {
                    sizes.push(*n);
                }
                let op = node.op.map(&mut |v| if sizes.contains(&v) { v } else { self.dot(v) });
                let data = self.b.data(result).clone();
                let dot = self.b.named(data.ty, self.name(result), data.storage, span);
                self.b.node(op, vec![dot], span);
                self.dots.insert(result, dot);
            }
            // The tangent's own name is not known here: its fields are set one by one.
            Op::Struct(_, fields, parts) if active => {
                self.zero_object(node.results[0], None, span);
                let root = self.dot(node.results[0]);
                for (field, part) in fields.iter().zip(parts) {
                    if let Some(dot) = self.dots.get(*part).copied() {
                        let place = Place::whole(root).with(field.clone()).in_tangent();
                        self.b.effect(Op::Store(place, dot), span);
                    }
                }
            }
            Op::Load(place, take) if active => {
                let from = self.place(place);
                // A tangent that is passed in is a slice where its primal may be a `Vec`.
                let slot = self.b.data(from.root).storage == Storage::Tangent;
                let take = if slot && *take == Take::Clone { &Take::Owned } else { take };
                let ty = self.b.ty(node.results[0]).clone();
                let dot = self.b.load(from, *take, ty, span);
                self.set(node.results[0], dot);
            }
            Op::Store(place, v) if self.activity.is_active(place.root) => {
                let at = self.place(place);
                let dot = self.dot(*v);
                self.b.effect(Op::Store(at, dot), span);
            }
            Op::Push(place, v) if self.activity.is_active(place.root) => {
                let at = self.place(place);
                let dot = self.dot(*v);
                self.b.effect(Op::Push(at, dot), span);
            }
            Op::PopBack(place) if self.activity.is_active(place.root) => {
                let (at, result) = (self.place(place), node.results[0]);
                let ty = self.b.ty(result).clone();
                let dot = self.b.op(Op::PopBack(at), ty, span);
                if active {
                    self.set(result, dot);
                }
            }
            Op::Accumulate(place, v) if self.activity.is_active(place.root) => {
                if let Some(dot) = self.dots.get(*v).copied() {
                    let at = self.place(place);
                    self.b.effect(Op::Accumulate(at, dot), span);
                }
            }
            Op::AccumulatePlace(to, from)
                if self.activity.is_active(to.root) && self.dots.contains(from.root) =>
            {
                let (to, from) = (self.place(to), self.place(from));
                self.b.effect(Op::AccumulatePlace(to, from), span);
            }
            Op::SetZero(place) if self.activity.is_active(place.root) => {
                let at = self.place(place);
                self.b.effect(Op::SetZero(at), span);
            }
            Op::Keep(_) | Op::Unkeep(_) if active => {
                let result = node.results[0];
                let op = node.op.map(&mut |v| self.dot(v));
                let ty = self.b.ty(result).clone();
                let dot = self.b.op(op, ty, span);
                self.set(result, dot);
            }
            Op::Swap(place, i, j) if self.activity.is_active(place.root) => {
                let at = self.place(place);
                self.b.effect(Op::Swap(at, *i, *j), span);
            }
            _ => {}
        }
    }

    /// The tangent of an object with constant contents, which the object itself has taken.
    fn zero_object(&mut self, object: Value, zero: Option<Op>, span: Span) {
        let data = self.b.data(object).clone();
        let zero = self.b.op(zero.unwrap_or(Op::Zero(object)), data.ty.clone(), span);
        let dot = self.b.named(data.ty, self.name(object), Storage::Object, span);
        self.b.node(Op::Object(zero), vec![dot], span);
        self.dots.insert(object, dot);
    }

    /// The tangent of an operand: of a reference that is a parameter, zero if the caller gives none.
    fn present_dot(&mut self, of: Value, span: Span) -> Option<Value> {
        let dot = self.dots.get(of).copied()?;
        if self.b.data(dot).storage != Storage::Tangent {
            return Some(dot);
        }
        Some(self.b.load(Place::whole(dot), Take::Owned, Type::Unknown, span))
    }

    fn scalar(&mut self, fun: Fun, args: &[Value], result: Value, span: Span) -> Option<Value> {
        let Pullback::Args(parts) = fun.pullback() else { return None };
        if let Some(name) = operator::operator(fun, args, result, &self.b) {
            let dots: Vec<_> = args.iter().map(|arg| self.present_dot(*arg, span)).collect();
            return Some(operator::dot(&name, args, &dots, &mut self.b, span));
        }
        let ty = self.b.ty(result).clone();
        let mut sum: Option<Value> = None;
        for (arg, part) in args.iter().zip(&parts) {
            let (Some(expr), Some(seed)) = (part, self.dots.get(*arg).copied()) else { continue };
            let terms = Terms { args, result, seed, ty: &ty, span, given: &[] };
            let term = terms.build(expr, &mut self.b);
            sum = Some(match sum {
                None => term,
                Some(sum) => self.b.scalar(Fun::Add, vec![sum, term], ty.clone(), span),
            });
        }
        // A sum of one's own operands would alias the tangent of an argument under a new name.
        sum
    }

    /// The tangent of an argument, if it has one.
    fn tangent(&self, arg: &CallArg) -> Option<CallArg> {
        let (place, mutable) = match arg {
            CallArg::Value(v) => (Place::whole(*v), false),
            CallArg::Ref(place, mutable) => (place.clone(), *mutable),
        };
        let dot = *self.dots.get(place.root)?;
        let place =
            if place.path.is_empty() { Place::whole(dot) } else { place.rooted(dot).in_tangent() };
        Some(CallArg::Ref(place, mutable))
    }

    /// A call; what leaves a pullback behind leaves one for the tangents too.
    fn call(&mut self, path: &Callee, args: &[CallArg], node: &Node) {
        let span = node.span;
        let result = node.results[0];
        let dots = args.iter().map(|arg| self.tangent(arg)).collect();
        let ty = self.b.ty(result).clone();
        let dot = self.b.named(ty, self.name(result), Storage::Local, span);
        let mut results = node.results.clone();
        results.insert(1, dot);
        self.b.node(Op::CallJvp(path.annotated(), args.to_vec(), dots), results, span);
        if self.activity.is_active(result) {
            self.dots.insert(result, dot);
        }
    }

    fn control(&mut self, node: &Node) {
        let span = node.span;
        let active: Vec<usize> =
            (0..node.results.len()).filter(|i| self.activity.is_active(node.results[*i])).collect();
        let mut results = node.results.clone();
        for i in &active {
            let r = node.results[*i];
            let ty: Type = self.b.ty(r).clone();
            results.push(self.b.named(ty, self.name(r), Storage::Local, span));
        }
        let op = match &node.op {
            Op::If(cond, a, b) => {
                let (a, b) = (self.arm(a, &active), self.arm(b, &active));
                Op::If(*cond, a, b)
            }
            Op::For { lo, hi, inclusive, rev, init, body } => {
                let init = self.starts(init, &active);
                let body = self.body(body, 1, &active);
                Op::For { lo: *lo, hi: *hi, inclusive: *inclusive, rev: *rev, init, body }
            }
            Op::While { init, cond, body } => {
                let init = self.starts(init, &active);
                let mut cond = cond.clone();
                for i in &active {
                    let data = self.b.data(cond.params[*i]).clone();
                    let unread =
                        self.b.named(data.ty, self.name(node.results[*i]), Storage::Local, span);
                    cond.params.push(unread);
                }
                let body = self.body(body, 0, &active);
                Op::While { init, cond, body }
            }
            op => op.clone(),
        };
        self.b.node(op, results.clone(), span);
        for (k, i) in active.iter().enumerate() {
            self.dots.insert(node.results[*i], results[node.results.len() + k]);
        }
    }

    fn starts(&mut self, init: &[Value], active: &[usize]) -> Vec<Value> {
        let mut all = init.to_vec();
        for i in active {
            all.push(self.dot(init[*i]));
        }
        all
    }

    fn arm(&mut self, region: &Region, active: &[usize]) -> Region {
        self.b.open();
        self.nodes(region);
        let mut results = region.results.clone();
        for i in active {
            results.push(self.dot(region.results[*i]));
        }
        self.b.close(Vec::new(), results)
    }

    fn body(&mut self, region: &Region, fixed: usize, active: &[usize]) -> Region {
        let mut params = region.params.clone();
        for i in active {
            let primal = region.params[fixed + *i];
            let data = self.b.data(primal).clone();
            let dot = self.b.named(data.ty, self.name(primal), Storage::Local, data.span);
            self.dots.insert(primal, dot);
            params.push(dot);
        }
        self.b.open();
        self.nodes(region);
        let mut results = region.results.clone();
        for i in active {
            results.push(self.dot(region.results[*i]));
        }
        self.b.close(params, results)
    }
}

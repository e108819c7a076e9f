//! Forward mode of a backward sweep: tangents of what that keeps, of seeds, and of calls that leave a pullback behind.

use quote::format_ident;

use super::{Forward, transformed};
use crate::analysis::Activity;
use crate::ir::{
    CallArg, Callee, Graph, Node, Op, Place, PullArg, Shape, Storage, Take, Type, Value, ValueData,
};

/// The same of a backward sweep that waits for its seed: the shadows are the tangents of the parameters, then
/// the adjoints, then the tangents of these; the seeds are the adjoints of what is returned, then their
/// tangents.
pub fn second(reverse: &Graph, activity: &Activity) -> Graph {
    let result = Shape::Tuple(vec![reverse.result.clone(); 2]);
    Graph { result, ..transformed(reverse, activity, &reverse.shadows) }
}

impl Forward<'_> {
    /// What a backward sweep keeps, where this is the forward mode of one: tangents are kept beside it.
    pub(super) fn kept(&mut self, node: &Node) {
        let span = node.span;
        let varies = |this: &Self, v: &Value| !this.b.ty(*v).is_constant();
        match &node.op {
            Op::StackPush(stack, record) if self.activity.is_active(*stack) => {
                let mut all = record.clone();
                for v in record.iter().filter(|v| varies(self, v)).copied().collect::<Vec<_>>() {
                    all.push(self.dot(v));
                }
                self.b.effect(Op::StackPush(*stack, all), span);
            }
            Op::StackPop(stack) if self.activity.is_active(*stack) => {
                let mut results = node.results.clone();
                for v in
                    node.results.iter().filter(|v| varies(self, v)).copied().collect::<Vec<_>>()
                {
                    let ValueData { ty, storage, .. } = self.b.data(v).clone();
                    let dot = self.b.named(ty, self.name(v), storage, span);
                    self.dots.insert(v, dot);
                    results.push(dot);
                }
                self.b.node(Op::StackPop(*stack), results, span);
            }
            op => {
                self.b.node(op.clone(), node.results.clone(), span);
                if let (Op::KeepNone, [none]) = (op, &node.results[..])
                    && varies(self, none)
                {
                    let dot = self.b.op(Op::KeepNone, self.b.ty(*none).clone(), span);
                    self.dots.insert(*none, dot);
                }
            }
        }
    }

    /// What is returned, and its adjoints, with the tangents of both.
    pub(super) fn seed(&mut self, returned: &[Value], node: &Node) {
        let mut all = returned.to_vec();
        let mut results = node.results.clone();
        for v in returned {
            all.push(self.dot(*v));
        }
        for seed in &node.results {
            let data = self.b.data(*seed).clone();
            let dot = self.b.named(data.ty, self.name(*seed), data.storage, data.span);
            self.dots.insert(*seed, dot);
            results.push(dot);
        }
        self.b.node(Op::Seed(all), results, node.span);
    }

    /// The pullback of a call and its tangents, given the references among a call's arguments and their tangents.
    pub(super) fn pull(
        &mut self,
        pull: Value,
        (method, call, dots): (bool, Vec<Option<CallArg>>, Vec<Option<CallArg>>),
        seed: Value,
        args: &[PullArg],
        node: &Node,
    ) {
        if !self.dots.contains(seed) && !self.b.ty(seed).is_copy() {
            // Made before the adjoint itself is moved on.
            self.zero_object(seed, None, node.span);
            let (zero, ty) = (self.dot(seed), self.b.ty(seed).clone());
            let zero = self.b.load(Place::whole(zero), Take::Value, ty, node.span);
            self.dots.insert(seed, zero);
        }
        let seeds = vec![seed, self.dot(seed)];
        let ty = Type::Tuple(seeds.iter().map(|v| self.b.ty(*v).clone()).collect());
        let seed = self.b.op(Op::Tuple(seeds), ty, node.span);
        let mut all = args.to_vec();
        for arg in args {
            all.push(match arg {
                PullArg::Shadow(place, mutable) if self.dots.contains(place.root) => {
                    PullArg::Shadow(self.place(place), *mutable)
                }
                PullArg::Local(neutral) => PullArg::Local(*neutral),
                _ => PullArg::None,
            });
        }
        let mut results = node.results.clone();
        for v in &node.results {
            let data = self.b.data(*v).clone();
            let dot = self.b.named(data.ty, self.name(*v), Storage::Local, data.span);
            self.dots.insert(*v, dot);
            results.push(dot);
        }
        self.b.node(Op::Pull { pull, method, call, dots, seed, args: all }, results, node.span);
    }

    /// A call whose forward sweep runs again: that has left nothing behind.
    pub(super) fn call_again(
        &mut self,
        path: &Callee,
        call: &[CallArg],
        seed: Value,
        args: &[PullArg],
        node: &Node,
    ) {
        let span = node.span;
        let dots: Vec<_> = call.iter().map(|arg| self.tangent(arg)).collect();
        let unread = [0; 2].map(|_| self.b.value(Type::Unknown, span));
        let name = format_ident!("pull", span = span);
        let pull = self.b.named(Type::Pullback, Some(name), Storage::Local, span);
        let op = Op::CallJvp(path.annotated(), call.to_vec(), dots.clone());
        self.b.node(op, vec![unread[0], unread[1], pull], span);
        // Of the receiver of a method it may not be known how that is taken.
        let lent = |(k, arg): (usize, &CallArg)| {
            let maybe = k == 0 && path.is_method() && !path.takes_receiver();
            let place = match arg {
                CallArg::Ref(place, mutable) if !mutable || maybe => place.clone(),
                CallArg::Value(v) if maybe => Place::whole(*v),
                _ => return None,
            };
            Some(CallArg::Ref(place, false))
        };
        let again: Vec<_> = call.iter().enumerate().map(lent).collect();
        let dots = again.iter().map(|arg| self.tangent(arg.as_ref()?)).collect();
        self.pull(pull, (path.is_method(), again, dots), seed, args, node);
    }
}

//! Calls of other differentiated functions: by the pullback that each left behind, or by running its
//! forward sweep again.

use proc_macro2::Span;

use super::augment::Exports;
use super::{Here, Key, Reverse, Snapshot};
use crate::analysis::{At, Iteration, RegionId, Style};
use crate::ir::{CallArg, Callee, Node, Op, Place, PullArg, Storage, Take, Type, Value};

impl<'a> Reverse<'a> {
    /// Whether a path is the function's own name.
    pub(super) fn is_recursive(&self, path: &Callee) -> bool {
        let text = path.to_string().replace(' ', "");
        let name = text.split("::<").next().unwrap_or_default();
        name == self.own || name == format!("self::{}", self.own)
    }

    /// Whether a call is differentiated by running its forward again: recursive calls, whose pullbacks
    /// would contain themselves, and calls in a branch outside loops, by which functions that call one
    /// another come to an end.
    pub(super) fn runs_again(&self, path: &Callee, region: RegionId) -> bool {
        self.is_recursive(path) || region != 0 && !self.layout.in_loop(region)
    }

    pub(super) fn call(&mut self, path: &Callee, args: &'a [CallArg], here: Here<'a>) {
        let span = here.node.span;
        let result = here.node.results[0];
        let in_place = args.iter().any(|a| matches!(a, CallArg::Ref(_, true)));
        let seed = match self.activity.style(result) {
            Style::Shadow if self.activity.is_active(result) => {
                let shadow = self.shadow(result, span);
                let ty = self.b.ty(result).clone();
                self.b.load(Place::whole(shadow), Take::Value, ty, span)
            }
            _ => match self.take_adjoint(result) {
                Some(seed) => seed,
                None if in_place => {
                    let primal = self.primal(result, here);
                    let ty = self.b.ty(result).clone();
                    self.b.op(Op::Zero(primal), ty, span)
                }
                None => return,
            },
        };
        let recursive = self.runs_again(path, here.region);
        let is_method = path.is_method();
        let mut pull_args = Vec::new();
        let mut locals = Vec::new();
        let mut late = Vec::new();
        let mut roots: Vec<Value> = Vec::new();
        for (k, arg) in args.iter().enumerate() {
            let entry = Key::Entry(result, k);
            pull_args.push(match arg {
                CallArg::Value(v) if self.activity.is_active(*v) => match self.activity.style(*v) {
                    Style::Scalar => self.local_arg(*v, &mut locals, span),
                    Style::Shadow => {
                        let shadow = self.shadow(*v, span);
                        self.shadow_arg(
                            Place::whole(shadow),
                            false,
                            &mut roots,
                            &mut late,
                            here,
                            (*v, entry),
                        )
                    }
                },
                CallArg::Ref(place, mutable) if self.activity.is_active(place.root) => {
                    if self.activity.style(place.root) == Style::Scalar {
                        self.local_arg(place.root, &mut locals, span)
                    } else {
                        let at = self.shadow_place(place, here);
                        // A method takes the shadow of its receiver in one form.
                        let own = *mutable && !(is_method && pull_args.is_empty());
                        let of = (place.root, entry);
                        self.shadow_arg(at, own, &mut roots, &mut late, here, of)
                    }
                }
                _ => PullArg::None,
            });
        }
        let results: Vec<Value> = locals
            .iter()
            .map(|v| {
                let ty = self.b.ty(*v).clone();
                let name = self.bar(*v);
                self.b.named(ty, name, Storage::Local, span)
            })
            .collect();
        let op = if recursive {
            let call = self.entry_args(args, here);
            Op::CallInto { path: path.annotated(), call, seed, args: pull_args }
        } else {
            let pull = self.held(Key::Pull(result), span).unwrap_or(result);
            let mut call = self.references_again(args, here);
            if is_method {
                call[0] = self.receiver_again(path, &args[0], here);
            }
            Op::Pull { pull, method: is_method, call, dots: Vec::new(), seed, args: pull_args }
        };
        self.b.node(op, results.clone(), span);
        for (v, adjoint) in locals.into_iter().zip(results) {
            self.add(v, adjoint, span);
        }
        for (place, extra) in late {
            self.b.effect(Op::AccumulatePlace(place, Place::whole(extra)), span);
        }
    }

    /// A new adjoint for an argument that is a number.
    fn local_arg(&mut self, v: Value, locals: &mut Vec<Value>, span: Span) -> PullArg {
        locals.push(v);
        let ty = self.b.ty(v).clone();
        PullArg::Local(self.neutral(&ty, span))
    }

    /// The shadow of an argument; a second argument of the same root gets memory of its own first, of the
    /// shape that the argument had when it was kept.
    fn shadow_arg(
        &mut self,
        at: Place,
        mutable: bool,
        roots: &mut Vec<Value>,
        late: &mut Vec<(Place, Value)>,
        here: Here<'a>,
        (primal_root, entry): (Value, Key),
    ) -> PullArg {
        let span = here.node.span;
        if !roots.contains(&at.root) {
            roots.push(at.root);
            return PullArg::Shadow(at, mutable);
        }
        let shape = self.held(entry, span).unwrap_or_else(|| {
            let root = self.primal(primal_root, here);
            let place = at.rooted(root).in_primal();
            if place.path.is_empty() {
                root
            } else {
                self.b.load(place, Take::Owned, Type::Unknown, span)
            }
        });
        let zero = self.b.op(Op::Zero(shape), Type::Unknown, span);
        let extra = self.b.named(Type::Unknown, None, Storage::Object, span);
        self.b.node(Op::Object(zero), vec![extra], span);
        late.push((at, extra));
        PullArg::Shadow(Place::whole(extra), mutable)
    }

    /// Keeps what a call is given by reference, where memory may have changed by the backward sweep.
    pub(super) fn keep_entry(
        &mut self,
        node: &'a Node,
        args: &'a [CallArg],
        (id, index): (RegionId, usize),
        recursive: bool,
        exports: &mut Exports,
    ) {
        for (k, arg) in args.iter().enumerate() {
            let CallArg::Ref(place, mutable) = arg else { continue };
            let at = At { region: id, index };
            let Op::Call(path, _) = &node.op else { continue };
            let uncertain = k == 0 && path.may_change_receiver();
            // The pullback owns such a receiver.
            if k == 0 && path.takes_receiver() && !recursive {
                continue;
            }
            if *mutable && !recursive && !uncertain || !mutable && self.is_steady(place, at) {
                continue;
            }
            let key = Key::Entry(node.results[0], k);
            if !recursive {
                if let Some(same) = self.snapshot(place, at) {
                    self.same.insert(key, same);
                    continue;
                }
                self.snapshots.push(Snapshot { place: place.clone(), at, key });
            }
            let ty = match self.graph.ty(place.root) {
                Type::Slice(element) | Type::Vec(element)
                    if place.path.is_empty() && element.is_scalar() =>
                {
                    Type::Vec(element.clone())
                }
                _ => Type::Unknown,
            };
            let copy = self.b.load(place.clone(), Take::Owned, ty, node.span);
            self.hold(key, copy, id, exports);
        }
    }

    /// The copy that has been kept in the same region of what is at a place now.
    fn snapshot(&self, place: &Place, at: At) -> Option<Key> {
        let same = |s: &&Snapshot| {
            let unchanged = || self.layout.is_disjoint_from(place, s.at, Iteration::Same);
            s.place == *place
                && s.at.region == at.region
                && (s.at == at || unchanged())
                && !self.layout.written_between(place.root, s.at, at)
        };
        self.snapshots.iter().find(same).map(|s| s.key)
    }

    /// Whether memory is in the backward sweep what it was for the node at `at`.
    fn is_steady(&self, place: &Place, at: At) -> bool {
        self.layout.def(place.root).is_some_and(|(region, _)| region == 0)
            && !self.layout.written_after(place.root, at)
            && self.b.data(place.root).storage != Storage::RefMut
            && !self.plan.restore.contains(&place.root)
    }

    /// The references among a call's arguments, for its pullback.
    fn references_again(&mut self, args: &'a [CallArg], here: Here<'a>) -> Vec<Option<CallArg>> {
        let span = here.node.span;
        let mut again = Vec::new();
        for (k, arg) in args.iter().enumerate() {
            again.push(match arg {
                // What only rustc knows may be a reference too.
                CallArg::Value(v)
                    if *self.b.ty(*v) == Type::Unknown && !self.activity.is_active(*v) =>
                {
                    Some(CallArg::Value(self.primal(*v, here)))
                }
                CallArg::Value(_) | CallArg::Ref(_, true) => None,
                CallArg::Ref(place, false) => {
                    let place = match self.held(Key::Entry(here.node.results[0], k), span) {
                        None => self.primal_place(place, here),
                        Some(copy) => Place::whole(copy),
                    };
                    Some(CallArg::Ref(place, false))
                }
            });
        }
        again
    }

    /// The receiver of a method, for its pullback to look at, if it takes a reference.
    fn receiver_again(
        &mut self,
        path: &Callee,
        receiver: &'a CallArg,
        here: Here<'a>,
    ) -> Option<CallArg> {
        if path.takes_receiver() {
            return None;
        }
        let span = here.node.span;
        let place = match (self.held(Key::Entry(here.node.results[0], 0), span), receiver) {
            (Some(copy), _) => Place::whole(copy),
            (None, CallArg::Ref(_, true)) if !path.may_change_receiver() => return None,
            (None, CallArg::Ref(place, _)) => self.primal_place(place, here),
            (None, CallArg::Value(v)) => Place::whole(self.primal(*v, here)),
        };
        Some(CallArg::Ref(place, false))
    }

    /// The arguments of a recursive call as they were on entry.
    fn entry_args(&mut self, args: &'a [CallArg], here: Here<'a>) -> Vec<CallArg> {
        let span = here.node.span;
        let mut call = Vec::new();
        for (k, arg) in args.iter().enumerate() {
            call.push(match arg {
                CallArg::Value(v) => CallArg::Value(self.primal(*v, here)),
                CallArg::Ref(place, mutable) => {
                    match self.held(Key::Entry(here.node.results[0], k), span) {
                        None => CallArg::Ref(self.primal_place(place, here), *mutable),
                        Some(copy) => {
                            let object = self.b.named(Type::Unknown, None, Storage::Object, span);
                            self.b.node(Op::Object(copy), vec![object], span);
                            CallArg::Ref(Place::whole(object), *mutable)
                        }
                    }
                }
            });
        }
        call
    }
}

//! Checkpointed loops: the forward sweep keeps the state at the beginning of iterations, of each or of a
//! few, and nothing else; the backward sweep of an iteration runs it once more, with all that it keeps.
//!
//! The state is what the loop carries, and the memory from outside of it that it changes. Input → Output,
//! for a loop that comes with `checkpoint each` (see `transform/checkpoint.rs`):
//!
//! ```text
//!                             states = stack_new
//! for i in 0..n carrying x    for i in 0..n carrying x
//!   y = f(x, i)                 stack_push states, x
//!   yield y               →     y = f(x, i)
//!                               yield y
//!                             y_bar = seed ..
//!                             for i in 0..n rev carrying y_bar
//!                               x = stack_pop states
//!                               y, pull = f(x, i) and what its backward sweep needs
//!                               x_bar = pull y_bar
//!                               yield x_bar
//! ```
//!
//! With `checkpoint snapshots s` the stack is a `Snapshots` of the runtime, whose schedule tells when to
//! push, and the state that it gives back is that before an earlier iteration `from`. The loop goes on
//! from there to the iteration in question:
//!
//! ```text
//! from = resume states
//! x = stack_pop states
//! for j in from..i carrying x
//!   if due states { stack_push states, x }
//!   y = f(x, j)
//!   yield y
//! ```
//!
//! While an iteration runs again, memory is in the state of that time, and what was left in it for good is
//! there to be read as ever: none of the loop's later iterations would have changed that.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use super::augment::Exports;
use super::{Here, Key, Reverse};
use crate::analysis::{At, RegionId};
use crate::ir::{CallArg, Checkpoint, Op, Place, Region, Storage, Take, Type, Value};

/// Where the states of a checkpointed loop go, and what they consist of beside what the loop carries.
pub(super) struct States {
    checkpoint: Checkpoint,
    stack: Value,
    /// Memory from outside of the loop that it changes.
    memory: Vec<Value>,
}

/// A loop about to be run again by the backward sweep.
pub(super) struct Rerun {
    states: States,
    /// What the backward sweep has in place of values from outside.
    names: BTreeMap<Value, Value>,
}

impl<'a> Reverse<'a> {
    /// Opens the stack of a loop's states, and keeps what the loop reads and what changes after it;
    /// nothing if the loop is not checkpointed.
    pub(super) fn open_states(
        &mut self,
        body: &'a Region,
        steps: Option<Value>,
        at: At,
        span: Span,
        exports: &mut Exports,
    ) -> Option<States> {
        let checkpoint = body.checkpoint()?;
        let id = self.layout.id(body);
        let (memory, read) = self.memory_of(body);
        for root in read {
            if !self.stays(root, at) {
                let copy = self.copy_of_memory(root, span);
                self.hold(Key::Input(id, root), copy, at.region, exports);
            }
        }
        let name = format_ident!("states", span = span);
        let stack = self.b.named(Type::Stack, Some(name), Storage::Object, span);
        let op = match checkpoint {
            Checkpoint::Snapshots(most) => {
                let captures: Vec<_> =
                    [("ad_most", most)].into_iter().chain(steps.map(|n| ("ad_steps", n))).collect();
                let steps = match steps {
                    Some(_) => quote!(::core::option::Option::Some(ad_steps)),
                    None => quote!(::core::option::Option::None),
                };
                let tokens = quote!(::autodiff::__private::Snapshots::new(ad_most, #steps));
                Op::arithmetic(tokens, &captures)
            }
            _ => Op::StackNew(steps, None),
        };
        self.b.node(op, vec![stack], span);
        Some(States { checkpoint, stack, memory })
    }

    /// Keeps the stack itself, after the loop.
    pub(super) fn hold_states(
        &mut self,
        states: &States,
        body: &'a Region,
        region: RegionId,
        span: Span,
        exports: &mut Exports,
    ) {
        let stack = if self.live.contains_key(&region) {
            states.stack
        } else {
            self.b.load(Place::whole(states.stack), Take::Value, Type::Stack, span)
        };
        self.hold(Key::States(self.layout.id(body)), stack, region, exports);
    }

    /// Appends an iteration of the forward sweep of a checkpointed loop: the state is pushed if it is
    /// due, and what follows is as it was, under other names. Gives parameters and results.
    pub(super) fn plain_iteration(
        &mut self,
        body: &'a Region,
        fixed: usize,
        states: &States,
        names: &BTreeMap<Value, Value>,
        span: Span,
    ) -> (Vec<Value>, Vec<Value>) {
        let plain = unmarked(body).again(&mut self.b.values);
        let plain = plain.map(&mut |v| names.get(&v).copied().unwrap_or(v));
        let memory = states.memory.iter().map(|root| names.get(root).copied().unwrap_or(*root));
        let state: Vec<Value> = plain.params[fixed..].iter().copied().chain(memory).collect();
        match states.checkpoint {
            Checkpoint::Snapshots(_) => {
                let due = self.ask(quote!(ad_states.due()), states.stack, Type::Bool, span);
                self.b.open();
                self.push_state(states.stack, &state, span);
                let push = self.b.close(Vec::new(), Vec::new());
                self.b.effect(Op::If(due, push, Region::default()), span);
            }
            _ => self.push_state(states.stack, &state, span),
        }
        self.b.region().nodes.extend(plain.nodes);
        (plain.params, plain.results)
    }

    fn push_state(&mut self, stack: Value, state: &[Value], span: Span) {
        let mut record = Vec::new();
        for v in state {
            let data = self.b.data(*v);
            record.push(match data.storage {
                Storage::Local if data.ty.is_copy() => *v,
                Storage::Local => {
                    let ty = data.ty.clone();
                    self.b.load(Place::whole(*v), Take::Clone, ty, span)
                }
                _ => self.copy_of_memory(*v, span),
            });
        }
        self.b.effect(Op::StackPush(stack, record), span);
    }

    fn copy_of_memory(&mut self, root: Value, span: Span) -> Value {
        let ty = match self.b.ty(root).clone() {
            Type::Slice(element) => Type::Vec(element),
            ty => ty,
        };
        self.b.load(Place::whole(root), Take::Owned, ty, span)
    }

    /// Asks the schedule, which takes note.
    fn ask(&mut self, tokens: TokenStream, stack: Value, ty: Type, span: Span) -> Value {
        let stack = CallArg::Ref(Place::whole(stack), true);
        self.b.op(Op::code(tokens, &[("ad_states", stack)]), ty, span)
    }

    /// Brings what a checkpointed loop needs into the region around its backward sweep.
    pub(super) fn prepare_rerun(&mut self, body: &'a Region, here: Here<'a>) -> Option<Rerun> {
        let checkpoint = body.checkpoint()?;
        let span = here.node.span;
        let id = self.layout.id(body);
        let (memory, read) = self.memory_of(body);
        let mut names = BTreeMap::new();
        for root in read {
            if let Some(copy) = self.held(Key::Input(id, root), span) {
                names.insert(root, self.owned_again(copy, root, span));
            }
        }
        for v in outer_values(body) {
            let Entry::Vacant(name) = names.entry(v) else { continue };
            let mut again = self.primal(v, here);
            // What left a branch did so by value.
            if memory.contains(&v) && self.b.data(again).storage == Storage::Local {
                again = self.owned_again(again, v, span);
            }
            name.insert(again);
        }
        names.retain(|v, again| v != again);
        let mut stack = self.held(Key::States(id), span)?;
        if self.b.data(stack).storage != Storage::Object {
            let data = self.b.data(stack).clone();
            let kept = stack;
            stack = self.b.named(Type::Stack, data.name, Storage::Object, span);
            self.b.node(Op::Object(kept), vec![stack], span);
        }
        Some(Rerun { states: States { checkpoint, stack, memory }, names })
    }

    fn owned_again(&mut self, copy: Value, root: Value, span: Span) -> Value {
        let (ty, name) = (self.b.ty(copy).clone(), self.b.data(root).name.clone());
        let object = self.b.named(ty, name, Storage::Object, span);
        self.b.node(Op::Object(copy), vec![object], span);
        object
    }

    /// Appends the iteration at `index` once more, with all that its backward sweep needs; from here to
    /// [`Self::end_rerun`] its values are locals of the code under construction.
    pub(super) fn rerun(
        &mut self,
        body: &'a Region,
        fixed: usize,
        index: Value,
        rerun: &Rerun,
        span: Span,
    ) {
        let Rerun { states, names } = rerun;
        let id = self.layout.id(body);
        let frame = self.frames.last_mut().expect("a frame is open");
        names.iter().for_each(|(v, name)| frame.insert(*v, *name));
        let carried = body.params[fixed..].to_vec();
        let from = match states.checkpoint {
            Checkpoint::Snapshots(_) => {
                Some(self.ask(quote!(ad_states.resume()), states.stack, Type::usize(), span))
            }
            _ => None,
        };
        // Where the loop has to go on from an earlier iteration, that one's state has names of its own.
        let mut like = |v: &Value| {
            let data = self.b.data(*v).clone();
            self.b.named(data.ty, data.name, Storage::Local, span)
        };
        let start = match from {
            Some(_) => carried.iter().map(&mut like).collect(),
            None => carried.clone(),
        };
        let memory: Vec<Value> = states.memory.iter().map(&mut like).collect();
        let record = [start.clone(), memory.clone()].concat();
        self.b.node(Op::StackPop(states.stack), record, span);
        for (root, state) in states.memory.iter().zip(memory) {
            let root = names.get(root).copied().unwrap_or(*root);
            self.b.effect(Op::Store(Place::whole(root), state), span);
        }
        if let Some(from) = from {
            self.b.open();
            let (mut params, results) = self.plain_iteration(body, fixed, states, names, span);
            if fixed == 0 {
                params.insert(0, self.b.value(Type::usize(), span));
            }
            let body = self.b.close(params, results);
            let (inclusive, rev) = (false, false);
            let op = Op::For { lo: from, hi: index, inclusive, rev, init: start, body };
            self.b.node(op, carried, span);
        }
        let depth = self.b.depth();
        self.live.insert(id, depth);
        let before = self.b.region().nodes.len();
        self.augment(body, id);
        for node in &mut self.b.region().nodes[before..] {
            node.op = node.op.map(&mut |v| names.get(&v).copied().unwrap_or(v));
        }
    }

    /// The iteration's backward sweep is complete.
    pub(super) fn end_rerun(&mut self, body: &'a Region) {
        self.live.remove(&self.layout.id(body));
    }

    /// The memory from outside that a loop's body changes, and that it merely reads.
    fn memory_of(&self, body: &Region) -> (Vec<Value>, Vec<Value>) {
        let mut written = BTreeSet::new();
        body.each_node(&mut |node| {
            node.op.each_written(&mut |place| {
                written.insert(place.root);
            });
        });
        let is_memory =
            |v: &Value| matches!(self.b.data(*v).storage, Storage::Object | Storage::RefMut);
        outer_values(body).into_iter().filter(is_memory).partition(|v| written.contains(v))
    }

    /// Whether memory that a loop merely reads is in the backward sweep what it was in the forward sweep.
    fn stays(&self, root: Value, at: At) -> bool {
        self.layout.def(root).is_some_and(|(region, _)| self.live.contains_key(&region))
            && !self.layout.written_after(root, at)
            && self.b.data(root).storage != Storage::RefMut
            && !self.plan.restore.contains(&root)
    }
}

/// The values from outside of a loop's body that are read in it.
fn outer_values(body: &Region) -> BTreeSet<Value> {
    let (mut inside, mut used) = (BTreeSet::new(), BTreeSet::new());
    body.each_definition(&mut |v| {
        inside.insert(v);
    });
    // What the loop's own checkpoint is given has been read before it; that of a loop inside is read as
    // this one runs again.
    let mut rest = body.clone();
    rest.nodes.retain(|node| !matches!(node.op, Op::Checkpoint(_)));
    rest.each_use(&mut |v| {
        used.insert(v);
    });
    used.difference(&inside).copied().collect()
}

/// The region without word of how loops are kept.
fn unmarked(region: &Region) -> Region {
    let mut region = region.clone();
    region.nodes.retain(|node| !matches!(node.op, Op::Checkpoint(_)));
    for node in &mut region.nodes {
        for inner in node.op.regions_mut() {
            *inner = unmarked(inner);
        }
    }
    region
}

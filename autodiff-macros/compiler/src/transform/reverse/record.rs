//! What an iteration of a loop keeps for the backward sweep: one record, on a stack of the region.

use proc_macro2::{Span, TokenStream};

use super::augment::Exports;
use super::{Field, Key, Reverse};
use crate::analysis::{Kind, RegionId, Site};
use crate::ir::callee::is_type_name;
use crate::ir::{Node, Op, Place, Proj, Storage, Take, Type, Value, ValueMap};
use crate::rules::Fun;

/// So many records need no heap.
const FEW: i64 = 32;

impl<'a> Reverse<'a> {
    /// Keeps a value that only the transform knows.
    pub(super) fn hold(&mut self, key: Key, value: Value, id: RegionId, exports: &mut Exports) {
        self.held.insert(key, value);
        if self.live.contains_key(&id) {
            return;
        }
        if !self.in_stored_loop(id) {
            exports.push((value, value, false));
            return;
        }
        self.records.entry(id).or_default().push((Field::Held(key), value));
    }

    /// What was kept so, in the backward sweep.
    pub(super) fn held(&mut self, key: Key, span: Span) -> Option<Value> {
        let key = self.same.get(&key).copied().unwrap_or(key);
        let value = self.held.get(&key).copied()?;
        if let Some(again) = self.held_again.get(&key).copied() {
            return Some(again);
        }
        let ty = self.b.ty(value).clone();
        Some(match self.exported.get(value).copied() {
            Some((exported, true)) => self.b.op(Op::Unkeep(exported), ty, span),
            Some((exported, false)) => exported,
            None => value,
        })
    }

    /// Opens a frame for the backward sweep of a region: what was kept in it is at hand again.
    pub(super) fn open_frame(&mut self, region: RegionId, span: Span) {
        self.frames.push(ValueMap::default());
        let kept = self.kept_in.get(&region).cloned().unwrap_or_default();
        self.failed |= self.early && !kept.is_empty();
        for v in kept {
            let value = if let Some((exported, wrapped)) = self.exported.get(v).copied() {
                if wrapped {
                    let ty = self.b.ty(v).clone();
                    let name = self.b.data(v).name.clone();
                    let value = self.b.named(ty, name, Storage::Local, span);
                    self.b.node(Op::Unkeep(exported), vec![value], span);
                    value
                } else {
                    exported
                }
            } else {
                continue;
            };
            self.frames.last_mut().expect("a frame is open").insert(v, value);
        }
        self.take_record(region, span);
    }

    /// Takes back what an iteration of a stored loop kept.
    fn take_record(&mut self, region: RegionId, span: Span) {
        let Some(stack) = self.stacks.get(&region).copied() else { return };
        let mut taken = Vec::new();
        for (field, kept) in self.records[&region].clone() {
            let of = match field {
                Field::Primal(v) => v,
                Field::Held(_) => kept,
            };
            let data = self.b.data(of).clone();
            let storage = match data.storage {
                Storage::Object => Storage::Object,
                _ => Storage::Local,
            };
            let value = self.b.named(data.ty, data.name, storage, span);
            taken.push(value);
            match field {
                Field::Primal(v) => {
                    self.frames.last_mut().expect("a frame is open").insert(v, value);
                }
                Field::Held(key) => {
                    self.held_again.insert(key, value);
                }
            }
        }
        self.b.node(Op::StackPop(stack), taken, span);
    }

    pub(super) fn close_frame(&mut self) {
        self.frames.pop();
    }

    /// Puts what the region keeps, at its end, on a stack of its own, made before the outermost loop
    /// around it.
    pub(super) fn close_record(&mut self, region: RegionId, span: Span) {
        let Some(record) = self.records.get(&region) else { return };
        let values: Vec<Value> = record.iter().map(|(_, value)| *value).collect();
        let name = record.iter().find_map(|(field, value)| match field {
            Field::Primal(v) => self.b.data(*v).name.clone(),
            Field::Held(_) => self.b.data(*value).name.clone(),
        });
        let name = name.map(|n| quote::format_ident!("kept_{}", n, span = n.span()));
        let (depth, capacity) = self.room(region, span);
        let stack = self.b.named(Type::Stack, name, Storage::Local, span);
        let nest = self.nest(region);
        let innermost = self.stored_loops(region).0.first().map_or(span, |node| node.span);
        self.b.before(depth, Op::StackNew(capacity, nest), vec![stack], innermost);
        self.stacks.insert(region, stack);
        self.b.effect(Op::StackPush(stack, values), span);
    }

    /// Where the stack of a region is made, by depth, and for how many records if that is known there.
    ///
    /// Where a few iterations of a fused loop's inner loop are all, they need no heap, and a stack for
    /// each iteration of the fused loop dissolves in registers. Others are made once.
    fn room(&mut self, region: RegionId, span: Span) -> (usize, Option<Value>) {
        let (loops, base) = self.stored_loops(region);
        let ranges: Option<Vec<(Value, Value, bool)>> = loops
            .into_iter()
            .map(|node| match &node.op {
                Op::For { lo, hi, inclusive, .. } => Some((*lo, *hi, *inclusive)),
                _ => None,
            })
            .collect();
        let Some(ranges) = ranges else { return (0, None) };
        let fixed = ranges.iter().all(|(lo, hi, _)| self.is_fixed(*lo) && self.is_fixed(*hi));
        if base != 0 && fixed {
            return (self.live[&base], None);
        }
        let counts = ranges.iter().map(|(lo, hi, inclusive)| {
            Some((self.layout.distance(*lo, *hi)? + i64::from(*inclusive)).max(0))
        });
        let few = counts.product::<Option<i64>>().is_some_and(|count| count <= FEW);
        if few {
            return (0, None);
        }
        let ends: Option<Vec<[Value; 2]>> = ranges
            .iter()
            .map(|(lo, hi, _)| Some([self.known_before(*lo, span)?, self.known_before(*hi, span)?]))
            .collect();
        let Some(ends) = ends else { return (0, None) };
        let mut product: Option<Value> = None;
        for ([lo, hi], (_, _, inclusive)) in ends.into_iter().zip(ranges) {
            let count = self.b.value(Type::usize(), span);
            let tokens = match inclusive {
                true => quote::quote!((ad_lo..=ad_hi).count()),
                false => quote::quote!((ad_lo..ad_hi).count()),
            };
            let op = Op::arithmetic(tokens, &[("ad_lo", lo), ("ad_hi", hi)]);
            self.b.before(0, op, vec![count], span);
            product = Some(match product {
                None => count,
                Some(others) => {
                    let total = self.b.value(Type::usize(), span);
                    let op = Op::Scalar(Fun::Mul, vec![others, count]);
                    self.b.before(0, op, vec![total], span);
                    total
                }
            });
        }
        (0, product)
    }

    /// An integer as it is known before the function's outermost loops; `None` if it is not.
    fn known_before(&mut self, v: Value, span: Span) -> Option<Value> {
        let (region, site) = self.layout.def(v)?;
        if region == 0 && (matches!(site, Site::Param(_)) || self.made.contains(v)) {
            return Some(v);
        }
        let ty = self.graph.ty(v).clone();
        let op = match &self.layout.node(v)?.op {
            op @ Op::Const(_) => op.clone(),
            // Where there is less than nothing, the loop will say so.
            Op::Scalar(Fun::Sub, args) if ty == Type::usize() => {
                let of = self.known_before(args[0], span)?;
                let less = self.known_before(args[1], span)?;
                let tokens = quote::quote!(usize::saturating_sub(ad_of, ad_less));
                Op::arithmetic(tokens, &[("ad_of", of), ("ad_less", less)])
            }
            _ => return None,
        };
        let known = self.b.value(ty, span);
        self.b.before(0, op, vec![known], span);
        Some(known)
    }

    /// How often the loops around a region run at most, if these are constants of the program.
    fn nest(&self, region: RegionId) -> Option<Vec<String>> {
        let (mut loops, _) = self.stored_loops(region);
        loops.reverse();
        loops.into_iter().map(|node| self.most_iterations(node)).collect()
    }

    fn most_iterations(&self, node: &Node) -> Option<String> {
        let Op::For { lo, hi, inclusive, .. } = &node.op else { return None };
        if let Some(distance) = self.layout.distance(*lo, *hi) {
            return Some((distance + i64::from(*inclusive)).max(0).to_string());
        }
        // Where nothing is negative, the end bounds the number; one that is included, if the start is one.
        let start = self.layout.node(*lo).map(|node| &node.op);
        let counts = *self.graph.ty(*hi) == Type::usize() || matches!(start, Some(Op::Const(_)));
        self.bound(*hi).filter(|_| counts && (!*inclusive || start.is_some_and(is_one)))
    }

    /// A constant that a `usize` does not exceed.
    fn bound(&self, v: Value) -> Option<String> {
        if let Some((region, Site::Param(0))) = self.layout.def(v)
            && let Op::For { hi, inclusive: false, .. } = &self.layout.holder(region)?.op
        {
            return self.bound(*hi);
        }
        match &self.layout.node(v)?.op {
            Op::Const(tokens) if is_constant(tokens) => match self.graph.ty(v) {
                ty if *ty == Type::usize() => Some(tokens.to_string()),
                Type::Int(None) | Type::Unknown => Some(format!("{{ {tokens} as usize }}")),
                _ => None,
            },
            Op::Len(place) => {
                let within = |ty: &Type, step: &Proj| match step {
                    Proj::Index(_) => ty.element(),
                    _ => Type::Unknown,
                };
                let root = self.graph.ty(place.root).clone();
                match place.path.iter().fold(root, |ty, step| within(&ty, step)) {
                    Type::Array(_, len) => Some(len),
                    _ => None,
                }
            }
            Op::Scalar(Fun::Sub | Fun::Div, args) => self.bound(args[0]),
            // One more than an index is no more than the end.
            Op::Scalar(Fun::Add, args) => {
                let one = self.layout.node(args[1]).is_some_and(|node| is_one(&node.op));
                let index = matches!(self.layout.def(args[0]), Some((_, Site::Param(0))));
                (one && index).then(|| self.bound(args[0]))?
            }
            _ => None,
        }
    }

    /// The loops around a region whose iterations are stored, and the region around these.
    fn stored_loops(&self, mut region: RegionId) -> (Vec<&'a Node>, RegionId) {
        let mut loops = Vec::new();
        while !self.live.contains_key(&region) {
            if self.layout.kind(region) == Kind::Body {
                loops.extend(self.layout.holder(region));
            }
            region = self.layout.parent(region).map_or(0, |at| at.region);
        }
        (loops, region)
    }

    /// Whether an integer is a constant of the program.
    fn is_fixed(&self, v: Value) -> bool {
        match self.layout.node(v).map(|n| &n.op) {
            Some(Op::Const(_)) => true,
            Some(Op::Len(place)) => {
                place.path.is_empty() && matches!(self.graph.ty(place.root), Type::Array(..))
            }
            _ => false,
        }
    }

    /// Whether what a region keeps goes to a stack: it lies in a loop whose iterations are not
    /// finished one by one.
    pub(super) fn in_stored_loop(&self, mut region: RegionId) -> bool {
        loop {
            if self.live.contains_key(&region) {
                return false;
            }
            if self.layout.kind(region) == Kind::Body {
                return true;
            }
            match self.layout.parent(region) {
                Some(at) => region = at.region,
                None => return false,
            }
        }
    }

    /// Keeps a value at the end of the forward nodes so far.
    pub(super) fn keep(
        &mut self,
        v: Value,
        region: RegionId,
        span: Span,
        exports: &mut super::augment::Exports,
    ) {
        if self.live.contains_key(&region) {
            return;
        }
        let data = self.b.data(v).clone();
        let value = if data.ty.is_copy() || matches!(data.ty, Type::Pullback) {
            if data.storage == Storage::Object {
                self.b.load(Place::whole(v), Take::Value, data.ty.clone(), span)
            } else {
                v
            }
        } else if data.storage == Storage::Object {
            // At the end of its region: nothing reads it any more.
            self.b.load(Place::whole(v), Take::Value, data.ty.clone(), span)
        } else {
            self.b.load(Place::whole(v), Take::Clone, data.ty.clone(), span)
        };
        if self.in_stored_loop(region) {
            self.records.entry(region).or_default().push((Field::Primal(v), value));
        } else {
            exports.push((v, value, false));
        }
    }
}

fn is_one(op: &Op) -> bool {
    matches!(op, Op::Const(tokens) if tokens.to_string() == "1")
}

/// Whether a constant can stand for the length of an array: a number, or a name that is not one of a type.
fn is_constant(tokens: &TokenStream) -> bool {
    match syn::parse2::<syn::Expr>(tokens.clone()) {
        Ok(syn::Expr::Lit(_)) => true,
        Ok(syn::Expr::Path(p)) => {
            let modules = p.path.segments.len().saturating_sub(1);
            p.qself.is_none()
                && p.path.segments.iter().take(modules).all(|s| !is_type_name(&s.ident))
        }
        _ => false,
    }
}

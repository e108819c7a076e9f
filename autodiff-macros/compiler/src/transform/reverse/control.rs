//! The backward sweep through branches and loops: a branch for a branch, a loop run backwards for a
//! loop. Adjoints of numbers go in and come out as values, shadows are shared.

use std::collections::BTreeMap;

use proc_macro2::Span;
use quote::quote;

use super::{Here, Reverse};
use crate::analysis::Style;
use crate::ir::{Op, Place, Region, Storage, Take, Type, Value};

impl<'a> Reverse<'a> {
    pub(super) fn backward_if(
        &mut self,
        cond: Value,
        a: &'a Region,
        b: &'a Region,
        here: Here<'a>,
    ) {
        let span = here.node.span;
        let cond = self.primal(cond, here);
        let outer = self.outer_numbers(here.node);
        let seeds: Vec<Option<Value>> = here
            .node
            .results
            .iter()
            .map(|r| match self.activity.style(*r) {
                Style::Scalar => self.take_adjoint(*r),
                Style::Shadow => None,
            })
            .collect();
        let mut arms = Vec::new();
        for region in [a, b] {
            let id = self.layout.id(region);
            self.b.open();
            self.open_frame(id, span);
            self.open_adjoints();
            self.open_shadows(region, id);
            for (i, leaf) in region.results.iter().enumerate() {
                self.hand_in(here.node.results[i], seeds[i], *leaf, span);
            }
            self.backward(region, id);
            self.backward_passed_in(id);
            let adjoints = self.close_adjoints();
            self.close_frame();
            let region = self.b.close(Vec::new(), Vec::new());
            arms.push((region, adjoints));
        }
        let mut results = Vec::new();
        let mut updates = Vec::new();
        for v in outer {
            let after: Vec<Option<Value>> =
                arms.iter().map(|(_, adjoints)| adjoints.get(v).copied()).collect();
            if after.iter().all(Option::is_none) {
                continue;
            }
            let before = self.adjoint(v);
            let ty = self.b.ty(v).clone();
            for (k, value) in after.into_iter().enumerate() {
                let value = match value.or(before) {
                    Some(value) => value,
                    None => {
                        let zero = super::zero_constant(&ty);
                        let value = self.b.value(ty.clone(), span);
                        arms[k].0.nodes.push(crate::ir::Node {
                            op: zero,
                            results: vec![value],
                            span,
                        });
                        value
                    }
                };
                arms[k].0.results.push(value);
            }
            let result = self.b.named(ty, self.bar(v), Storage::Local, span);
            results.push(result);
            updates.push((v, result));
        }
        let mut arms = arms.into_iter().map(|(region, _)| region);
        let (a, b) = (arms.next().expect("two"), arms.next().expect("two"));
        self.b.node(Op::If(cond, a, b), results, span);
        for (v, adjoint) in updates {
            self.set_adjoint(v, adjoint);
        }
    }

    /// Gives a region's result the adjoint of what it becomes outside.
    fn hand_in(&mut self, outside: Value, seed: Option<Value>, leaf: Value, span: Span) {
        match seed {
            Some(seed) => self.add(leaf, seed, span),
            None if self.activity.style(outside) == Style::Shadow => {
                self.transfer(outside, leaf, span);
            }
            None => {}
        }
    }

    pub(super) fn backward_for(&mut self, here: Here<'a>) {
        let Op::For { lo, hi, inclusive, rev, init, body } = &here.node.op else { return };
        let lo = self.primal(*lo, here);
        let hi = self.primal(*hi, here);
        let old = body.params[0];
        let index = match body.checkpoint() {
            // The iteration runs again, as it was.
            Some(_) => old,
            None => {
                let data = self.b.data(old).clone();
                self.b.named(data.ty, data.name, Storage::Local, data.span)
            }
        };
        let (carried, starts, inner) = self.backward_body(body, 1, init, (old, index), here);
        let op = Op::For { lo, hi, inclusive: *inclusive, rev: !rev, init: starts, body: inner };
        self.finish_backward_loop(op, carried, here);
    }

    pub(super) fn backward_while(&mut self, here: Here<'a>) {
        let Op::While { init, body, .. } = &here.node.op else { return };
        let span = here.node.span;
        let body_id = self.layout.id(body);
        let Some(trips) = self.trips.get(&body_id).copied() else { return };
        let hi = self.primal(trips, here);
        let lo = self.b.constant(quote!(0_usize), Type::usize(), span);
        let index = self.b.value(Type::usize(), span);
        let (carried, starts, inner) = self.backward_body(body, 0, init, (trips, index), here);
        let op = Op::For { lo, hi, inclusive: false, rev: true, init: starts, body: inner };
        self.finish_backward_loop(op, carried, here);
    }

    /// One iteration backwards: the carried adjoints' targets, their starts, and the region.
    fn backward_body(
        &mut self,
        body: &'a Region,
        fixed: usize,
        init: &'a [Value],
        index: (Value, Value),
        here: Here<'a>,
    ) -> (Vec<Carried>, Vec<Value>, Region) {
        let span = here.node.span;
        let id = self.layout.id(body);
        let mut carried = Vec::new();
        let mut starts = Vec::new();
        for (k, start) in init.iter().enumerate() {
            let result = here.node.results[k];
            if !self.activity.is_active(result) {
                continue;
            }
            match self.activity.style(result) {
                Style::Scalar => {
                    let ty = self.b.ty(result).clone();
                    let adjoint = match self.take_adjoint(result) {
                        Some(adjoint) => adjoint,
                        None => self.zero(&ty, span),
                    };
                    starts.push(adjoint);
                    carried.push(Carried::State { k, start: *start });
                }
                Style::Shadow => {
                    self.shadow(result, span);
                }
            }
        }
        for v in self.outer_numbers(here.node) {
            let adjoint = match self.adjoint(v) {
                Some(adjoint) => adjoint,
                None => self.zero_beside(v, span),
            };
            starts.push(adjoint);
            carried.push(Carried::Outer(v));
        }
        let params: Vec<Value> = carried
            .iter()
            .map(|c| {
                let primal = match c {
                    Carried::State { k, .. } => body.params[fixed + k],
                    Carried::Outer(v) => *v,
                };
                let ty = self.b.ty(primal).clone();
                let name = self.bar(primal);
                self.b.named(ty, name, Storage::Local, span)
            })
            .collect();
        let rerun = self.prepare_rerun(body, here);
        self.b.open();
        self.open_frame(id, span);
        self.frames.last_mut().expect("a frame is open").insert(index.0, index.1);
        if let Some(rerun) = &rerun {
            self.rerun(body, fixed, index.1, rerun, span);
        }
        self.open_adjoints();
        self.open_shadows(body, id);
        for (c, param) in carried.iter().zip(&params) {
            if let Carried::Outer(v) = c {
                self.set_adjoint(*v, *param);
            }
        }
        for (c, param) in carried.iter().zip(&params) {
            if let Carried::State { k, .. } = c {
                self.add(body.results[*k], *param, span);
            }
        }
        let shadowed: Vec<usize> = (0..init.len())
            .filter(|k| {
                let r = here.node.results[*k];
                self.activity.is_active(r) && self.activity.style(r) == Style::Shadow
            })
            .collect();
        for k in &shadowed {
            let outside = self.shadow(here.node.results[*k], span);
            self.collect(Place::whole(outside), body.results[*k], span);
        }
        self.backward(body, id);
        for k in &shadowed {
            let outside = self.shadow(here.node.results[*k], span);
            let param = body.params[fixed + k];
            // Its shape is that of the iteration's own start, which may not be that of its end.
            let ty = self.b.ty(param).clone();
            let start = match self.activity.style(param) {
                // No iteration reads what the one before leaves.
                Style::Shadow if !self.activity.is_active(param) => self.zero_like(param, here),
                Style::Shadow => {
                    let inside = self.shadow(param, span);
                    self.b.load(Place::whole(inside), Take::Value, ty, span)
                }
                Style::Scalar => match self.take_adjoint(param) {
                    Some(adjoint) => adjoint,
                    None => self.zero(&ty, span),
                },
            };
            self.b.effect(Op::Store(Place::whole(outside), start), span);
        }
        let mut results = Vec::new();
        for (c, param) in carried.iter().zip(&params) {
            let primal = match c {
                Carried::State { k, .. } => body.params[fixed + k],
                Carried::Outer(v) => *v,
            };
            let ty = self.b.ty(primal).clone();
            let found = match self.activity.style(primal) {
                Style::Scalar => self.adjoints.last().and_then(|frame| frame.get(primal)).copied(),
                // What is a number outside may not be known to be one inside.
                Style::Shadow => {
                    let inside = self.shadow(primal, span);
                    Some(self.b.load(Place::whole(inside), Take::Value, ty.clone(), span))
                }
            };
            results.push(match (found, c) {
                (Some(adjoint), _) => adjoint,
                (None, Carried::Outer(_)) => *param,
                (None, Carried::State { .. }) => self.zero(&ty, span),
            });
        }
        self.close_adjoints();
        self.close_frame();
        if rerun.is_some() {
            self.end_rerun(body);
        }
        let mut region_params = vec![index.1];
        region_params.extend(&params);
        let region = self.b.close(region_params, results);
        (carried, starts, region)
    }

    fn finish_backward_loop(&mut self, mut op: Op, mut carried: Vec<Carried>, here: Here<'a>) {
        let span = here.node.span;
        let mut unchanged = Vec::new();
        // Adjoints that no iteration changes need not be carried.
        if let Op::For { init, body, .. } = &mut op {
            let mut replace = BTreeMap::new();
            for k in (0..init.len()).rev() {
                if body.results[k] == body.params[k + 1] {
                    unchanged.push((carried[k].clone(), init[k]));
                    replace.insert(body.params[k + 1], init[k]);
                    body.params.remove(k + 1);
                    body.results.remove(k);
                    init.remove(k);
                    carried.remove(k);
                }
            }
            *body = body.map(&mut |v| replace.get(&v).copied().unwrap_or(v));
        }
        let mut results = Vec::new();
        let mut updates = Vec::new();
        for c in &carried {
            let target = match c {
                Carried::State { start, .. } => *start,
                Carried::Outer(v) => *v,
            };
            let ty = self.b.ty(target).clone();
            let result = self.b.named(ty, self.bar(target), Storage::Local, span);
            results.push(result);
            updates.push((c.clone(), result));
        }
        let has_effects = match &op {
            Op::For { body, .. } => !body.nodes.is_empty() || !results.is_empty(),
            _ => true,
        };
        if has_effects {
            self.b.node(op, results, span);
        }
        // What goes around the loop comes first: its sums include what was there before.
        for (c, adjoint) in &updates {
            if let Carried::Outer(v) = c {
                self.set_adjoint(*v, *adjoint);
            }
        }
        for (c, adjoint) in updates.into_iter().chain(unchanged) {
            if let Carried::State { start, .. } = c {
                self.add(start, adjoint, span);
            }
        }
        let (Op::For { init, .. } | Op::While { init, .. }) = &here.node.op else { return };
        for (k, start) in init.iter().enumerate() {
            let result = here.node.results[k];
            if self.activity.is_active(result) && self.activity.style(result) == Style::Shadow {
                self.transfer(result, *start, span);
            }
        }
    }
}

/// An adjoint that a loop carries backwards.
#[derive(Clone, Debug)]
enum Carried {
    /// Of the loop's own carried value with that index.
    State { k: usize, start: Value },
    /// Of a value defined outside the loop.
    Outer(Value),
}

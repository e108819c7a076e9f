//! Which indices can be equal: linear forms of integers, and what the bounds of loops say of them.
//!
//! An index is read as `c + Σ k·s` over *symbols*, values that it is not known how to take apart:
//! loop indices, lengths, parameters. Whether two indices can be equal is then whether their
//! difference can be zero, which is decided by putting the bounds of each loop index in its place,
//! innermost first (Banerjee's test with symbolic bounds). What overflows in the user's own integer
//! arithmetic is outside of it: that is an error of the program.

use std::collections::BTreeMap;

use super::{Kind, Layout, RegionId, Site};
use crate::ir::{Op, Place, Proj, Value};
use crate::optimize::Literal;
use crate::rules::Fun;

/// A run of elements of a sequence.
struct Run {
    /// The index of the first.
    start: Affine,
    /// What the indices are less than.
    ends: Vec<Affine>,
}

/// A value that is not taken apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Symbol {
    value: Value,
    /// Whether it is what the value is in the other iteration, see [`Iteration::Later`].
    other: bool,
}

/// `constant + Σ factor * symbol`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Affine {
    constant: i64,
    terms: BTreeMap<Symbol, i64>,
}

impl Affine {
    fn constant(constant: i64) -> Self {
        Self { constant, terms: BTreeMap::new() }
    }

    fn symbol(value: Value) -> Self {
        let symbol = Symbol { value, other: false };
        Self { constant: 0, terms: BTreeMap::from([(symbol, 1)]) }
    }

    /// `self + factor * other`; `None` if that leaves the numbers at hand.
    fn plus(&self, other: &Self, factor: i64) -> Option<Self> {
        let mut sum = self.clone();
        sum.constant = sum.constant.checked_add(other.constant.checked_mul(factor)?)?;
        for (symbol, k) in &other.terms {
            let entry = sum.terms.entry(*symbol).or_default();
            *entry = entry.checked_add(k.checked_mul(factor)?)?;
        }
        sum.terms.retain(|_, k| *k != 0);
        Some(sum)
    }

    fn times(&self, factor: i64) -> Option<Self> {
        Self::default().plus(self, factor)
    }
}

/// Which iteration of the loops around both the second of two places is reached in.
#[derive(Clone, Copy, Debug)]
pub enum Iteration {
    /// The same one of every loop around both; of others, any.
    Same,
    /// A later one of the loop with that body, the same of those around it.
    Later(RegionId),
    /// Another one of that loop, earlier or later.
    Another(RegionId),
}

impl Layout<'_> {
    /// Whether two places can have no memory in common.
    pub fn are_disjoint(&self, a: &Place, b: &Place, iteration: Iteration) -> bool {
        match iteration {
            Iteration::Another(body) => {
                self.disjoint(a, b, Iteration::Later(body), false)
                    && self.disjoint(a, b, Iteration::Later(body), true)
            }
            iteration => self.disjoint(a, b, iteration, false),
        }
    }

    /// Whether two places are known to be the same in the same iteration.
    pub fn are_same(&self, a: &Place, b: &Place) -> bool {
        let same = |u: Value, v: Value| {
            u == v || self.affine(u).is_some_and(|u| Some(u) == self.affine(v))
        };
        a.root == b.root
            && a.path.len() == b.path.len()
            && a.path.iter().zip(&b.path).all(|steps| match steps {
                (Proj::Index(u), Proj::Index(v)) => same(*u, *v),
                (a, b) => a == b,
            })
    }

    /// The constant distance from one index to another, if there is one.
    pub fn distance(&self, from: Value, to: Value) -> Option<i64> {
        let distance = self.affine(to)?.plus(&self.affine(from)?, -1)?;
        distance.terms.is_empty().then_some(distance.constant)
    }

    /// Whether an index is a loop's own plus something that the loop does not change.
    pub fn moves_with(&self, v: Value, index: Value, body: RegionId) -> bool {
        self.affine(v).is_some_and(|mut form| {
            let moves = form.terms.remove(&Symbol { value: index, other: false }) == Some(1);
            moves && self.has_steady_terms(&form, body)
        })
    }

    /// Whether an index is the same in all iterations of a loop.
    pub fn is_fixed_in(&self, v: Value, body: RegionId) -> bool {
        self.affine(v).is_some_and(|form| self.has_steady_terms(&form, body))
    }

    fn has_steady_terms(&self, form: &Affine, body: RegionId) -> bool {
        form.terms.keys().all(|symbol| self.is_steady(symbol.value, body))
    }

    /// Whether a number is computed of what does not change in a loop.
    fn is_steady(&self, v: Value, body: RegionId) -> bool {
        self.is_outside(v, body)
            || match self.node(v).map(|n| &n.op) {
                Some(Op::Const(_)) => true,
                Some(Op::Scalar(_, args)) => args.iter().all(|arg| self.is_steady(*arg, body)),
                _ => false,
            }
    }

    fn disjoint(&self, a: &Place, b: &Place, iteration: Iteration, earlier: bool) -> bool {
        let proof = Proof { layout: self, iteration, earlier };
        if a.root != b.root {
            return true;
        }
        let (mut here, mut there) = (&a.path[..], &b.path[..]);
        while let ([p, here_on @ ..], [q, there_on @ ..]) = (here, there) {
            match (p, q) {
                (Proj::Field(m), Proj::Field(n)) if m != n => return true,
                (Proj::Field(_), Proj::Field(_)) => {}
                (Proj::Slot(p), Proj::Slot(q)) if !p.is(q) => return true,
                (Proj::Slot(_), Proj::Slot(_)) | (Proj::Flat, Proj::Flat) => {}
                // Nothing is written to a shape.
                (Proj::Flat, Proj::Axis(_)) | (Proj::Axis(_), Proj::Flat) => return true,
                // An enum is in one variant at a time: that of one may lie where that of another lay.
                (Proj::Payload(p), Proj::Payload(q)) if p.name() == q.name() => {
                    if p.member != q.member {
                        return true;
                    }
                }
                (Proj::Index(_) | Proj::Slice(..), Proj::Index(_) | Proj::Slice(..)) => {
                    if proof.blocks_apart(p, q) {
                        return true;
                    }
                    let runs = self.run(here).zip(self.run(there));
                    let Some(((this, here_on), (that, there_on))) = runs else { return false };
                    if proof.apart(&this, &that) {
                        return true;
                    }
                    if let (Proj::Index(u), Proj::Index(v)) = (p, q)
                        && proof.digits_apart(*u, *v)
                    {
                        return true;
                    }
                    (here, there) = (here_on, there_on);
                    continue;
                }
                _ => return false,
            }
            (here, there) = (here_on, there_on);
        }
        false
    }

    /// The part of a sequence that the first steps of a path lead to, and the steps behind it.
    fn run<'p>(&self, mut path: &'p [Proj]) -> Option<(Run, &'p [Proj])> {
        let mut run = Run { start: Affine::constant(0), ends: Vec::new() };
        while let [Proj::Slice(lo, hi, inclusive), rest @ ..] = path {
            if let Some(hi) = hi {
                let past = self.affine(*hi)?.plus(&Affine::constant(i64::from(*inclusive)), 1)?;
                run.ends.push(run.start.plus(&past, 1)?);
            }
            if let Some(lo) = lo {
                run.start = run.start.plus(&self.affine(*lo)?, 1)?;
            }
            path = rest;
        }
        if let [Proj::Index(v), rest @ ..] = path {
            run.start = run.start.plus(&self.affine(*v)?, 1)?;
            run.ends.push(run.start.plus(&Affine::constant(1), 1)?);
            path = rest;
        }
        Some((run, path))
    }

    /// The run of that one element.
    fn element(&self, v: Value) -> Option<Run> {
        let start = self.affine(v)?;
        let ends = vec![start.plus(&Affine::constant(1), 1)?];
        Some(Run { start, ends })
    }

    /// The parts of an index `row * length + k` where a loop runs `k` from 0 to `length`: two such are the
    /// same only if both parts are.
    fn digits(&self, v: Value) -> Option<[Value; 3]> {
        let Some(Op::Scalar(Fun::Add, sum)) = self.node(v).map(|n| &n.op) else { return None };
        let Some(Op::Scalar(Fun::Mul, product)) = self.node(sum[0]).map(|n| &n.op) else {
            return None;
        };
        let (row, length, k) = (product[0], product[1], sum[1]);
        let (region, Site::Param(0)) = self.def(k)? else { return None };
        let Op::For { lo, hi, inclusive: false, .. } = &self.holder(region)?.op else {
            return None;
        };
        let from_zero = self.affine(*lo)? == Affine::constant(0);
        (from_zero && *hi == length && self.kind(region) == Kind::Body).then_some([row, length, k])
    }

    /// The number and the length of a slice `number * length..(number + 1) * length`, which may end before:
    /// two such of one length have elements in common only if they have the number.
    fn block(&self, step: &Proj) -> Option<[Value; 2]> {
        let Proj::Slice(Some(lo), Some(hi), false) = step else { return None };
        let scalar = |v: Value| match self.node(v).map(|n| &n.op) {
            Some(Op::Scalar(fun, args)) => Some((*fun, &args[..])),
            _ => None,
        };
        let Some((Fun::Mul, &[a, b])) = scalar(*lo) else { return None };
        let ends = |number: Value, length: Value, hi: Value| match scalar(hi) {
            Some((Fun::Add, &[start, more])) => start == *lo && more == length,
            Some((Fun::Mul, &[next, factor])) => {
                factor == length && self.distance(number, next) == Some(1)
            }
            _ => false,
        };
        let is_block = |number: Value, length: Value| match scalar(*hi) {
            Some((Fun::Min, args)) => args.iter().any(|hi| ends(number, length, *hi)),
            _ => ends(number, length, *hi),
        };
        [[a, b], [b, a]].into_iter().find(|[number, length]| is_block(*number, *length))
    }

    /// The linear form of an index.
    fn affine(&self, v: Value) -> Option<Affine> {
        let Some(node) = self.node(v) else { return Some(Affine::symbol(v)) };
        match &node.op {
            Op::Const(tokens) => Some(match Literal::read(tokens) {
                Some(Literal::Int(n)) => Affine::constant(n),
                _ => Affine::symbol(self.same_constant(v, tokens)),
            }),
            Op::Scalar(fun @ (Fun::Add | Fun::Sub), args) => {
                let factor = if *fun == Fun::Add { 1 } else { -1 };
                self.affine(args[0])?.plus(&self.affine(args[1])?, factor)
            }
            Op::Scalar(Fun::Mul, args) => {
                let (a, b) = (self.affine(args[0])?, self.affine(args[1])?);
                match (a.terms.is_empty(), b.terms.is_empty()) {
                    (true, _) => b.times(a.constant),
                    (_, true) => a.times(b.constant),
                    _ => Some(Affine::symbol(v)),
                }
            }
            _ => Some(Affine::symbol(v)),
        }
    }
}

struct Proof<'a> {
    layout: &'a Layout<'a>,
    iteration: Iteration,
    /// The other iteration comes before instead.
    earlier: bool,
}

impl Proof<'_> {
    /// Whether a run here has no element of one there, whatever the iterations.
    fn apart(&self, here: &Run, there: &Run) -> bool {
        let before = |end: &Affine, start: &Affine| {
            let ahead = start.plus(end, -1).and_then(|gap| gap.plus(&Affine::constant(1), 1));
            ahead.is_some_and(|gap| self.is_positive(&gap))
        };
        let start = self.there(&there.start);
        here.ends.iter().any(|end| before(end, &start))
            || there.ends.iter().any(|end| before(&self.there(end), &here.start))
    }

    /// Whether two indices are never the same, since one of their parts is not.
    fn digits_apart(&self, u: Value, v: Value) -> bool {
        let (Some([row, length, k]), Some([other_row, other_length, l])) =
            (self.layout.digits(u), self.layout.digits(v))
        else {
            return false;
        };
        length == other_length
            && !self.changes(length)
            && (self.never_same(row, other_row) || self.never_same(k, l))
    }

    /// Whether two slices are different blocks of one sequence.
    fn blocks_apart(&self, p: &Proj, q: &Proj) -> bool {
        let (Some([number, length]), Some([other, other_length])) =
            (self.layout.block(p), self.layout.block(q))
        else {
            return false;
        };
        length == other_length && !self.changes(length) && self.never_same(number, other)
    }

    /// Whether two numbers are never the same.
    fn never_same(&self, u: Value, v: Value) -> bool {
        let elements = self.layout.element(u).zip(self.layout.element(v));
        elements.is_some_and(|(here, there)| self.apart(&here, &there)) || self.digits_apart(u, v)
    }

    /// Whether a value may be another in the other iteration.
    fn changes(&self, v: Value) -> bool {
        match self.iteration {
            Iteration::Same => false,
            Iteration::Later(body) | Iteration::Another(body) => !self.layout.is_outside(v, body),
        }
    }

    /// The form in the other iteration: what the loop defines is another there.
    fn there(&self, form: &Affine) -> Affine {
        let Iteration::Later(body) = self.iteration else { return form.clone() };
        let inside = |v: Value| {
            self.layout.def(v).is_some_and(|(region, _)| self.layout.within(region, body))
                && !self.layout.is_steady(v, body)
        };
        let terms = form.terms.iter();
        let terms = terms.map(|(s, k)| (Symbol { other: s.other || inside(s.value), ..*s }, *k));
        Affine { constant: form.constant, terms: terms.collect() }
    }

    /// Whether a form is at least one, for all values that its symbols can have.
    fn is_positive(&self, form: &Affine) -> bool {
        let innermost =
            form.terms.iter().filter(|(symbol, _)| self.loop_of(**symbol).is_some()).max_by_key(
                |(symbol, _)| {
                    let region = self.loop_of(**symbol).unwrap_or_default();
                    (self.layout.loop_depth(region), symbol.other)
                },
            );
        let Some((&symbol, &factor)) = innermost else {
            // Whatever is left is part of an index: none is negative.
            return form.constant >= 1 && form.terms.values().all(|k| *k > 0);
        };
        let mut rest = form.clone();
        rest.terms.remove(&symbol);
        let bounds = self.bounds(symbol, factor > 0);
        bounds.iter().any(|bound| rest.plus(bound, factor).is_some_and(|f| self.is_positive(&f)))
    }

    /// The body of the loop whose index the symbol is.
    fn loop_of(&self, symbol: Symbol) -> Option<RegionId> {
        let (region, site) = self.layout.def(symbol.value)?;
        let is_index = site == Site::Param(0)
            && self.layout.kind(region) == Kind::Body
            && matches!(self.layout.holder(region)?.op, Op::For { .. });
        is_index.then_some(region)
    }

    /// Lower or upper bounds of a loop index, both included.
    fn bounds(&self, symbol: Symbol, lower: bool) -> Vec<Affine> {
        let mut bounds = Vec::new();
        let Some(region) = self.loop_of(symbol) else { return bounds };
        let Some(Op::For { lo, hi, inclusive, rev, .. }) =
            self.layout.holder(region).map(|n| &n.op)
        else {
            return bounds;
        };
        let end = if lower { *lo } else { *hi };
        if let Some(form) = self.layout.affine(end) {
            let form = if symbol.other { self.there(&form) } else { form };
            let last = if lower || *inclusive { 0 } else { -1 };
            bounds.extend(form.plus(&Affine::constant(last), 1));
        }
        // In a later iteration the index is at least one further on.
        if symbol.other && matches!(self.iteration, Iteration::Later(body) if body == region) {
            let ascends = *rev == self.earlier;
            if ascends == lower {
                let step = Affine::constant(if lower { 1 } else { -1 });
                bounds.extend(Affine::symbol(symbol.value).plus(&step, 1));
            }
        }
        bounds
    }
}

//! Checkpointed loops as reverse mode takes them: counted from 0, with nothing to run in the condition,
//! and in segments where the state is kept every so many iterations.
//!
//! Input → Output, for `#[checkpoint(every = k)] for i in lo..hi { x = f(x, i) }`:
//!
//! ```text
//!                                         n = hi - lo
//! for i in lo..hi carrying x              for segment in 0..div_ceil(n, k) carrying x
//!   checkpoint every k                      checkpoint each
//!   y = f(x, i)                      →      for position in segment * k..min(.., n) carrying x
//!   yield y                                   i = lo + position
//!                                             y = f(x, i)
//!                                             yield y
//!                                           yield x
//! ```
//!
//! The backward sweep of an iteration of the outer loop starts from the state at its beginning, runs the
//! inner loop once more and keeps what that one's backward sweep needs: see `reverse/rerun.rs`. A loop with
//! `snapshots = s` stays one loop, of which each iteration is run again by itself.
//!
//! A `while` loop is cut into segments in the same way. It carries whether it goes on, so that its
//! condition is run as often as before:
//!
//! ```text
//!                                         more = c(x)
//! while c(x) carrying x                   while more carrying x, more
//!   checkpoint every k                      checkpoint each
//!   y = f(x)                         →      while more && position < k carrying x, more, position
//!   yield y                                   y = f(x)
//!                                             yield y, c(y), position + 1
//!                                           yield x, more
//! ```

use std::collections::BTreeSet;
use std::mem;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

use crate::analysis::Activity;
use crate::ir::{Builder, Checkpoint, Graph, Node, Op, Region, Storage, Type, Value};
use crate::rules::Fun;

/// The graph with its checkpointed loops in that form; `None` if it has none.
pub fn segmented(graph: &Graph, activity: &Activity) -> Option<Graph> {
    let mut any = false;
    graph.body.each_node(&mut |node| any |= matches!(node.op, Op::Checkpoint(_)));
    if !any {
        return None;
    }
    let mut segments = Segments { b: Builder::new(graph.values.clone()), activity };
    let body = segments.region(graph.body.clone());
    Some(Graph { values: mem::take(&mut segments.b.values), body, ..graph.clone() })
}

/// How the iterations of a loop are kept, if it is one that has a derivative and a state.
fn checkpoint(node: &Node, activity: &Activity) -> Option<Checkpoint> {
    match &node.op {
        Op::For { init, body, .. } | Op::While { init, body, .. }
            if activity.touches(node) && (!init.is_empty() || changes_memory(body)) =>
        {
            body.checkpoint()
        }
        _ => None,
    }
}

/// Whether a loop's body changes memory from outside of it.
fn changes_memory(body: &Region) -> bool {
    let (mut inside, mut changes) = (BTreeSet::new(), false);
    body.each_definition(&mut |v| {
        inside.insert(v);
    });
    body.each_node(&mut |node| {
        node.op.each_written(&mut |place| changes |= !inside.contains(&place.root));
    });
    changes
}

struct Segments<'a> {
    b: Builder,
    activity: &'a Activity,
}

impl Segments<'_> {
    fn region(&mut self, region: Region) -> Region {
        self.b.open();
        for node in region.nodes {
            self.node(node);
        }
        self.b.close(region.params, region.results)
    }

    fn node(&mut self, mut node: Node) {
        let checkpoint = checkpoint(&node, self.activity);
        for region in node.op.regions_mut() {
            *region = self.region(mem::take(region));
        }
        match (checkpoint, node.op) {
            (Some(checkpoint), op @ Op::For { .. }) => {
                self.counted(checkpoint, op, node.results, node.span);
            }
            (Some(checkpoint), Op::While { init, cond, body }) => {
                let results = node.results;
                self.conditional(checkpoint, (init, cond, body), results, node.span);
            }
            (None, mut op) => {
                // Of a loop without a derivative, or that leaves nothing behind, nothing is kept anyway.
                if let Op::For { body, .. } | Op::While { body, .. } = &mut op {
                    remove(body);
                }
                self.b.node(op, node.results, node.span);
            }
            (Some(_), _) => unreachable!("a loop"),
        }
    }

    fn counted(&mut self, checkpoint: Checkpoint, op: Op, results: Vec<Value>, span: Span) {
        let Op::For { lo, hi, inclusive, rev, init, mut body } = op else {
            unreachable!("a `for` loop")
        };
        let bounds = [("ad_lo", lo), ("ad_hi", hi)];
        let dots = if inclusive { quote!(..=) } else { quote!(..) };
        let range = quote!((ad_lo #dots ad_hi));
        let steps = self.integer(quote!(#range.count()), &bounds, span);
        // The index, from the position.
        let old = body.params[0];
        let position = self.local("position", Type::usize(), span);
        body.params[0] = position;
        let index = if *self.b.ty(old) == Type::usize() && !rev && !inclusive {
            Op::Scalar(Fun::Add, vec![lo, position])
        } else {
            let rev = rev.then(|| quote!(.rev()));
            let index = quote!(#range #rev.nth(ad_position).expect("as many as were counted"));
            Op::arithmetic(index, &[bounds[0], bounds[1], ("ad_position", position)])
        };
        body.nodes.insert(0, Node { op: index, results: vec![old], span });
        let looped =
            |lo, hi, init, body| Op::For { lo, hi, inclusive: false, rev: false, init, body };
        let zero = self.b.constant(quote!(0_usize), Type::usize(), span);
        let Checkpoint::Every(every) = checkpoint else {
            return self.b.node(looped(zero, steps, init, body), results, span);
        };
        remove(&mut body);
        let counts = [("ad_steps", steps), ("ad_every", every)];
        let segments = self.integer(quote!(ad_steps.div_ceil(ad_every.max(1))), &counts, span);
        let segment = self.local("segment", Type::usize(), span);
        let starts = self.like(&init);
        let ends = self.like(&init);
        self.b.open();
        self.b.effect(Op::Checkpoint(Checkpoint::Each), span);
        let at = [("ad_segment", segment), counts[1], counts[0]];
        let first = self.integer(quote!(ad_segment * ad_every.max(1)), &at[..2], span);
        let last = quote!((ad_segment + 1).saturating_mul(ad_every.max(1)).min(ad_steps));
        let last = self.integer(last, &at, span);
        self.b.node(looped(first, last, starts.clone(), body), ends.clone(), span);
        let params = [vec![segment], starts].concat();
        let outer = self.b.close(params, ends);
        self.b.node(looped(zero, segments, init, outer), results, span);
    }

    fn conditional(
        &mut self,
        checkpoint: Checkpoint,
        (mut init, cond, mut body): (Vec<Value>, Region, Region),
        mut results: Vec<Value>,
        span: Span,
    ) {
        let first = self.test(&cond, &init);
        init.push(first);
        results.push(self.local("more", Type::Bool, span));
        self.b.open();
        self.b.region().nodes = mem::take(&mut body.nodes);
        let next = self.test(&cond, &body.results);
        let more = self.local("more", Type::Bool, span);
        body.params.push(more);
        body.results.push(next);
        let mut body = self.b.close(body.params, body.results);
        let Checkpoint::Every(every) = checkpoint else {
            let cond = self.goes_on(&init, None, span);
            return self.b.node(Op::While { init, cond, body }, results, span);
        };
        remove(&mut body);
        let (starts, ends) = (self.like(&init), self.like(&init));
        self.b.open();
        self.b.effect(Op::Checkpoint(Checkpoint::Each), span);
        // The inner loop counts its iterations.
        let zero = self.b.constant(quote!(0_usize), Type::usize(), span);
        let inner = [starts.clone(), vec![zero]].concat();
        let cond = self.goes_on(&inner, Some(every), span);
        let position = self.local("position", Type::usize(), span);
        self.b.open();
        self.b.region().nodes = mem::take(&mut body.nodes);
        let one = self.b.int(1, span);
        let next = self.b.scalar(Fun::Add, vec![position, one], Type::usize(), span);
        body.params.push(position);
        body.results.push(next);
        let body = self.b.close(body.params, body.results);
        let counted = self.local("position", Type::usize(), span);
        let all = [ends.clone(), vec![counted]].concat();
        self.b.node(Op::While { init: inner, cond, body }, all, span);
        let outer = self.b.close(starts, ends);
        let cond = self.goes_on(&init, None, span);
        self.b.node(Op::While { init, cond, body: outer }, results, span);
    }

    /// Appends a loop's condition for these carried values; gives its result.
    fn test(&mut self, cond: &Region, carried: &[Value]) -> Value {
        let cond = cond.again(&mut self.b.values);
        let given = |v: Value| match cond.params.iter().position(|p| *p == v) {
            Some(k) => carried[k],
            None => v,
        };
        for node in &cond.nodes {
            let op = node.op.map(&mut |v| given(v));
            self.b.node(op, node.results.clone(), node.span);
        }
        given(cond.results[0])
    }

    /// The condition of a loop that carries whether it goes on, last of all or, where it makes `most`
    /// iterations at most, before their number.
    fn goes_on(&mut self, init: &[Value], most: Option<Value>, span: Span) -> Region {
        let params = self.like(init);
        self.b.open();
        let result = match (most, &params[..]) {
            (Some(most), [.., more, position]) => {
                let captures = [("ad_position", *position), ("ad_every", most)];
                let fits = quote!(ad_position < ad_every.max(1));
                let fits = self.b.op(Op::arithmetic(fits, &captures), Type::Bool, span);
                self.b.scalar(Fun::And, vec![*more, fits], Type::Bool, span)
            }
            (_, params) => *params.last().expect("it carries whether it goes on"),
        };
        self.b.close(params, vec![result])
    }

    /// New values of the same types and names.
    fn like(&mut self, values: &[Value]) -> Vec<Value> {
        let mut like = |v: &Value| {
            let data = self.b.data(*v).clone();
            self.b.named(data.ty, data.name, Storage::Local, data.span)
        };
        values.iter().map(&mut like).collect()
    }

    fn local(&mut self, name: &str, ty: Type, span: Span) -> Value {
        self.b.named(ty, Some(Ident::new(name, span)), Storage::Local, span)
    }

    fn integer(&mut self, tokens: TokenStream, captures: &[(&str, Value)], span: Span) -> Value {
        self.b.op(Op::arithmetic(tokens, captures), Type::usize(), span)
    }
}

fn remove(body: &mut Region) {
    body.nodes.retain(|node| !matches!(node.op, Op::Checkpoint(_)));
}

//! Remembers what memory holds.

use super::rewrite::{Aliases, hand_on_name, may_alias};
use super::walk::{Laid, accesses};
use crate::analysis::Iteration;
use crate::ir::{Graph, Op, Place, Region, Storage, Take, Value};

/// Lets what was stored at a place, or read there before, stand for what is read there, as long as
/// nothing that may overlap was written in between.
pub fn remember(mut graph: Graph) -> Graph {
    let found = {
        let layout = Laid::of(&graph);
        let mut memory =
            Memory { graph: &graph, layout: &layout, held: Vec::new(), found: Vec::new() };
        memory.region(&graph.body);
        memory.found
    };
    let mut aliases = Aliases::default();
    for (load, value) in found {
        let value = aliases.get(value);
        if may_alias(&graph.values, load, value) {
            aliases.set(load, value);
            hand_on_name(&mut graph.values, load, value);
        }
    }
    aliases.replace_everywhere(&mut graph.body);
    graph
}

struct Memory<'a, 'g> {
    graph: &'g Graph,
    layout: &'a Laid<'g>,
    /// Places, and the value that each holds.
    held: Vec<(&'g Place, Value)>,
    /// Loads whose value is known.
    found: Vec<(Value, Value)>,
}

impl<'g> Memory<'_, 'g> {
    fn region(&mut self, region: &'g Region) {
        for node in &region.nodes {
            match &node.op {
                Op::If(_, a, b) => {
                    let before = self.held.clone();
                    self.region(a);
                    self.held.clone_from(&before);
                    self.region(b);
                    self.held = before;
                    self.forget_written(a);
                    self.forget_written(b);
                }
                Op::For { .. } | Op::While { .. } => {
                    // In the first iteration already as in all that follow.
                    node.op.regions().for_each(|inner| self.forget_written(inner));
                    let before = self.held.clone();
                    for inner in node.op.regions() {
                        self.region(inner);
                        self.held.clone_from(&before);
                    }
                }
                op => self.plain(op, &node.results),
            }
        }
    }

    fn plain(&mut self, op: &'g Op, results: &[Value]) {
        match op {
            Op::Load(place, Take::Value | Take::Clone) if self.is_number(place, results[0]) => {
                let known = self.held.iter().find(|(p, _)| self.layout.are_same(p, place));
                match known {
                    Some((_, value)) => self.found.push((results[0], *value)),
                    None => self.held.push((place, results[0])),
                }
            }
            Op::Store(place, v) => {
                self.forget(op);
                if self.is_number(place, *v) {
                    self.held.push((place, *v));
                }
            }
            op => self.forget(op),
        }
    }

    /// Whether one number in memory that is always there is meant.
    fn is_number(&self, place: &Place, value: Value) -> bool {
        let storage = self.graph.data(place.root).storage;
        self.graph.ty(value).is_scalar()
            && !place.path.is_empty()
            && matches!(storage, Storage::Object | Storage::RefMut)
    }

    fn forget_written(&mut self, region: &'g Region) {
        region.each_node(&mut |node| self.forget(&node.op));
    }

    fn forget(&mut self, op: &Op) {
        let layout = self.layout;
        self.held.retain(|(place, _)| {
            accesses(op, place.root).iter().all(|access| {
                !access.writes
                    || access.place.is_some_and(|p| layout.are_disjoint(place, p, Iteration::Same))
            })
        });
    }
}

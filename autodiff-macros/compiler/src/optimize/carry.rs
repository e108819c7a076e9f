//! Takes values past control flow that hands them on as they are.

use super::rewrite::{Aliases, hand_on_name, may_alias};
use crate::ir::{Graph, Op, Region, Value, ValueData};

/// What a loop carries and never changes, and what both branches yield, is the value from before.
pub fn carry(mut graph: Graph) -> Graph {
    let mut carry = Carry { aliases: Aliases::new(graph.values.len()), values: &mut graph.values };
    carry.find(&graph.body);
    let aliases = carry.aliases;
    replace(&mut graph.body, &aliases);
    graph
}

struct Carry<'g> {
    aliases: Aliases,
    values: &'g mut [ValueData],
}

impl Carry<'_> {
    /// Inner nodes first: what they hand on, those around them may.
    fn find(&mut self, region: &Region) {
        for node in &region.nodes {
            node.op.regions().into_iter().for_each(|inner| self.find(inner));
            for (k, result) in node.results.iter().enumerate() {
                match &node.op {
                    Op::If(_, a, b) => {
                        let (a, b) =
                            (self.aliases.get(a.results[k]), self.aliases.get(b.results[k]));
                        if a == b {
                            self.alias(&[*result], a);
                        }
                    }
                    Op::For { init, body, .. } => {
                        let param = body.params[k + 1];
                        if self.aliases.get(body.results[k]) == param {
                            self.alias(&[*result, param], init[k]);
                        }
                    }
                    Op::While { init, cond, body } => {
                        let param = body.params[k];
                        if self.aliases.get(body.results[k]) == param {
                            self.alias(&[*result, param, cond.params[k]], init[k]);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn alias(&mut self, values: &[Value], by: Value) {
        if values.iter().all(|v| may_alias(self.values, *v, by)) {
            for value in values {
                self.aliases.set(*value, by);
                hand_on_name(self.values, *value, by);
            }
        }
    }
}

fn replace(region: &mut Region, aliases: &Aliases) {
    for node in &mut region.nodes {
        aliases.replace_operands(&mut node.op);
        node.op.regions_mut().into_iter().for_each(|inner| replace(inner, aliases));
    }
    aliases.replace(&mut region.results);
}

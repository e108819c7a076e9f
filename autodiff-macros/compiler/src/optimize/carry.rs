//! Takes values past control flow that hands them on as they are.

use super::rewrite::{Aliases, hand_on_name, may_alias};
use crate::ir::{Graph, Op, Region, Value, ValueData};

/// What a loop carries and never changes, and what both branches yield, is the value from before; so is
/// what one branch yields and nobody reads after the other.
pub fn carry(mut graph: Graph) -> Graph {
    let mut carry = Carry { aliases: Aliases::default(), values: &mut graph.values };
    carry.find(&graph.body);
    let aliases = carry.aliases;
    aliases.replace_everywhere(&mut graph.body);
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
            node.op.regions().for_each(|inner| self.find(inner));
            for (k, result) in node.results.iter().enumerate() {
                match &node.op {
                    Op::If(_, a, b) => {
                        let (x, y) =
                            (self.aliases.get(a.results[k]), self.aliases.get(b.results[k]));
                        if x == y || is_undefined(b, y) && !defines(a, x) {
                            self.alias(&[*result], x);
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

/// Whether a region yields that value only where nobody reads it.
fn is_undefined(region: &Region, value: Value) -> bool {
    region.nodes.iter().any(|n| n.results == [value] && matches!(n.op, Op::Undef))
}

fn defines(region: &Region, value: Value) -> bool {
    region.nodes.iter().any(|n| n.results.contains(&value))
}

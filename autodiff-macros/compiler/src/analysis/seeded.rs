//! Which values are adjoints: those that depend on a seed, as far as values tell and memory does not.

use std::collections::BTreeSet;

use crate::ir::{Op, Region, Value};

/// See the module.
#[derive(Debug)]
pub struct Seeded(BTreeSet<Value>);

impl Seeded {
    /// Follows the seeds through a function's body.
    pub fn of(body: &Region) -> Self {
        let mut seeded = Self(BTreeSet::new());
        // What a loop carries depends on what it carried before.
        loop {
            let before = seeded.0.len();
            seeded.follow(body);
            if seeded.0.len() == before {
                return seeded;
            }
        }
    }

    /// Whether a value is an adjoint.
    pub fn contains(&self, value: Value) -> bool {
        self.0.contains(&value)
    }

    fn follow(&mut self, region: &Region) {
        for node in &region.nodes {
            node.op.regions().into_iter().for_each(|inner| self.follow(inner));
            match &node.op {
                Op::Seed(_) => self.0.extend(&node.results),
                Op::Scalar(..) => {
                    let mut found = false;
                    node.op.each_input(&mut |v| found |= self.0.contains(&v));
                    if found {
                        self.0.extend(&node.results);
                    }
                }
                Op::If(_, a, b) => {
                    for (k, result) in node.results.iter().enumerate() {
                        self.pass(&[a.results[k], b.results[k]], &[*result]);
                    }
                }
                Op::For { init, body, .. } => {
                    for (k, result) in node.results.iter().enumerate() {
                        self.pass(&[init[k], body.results[k]], &[*result, body.params[k + 1]]);
                    }
                }
                _ => {}
            }
        }
    }

    fn pass(&mut self, from: &[Value], to: &[Value]) {
        if from.iter().any(|v| self.0.contains(v)) {
            self.0.extend(to);
        }
    }
}

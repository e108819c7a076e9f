//! Which values are adjoints: those that depend on a seed, as far as values tell and memory does not.

use crate::ir::{Op, Region, Value, ValueSet};

/// See the module.
#[derive(Debug)]
pub struct Seeded(ValueSet);

impl Seeded {
    /// Follows the seeds through a function's body.
    pub fn of(body: &Region) -> Self {
        let mut seeded = Self(ValueSet::default());
        seeded.follow(body);
        seeded
    }

    /// Whether there is no adjoint at all.
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// Whether a value is an adjoint.
    pub fn contains(&self, value: Value) -> bool {
        self.0.contains(value)
    }

    fn follow(&mut self, region: &Region) {
        for node in &region.nodes {
            match &node.op {
                Op::Seed(_) => self.0.extend(node.results.iter().copied()),
                Op::Scalar(_, args) => self.pass(args, &node.results),
                Op::If(_, a, b) => {
                    self.follow(a);
                    self.follow(b);
                    for (k, result) in node.results.iter().enumerate() {
                        self.pass(&[a.results[k], b.results[k]], &[*result]);
                    }
                }
                Op::For { init, body, .. } => {
                    self.carry(init, body, &node.results);
                    self.follow(body);
                    // What a loop carries depends on what it carried before.
                    while self.carry(init, body, &node.results) {
                        self.follow(body);
                    }
                }
                op => op.regions().for_each(|inner| self.follow(inner)),
            }
        }
    }

    /// Follows what a loop carries into and out of an iteration; says whether there was news.
    fn carry(&mut self, init: &[Value], body: &Region, results: &[Value]) -> bool {
        let before = self.0.len();
        for (k, result) in results.iter().enumerate() {
            self.pass(&[init[k], body.results[k]], &[*result, body.params[k + 1]]);
        }
        self.0.len() > before
    }

    fn pass(&mut self, from: &[Value], to: &[Value]) {
        if from.iter().any(|v| self.0.contains(*v)) {
            self.0.extend(to.iter().copied());
        }
    }
}

//! Which values are adjoints, and which memory holds some: what depends on a seed.

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
                    // What a loop carries, and leaves in memory, depends on what it carried before.
                    let mut before = None;
                    while before != Some(self.0.len()) {
                        before = Some(self.0.len());
                        self.carry(init, body, &node.results);
                        self.follow(body);
                    }
                    self.carry(init, body, &node.results);
                }
                op if op.regions().is_empty() => self.operation(op, &node.results),
                op => op.regions().for_each(|inner| self.follow(inner)),
            }
        }
    }

    /// What an operation gives, and the memory that it writes, if it is given an adjoint.
    fn operation(&mut self, op: &Op, results: &[Value]) {
        let mut given = matches!(op, Op::Pull { .. } | Op::CallInto { .. });
        op.each_input(&mut |v| given |= self.0.contains(v));
        if given {
            self.0.extend(results.iter().copied());
            op.each_written(&mut |place| {
                self.0.insert(place.root);
            });
        }
    }

    /// Follows what a loop carries into and out of an iteration.
    fn carry(&mut self, init: &[Value], body: &Region, results: &[Value]) {
        for (k, result) in results.iter().enumerate() {
            self.pass(&[init[k], body.results[k]], &[*result, body.params[k + 1]]);
        }
    }

    fn pass(&mut self, from: &[Value], to: &[Value]) {
        if from.iter().any(|v| self.0.contains(*v)) {
            self.0.extend(to.iter().copied());
        }
    }
}

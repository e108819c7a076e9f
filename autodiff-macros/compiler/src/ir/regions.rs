//! The regions that operations hold.

use super::{Op, Region};

/// The regions of an operation in order of execution: two at most, so that no walk over a graph goes to
/// the heap for them.
#[derive(Debug)]
pub struct Regions<R> {
    first: Option<R>,
    second: Option<R>,
}

impl<R> Regions<R> {
    /// Whether there is none left.
    pub fn is_empty(&self) -> bool {
        self.first.is_none() && self.second.is_none()
    }
}

impl<R> Iterator for Regions<R> {
    type Item = R;

    fn next(&mut self) -> Option<R> {
        match self.first.take() {
            None => self.second.take(),
            first => first,
        }
    }
}

/// The regions of an operation, shared or to be changed.
macro_rules! regions {
    ($op:expr) => {{
        let (first, second) = match $op {
            Op::If(_, a, b) => (Some(a), Some(b)),
            Op::For { body, .. } => (Some(body), None),
            Op::While { cond, body, .. } => (Some(cond), Some(body)),
            Op::View { start, .. } => (Some(start), None),
            _ => (None, None),
        };
        Regions { first, second }
    }};
}

impl Op {
    /// The regions of the operation.
    pub fn regions(&self) -> Regions<&Region> {
        regions!(self)
    }

    /// The regions of the operation, to be changed.
    pub fn regions_mut(&mut self) -> Regions<&mut Region> {
        regions!(self)
    }
}

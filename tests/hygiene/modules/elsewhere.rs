//! What another file declares.

use autodiff::{Differentiable, differentiate};
pub(crate) const RATE: f64 = 0.25;
#[derive(Differentiable, Clone, Debug)]
pub(crate) struct Pt {
    pub(crate) x: f64,
    pub(crate) y: f64,
}
#[differentiate]
pub(crate) fn helper(x: f64) -> f64 {
    x * x
}

//! What the closure changes is not seen.

use autodiff::differentiate;
use nalgebra::Vector3;

#[differentiate]
fn f(mut v: Vector3<f64>) -> f64 {
    v.apply(|x| *x = x.sin());
    v.sum()
}

fn main() {}

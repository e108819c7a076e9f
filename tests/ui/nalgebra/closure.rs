//! What the method calls is not known.

use autodiff::differentiate;
use nalgebra::Vector3;

#[differentiate]
fn f(v: Vector3<f64>) -> f64 {
    v.map(|x| x.sin()).sum()
}

fn main() {}

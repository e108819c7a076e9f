//! A matrix whose size is not known to the compiler.

use autodiff::differentiate;
use nalgebra::DVector;

#[differentiate]
fn f(v: &DVector<f64>) -> f64 {
    v[0] * v[1]
}

fn main() {}

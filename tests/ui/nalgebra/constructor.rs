//! A constructor without a derivative.

use autodiff::differentiate;
use nalgebra::Vector3;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    Vector3::from_row_slice(x).norm()
}

fn main() {}

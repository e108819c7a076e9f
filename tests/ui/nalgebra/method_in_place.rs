//! A method that changes the matrix.

use autodiff::differentiate;
use nalgebra::Vector3;

#[differentiate]
fn f(mut v: Vector3<f64>) -> f64 {
    v.normalize_mut();
    v.x
}

fn main() {}

//! Only a matrix has entries.

use autodiff::differentiate;
use nalgebra::{Matrix3, Vector3};

#[differentiate]
fn f(m: Matrix3<f64>, v: Vector3<f64>) -> f64 {
    m.try_inverse().map(|inverse| inverse * v).unwrap().x
}

fn main() {}

//! A decomposition has no derivative.

use autodiff::differentiate;
use nalgebra::Matrix3;

#[differentiate]
fn f(m: Matrix3<f64>) -> f64 {
    m.qr().r().trace()
}

fn main() {}

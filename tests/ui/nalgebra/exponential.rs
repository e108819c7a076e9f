//! The function of a matrix is not that of its entries: the rule of numbers would be wrong.

use autodiff::differentiate;
use nalgebra::Matrix3;

#[differentiate]
fn f(m: Matrix3<f64>) -> f64 {
    m.exp().trace()
}

fn main() {}

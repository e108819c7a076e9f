//! A module that has the name of the crate `libm` is not taken for it.

use autodiff::differentiate;

mod libm {
    pub fn sin(x: f64) -> f64 {
        2.0 * x
    }
}

#[differentiate]
fn f(x: f64) -> f64 {
    libm::sin(x)
}

fn main() {}

//! Two functions that may round differently are not taken for one.

use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    libm::sin(x) * x.cos() + x.sin()
}

fn main() {}

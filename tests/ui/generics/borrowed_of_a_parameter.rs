//! What an argument of an unknown type lends cannot be kept beside it.

use autodiff::differentiate;

#[differentiate]
fn picked(x: &[f64], indices: impl AsRef<[usize]>) -> f64 {
    indices.as_ref().iter().map(|&i| x[i] * x[i]).sum()
}

fn main() {}

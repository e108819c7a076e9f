use autodiff::differentiate;

use std::collections::HashMap;

#[differentiate]
fn f(weights: &HashMap<String, f64>, x: f64) -> f64 {
    weights["w"] * x
}

fn main() {}

use autodiff::Differentiable;
use std::collections::HashMap;

#[derive(Differentiable)]
struct Model {
    weights: HashMap<String, f64>,
    bias: f64,
}

fn main() {}

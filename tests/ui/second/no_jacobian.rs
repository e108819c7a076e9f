//! What has no Jacobian.

use autodiff::differentiate;

#[differentiate(jacobian)]
fn in_place(x: &mut [f64]) {
    x[0] *= x[1];
}

#[derive(autodiff::Differentiable, Clone)]
struct Pair {
    a: f64,
    b: f64,
}

#[differentiate(jacobian)]
fn of_structs(x: f64) -> Pair {
    Pair { a: x, b: x * x }
}

#[differentiate(jacobian, jacobian)]
fn twice(x: f64) -> f64 {
    x
}

fn main() {}

use autodiff::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate]
fn f(p: &Point) -> f64 {
    p.x * p.z
}

fn main() {}

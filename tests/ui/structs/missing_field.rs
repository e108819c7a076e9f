use autodiff::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate]
fn f(x: f64) -> f64 {
    let p = Point { x };
    p.x * x
}

fn main() {}

use autodiff::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Point {
    x: f64,
    n: usize,
}

#[differentiate]
fn f(x: f64) -> f64 {
    let p = Point { x, n: x };
    p.x * x
}

fn main() {}

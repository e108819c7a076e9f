use autodiff::{Differentiable, differentiate};

#[derive(Differentiable, Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate]
fn f(x: f64) -> f64 {
    let mut y = x;
    let p = loop {
        y *= 2.0;
        if y > 10.0 {
            break Point { x, y };
        }
    };
    p.x * p.y
}

fn main() {}

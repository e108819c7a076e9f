//! What has no second derivative here.

use autodiff::differentiate;

#[differentiate]
fn called(x: f64) -> f64 {
    x * x
}

#[differentiate(hessian)]
fn calls(x: f64) -> f64 {
    called(x) * x
}

#[differentiate(hessian)]
fn of_several(x: f64) -> (f64, f64) {
    (x, x * x)
}

#[differentiate(hessian)]
fn in_place(x: &mut [f64]) -> f64 {
    x[0] *= x[1];
    x[0]
}

fn main() {}

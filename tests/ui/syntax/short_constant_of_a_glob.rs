use autodiff::differentiate;
use std::f64::consts::*;

#[differentiate]
fn f(x: f64) -> f64 {
    match x {
        E => x,
        _ => x * x,
    }
}

fn main() {}

use autodiff::differentiate;

const FACTOR: f64 = 2.0;
const N: usize = 3;

#[differentiate]
fn shadowed(x: f64) -> f64 {
    let inside = {
        const FACTOR: f64 = 3.0;
        FACTOR * x
    };
    inside * FACTOR
}

#[differentiate]
fn imported(x: f64) -> f64 {
    let inside = {
        use std::f64::consts::LN_2 as FACTOR;
        FACTOR * x
    };
    inside * FACTOR
}

#[differentiate]
fn whatever_there_is(x: f64) -> f64 {
    let inside = {
        use std::f64::consts::*;
        PI * x
    };
    inside * FACTOR
}

#[differentiate]
fn of_the_signature(x: [f64; N]) -> f64 {
    const N: usize = 2;
    let mut product = 1.0;
    for i in 0..N {
        product *= x[i];
    }
    product
}

/// No other `FACTOR` is meant.
#[differentiate]
fn apart(x: f64) -> f64 {
    let inside = {
        const FACTOR: f64 = 3.0;
        FACTOR * x
    };
    inside * self::FACTOR
}

fn main() {
    let _ = (apart(1.0), of_the_signature([0.0; 3]), whatever_there_is(1.0), imported(1.0), shadowed(1.0));
}

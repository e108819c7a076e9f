//! Constants by their names: of the file, of types, of the body, imported, generic.

use std::f64::consts::{FRAC_PI_4, PI as HALF_TURN};

use autodiff::differentiate;

use crate::harness::check;

const RATE: f64 = 0.75;
const COUNT: usize = 3;
const WEIGHTS: [f64; COUNT] = [0.5, -1.5, 2.0];
static OFFSET: f64 = 0.25;
type Real = f64;
const SCALE: Real = 1.5;

/// What the outer module calls by the same names is of other types here.
mod single {
    use autodiff::differentiate;

    pub const RATE: f32 = 0.5;
    const LIMIT: i32 = 3;

    #[differentiate]
    pub fn grown(x: f32) -> f32 {
        (x * RATE).exp() + LIMIT as f32 * x * super::RATE as f32
    }
}

struct Model;

impl Model {
    const GAIN: f64 = 1.25;
    const STEPS: u32 = 4;

    #[differentiate]
    fn apply(x: f64) -> f64 {
        (Self::GAIN * x).sin() + Self::RATE * x
    }

    const RATE: f64 = 2.0;
}

#[differentiate]
fn of_the_file(x: f64) -> f64 {
    let mut total = OFFSET * x.exp();
    for i in 0..COUNT {
        total += WEIGHTS[i] * x.powi(i as i32 + 1);
    }
    RATE * total - self::RATE / x + SCALE * x
}

#[differentiate]
fn of_types(x: f64) -> f64 {
    let mut y = x;
    for _ in 0..Model::STEPS {
        y = (Model::GAIN * y).sin();
    }
    y * f64::EPSILON.sqrt() + x.powf(<Model>::GAIN)
}

#[differentiate]
fn of_the_body(x: f64) -> f64 {
    const RATE: f64 = 3.0;
    static SHIFT: f64 = 0.125;
    let grown = x * RATE + SHIFT;
    grown * grown
}

#[differentiate]
fn imported(x: f64) -> f64 {
    (x * HALF_TURN).sin() * (FRAC_PI_4 + x)
}

#[differentiate]
fn parameter<const COUNT: usize>(x: [f64; COUNT]) -> f64 {
    let mut total = 0.0;
    for i in 0..COUNT {
        total += x[i] * x[i] * (i + COUNT) as f64;
    }
    total
}

#[test]
fn constants_have_no_derivative_whatever_tells_their_types() {
    check!(of_the_file(x); x in [0.5, -1.25]);
    check!(of_types(x); x in [0.5, 1.25]);
    check!(of_the_body(x); x in [0.5, -1.25]);
    check!(imported(x); x in [0.5, -1.25]);
    check!(parameter(x); x in [[0.5, -1.25, 2.0]]);
    check!(single::grown(x); x in [0.5_f32, -1.25]);
}

#[test]
fn constants_of_a_type_are_found_by_its_own_functions() {
    let expected = |x: f64| 1.25 * (1.25 * x).cos() + 2.0;
    for x in [0.5, -1.25] {
        assert!((Model::apply_grad(x) - expected(x)).abs() < 1e-14);
    }
}

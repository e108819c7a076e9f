//! What has no second derivative here.

use autodiff::{Differentiable, differentiate};

mod elsewhere {
    use autodiff::differentiate;

    #[differentiate]
    pub fn first_order(x: f64) -> f64 {
        x * x
    }

    pub fn plain(x: f64) -> f64 {
        x * x
    }
}

#[differentiate(hessian)]
fn calls_first_order(x: f64) -> f64 {
    elsewhere::first_order(x) * x
}

#[differentiate]
fn cubic(x: f64) -> f64 {
    x * x * x
}

#[differentiate]
fn calls_a_gradient(x: f64) -> f64 {
    cubic::grad(x) * x
}

#[differentiate(hessian)]
fn calls_plain(x: f64) -> f64 {
    elsewhere::plain(x) * x
}

#[derive(Clone, Copy, Debug, Differentiable, PartialEq)]
struct Scale(f64);

#[differentiate]
impl Scale {
    fn of(&self, x: f64) -> f64 {
        self.0 * x
    }
}

#[differentiate]
impl std::ops::Mul<f64> for Scale {
    type Output = Scale;

    fn mul(self, x: f64) -> Scale {
        Scale(self.0 * x)
    }
}

#[differentiate(hessian)]
fn calls_a_method(x: f64) -> f64 {
    Scale(x).of(x)
}

#[differentiate(hessian)]
fn an_operator(x: f64) -> f64 {
    let scaled = Scale(x) * x;
    scaled.0
}

#[differentiate(hessian, vjp = elsewhere::first_order)]
fn a_rule_of_its_own(x: f64) -> f64 {
    x.exp()
}

fn main() {}

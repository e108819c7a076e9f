//! Three hyperbolic tangents over each of ten thousand variables: elementwise and expensive, so
//! what is kept of the forward sweep decides.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const LENGTH: usize = 10_000;

/// The sum of `tanh(tanh(tanh(x)))`.
#[differentiate]
fn tanh_chain(x: &[f64]) -> f64 {
    x.iter().map(|x| x.tanh().tanh().tanh()).sum()
}

/// The seed of every element is one, so a single pass gives value and gradient and keeps nothing.
fn tanh_chain_by_hand(x: &[f64], x_bar: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for (x, x_bar) in x.iter().zip(x_bar) {
        let first = x.tanh();
        let second = first.tanh();
        let third = second.tanh();
        sum += third;
        *x_bar += (1.0 - third * third) * (1.0 - second * second) * (1.0 - first * first);
    }
    sum
}

pub struct TanhChain {
    x: Vec<f64>,
}

impl Program for TanhChain {
    const NAME: &'static str = "tanh-10k";

    fn new() -> Self {
        Self { x: spread(LENGTH, -3.0, 3.0) }
    }

    fn variables(&self) -> Vec<f64> {
        self.x.clone()
    }

    fn primal(&self) -> f64 {
        tanh_chain(&self.x)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        tanh_chain::grad_into(&self.x, gradient)
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        tanh_chain_by_hand(&self.x, gradient)
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let mut sum = variables[0].constant(0.0);
        for &x in variables {
            sum = sum + x.tanh().tanh().tanh();
        }
        sum
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

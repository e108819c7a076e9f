//! Rosenbrock's function chained over a slice of ten thousand variables.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const VARIABLES: usize = 10_000;

/// The sum of Rosenbrock's function over all neighbours in `x`.
#[differentiate]
fn rosenbrock_chain(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for pair in x.windows(2) {
        sum += (1.0 - pair[0]).powi(2) + 100.0 * (pair[1] - pair[0] * pair[0]).powi(2);
    }
    sum
}

/// The value and then the gradient, in two loops: the second gathers what a variable's two terms
/// contribute, so nothing is carried from one to the next and it vectorizes.
fn rosenbrock_chain_by_hand(x: &[f64], x_bar: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for pair in x.windows(2) {
        let along = 1.0 - pair[0];
        let across = pair[1] - pair[0] * pair[0];
        sum += along * along + 100.0 * (across * across);
    }

    let as_left = |x: f64, next: f64| x * (2.0 - 400.0 * (next - x * x)) - 2.0;
    let as_right = |x: f64, previous: f64| 200.0 * (x - previous * previous);
    if let ([first, second, ..], [first_bar, middle_bar @ .., last_bar]) = (x, x_bar) {
        *first_bar += as_left(*first, *second);
        for (three, x_bar) in x.windows(3).zip(middle_bar) {
            *x_bar += as_right(three[1], three[0]) + as_left(three[1], three[2]);
        }
        *last_bar += as_right(x[x.len() - 1], x[x.len() - 2]);
    }
    sum
}

pub struct RosenbrockChain {
    x: Vec<f64>,
}

impl Program for RosenbrockChain {
    const NAME: &'static str = "rosenbrock-10k";

    fn new() -> Self {
        Self { x: spread(VARIABLES, -1.5, 1.5) }
    }

    fn variables(&self) -> Vec<f64> {
        self.x.clone()
    }

    fn primal(&self) -> f64 {
        rosenbrock_chain(&self.x)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        rosenbrock_chain::grad_into(&self.x, gradient)
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        rosenbrock_chain_by_hand(&self.x, gradient)
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let mut sum = variables[0].constant(0.0);
        for pair in variables.windows(2) {
            let along = -pair[0] + 1.0;
            let across = pair[1] - pair[0] * pair[0];
            sum = sum + (along * along + across * across * 100.0);
        }
        sum
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

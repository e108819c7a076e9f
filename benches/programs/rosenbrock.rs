//! Rosenbrock's function of two variables: a handful of operations, nothing to hide behind.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode};

/// Rosenbrock's banana-shaped valley.
#[differentiate]
fn rosenbrock(x: f64, y: f64) -> f64 {
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}

fn rosenbrock_by_hand(x: f64, y: f64) -> (f64, (f64, f64)) {
    let along = 1.0 - x;
    let across = y - x * x;
    let across_bar = 200.0 * across;
    (along * along + 100.0 * (across * across), (-2.0 * along - 2.0 * x * across_bar, across_bar))
}

pub struct Rosenbrock {
    x: f64,
    y: f64,
}

impl Program for Rosenbrock {
    const NAME: &'static str = "rosenbrock-2";

    fn new() -> Self {
        Self { x: -1.2, y: 1.0 }
    }

    fn variables(&self) -> Vec<f64> {
        vec![self.x, self.y]
    }

    fn primal(&self) -> f64 {
        rosenbrock(self.x, self.y)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let (value, (x_bar, y_bar)) = rosenbrock::value_and_grad(self.x, self.y);
        gradient.copy_from_slice(&[x_bar, y_bar]);
        value
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let (value, (x_bar, y_bar)) = rosenbrock_by_hand(self.x, self.y);
        gradient.copy_from_slice(&[x_bar, y_bar]);
        value
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let [x, y] = [variables[0], variables[1]];
        let along = -x + 1.0;
        let across = y - x * x;
        along * along + across * across * 100.0
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<2, _>(self, variables, gradient)
    }
}

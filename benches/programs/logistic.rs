//! Ten thousand steps of the logistic map: one long nonlinear recurrence, every state needed.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode};

const STEPS: usize = 10_000;

/// The population after [`STEPS`] generations.
#[differentiate]
fn logistic(start: f64, r: f64) -> f64 {
    let mut x = start;
    for _ in 0..STEPS {
        x = r * x * (1.0 - x);
    }
    x
}

/// Keeps the state before every step and recomputes what a step does with it.
fn logistic_by_hand(start: f64, r: f64) -> (f64, (f64, f64)) {
    let mut x = start;
    let trajectory: Vec<f64> = (0..STEPS)
        .map(|_| {
            let before = x;
            x = r * x * (1.0 - x);
            before
        })
        .collect();

    let mut x_bar = 1.0;
    let mut r_bar = 0.0;
    for &x in trajectory.iter().rev() {
        r_bar += x_bar * (x * (1.0 - x));
        x_bar *= r * (1.0 - 2.0 * x);
    }
    (x, (x_bar, r_bar))
}

pub struct Logistic {
    start: f64,
    r: f64,
}

impl Program for Logistic {
    const NAME: &'static str = "logistic-10k";

    /// At the onset of chaos the Lyapunov exponent is zero. Below, ten thousand steps make the
    /// gradient underflow; above, overflow.
    fn new() -> Self {
        Self { start: 0.3, r: 3.569_945_672 }
    }

    fn variables(&self) -> Vec<f64> {
        vec![self.start, self.r]
    }

    fn primal(&self) -> f64 {
        logistic(self.start, self.r)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let (value, (start_bar, r_bar)) = logistic::value_and_grad(self.start, self.r);
        gradient.copy_from_slice(&[start_bar, r_bar]);
        value
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let (value, (start_bar, r_bar)) = logistic_by_hand(self.start, self.r);
        gradient.copy_from_slice(&[start_bar, r_bar]);
        value
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let [mut x, r] = [variables[0], variables[1]];
        for _ in 0..STEPS {
            x = r * x * (-x + 1.0);
        }
        x
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<2, _>(self, variables, gradient)
    }
}

//! The dot product of two vectors of ten thousand: memory and nothing else.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const LENGTH: usize = 10_000;

/// The dot product.
#[differentiate]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// One pass: the updates of the shadows fit into the latency of the sum.
fn dot_by_hand(a: &[f64], b: &[f64], (a_bar, b_bar): (&mut [f64], &mut [f64])) -> f64 {
    let mut sum = 0.0;
    for (((a, b), a_bar), b_bar) in a.iter().zip(b).zip(a_bar).zip(b_bar) {
        sum += a * b;
        *a_bar += b;
        *b_bar += a;
    }
    sum
}

pub struct Dot {
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Program for Dot {
    const NAME: &'static str = "dot-10k";

    fn new() -> Self {
        Self { a: spread(LENGTH, -1.0, 1.0), b: spread(LENGTH, 0.0, 3.0) }
    }

    fn variables(&self) -> Vec<f64> {
        [&self.a[..], &self.b].concat()
    }

    fn primal(&self) -> f64 {
        dot(&self.a, &self.b)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        dot::grad_into(&self.a, &self.b, gradient.split_at_mut(LENGTH))
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        dot_by_hand(&self.a, &self.b, gradient.split_at_mut(LENGTH))
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (a, b) = variables.split_at(LENGTH);
        let mut sum = variables[0].constant(0.0);
        for (&a, &b) in a.iter().zip(b) {
            sum = sum + a * b;
        }
        sum
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

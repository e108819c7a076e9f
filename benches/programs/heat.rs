//! The cooling of a rod by the implicit Euler method, each step solved by Thomas's elimination:
//! W. Press et al., *Numerical Recipes*, sections 19.2 and 2.4. Two recurrences a step, one up and one
//! down the rod.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const POINTS: usize = 64;
const STEPS: usize = 50;

/// The elimination of the matrix with `-k[i]`, `1 + k[i] + k[i + 1]`, `-k[i + 1]` in its rows: the
/// reciprocals of the pivots, and what is above them.
#[differentiate]
fn factor(k: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = k.len() - 1;
    let mut inverse = vec![0.0; n];
    let mut upper = vec![0.0; n];
    let mut before = 0.0;
    for i in 0..n {
        inverse[i] = 1.0 / (1.0 + k[i] + k[i + 1] + k[i] * before);
        upper[i] = -k[i + 1] * inverse[i];
        before = upper[i];
    }
    (inverse, upper)
}

/// The squared distance of the final temperatures from those that are wanted. Between the points, and
/// between the ends and the walls at temperature 0, heat is conducted by `k`.
#[differentiate(wrt(start, k))]
fn heat(start: &[f64], k: &[f64], wanted: &[f64]) -> f64 {
    let n = start.len();
    let (inverse, upper) = factor(k);
    let mut u = start.to_vec();
    for _ in 0..STEPS {
        u[0] *= inverse[0];
        for i in 1..n {
            u[i] = (u[i] + k[i] * u[i - 1]) * inverse[i];
        }
        for i in (0..n - 1).rev() {
            u[i] -= upper[i] * u[i + 1];
        }
    }
    u.iter().zip(wanted).map(|(u, w)| (u - w).powi(2)).sum()
}

/// The adjoint of a solution is the solution with the transposed matrix, which here is the matrix
/// itself; its product with the solution is the adjoint of the matrix. Keeps the temperatures alone.
fn heat_by_hand(
    start: &[f64],
    k: &[f64],
    wanted: &[f64],
    (start_bar, k_bar): (&mut [f64], &mut [f64]),
) -> f64 {
    let n = start.len();
    let mut inverse = vec![0.0; n];
    let mut upper = vec![0.0; n];
    let mut before = 0.0;
    for i in 0..n {
        inverse[i] = 1.0 / (1.0 + k[i] + k[i + 1] + k[i] * before);
        upper[i] = -k[i + 1] * inverse[i];
        before = upper[i];
    }
    let solve = |u: &mut [f64]| {
        let mut below = u[0] * inverse[0];
        u[0] = below;
        for ((u, k), inverse) in u[1..].iter_mut().zip(&k[1..]).zip(&inverse[1..]) {
            below = (*u + k * below) * inverse;
            *u = below;
        }
        for (u, upper) in u.iter_mut().zip(&upper).rev().skip(1) {
            below = *u - upper * below;
            *u = below;
        }
    };
    let mut kept = Vec::with_capacity(STEPS * n);
    let mut u = start.to_vec();
    for _ in 0..STEPS {
        solve(&mut u);
        kept.extend_from_slice(&u);
    }
    let value = u.iter().zip(wanted).map(|(u, w)| (u - w) * (u - w)).sum();

    let mut u_bar = u;
    u_bar.iter_mut().zip(wanted).for_each(|(u, w)| *u = 2.0 * (*u - w));
    for u in kept.chunks_exact(n).rev() {
        solve(&mut u_bar);
        k_bar[0] -= u_bar[0] * u[0];
        for i in 1..n {
            k_bar[i] -= (u_bar[i] - u_bar[i - 1]) * (u[i] - u[i - 1]);
        }
        k_bar[n] -= u_bar[n - 1] * u[n - 1];
    }
    for (start_bar, u_bar) in start_bar.iter_mut().zip(&u_bar) {
        *start_bar += u_bar;
    }
    value
}

pub struct Heat {
    start: Vec<f64>,
    k: Vec<f64>,
    wanted: Vec<f64>,
}

impl Program for Heat {
    const NAME: &'static str = "heat-thomas";

    fn new() -> Self {
        Self {
            start: spread(POINTS, 0.0, 1.0),
            k: spread(POINTS + 1, 0.2, 0.9),
            wanted: spread(POINTS, 0.1, 0.4),
        }
    }

    fn variables(&self) -> Vec<f64> {
        [&self.start[..], &self.k].concat()
    }

    fn primal(&self) -> f64 {
        heat(&self.start, &self.k, &self.wanted)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        heat::grad_into(&self.start, &self.k, &self.wanted, gradient.split_at_mut(POINTS))
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        heat_by_hand(&self.start, &self.k, &self.wanted, gradient.split_at_mut(POINTS))
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (start, k) = variables.split_at(POINTS);
        let one = k[0].constant(1.0);
        let mut inverse = Vec::new();
        let mut upper: Vec<S> = Vec::new();
        for i in 0..POINTS {
            let mut pivot = k[i] + k[i + 1] + 1.0;
            if i > 0 {
                pivot = pivot + k[i] * upper[i - 1];
            }
            inverse.push(one / pivot);
            upper.push(-k[i + 1] * inverse[i]);
        }
        let mut u = start.to_vec();
        for _ in 0..STEPS {
            u[0] = u[0] * inverse[0];
            for i in 1..POINTS {
                u[i] = (u[i] + k[i] * u[i - 1]) * inverse[i];
            }
            for i in (0..POINTS - 1).rev() {
                u[i] = u[i] - upper[i] * u[i + 1];
            }
        }
        let mut sum = one * 0.0;
        for (&u, &w) in u.iter().zip(&self.wanted) {
            sum = sum + (u - w) * (u - w);
        }
        sum
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

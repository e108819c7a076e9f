//! Burgers's equation on a ring by explicit steps, which two states take in turn: M. Heath, *Scientific
//! Computing*, section 11.2. Each step reads the neighbours of each point, and is to be vectorized.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const POINTS: usize = 128;
const STEPS: usize = 50;

/// The energy at the end; the first and the last point are held.
#[differentiate(wrt(start, viscosity))]
fn burgers(start: &[f64], viscosity: f64, ratio: f64) -> f64 {
    let n = start.len();
    let mut u = start.to_vec();
    let mut next = start.to_vec();
    for _ in 0..STEPS {
        for i in 1..n - 1 {
            let advected = u[i] * (u[i + 1] - u[i - 1]);
            let diffused = u[i + 1] - 2.0 * u[i] + u[i - 1];
            next[i] = u[i] - ratio * advected + viscosity * diffused;
        }
        std::mem::swap(&mut u, &mut next);
    }
    u.iter().map(|u| u * u).sum()
}

/// Keeps the states alone, and gathers the adjoint of each point from its neighbours'.
fn burgers_by_hand(
    start: &[f64],
    viscosity: f64,
    ratio: f64,
    (start_bar, viscosity_bar): (&mut [f64], &mut f64),
) -> f64 {
    let n = start.len();
    let mut kept = Vec::with_capacity((STEPS + 1) * n);
    kept.extend_from_slice(start);
    for step in 0..STEPS {
        let u = &kept[step * n..];
        let (left, here, right) = (&u[..n - 2], &u[1..n - 1], &u[2..n]);
        let point = |i: usize| {
            let advected = here[i] * (right[i] - left[i]);
            let diffused = right[i] - 2.0 * here[i] + left[i];
            here[i] - ratio * advected + viscosity * diffused
        };
        let next: Vec<f64> = (0..n - 2).map(point).collect();
        kept.push(start[0]);
        kept.extend_from_slice(&next);
        kept.push(start[n - 1]);
    }
    let last = &kept[STEPS * n..];
    let value = last.iter().map(|u| u * u).sum();

    // The held points take no part but as neighbours.
    let mut bar: Vec<f64> = last.iter().map(|u| 2.0 * u).collect();
    let ends_bar = [bar[0], bar[n - 1]];
    (bar[0], bar[n - 1]) = (0.0, 0.0);
    let mut before = vec![0.0; n];
    let mut ends = [0.0; 2];
    for u in kept[..STEPS * n].chunks_exact(n).rev() {
        let mut sum = 0.0;
        for i in 1..n - 1 {
            sum += bar[i] * (u[i + 1] - 2.0 * u[i] + u[i - 1]);
        }
        *viscosity_bar += sum;
        for i in 1..n - 1 {
            before[i] = bar[i] * (1.0 - 2.0 * viscosity - ratio * (u[i + 1] - u[i - 1]))
                + bar[i - 1] * (viscosity - ratio * u[i - 1])
                + bar[i + 1] * (viscosity + ratio * u[i + 1]);
        }
        ends[0] += bar[1] * (viscosity + ratio * u[1]);
        ends[1] += bar[n - 2] * (viscosity - ratio * u[n - 2]);
        std::mem::swap(&mut bar, &mut before);
    }
    (bar[0], bar[n - 1]) = (ends[0] + ends_bar[0], ends[1] + ends_bar[1]);
    for (start_bar, bar) in start_bar.iter_mut().zip(&bar) {
        *start_bar += bar;
    }
    value
}

pub struct Burgers {
    start: Vec<f64>,
    viscosity: f64,
    ratio: f64,
}

impl Program for Burgers {
    const NAME: &'static str = "burgers-128";

    fn new() -> Self {
        Self { start: spread(POINTS, -1.0, 1.0), viscosity: 0.2, ratio: 0.05 }
    }

    fn variables(&self) -> Vec<f64> {
        [&self.start[..], &[self.viscosity]].concat()
    }

    fn primal(&self) -> f64 {
        burgers(&self.start, self.viscosity, self.ratio)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let (start, viscosity) = gradient.split_at_mut(POINTS);
        burgers::grad_into(&self.start, self.viscosity, self.ratio, (start, &mut viscosity[0]))
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let (start, viscosity) = gradient.split_at_mut(POINTS);
        burgers_by_hand(&self.start, self.viscosity, self.ratio, (start, &mut viscosity[0]))
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (start, viscosity) = (&variables[..POINTS], variables[POINTS]);
        let mut u = start.to_vec();
        let mut next = start.to_vec();
        for _ in 0..STEPS {
            for i in 1..POINTS - 1 {
                let advected = u[i] * (u[i + 1] - u[i - 1]);
                let diffused = u[i + 1] - u[i] * 2.0 + u[i - 1];
                next[i] = u[i] - advected * self.ratio + viscosity * diffused;
            }
            std::mem::swap(&mut u, &mut next);
        }
        let mut sum = viscosity.constant(0.0);
        for &u in &u {
            sum = sum + u * u;
        }
        sum
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

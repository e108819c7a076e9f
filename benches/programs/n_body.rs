//! The potential energy of 64 bodies: a loop over pairs that scatters into both adjoints.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const BODIES: usize = 64;

/// The gravitational energy of `masses` at `positions`, three coordinates a body.
#[differentiate(wrt(positions))]
fn potential_energy(positions: &[f64], masses: &[f64]) -> f64 {
    let mut energy = 0.0;
    for i in 0..masses.len() {
        for j in 0..i {
            let dx = positions[3 * i] - positions[3 * j];
            let dy = positions[3 * i + 1] - positions[3 * j + 1];
            let dz = positions[3 * i + 2] - positions[3 * j + 2];
            energy -= masses[i] * masses[j] / (dx * dx + dy * dy + dz * dz).sqrt();
        }
    }
    energy
}

/// The seed of every pair is one, so a single pass gives value and gradient. The adjoint of body
/// `i` stays in registers while the bodies before it go by.
fn potential_energy_by_hand(positions: &[f64], masses: &[f64], positions_bar: &mut [f64]) -> f64 {
    let (positions, _) = positions.as_chunks::<3>();
    let (positions_bar, _) = positions_bar.as_chunks_mut::<3>();
    let mut energy = 0.0;
    for (i, (&[xi, yi, zi], &mi)) in positions.iter().zip(masses).enumerate() {
        let (before_bar, rest_bar) = positions_bar.split_at_mut(i);
        let [mut xi_bar, mut yi_bar, mut zi_bar] = rest_bar[0];
        let before = positions.iter().zip(masses).zip(before_bar);
        for ((&[xj, yj, zj], &mj), [xj_bar, yj_bar, zj_bar]) in before {
            let (dx, dy, dz) = (xi - xj, yi - yj, zi - zj);
            let square = dx * dx + dy * dy + dz * dz;
            let pair = mi * mj / square.sqrt();
            energy -= pair;
            let pull = pair / square;
            xi_bar += pull * dx;
            yi_bar += pull * dy;
            zi_bar += pull * dz;
            *xj_bar -= pull * dx;
            *yj_bar -= pull * dy;
            *zj_bar -= pull * dz;
        }
        rest_bar[0] = [xi_bar, yi_bar, zi_bar];
    }
    energy
}

pub struct NBody {
    positions: Vec<f64>,
    masses: Vec<f64>,
}

impl Program for NBody {
    const NAME: &'static str = "n-body-64";

    fn new() -> Self {
        Self { positions: spread(3 * BODIES, -10.0, 10.0), masses: spread(BODIES, 0.5, 2.0) }
    }

    fn variables(&self) -> Vec<f64> {
        self.positions.clone()
    }

    fn primal(&self) -> f64 {
        potential_energy(&self.positions, &self.masses)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        potential_energy::grad_into(&self.positions, &self.masses, gradient)
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        potential_energy_by_hand(&self.positions, &self.masses, gradient)
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (positions, _) = variables.as_chunks::<3>();
        let mut energy = variables[0].constant(0.0);
        for (i, &[xi, yi, zi]) in positions.iter().enumerate() {
            for (j, &[xj, yj, zj]) in positions[..i].iter().enumerate() {
                let (dx, dy, dz) = (xi - xj, yi - yj, zi - zj);
                let distance = (dx * dx + dy * dy + dz * dz).sqrt();
                let masses = variables[0].constant(self.masses[i] * self.masses[j]);
                energy = energy - masses / distance;
            }
        }
        energy
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

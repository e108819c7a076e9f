//! A Lennard-Jones fluid in a periodic box by the velocity Verlet method: D. Frenkel, B. Smit,
//! *Understanding Molecular Simulation* (2002), algorithm 5 and section 4.3.1, in reduced units. All
//! pairs in each step, most of them beyond the cut-off.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const SIDE: f64 = 5.0;
const CUTOFF: f64 = 2.0;
const DT: f64 = 0.005;
const STEPS: usize = 10;
const EDGE: usize = 4;
const PARTICLES: usize = EDGE * EDGE * EDGE;

/// The forces of all pairs.
#[differentiate]
fn forces(p: &[[f64; 3]], sigma: f64, epsilon: f64) -> Vec<[f64; 3]> {
    let mut forces = vec![[0.0; 3]; p.len()];
    for i in 0..p.len() {
        for j in i + 1..p.len() {
            let mut d = [0.0; 3];
            for k in 0..3 {
                d[k] = p[i][k] - p[j][k];
                d[k] -= SIDE * (d[k] / SIDE).round();
            }
            let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            if r2 < CUTOFF * CUTOFF {
                let s6 = (sigma * sigma / r2).powi(3);
                let strength = 48.0 * epsilon * s6 * (s6 - 0.5) / r2;
                for k in 0..3 {
                    forces[i][k] += strength * d[k];
                    forces[j][k] -= strength * d[k];
                }
            }
        }
    }
    forces
}

/// Twice the kinetic energy after some steps from rest.
#[differentiate]
fn lennard_jones(start: &[[f64; 3]], sigma: f64, epsilon: f64) -> f64 {
    let mut p = start.to_vec();
    let mut v = vec![[0.0; 3]; p.len()];
    let mut f = forces(&p, sigma, epsilon);
    for _ in 0..STEPS {
        for i in 0..p.len() {
            for k in 0..3 {
                v[i][k] += 0.5 * DT * f[i][k];
                p[i][k] += DT * v[i][k];
            }
        }
        f = forces(&p, sigma, epsilon);
        for i in 0..p.len() {
            for k in 0..3 {
                v[i][k] += 0.5 * DT * f[i][k];
            }
        }
    }
    v.iter().map(|v| v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sum()
}

/// The adjoint of [`forces`] from the positions alone: the pairs are found again.
fn forces_pullback(
    p: &[[f64; 3]],
    [sigma, epsilon]: [f64; 2],
    forces_bar: &[[f64; 3]],
    p_bar: &mut [[f64; 3]],
    parameters_bar: &mut [f64; 2],
) {
    for i in 0..p.len() {
        let mut own_bar = [0.0; 3];
        for j in i + 1..p.len() {
            let mut d = [0.0; 3];
            for k in 0..3 {
                d[k] = p[i][k] - p[j][k];
                d[k] -= SIDE * (d[k] / SIDE).round();
            }
            let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            if r2 < CUTOFF * CUTOFF {
                let inverse = 1.0 / r2;
                let ratio = sigma * sigma * inverse;
                let s6 = ratio * ratio * ratio;
                let unit = 48.0 * s6 * (s6 - 0.5) * inverse;
                let strength = epsilon * unit;
                let bar = [0, 1, 2].map(|k| forces_bar[i][k] - forces_bar[j][k]);
                let strength_bar = bar[0] * d[0] + bar[1] * d[1] + bar[2] * d[2];
                // Of 48 epsilon (s^12 / r^14 - s^6 / 2 r^8).
                let s6_bar = strength_bar * 48.0 * epsilon * (2.0 * s6 - 0.5) * inverse;
                let r2_bar = -inverse * (strength_bar * strength + 3.0 * s6_bar * s6);
                parameters_bar[0] += 6.0 * s6_bar * s6 / sigma;
                parameters_bar[1] += strength_bar * unit;
                for k in 0..3 {
                    let d_bar = strength * bar[k] + 2.0 * r2_bar * d[k];
                    own_bar[k] += d_bar;
                    p_bar[j][k] -= d_bar;
                }
            }
        }
        for k in 0..3 {
            p_bar[i][k] += own_bar[k];
        }
    }
}

/// Keeps the positions of each step.
fn lennard_jones_by_hand(
    start: &[[f64; 3]],
    sigma: f64,
    epsilon: f64,
    (start_bar, sigma_bar, epsilon_bar): (&mut [[f64; 3]], &mut f64, &mut f64),
) -> f64 {
    let n = start.len();
    let mut trajectory = Vec::with_capacity(n * (STEPS + 1));
    trajectory.extend_from_slice(start);
    let mut p = start.to_vec();
    let mut v = vec![[0.0; 3]; n];
    let mut f = forces(&p, sigma, epsilon);
    for _ in 0..STEPS {
        for ((p, v), f) in p.iter_mut().zip(&mut v).zip(&f) {
            for k in 0..3 {
                v[k] += 0.5 * DT * f[k];
                p[k] += DT * v[k];
            }
        }
        trajectory.extend_from_slice(&p);
        f = forces(&p, sigma, epsilon);
        for (v, f) in v.iter_mut().zip(&f) {
            for k in 0..3 {
                v[k] += 0.5 * DT * f[k];
            }
        }
    }
    let value = v.iter().map(|v| v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sum();

    let mut parameters_bar = [0.0; 2];
    let mut v_bar = v;
    v_bar.iter_mut().for_each(|bar| *bar = bar.map(|v| 2.0 * v));
    let mut p_bar = vec![[0.0; 3]; n];
    let mut f_bar = f;
    f_bar.iter_mut().zip(&v_bar).for_each(|(f, v)| *f = v.map(|v| 0.5 * DT * v));
    for p in trajectory[n..].chunks_exact(n).rev() {
        forces_pullback(p, [sigma, epsilon], &f_bar, &mut p_bar, &mut parameters_bar);
        for ((p_bar, v_bar), f_bar) in p_bar.iter().zip(&mut v_bar).zip(&mut f_bar) {
            for k in 0..3 {
                v_bar[k] += DT * p_bar[k];
                // At the beginning of this step, and at the end of the one before.
                f_bar[k] = DT * v_bar[k];
            }
        }
    }
    // There is none before the first.
    f_bar.iter_mut().for_each(|bar| *bar = bar.map(|bar| 0.5 * bar));
    forces_pullback(start, [sigma, epsilon], &f_bar, &mut p_bar, &mut parameters_bar);
    for (start_bar, p_bar) in start_bar.iter_mut().zip(&p_bar) {
        for k in 0..3 {
            start_bar[k] += p_bar[k];
        }
    }
    *sigma_bar += parameters_bar[0];
    *epsilon_bar += parameters_bar[1];
    value
}

/// The gradient's entries as the shadows of [`lennard_jones`]'s parameters.
fn shadows(gradient: &mut [f64]) -> (&mut [[f64; 3]], &mut f64, &mut f64) {
    let Some((positions, [sigma, epsilon])) = gradient.split_last_chunk_mut() else {
        panic!("there are two variables beside the positions");
    };
    (positions.as_chunks_mut().0, sigma, epsilon)
}

pub struct LennardJones {
    start: Vec<[f64; 3]>,
    sigma: f64,
    epsilon: f64,
}

impl Program for LennardJones {
    const NAME: &'static str = "lennard-jones";

    /// A cubic lattice, disturbed.
    fn new() -> Self {
        let offsets = spread(3 * PARTICLES, -0.1, 0.1);
        let on_lattice = |i: usize| [i % EDGE, i / EDGE % EDGE, i / (EDGE * EDGE)];
        let spacing = SIDE / EDGE as f64;
        let position = |i: usize| {
            let at = on_lattice(i);
            [0, 1, 2].map(|k| spacing * at[k] as f64 + offsets[3 * i + k])
        };
        Self { start: (0..PARTICLES).map(position).collect(), sigma: 1.0, epsilon: 1.1 }
    }

    fn variables(&self) -> Vec<f64> {
        let mut variables = self.start.concat();
        variables.extend([self.sigma, self.epsilon]);
        variables
    }

    fn primal(&self) -> f64 {
        lennard_jones(&self.start, self.sigma, self.epsilon)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        lennard_jones::grad_into(&self.start, self.sigma, self.epsilon, shadows(gradient))
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        lennard_jones_by_hand(&self.start, self.sigma, self.epsilon, shadows(gradient))
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (positions, parameters) = variables.split_at(3 * PARTICLES);
        let [sigma, epsilon] = [parameters[0], parameters[1]];
        let zero = sigma.constant(0.0);
        let forces = |p: &[S]| {
            let mut forces = vec![zero; p.len()];
            for i in 0..PARTICLES {
                for j in i + 1..PARTICLES {
                    let d = [0, 1, 2].map(|k| {
                        let d = p[3 * i + k] - p[3 * j + k];
                        d - SIDE * (d.value() / SIDE).round()
                    });
                    let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
                    if r2.value() < CUTOFF * CUTOFF {
                        let ratio = sigma * sigma / r2;
                        let s6 = ratio * ratio * ratio;
                        let strength = epsilon * s6 * (s6 - 0.5) * 48.0 / r2;
                        for k in 0..3 {
                            forces[3 * i + k] = forces[3 * i + k] + strength * d[k];
                            forces[3 * j + k] = forces[3 * j + k] - strength * d[k];
                        }
                    }
                }
            }
            forces
        };
        let mut p = positions.to_vec();
        let mut v = vec![zero; p.len()];
        let mut f = forces(&p);
        for _ in 0..STEPS {
            for i in 0..p.len() {
                v[i] = v[i] + f[i] * (0.5 * DT);
                p[i] = p[i] + v[i] * DT;
            }
            f = forces(&p);
            for i in 0..p.len() {
                v[i] = v[i] + f[i] * (0.5 * DT);
            }
        }
        v.iter().fold(zero, |sum, &v| sum + v * v)
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

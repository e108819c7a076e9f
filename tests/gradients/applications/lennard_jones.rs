//! A Lennard-Jones fluid in a periodic box, by the velocity Verlet method: D. Frenkel, B. Smit,
//! *Understanding Molecular Simulation* (2002), algorithms 5 (force) and 4.3.1, in reduced units, with a
//! potential that is cut off and shifted.

use autodiff::{Differentiable, Float, differentiate};

use super::assert_rounded;
use crate::harness::{check, flat_structs};

#[derive(Differentiable, Clone, Debug)]
struct Fluid<T: Float> {
    sigma: T,
    epsilon: T,
    #[differentiable(constant)]
    side: T,
    #[differentiable(constant)]
    cutoff: T,
}

#[derive(Differentiable, Clone, Debug)]
struct Particle<T: Float> {
    position: [T; 3],
    velocity: [T; 3],
}

impl<T: Float> Fluid<T> {
    /// From `b` to the nearest image of `a`.
    #[differentiate]
    fn separation(&self, a: &[T; 3], b: &[T; 3]) -> [T; 3] {
        let mut d = [T::zero(); 3];
        for (d, (&a, &b)) in d.iter_mut().zip(a.iter().zip(b)) {
            let direct = a - b;
            *d = direct - self.side * (direct / self.side).round();
        }
        d
    }

    /// The potential of a pair at a squared distance.
    #[differentiate]
    fn pair_potential(&self, squared: T) -> T {
        let s6 = (self.sigma * self.sigma / squared).powi(3);
        T::from_f64(4.0) * self.epsilon * (s6 * s6 - s6)
    }

    #[differentiate]
    fn potential(&self, particles: &[Particle<T>]) -> T {
        let mut total = T::zero();
        let shift = self.pair_potential(self.cutoff * self.cutoff);
        for (i, a) in particles.iter().enumerate() {
            for b in &particles[i + 1..] {
                let d = self.separation(&a.position, &b.position);
                let squared: T = d.iter().map(|&d| d * d).sum();
                if squared < self.cutoff * self.cutoff {
                    total += self.pair_potential(squared) - shift;
                }
            }
        }
        total
    }

    #[differentiate]
    fn forces(&self, particles: &[Particle<T>]) -> Vec<[T; 3]> {
        let n = particles.len();
        let mut forces = vec![[T::zero(); 3]; n];
        for i in 0..n {
            for j in i + 1..n {
                let d = self.separation(&particles[i].position, &particles[j].position);
                let squared = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
                if squared >= self.cutoff.powi(2) {
                    continue;
                }
                let s6 = (self.sigma * self.sigma / squared).powi(3);
                let strength =
                    T::from_f64(48.0) * self.epsilon * s6 * (s6 - T::from_f64(0.5)) / squared;
                for axis in 0..3 {
                    forces[i][axis] += strength * d[axis];
                    forces[j][axis] -= strength * d[axis];
                }
            }
        }
        forces
    }

    /// Moves the particles, of mass 1.
    #[differentiate(wrt(self, particles))]
    fn simulate(&self, particles: &mut [Particle<T>], dt: T, steps: usize) {
        let half = T::from_f64(0.5) * dt;
        let mut forces = self.forces(particles);
        for _ in 0..steps {
            for (p, f) in particles.iter_mut().zip(&forces) {
                for axis in 0..3 {
                    p.velocity[axis] += half * f[axis];
                    p.position[axis] += dt * p.velocity[axis];
                }
            }
            forces = self.forces(particles);
            for (Particle { velocity, .. }, f) in particles.iter_mut().zip(&forces) {
                for (v, &f) in velocity.iter_mut().zip(f) {
                    *v += half * f;
                }
            }
        }
    }
}

/// The potential energy as a function of the fluid and of where the particles are.
#[differentiate]
fn potential<T: Float>(fluid: &Fluid<T>, positions: &[[T; 3]]) -> T {
    let at_rest = |&position: &[T; 3]| Particle { position, velocity: [T::zero(); 3] };
    let particles: Vec<Particle<T>> = positions.iter().map(at_rest).collect();
    fluid.potential(&particles)
}

/// The kinetic energy after some time.
#[differentiate(wrt(fluid, start))]
fn kinetic_energy_after<T: Float>(
    fluid: &Fluid<T>,
    start: &[Particle<T>],
    dt: T,
    steps: usize,
) -> T {
    let mut particles = start.to_vec();
    fluid.simulate(&mut particles, dt, steps);
    let twice: T = particles.iter().flat_map(|p| p.velocity.iter()).map(|&v| v * v).sum();
    T::from_f64(0.5) * twice
}

flat_structs! {
    f64: Fluid<f64> => FluidTangent<f64> { sigma, epsilon };
    f64: Particle<f64> => ParticleTangent<f64> { position, velocity };
    f32: Fluid<f32> => FluidTangent<f32> { sigma, epsilon };
    f32: Particle<f32> => ParticleTangent<f32> { position, velocity };
}

const POSITIONS: [[f64; 3]; 5] =
    [[0.1, 0.2, 0.0], [1.3, 0.3, 0.1], [0.2, 1.4, -0.1], [1.2, 1.5, 1.1], [2.9, 0.1, 0.2]];

fn particles<T: Float>() -> Vec<Particle<T>> {
    POSITIONS
        .iter()
        .map(|p| Particle {
            position: p.map(T::from_f64),
            velocity: [p[1] - 0.3, 0.1 - p[2], 0.2 * p[0]].map(T::from_f64),
        })
        .collect()
}

#[test]
fn fluids() {
    let fluid = Fluid { sigma: 1.0, epsilon: 0.9, side: 4.0, cutoff: 1.75 };
    let other = Fluid { sigma: 1.1, epsilon: 0.4, ..fluid };
    check!(potential(&fluid, &positions); (fluid, positions) in [
        (fluid.clone(), POSITIONS.to_vec()),
        (other.clone(), POSITIONS[1..4].to_vec()),
    ]);
    check!(kinetic_energy_after(&fluid, &start, 0.01, 6); (fluid, start) in [
        (fluid.clone(), particles()),
        (other.clone(), particles()),
    ]);
}

#[test]
fn fluids_in_single_precision() {
    let double = Fluid::<f64> { sigma: 1.0, epsilon: 0.9, side: 4.0, cutoff: 1.75 };
    let single = Fluid::<f32> { sigma: 1.0, epsilon: 0.9, side: 4.0, cutoff: 1.75 };
    assert_rounded(
        &kinetic_energy_after::grad(&single, &particles(), 0.01, 2),
        &kinetic_energy_after::grad(&double, &particles(), 0.01, 2),
    );
}

/// Forces are what the potential loses by displacement.
#[test]
fn forces_are_gradients() {
    let fluid = Fluid { sigma: 1.0, epsilon: 0.9, side: 4.0, cutoff: 1.75 };
    let (_, slopes) = potential::grad(&fluid, &POSITIONS);
    for (force, slope) in fluid.forces(&particles()).iter().zip(&slopes) {
        for axis in 0..3 {
            assert!((force[axis] + slope[axis]).abs() < 1e-12 * force[axis].abs().max(1.0));
        }
    }
}

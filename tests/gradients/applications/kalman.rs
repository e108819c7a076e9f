//! The extended Kalman filter of a noisy pendulum: S. Särkkä, *Bayesian Filtering and Smoothing*
//! (2013), algorithm 5.4 on example 5.1, and the likelihood of its parameters, theorem 12.1.

use std::ops::{Add, Mul, Sub};

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug)]
struct Matrix2<T: Float>([[T; 2]; 2]);

#[differentiate]
impl<T: Float> Add for Matrix2<T> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let mut sum = self;
        for (row, other) in sum.0.iter_mut().zip(&other.0) {
            for (entry, other) in row.iter_mut().zip(other) {
                *entry += *other;
            }
        }
        sum
    }
}

#[differentiate]
impl<T: Float> Sub for Matrix2<T> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let [[a, b], [c, d]] = self.0;
        let [[e, f], [g, h]] = other.0;
        Matrix2([[a - e, b - f], [c - g, d - h]])
    }
}

#[differentiate]
impl<T: Float> Mul for Matrix2<T> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let mut product = [[T::zero(); 2]; 2];
        for i in 0..2 {
            for j in 0..2 {
                for k in 0..2 {
                    product[i][j] += self.0[i][k] * other.0[k][j];
                }
            }
        }
        Self(product)
    }
}

impl<T: Float> Matrix2<T> {
    #[differentiate]
    fn transpose(self) -> Self {
        let Matrix2([[a, b], [c, d]]) = self;
        Matrix2([[a, c], [b, d]])
    }

    #[differentiate]
    fn apply(&self, v: [T; 2]) -> [T; 2] {
        self.0.map(|row| row[0] * v[0] + row[1] * v[1])
    }

    #[differentiate]
    fn outer(a: [T; 2], b: [T; 2]) -> Self {
        Matrix2(a.map(|a| b.map(|b| a * b)))
    }
}

/// The pendulum, in discrete time.
#[derive(Differentiable, Clone, Debug)]
struct Pendulum<T: Float> {
    gravity: T,
    /// The spectral density of the acceleration's noise.
    process_noise: T,
    /// The variance of a measurement.
    measurement_noise: T,
    #[differentiable(constant)]
    dt: T,
}

/// The mean and the covariance of angle and speed.
#[derive(Differentiable, Clone, Copy, Debug)]
struct Gaussian<T: Float> {
    mean: [T; 2],
    covariance: Matrix2<T>,
}

impl<T: Float> Pendulum<T> {
    #[differentiate]
    fn predict(&self, belief: Gaussian<T>) -> Gaussian<T> {
        let Gaussian { mean: [angle, speed], covariance } = belief;
        let dt = self.dt;
        let mean = [angle + speed * dt, speed - self.gravity * angle.sin() * dt];
        let jacobian = Matrix2([[T::one(), dt], [-self.gravity * angle.cos() * dt, T::one()]]);
        let q = self.process_noise;
        let cubic = q * dt.powi(3) / T::from_f64(3.0);
        let square = q * dt.powi(2) / T::from_f64(2.0);
        let noise = Matrix2([[cubic, square], [square, q * dt]]);
        Gaussian { mean, covariance: jacobian * covariance * jacobian.transpose() + noise }
    }

    /// The belief after a measurement of the sine of the angle, and the measurement's energy: its
    /// negative log-likelihood.
    #[differentiate(wrt(self, belief))]
    fn update(&self, belief: Gaussian<T>, measurement: T) -> (Gaussian<T>, T) {
        let Gaussian { mean, covariance } = belief;
        let slope = [mean[0].cos(), T::zero()];
        let innovation = measurement - mean[0].sin();
        let cross: [T; 2] = covariance.apply(slope);
        let s = slope[0] * cross[0] + slope[1] * cross[1] + self.measurement_noise;
        let gain: [T; 2] = cross.map(|c| c / s);
        let corrected = Gaussian {
            mean: [mean[0] + gain[0] * innovation, mean[1] + gain[1] * innovation],
            covariance: covariance - Matrix2::outer(gain, gain.map(|k| k * s)),
        };
        let tau = T::from_f64(std::f64::consts::TAU);
        let energy = T::from_f64(0.5) * ((tau * s).ln() + innovation * innovation / s);
        (corrected, energy)
    }
}

/// The energy of all measurements.
#[differentiate(wrt(pendulum, prior))]
fn energy<T: Float>(pendulum: &Pendulum<T>, prior: Gaussian<T>, measurements: &[T]) -> T {
    let mut belief = prior;
    let mut energy = T::zero();
    for &measurement in measurements {
        let predicted = pendulum.predict(belief);
        let (corrected, surprise) = pendulum.update(predicted, measurement);
        belief = corrected;
        energy += surprise;
    }
    energy
}

/// The means of the angle, for a tracker that is tuned by its error.
#[differentiate(wrt(pendulum))]
fn track<T: Float>(pendulum: &Pendulum<T>, prior: Gaussian<T>, measurements: &[T]) -> Vec<T> {
    measurements
        .iter()
        .scan(prior, |belief, &measurement| {
            *belief = pendulum.update(pendulum.predict(*belief), measurement).0;
            Some(belief.mean[0])
        })
        .collect()
}

flat_structs! {
    f64: Matrix2<f64> => Matrix2Tangent<f64> { 0 };
    f64: Pendulum<f64> => PendulumTangent<f64> { gravity, process_noise, measurement_noise };
    f64: Gaussian<f64> => GaussianTangent<f64> { mean, covariance };
    f32: Matrix2<f32> => Matrix2Tangent<f32> { 0 };
    f32: Pendulum<f32> => PendulumTangent<f32> { gravity, process_noise, measurement_noise };
    f32: Gaussian<f32> => GaussianTangent<f32> { mean, covariance };
}

const MEASUREMENTS: [f64; 6] = [0.62, 0.51, 0.30, 0.18, -0.09, -0.27];

#[test]
fn likelihood() {
    let pendulum =
        Pendulum { gravity: 9.81, process_noise: 0.1, measurement_noise: 0.05, dt: 0.05 };
    let calm = Pendulum { gravity: 4.0, process_noise: 0.6, measurement_noise: 0.2, dt: 0.1 };
    let prior = Gaussian { mean: [0.7, -0.2], covariance: Matrix2([[0.3, 0.05], [0.05, 0.4]]) };
    check!(energy(&pendulum, prior, &MEASUREMENTS); (pendulum, prior) in [
        (pendulum.clone(), prior),
        (calm.clone(), Gaussian { mean: [0.1, 0.5], ..prior }),
    ]);
    check_map!(track(&pendulum, prior, &MEASUREMENTS); pendulum in [pendulum.clone(), calm.clone()]);
}

#[test]
fn likelihood_in_single_precision() {
    let pendulum =
        Pendulum::<f32> { gravity: 9.81, process_noise: 0.4, measurement_noise: 0.25, dt: 0.05 };
    let prior = Gaussian { mean: [0.7, -0.2], covariance: Matrix2([[0.5, 0.05], [0.05, 0.4]]) };
    let measurements = MEASUREMENTS.map(|y| y as f32);
    check!(energy(&pendulum, prior, &measurements); (pendulum, prior) in [(pendulum.clone(), prior)]);
}

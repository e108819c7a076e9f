//! The likelihood of a noisy pendulum by the extended Kalman filter: S. Särkkä, *Bayesian Filtering and
//! Smoothing* (2013), algorithm 5.4 on example 5.1, theorem 12.1. A chain of small states.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const MEASUREMENTS: usize = 500;
const DT: f64 = 0.02;
const PRIOR: [f64; 5] = [0.5, 0.0, 0.1, 0.0, 0.1];

/// The mean and the covariance a time step later: angle, speed, and the covariance's three entries.
#[differentiate]
fn predict(belief: [f64; 5], gravity: f64, q: f64) -> [f64; 5] {
    let [angle, speed, p00, p01, p11] = belief;
    let slope = -gravity * angle.cos() * DT;
    let a00 = p00 + DT * p01;
    let a01 = p01 + DT * p11;
    let a11 = slope * p01 + p11;
    [
        angle + speed * DT,
        speed - gravity * angle.sin() * DT,
        a00 + DT * a01 + q * DT.powi(3) / 3.0,
        slope * a00 + a01 + q * DT.powi(2) / 2.0,
        slope * (slope * p00 + p01) + a11 + q * DT,
    ]
}

/// The negative log-likelihood, up to a constant, of measurements of the angle's sine.
#[differentiate(wrt(gravity, q, r))]
fn energy(gravity: f64, q: f64, r: f64, measurements: &[f64]) -> f64 {
    let mut belief = PRIOR;
    let mut energy = 0.0;
    for y in measurements {
        let [angle, speed, p00, p01, p11] = predict(belief, gravity, q);
        let slope = angle.cos();
        let innovation = y - angle.sin();
        let s = slope * slope * p00 + r;
        let gain = [p00 * slope / s, p01 * slope / s];
        energy += 0.5 * (s.ln() + innovation * innovation / s);
        belief = [
            angle + gain[0] * innovation,
            speed + gain[1] * innovation,
            p00 - gain[0] * gain[0] * s,
            p01 - gain[0] * gain[1] * s,
            p11 - gain[1] * gain[1] * s,
        ];
    }
    energy
}

/// Keeps both beliefs of each step with the sines and cosines of their angles.
fn energy_by_hand(gravity: f64, q: f64, r: f64, measurements: &[f64]) -> (f64, [f64; 3]) {
    let mut belief = PRIOR;
    let mut energy = 0.0;
    let mut kept = Vec::with_capacity(measurements.len());
    for y in measurements {
        let before = belief;
        let [angle, speed, p00, p01, p11] = before;
        let turn = angle.sin_cos();
        let slope = -gravity * turn.1 * DT;
        let [a00, a01] = [p00 + DT * p01, p01 + DT * p11];
        let a10 = slope * p00 + p01;
        let predicted = [
            angle + speed * DT,
            speed - gravity * turn.0 * DT,
            a00 + DT * a01 + q * (DT * DT * DT / 3.0),
            slope * a00 + a01 + q * (DT * DT / 2.0),
            slope * a10 + (slope * p01 + p11) + q * DT,
        ];
        let [angle, speed, p00, p01, p11] = predicted;
        let seen = angle.sin_cos();
        let innovation = y - seen.0;
        let s = seen.1 * seen.1 * p00 + r;
        let inverse = 1.0 / s;
        let gain = [p00 * seen.1 * inverse, p01 * seen.1 * inverse];
        energy += 0.5 * (s.ln() + innovation * innovation * inverse);
        belief = [
            angle + gain[0] * innovation,
            speed + gain[1] * innovation,
            p00 - gain[0] * gain[0] * s,
            p01 - gain[0] * gain[1] * s,
            p11 - gain[1] * gain[1] * s,
        ];
        kept.push((before, turn, predicted, seen, innovation, inverse));
    }

    let [mut gravity_bar, mut q_bar, mut r_bar] = [0.0; 3];
    let mut bar = [0.0; 5];
    for (before, turn, predicted, seen, innovation, inverse) in kept.iter().rev() {
        let [_, _, p00, p01, _] = *predicted;
        let c = seen.1;
        let [n0, n1] = [p00 * c, p01 * c];
        let gain = [n0 * inverse, n1 * inverse];
        let [mut angle_bar, speed_bar, p00_bar, p01_bar, p11_bar] = bar;
        let innovation_bar = gain[0] * angle_bar + gain[1] * speed_bar + innovation * inverse;
        // With the gains as quotients, all three corrections are products of numerators by `s`.
        let n0_bar = inverse * innovation * angle_bar - 2.0 * gain[0] * p00_bar - gain[1] * p01_bar;
        let n1_bar = inverse * innovation * speed_bar - gain[0] * p01_bar - 2.0 * gain[1] * p11_bar;
        let s_bar = inverse
            * (0.5 * (1.0 - innovation * innovation * inverse)
                - innovation * (gain[0] * angle_bar + gain[1] * speed_bar))
            + gain[0] * gain[0] * p00_bar
            + gain[0] * gain[1] * p01_bar
            + gain[1] * gain[1] * p11_bar;
        r_bar += s_bar;
        let c_bar = n0_bar * p00 + n1_bar * p01 + 2.0 * s_bar * c * p00;
        angle_bar -= innovation_bar * c + c_bar * seen.0;
        let p00_bar = p00_bar + c * n0_bar + c * c * s_bar;
        let p01_bar = p01_bar + c * n1_bar;

        q_bar += (DT * DT * DT / 3.0) * p00_bar + (DT * DT / 2.0) * p01_bar + DT * p11_bar;
        let [_, _, p00, p01, _] = *before;
        let slope = -gravity * turn.1 * DT;
        let a00_bar = p00_bar + slope * p01_bar;
        let a01_bar = DT * p00_bar + p01_bar;
        let slope_bar = (p00 + DT * p01) * p01_bar + 2.0 * (slope * p00 + p01) * p11_bar;
        gravity_bar -= DT * (turn.1 * slope_bar + turn.0 * speed_bar);
        bar = [
            angle_bar + gravity * DT * (turn.0 * slope_bar - turn.1 * speed_bar),
            speed_bar + DT * angle_bar,
            a00_bar + slope * slope * p11_bar,
            DT * a00_bar + a01_bar + 2.0 * slope * p11_bar,
            DT * a01_bar + p11_bar,
        ];
    }
    (energy, [gravity_bar, q_bar, r_bar])
}

pub struct Kalman {
    gravity: f64,
    q: f64,
    r: f64,
    measurements: Vec<f64>,
}

impl Program for Kalman {
    const NAME: &'static str = "kalman-500";

    fn new() -> Self {
        let swing = |t: usize| (0.6 * (3.1 * DT * t as f64).cos()).sin();
        let noise = spread(MEASUREMENTS, -0.2, 0.2);
        let measurements = noise.iter().enumerate().map(|(t, noise)| swing(t) + noise).collect();
        Self { gravity: 9.81, q: 0.1, r: 0.02, measurements }
    }

    fn variables(&self) -> Vec<f64> {
        vec![self.gravity, self.q, self.r]
    }

    fn primal(&self) -> f64 {
        energy(self.gravity, self.q, self.r, &self.measurements)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let (value, bars) =
            energy::value_and_grad(self.gravity, self.q, self.r, &self.measurements);
        gradient.copy_from_slice(&<[f64; 3]>::from(bars));
        value
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let (value, bars) = energy_by_hand(self.gravity, self.q, self.r, &self.measurements);
        gradient.copy_from_slice(&bars);
        value
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let [gravity, q, r] = [0, 1, 2].map(|i| variables[i]);
        let mut belief = PRIOR.map(|x| q.constant(x));
        let mut energy = q.constant(0.0);
        for &y in &self.measurements {
            let [angle, speed, p00, p01, p11] = belief;
            let slope = -gravity * angle.cos() * DT;
            let [a00, a01] = [p00 + p01 * DT, p01 + p11 * DT];
            let a11 = slope * (slope * p00 + p01) + (slope * p01 + p11);
            let speed_ahead = speed - gravity * angle.sin() * DT;
            let angle = angle + speed * DT;
            let speed = speed_ahead;
            let p00 = a00 + a01 * DT + q * (DT.powi(3) / 3.0);
            let p01 = slope * a00 + a01 + q * (DT.powi(2) / 2.0);
            let p11 = a11 + q * DT;
            let c = angle.cos();
            let innovation = -angle.sin() + y;
            let s = c * c * p00 + r;
            let gain = [p00 * c / s, p01 * c / s];
            energy = energy + (s.ln() + innovation * innovation / s) * 0.5;
            belief = [
                angle + gain[0] * innovation,
                speed + gain[1] * innovation,
                p00 - gain[0] * gain[0] * s,
                p01 - gain[0] * gain[1] * s,
                p11 - gain[1] * gain[1] * s,
            ];
        }
        energy
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<3, _>(self, variables, gradient)
    }
}

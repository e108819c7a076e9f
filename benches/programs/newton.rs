//! Kepler's equation by Newton's method: a `while` loop whose trip count the data decide.
//!
//! The derivative compared is that of the iteration as written. A person who may bring in more than
//! the code says would use the implicit function theorem instead, and give the compiler that rule
//! by `#[differentiate(vjp = ...)]`.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode};

const TOLERANCE: f64 = 1e-12;

/// The eccentric anomaly `E` with `E - e sin E = M`.
#[differentiate]
fn eccentric_anomaly(mean_anomaly: f64, eccentricity: f64) -> f64 {
    let mut anomaly = mean_anomaly;
    let mut step = f64::INFINITY;
    while step.abs() > TOLERANCE {
        let residual = anomaly - eccentricity * anomaly.sin() - mean_anomaly;
        step = residual / (1.0 - eccentricity * anomaly.cos());
        anomaly -= step;
    }
    anomaly
}

/// Keeps sine, cosine and step of each iteration. Newton's method doubles the digits each time, so
/// a fixed buffer has room for all iterations there can be near a solution.
fn eccentric_anomaly_by_hand(mean_anomaly: f64, eccentricity: f64) -> (f64, (f64, f64)) {
    let mut anomaly = mean_anomaly;
    let mut step = f64::INFINITY;
    let mut kept = [[0.0; 3]; 32];
    let mut iterations = 0;
    while step.abs() > TOLERANCE {
        let (sin, cos) = anomaly.sin_cos();
        step = (anomaly - eccentricity * sin - mean_anomaly) / (1.0 - eccentricity * cos);
        anomaly -= step;
        kept[iterations] = [sin, cos, step];
        iterations += 1;
    }

    let mut anomaly_bar = 1.0;
    let mut mean_bar = 0.0;
    let mut eccentricity_bar = 0.0;
    for &[sin, cos, step] in kept[..iterations].iter().rev() {
        let slope = 1.0 - eccentricity * cos;
        let residual_bar = -anomaly_bar / slope;
        let slope_bar = -residual_bar * step;
        mean_bar -= residual_bar;
        eccentricity_bar -= residual_bar * sin + slope_bar * cos;
        // The residual's part, `residual_bar * slope`, takes away all that came from above.
        anomaly_bar = slope_bar * eccentricity * sin;
    }
    (anomaly, (mean_bar + anomaly_bar, eccentricity_bar))
}

pub struct Newton {
    mean_anomaly: f64,
    eccentricity: f64,
}

impl Program for Newton {
    const NAME: &'static str = "newton";

    fn new() -> Self {
        Self { mean_anomaly: 1.0, eccentricity: 0.7 }
    }

    fn variables(&self) -> Vec<f64> {
        vec![self.mean_anomaly, self.eccentricity]
    }

    fn primal(&self) -> f64 {
        eccentric_anomaly(self.mean_anomaly, self.eccentricity)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let (value, (mean_bar, eccentricity_bar)) =
            eccentric_anomaly::value_and_grad(self.mean_anomaly, self.eccentricity);
        gradient.copy_from_slice(&[mean_bar, eccentricity_bar]);
        value
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let (value, (mean_bar, eccentricity_bar)) =
            eccentric_anomaly_by_hand(self.mean_anomaly, self.eccentricity);
        gradient.copy_from_slice(&[mean_bar, eccentricity_bar]);
        value
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let [mean_anomaly, eccentricity] = [variables[0], variables[1]];
        let mut anomaly = mean_anomaly;
        let mut size = f64::INFINITY;
        while size > TOLERANCE {
            let residual = anomaly - eccentricity * anomaly.sin() - mean_anomaly;
            let step = residual / (-(eccentricity * anomaly.cos()) + 1.0);
            size = step.value().abs();
            anomaly = anomaly - step;
        }
        anomaly
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<2, _>(self, variables, gradient)
    }
}

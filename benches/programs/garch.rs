//! The likelihood of a GARCH(1, 1) process over a thousand returns: T. Bollerslev, "Generalized
//! autoregressive conditional heteroskedasticity" (1986), equations 6 and 19. A linear recurrence whose
//! every state goes through a logarithm and a division.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const RETURNS: usize = 1000;

/// Twice the negative logarithm of the likelihood, up to a constant; the first variance is the
/// stationary one.
#[differentiate(wrt(mean, omega, alpha, beta))]
fn garch(mean: f64, omega: f64, alpha: f64, beta: f64, returns: &[f64]) -> f64 {
    let mut variance = omega / (1.0 - alpha - beta);
    let mut sum = 0.0;
    for r in returns {
        let error = r - mean;
        sum += variance.ln() + error * error / variance;
        variance = omega + alpha * error * error + beta * variance;
    }
    sum
}

/// Keeps the variances.
fn garch_by_hand(mean: f64, omega: f64, alpha: f64, beta: f64, returns: &[f64]) -> (f64, [f64; 4]) {
    let stationary = 1.0 - alpha - beta;
    let mut variance = omega / stationary;
    let mut sum = 0.0;
    let mut variances = Vec::with_capacity(returns.len());
    for r in returns {
        variances.push(variance);
        let error = r - mean;
        let square = error * error;
        sum += variance.ln() + square / variance;
        variance = omega + alpha * square + beta * variance;
    }

    let mut variance_bar = 0.0;
    let [mut mean_bar, mut omega_bar, mut alpha_bar, mut beta_bar] = [0.0; 4];
    for (r, &variance) in returns.iter().zip(&variances).rev() {
        let error = r - mean;
        let square = error * error;
        let inverse = 1.0 / variance;
        omega_bar += variance_bar;
        alpha_bar += variance_bar * square;
        beta_bar += variance_bar * variance;
        mean_bar -= 2.0 * error * (inverse + alpha * variance_bar);
        variance_bar = beta * variance_bar + inverse * (1.0 - square * inverse);
    }
    omega_bar += variance_bar / stationary;
    let slope = variance_bar * omega / (stationary * stationary);
    (sum, [mean_bar, omega_bar, alpha_bar + slope, beta_bar + slope])
}

pub struct Garch {
    parameters: [f64; 4],
    returns: Vec<f64>,
}

impl Program for Garch {
    const NAME: &'static str = "garch-1000";

    fn new() -> Self {
        Self { parameters: [0.05, 0.1, 0.15, 0.7], returns: spread(RETURNS, -1.5, 1.6) }
    }

    fn variables(&self) -> Vec<f64> {
        self.parameters.to_vec()
    }

    fn primal(&self) -> f64 {
        let [mean, omega, alpha, beta] = self.parameters;
        garch(mean, omega, alpha, beta, &self.returns)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let [mean, omega, alpha, beta] = self.parameters;
        let (value, bars) = garch::value_and_grad(mean, omega, alpha, beta, &self.returns);
        gradient.copy_from_slice(&<[f64; 4]>::from(bars));
        value
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let [mean, omega, alpha, beta] = self.parameters;
        let (value, bars) = garch_by_hand(mean, omega, alpha, beta, &self.returns);
        gradient.copy_from_slice(&bars);
        value
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let [mean, omega, alpha, beta] = [0, 1, 2, 3].map(|i| variables[i]);
        let mut variance = omega / (-(alpha + beta) + 1.0);
        let mut sum = mean.constant(0.0);
        for &r in &self.returns {
            let error = -mean + r;
            sum = sum + (variance.ln() + error * error / variance);
            variance = omega + alpha * error * error + beta * variance;
        }
        sum
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<4, _>(self, variables, gradient)
    }
}

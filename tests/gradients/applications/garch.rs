//! The likelihood of a GARCH(p, q) process: T. Bollerslev, "Generalized autoregressive conditional
//! heteroskedasticity" (1986), equations 6 and 19.

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map, flat_structs};

#[derive(Differentiable, Clone, Debug)]
struct Garch<T: Float> {
    mean: T,
    omega: T,
    /// Of past squared errors, the latest first.
    alpha: Vec<T>,
    /// Of past variances, the latest first.
    beta: Vec<T>,
}

impl<T: Float> Garch<T> {
    /// The variance of the process that never began.
    #[differentiate]
    fn long_run_variance(&self) -> T {
        let persistence: T = self.alpha.iter().chain(&self.beta).copied().sum();
        assert!(persistence < T::one(), "not stationary");
        self.omega / (T::one() - persistence)
    }

    #[differentiate(wrt(self))]
    fn variances(&self, returns: &[T]) -> Vec<T> {
        let before = self.long_run_variance();
        let squares: Vec<T> = returns.iter().map(|&r| (r - self.mean).powi(2)).collect();
        let mut variances: Vec<T> = Vec::with_capacity(returns.len());
        for t in 0..returns.len() {
            let mut variance = self.omega;
            for (lag, &alpha) in self.alpha.iter().enumerate() {
                variance += alpha * if t > lag { squares[t - lag - 1] } else { before };
            }
            for (lag, &beta) in (1..).zip(&self.beta) {
                variance += beta * if t >= lag { variances[t - lag] } else { before };
            }
            variances.push(variance);
        }
        variances
    }

    #[differentiate(wrt(self))]
    fn negative_log_likelihood(&self, returns: &[T]) -> T {
        let tau = T::from_f64(std::f64::consts::TAU);
        let terms = returns.iter().zip(self.variances(returns)).map(|(&r, variance)| {
            let error = r - self.mean;
            tau.ln() + variance.ln() + error * error / variance
        });
        terms.sum::<T>() / T::from_f64(2.0)
    }
}

/// The likelihood, of a model in which signs and sizes cannot be wrong: what an optimiser is given.
#[differentiate(wrt(mean, log_omega, logits))]
fn unconstrained<T: Float>(mean: T, log_omega: T, logits: [T; 2], returns: &[T]) -> T {
    let exps = logits.map(|z| z.exp());
    let total = T::one() + exps.iter().copied().sum::<T>();
    let [alpha, beta] = exps.map(|e| e / total);
    let model = Garch { mean, omega: log_omega.exp(), alpha: vec![alpha], beta: vec![beta] };
    model.negative_log_likelihood(returns)
}

#[differentiate(wrt(model))]
fn likelihood<T: Float>(model: &Garch<T>, returns: &[T]) -> T {
    model.negative_log_likelihood(returns)
}

#[differentiate(wrt(model))]
fn variances<T: Float>(model: &Garch<T>, returns: &[T]) -> Vec<T> {
    model.variances(returns)
}

flat_structs! {
    f64: Garch<f64> => GarchTangent<f64> { mean, omega, alpha, beta };
    f32: Garch<f32> => GarchTangent<f32> { mean, omega, alpha, beta };
}

const RETURNS: [f64; 9] = [0.4, -0.3, 0.9, -1.2, 0.1, 0.7, -0.5, 0.2, 1.1];

#[test]
fn likelihoods() {
    let model = Garch { mean: 0.05, omega: 0.1, alpha: vec![0.15], beta: vec![0.7] };
    let longer = Garch { alpha: vec![0.1, 0.2], beta: vec![0.3, 0.1, 0.05], ..model.clone() };
    let arch = Garch { mean: -0.2, omega: 0.4, alpha: vec![0.3, 0.1, 0.2], beta: vec![] };
    let models = [model, longer, arch];
    check!(likelihood(&model, &RETURNS); model in models.clone());
    check_map!(variances(&model, &RETURNS[..4]); model in models);
    check!(unconstrained(m, o, z, &RETURNS); (m, o, z) in [
        (0.05, -2.0, [0.3, 1.4]),
        (-0.1, -1.0, [-1.0, 0.5]),
    ]);
}

#[test]
fn likelihood_in_single_precision() {
    let model = Garch::<f32> { mean: 0.05, omega: 0.1, alpha: vec![0.15], beta: vec![0.7] };
    let returns = RETURNS.map(|r| r as f32);
    check!(likelihood(&model, &returns); model in [model]);
}

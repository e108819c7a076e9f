//! A nerve under a current: A. Hodgkin, A. Huxley, "A quantitative description of membrane current and
//! its application to conduction and excitation in nerve" (1952), equations 7, 15, 16 and 26, by Runge
//! and Kutta's method. Exponentials in every stage of a long chain.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode};

const STEPS: usize = 200;
const DT: f64 = 0.02;
const REST: [f64; 4] = [0.3, 0.3177, 0.0529, 0.5961];

/// `x / (exp x - 1)`.
#[differentiate]
fn bernoulli(x: f64) -> f64 {
    if x.abs() < 1e-4 { 1.0 - x / 2.0 + x * x / 12.0 } else { x / (x.exp() - 1.0) }
}

/// How potential and gates change, by the conductances of sodium, potassium and the leak.
#[differentiate]
fn rhs(state: [f64; 4], conductances: [f64; 3], current: f64) -> [f64; 4] {
    let [v, n, m, h] = state;
    let [sodium, potassium, leak] = conductances;
    let alpha_n = 0.1 * bernoulli((10.0 - v) / 10.0);
    let beta_n = 0.125 * (-v / 80.0).exp();
    let alpha_m = bernoulli((25.0 - v) / 10.0);
    let beta_m = 4.0 * (-v / 18.0).exp();
    let alpha_h = 0.07 * (-v / 20.0).exp();
    let beta_h = 1.0 / (((30.0 - v) / 10.0).exp() + 1.0);
    let ions = sodium * m.powi(3) * h * (v - 115.0)
        + potassium * n.powi(4) * (v + 12.0)
        + leak * (v - 10.613);
    [
        current - ions,
        alpha_n * (1.0 - n) - beta_n * n,
        alpha_m * (1.0 - m) - beta_m * m,
        alpha_h * (1.0 - h) - beta_h * h,
    ]
}

#[differentiate]
fn ahead(y: [f64; 4], h: f64, k: [f64; 4]) -> [f64; 4] {
    [y[0] + h * k[0], y[1] + h * k[1], y[2] + h * k[2], y[3] + h * k[3]]
}

/// The potential at the end.
#[differentiate]
fn hodgkin_huxley(conductances: [f64; 3], current: f64) -> f64 {
    let mut y = REST;
    for _ in 0..STEPS {
        let k1 = rhs(y, conductances, current);
        let k2 = rhs(ahead(y, 0.5 * DT, k1), conductances, current);
        let k3 = rhs(ahead(y, 0.5 * DT, k2), conductances, current);
        let k4 = rhs(ahead(y, DT, k3), conductances, current);
        for i in 0..4 {
            y[i] += DT / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    y[0]
}

/// A stage as its pullback needs it: the point, the sums of rates, and how the gates' changes depend on
/// the potential.
#[derive(Clone, Copy)]
struct Stage {
    point: [f64; 4],
    rates: [f64; 3],
    slopes: [f64; 3],
}

/// The value and the slope of [`bernoulli`] from one exponential.
fn bernoulli_and_slope(x: f64) -> (f64, f64) {
    if x.abs() < 1e-4 {
        (1.0 - x / 2.0 + x * x / 12.0, -0.5 + x / 6.0)
    } else {
        let power = x.exp();
        let inverse = 1.0 / (power - 1.0);
        let value = x * inverse;
        (value, inverse - value * power * inverse)
    }
}

/// [`rhs`] with what its pullback needs.
fn stage(point: [f64; 4], conductances: [f64; 3], current: f64) -> ([f64; 4], Stage) {
    let [v, n, m, h] = point;
    let [sodium, potassium, leak] = conductances;
    let (alpha_n, alpha_n_slope) = bernoulli_and_slope((10.0 - v) / 10.0);
    let (alpha_m, alpha_m_slope) = bernoulli_and_slope((25.0 - v) / 10.0);
    let [alpha_n, alpha_n_slope] = [0.1 * alpha_n, -0.01 * alpha_n_slope];
    let alpha_m_slope = -0.1 * alpha_m_slope;
    let beta_n = 0.125 * (-v / 80.0).exp();
    let beta_m = 4.0 * (-v / 18.0).exp();
    let alpha_h = 0.07 * (-v / 20.0).exp();
    let beta_h = 1.0 / (((30.0 - v) / 10.0).exp() + 1.0);
    let n2 = n * n;
    let ions = sodium * (m * m * m) * h * (v - 115.0)
        + potassium * (n2 * n2) * (v + 12.0)
        + leak * (v - 10.613);
    let k = [
        current - ions,
        alpha_n * (1.0 - n) - beta_n * n,
        alpha_m * (1.0 - m) - beta_m * m,
        alpha_h * (1.0 - h) - beta_h * h,
    ];
    let slopes = [
        alpha_n_slope * (1.0 - n) + beta_n / 80.0 * n,
        alpha_m_slope * (1.0 - m) + beta_m / 18.0 * m,
        alpha_h / -20.0 * (1.0 - h) - 0.1 * beta_h * (1.0 - beta_h) * h,
    ];
    (k, Stage { point, rates: [alpha_n + beta_n, alpha_m + beta_m, alpha_h + beta_h], slopes })
}

/// The adjoint of a stage's point; what the conductances receive is added to theirs.
fn stage_pullback(
    stage: &Stage,
    [sodium, potassium, leak]: [f64; 3],
    bar: [f64; 4],
    conductances_bar: &mut [f64; 3],
) -> [f64; 4] {
    let Stage { point: [v, n, m, h], rates, slopes } = *stage;
    let [m2, n3] = [m * m, n * n * n];
    let [open, open_n] = [m2 * m * h, n3 * n];
    conductances_bar[0] -= bar[0] * open * (v - 115.0);
    conductances_bar[1] -= bar[0] * open_n * (v + 12.0);
    conductances_bar[2] -= bar[0] * (v - 10.613);
    let driven = bar[0] * sodium * (v - 115.0);
    [
        slopes[0] * bar[1] + slopes[1] * bar[2] + slopes[2] * bar[3]
            - bar[0] * (sodium * open + potassium * open_n + leak),
        -rates[0] * bar[1] - 4.0 * bar[0] * potassium * n3 * (v + 12.0),
        -rates[1] * bar[2] - 3.0 * driven * m2 * h,
        -rates[2] * bar[3] - driven * m2 * m,
    ]
}

fn hodgkin_huxley_by_hand(conductances: [f64; 3], current: f64) -> (f64, [f64; 4]) {
    let mut y = REST;
    let mut kept = Vec::with_capacity(STEPS);
    for _ in 0..STEPS {
        let (k1, s1) = stage(y, conductances, current);
        let (k2, s2) = stage(ahead(y, 0.5 * DT, k1), conductances, current);
        let (k3, s3) = stage(ahead(y, 0.5 * DT, k2), conductances, current);
        let (k4, s4) = stage(ahead(y, DT, k3), conductances, current);
        for i in 0..4 {
            y[i] += DT / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
        kept.push([s1, s2, s3, s4]);
    }

    let mut y_bar = [1.0, 0.0, 0.0, 0.0];
    let mut conductances_bar = [0.0; 3];
    let mut current_bar = 0.0;
    for [s1, s2, s3, s4] in kept.iter().rev() {
        let mut pull = |s, bar: [f64; 4]| {
            current_bar += bar[0];
            stage_pullback(s, conductances, bar, &mut conductances_bar)
        };
        let outer = y_bar.map(|bar| DT / 6.0 * bar);
        let inner = y_bar.map(|bar| DT / 3.0 * bar);
        let p4_bar = pull(s4, outer);
        let p3_bar = pull(s3, ahead(inner, DT, p4_bar));
        let p2_bar = pull(s2, ahead(inner, 0.5 * DT, p3_bar));
        let p1_bar = pull(s1, ahead(outer, 0.5 * DT, p2_bar));
        for i in 0..4 {
            y_bar[i] = y_bar[i] + p4_bar[i] + p3_bar[i] + p2_bar[i] + p1_bar[i];
        }
    }
    let [sodium, potassium, leak] = conductances_bar;
    (y[0], [sodium, potassium, leak, current_bar])
}

pub struct HodgkinHuxley {
    conductances: [f64; 3],
    current: f64,
}

impl Program for HodgkinHuxley {
    const NAME: &'static str = "hodgkin-huxley";

    fn new() -> Self {
        Self { conductances: [120.0, 36.0, 0.3], current: 12.0 }
    }

    fn variables(&self) -> Vec<f64> {
        [&self.conductances[..], &[self.current]].concat()
    }

    fn primal(&self) -> f64 {
        hodgkin_huxley(self.conductances, self.current)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let (value, ([sodium, potassium, leak], current)) =
            hodgkin_huxley::value_and_grad(self.conductances, self.current);
        gradient.copy_from_slice(&[sodium, potassium, leak, current]);
        value
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let (value, bars) = hodgkin_huxley_by_hand(self.conductances, self.current);
        gradient.copy_from_slice(&bars);
        value
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let [sodium, potassium, leak, current] = [0, 1, 2, 3].map(|i| variables[i]);
        let one = leak.constant(1.0);
        let bernoulli = |x: S| {
            if x.value().abs() < 1e-4 { x * x / 12.0 - x / 2.0 + 1.0 } else { x / (x.exp() - 1.0) }
        };
        let rhs = |[v, n, m, h]: [S; 4]| {
            let alpha_n = bernoulli((-v + 10.0) / 10.0) * 0.1;
            let beta_n = (-v / 80.0).exp() * 0.125;
            let alpha_m = bernoulli((-v + 25.0) / 10.0);
            let beta_m = (-v / 18.0).exp() * 4.0;
            let alpha_h = (-v / 20.0).exp() * 0.07;
            let beta_h = one / (((-v + 30.0) / 10.0).exp() + 1.0);
            let ions = sodium * m * m * m * h * (v - 115.0)
                + potassium * n * n * n * n * (v + 12.0)
                + leak * (v - 10.613);
            let gate = |x: S, alpha: S, beta: S| alpha * (-x + 1.0) - beta * x;
            [
                current - ions,
                gate(n, alpha_n, beta_n),
                gate(m, alpha_m, beta_m),
                gate(h, alpha_h, beta_h),
            ]
        };
        let ahead = |y: [S; 4], h: f64, k: [S; 4]| {
            [y[0] + k[0] * h, y[1] + k[1] * h, y[2] + k[2] * h, y[3] + k[3] * h]
        };
        let mut y = REST.map(|y| one * y);
        for _ in 0..STEPS {
            let k1 = rhs(y);
            let k2 = rhs(ahead(y, 0.5 * DT, k1));
            let k3 = rhs(ahead(y, 0.5 * DT, k2));
            let k4 = rhs(ahead(y, DT, k3));
            for i in 0..4 {
                y[i] = y[i] + (k1[i] + k2[i] * 2.0 + k3[i] * 2.0 + k4[i]) * (DT / 6.0);
            }
        }
        y[0]
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<4, _>(self, variables, gradient)
    }
}

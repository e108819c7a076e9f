//! Soft dynamic time warping of two series: M. Cuturi, M. Blondel, "Soft-DTW: a differentiable loss
//! function for time-series" (2017), algorithm 1; by hand, algorithm 2. A table in which each entry
//! depends on three neighbours.

use autodiff::{differentiate, stop_gradient};

use super::{Program, Scalar, forward_mode, spread};

const LENGTH: usize = 64;
const GAMMA: f64 = 0.5;

/// Minus gamma times the logarithm of the sum of `exp(-v / gamma)`.
#[differentiate]
fn soft_min(a: f64, b: f64, c: f64) -> f64 {
    // What the shift contributes cancels.
    let least = stop_gradient(a.min(b).min(c));
    let sum =
        ((least - a) / GAMMA).exp() + ((least - b) / GAMMA).exp() + ((least - c) / GAMMA).exp();
    least - GAMMA * sum.ln()
}

/// The cost of the soft alignment, with squared differences as costs.
#[differentiate]
fn soft_dtw(x: &[f64], y: &[f64]) -> f64 {
    let (n, m) = (x.len(), y.len());
    let mut r = vec![vec![1e10; m + 1]; n + 1];
    r[0][0] = 0.0;
    for i in 1..=n {
        for j in 1..=m {
            let cost = (x[i - 1] - y[j - 1]).powi(2);
            r[i][j] = cost + soft_min(r[i - 1][j - 1], r[i - 1][j], r[i][j - 1]);
        }
    }
    r[n][m]
}

/// Keeps of each entry the shares of its three neighbours, and two rows of the table. An entry hands on
/// what comes to it in these shares.
fn soft_dtw_by_hand(x: &[f64], y: &[f64], x_bar: &mut [f64], y_bar: &mut [f64]) -> f64 {
    let m = y.len();
    let mut shares: Vec<[f64; 3]> = Vec::with_capacity(x.len() * m);
    let mut above = vec![1e10_f64; m + 1];
    let mut row = vec![1e10; m + 1];
    above[0] = 0.0;
    for x in x {
        row[0] = 1e10;
        for (j, y) in y.iter().enumerate() {
            let [a, b, c] = [above[j], above[j + 1], row[j]];
            let least = a.min(b).min(c);
            let powers = [a, b, c].map(|v| ((least - v) / GAMMA).exp());
            let sum = powers[0] + powers[1] + powers[2];
            shares.push(powers.map(|power| power / sum));
            row[j + 1] = (x - y) * (x - y) + (least - GAMMA * sum.ln());
        }
        std::mem::swap(&mut above, &mut row);
    }
    let value = above[m];

    // The adjoints of the row under way, and of the one above it.
    let mut row_bar = vec![0.0; m + 1];
    let mut above_bar = vec![0.0; m + 1];
    row_bar[m] = 1.0;
    let rows = x.iter().zip(x_bar).zip(shares.chunks_exact(m));
    for ((x, x_bar), shares) in rows.rev() {
        for j in (0..m).rev() {
            let entry_bar = row_bar[j + 1];
            let [a, b, c] = shares[j];
            above_bar[j] += a * entry_bar;
            above_bar[j + 1] += b * entry_bar;
            row_bar[j] += c * entry_bar;
            let difference_bar = 2.0 * (x - y[j]) * entry_bar;
            *x_bar += difference_bar;
            y_bar[j] -= difference_bar;
        }
        std::mem::swap(&mut row_bar, &mut above_bar);
        above_bar.fill(0.0);
    }
    value
}

pub struct SoftDtw {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Program for SoftDtw {
    const NAME: &'static str = "soft-dtw-64";

    fn new() -> Self {
        let series = |phase: f64| (0..LENGTH).map(move |t| (0.2 * t as f64 + phase).sin());
        let noise = spread(LENGTH, -0.1, 0.1);
        Self { x: series(0.0).collect(), y: series(0.5).zip(noise).map(|(y, e)| y + e).collect() }
    }

    fn variables(&self) -> Vec<f64> {
        [&self.x[..], &self.y].concat()
    }

    fn primal(&self) -> f64 {
        soft_dtw(&self.x, &self.y)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        soft_dtw::grad_into(&self.x, &self.y, gradient.split_at_mut(LENGTH))
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let (x_bar, y_bar) = gradient.split_at_mut(LENGTH);
        soft_dtw_by_hand(&self.x, &self.y, x_bar, y_bar)
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (x, y) = variables.split_at(LENGTH);
        let soft_min = |values: [S; 3]| {
            let least = values.iter().fold(f64::INFINITY, |least, v| least.min(v.value()));
            let [a, b, c] = values.map(|v| ((-v + least) / GAMMA).exp());
            -((a + b + c).ln() * GAMMA) + least
        };
        let far = x[0].constant(1e10);
        let mut above = vec![far; LENGTH + 1];
        above[0] = x[0].constant(0.0);
        for &x in x {
            let mut row = vec![far];
            for (j, &y) in y.iter().enumerate() {
                let d = x - y;
                row.push(d * d + soft_min([above[j], above[j + 1], row[j]]));
            }
            above = row;
        }
        above[LENGTH]
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

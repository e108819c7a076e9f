//! A natural cubic spline fitted to data: W. Press et al., *Numerical Recipes*, section 3.3, with the
//! squared error of its values. A tridiagonal solve, then a gather at places that the data decide.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const KNOTS: usize = 32;
const DATA: usize = 512;

/// The squared error at the data of the spline with these ordinates.
#[differentiate(wrt(ordinates))]
fn spline_error(ordinates: &[f64], knots: &[f64], data: &[(f64, f64)]) -> f64 {
    let n = knots.len();
    let mut curvature = vec![0.0; n];
    let mut rhs = vec![0.0; n];
    for i in 1..n - 1 {
        let (before, after) = (knots[i] - knots[i - 1], knots[i + 1] - knots[i]);
        let share = before / (before + after);
        let pivot = share * curvature[i - 1] + 2.0;
        curvature[i] = (share - 1.0) / pivot;
        let bend =
            (ordinates[i + 1] - ordinates[i]) / after - (ordinates[i] - ordinates[i - 1]) / before;
        rhs[i] = (6.0 * bend / (before + after) - share * rhs[i - 1]) / pivot;
    }
    for i in (0..n - 1).rev() {
        rhs[i] += curvature[i] * rhs[i + 1];
    }
    let mut error = 0.0;
    for &(x, y) in data {
        let mut hi = 1;
        while hi < n - 1 && knots[hi] <= x {
            hi += 1;
        }
        let width = knots[hi] - knots[hi - 1];
        let a = (knots[hi] - x) / width;
        let b = 1.0 - a;
        let cubic = (a.powi(3) - a) * rhs[hi - 1] + (b.powi(3) - b) * rhs[hi];
        let value = a * ordinates[hi - 1] + b * ordinates[hi] + cubic * (width * width) / 6.0;
        error += (value - y) * (value - y);
    }
    error
}

/// What the data say to the ordinates and curvatures is gathered as the error is summed up. The solve's
/// adjoint then is the transposed solve, with the pivots that were kept.
fn spline_error_by_hand(
    ordinates: &[f64],
    knots: &[f64],
    data: &[(f64, f64)],
    bar: &mut [f64],
) -> f64 {
    let n = knots.len();
    let mut curvature = vec![0.0; n];
    let mut rhs = vec![0.0; n];
    let mut pivots = vec![1.0; n];
    for i in 1..n - 1 {
        let (before, after) = (knots[i] - knots[i - 1], knots[i + 1] - knots[i]);
        let share = before / (before + after);
        let pivot = share * curvature[i - 1] + 2.0;
        pivots[i] = pivot;
        curvature[i] = (share - 1.0) / pivot;
        let bend =
            (ordinates[i + 1] - ordinates[i]) / after - (ordinates[i] - ordinates[i - 1]) / before;
        rhs[i] = (6.0 * bend / (before + after) - share * rhs[i - 1]) / pivot;
    }
    for i in (0..n - 1).rev() {
        rhs[i] += curvature[i] * rhs[i + 1];
    }
    let mut error = 0.0;
    let mut rhs_bar = vec![0.0; n];
    for &(x, y) in data {
        let mut hi = 1;
        while hi < n - 1 && knots[hi] <= x {
            hi += 1;
        }
        let width = knots[hi] - knots[hi - 1];
        let a = (knots[hi] - x) / width;
        let b = 1.0 - a;
        let scale = width * width / 6.0;
        let (of_lo, of_hi) = ((a * a * a - a) * scale, (b * b * b - b) * scale);
        let value =
            a * ordinates[hi - 1] + b * ordinates[hi] + of_lo * rhs[hi - 1] + of_hi * rhs[hi];
        error += (value - y) * (value - y);
        let value_bar = 2.0 * (value - y);
        bar[hi - 1] += a * value_bar;
        bar[hi] += b * value_bar;
        rhs_bar[hi - 1] += of_lo * value_bar;
        rhs_bar[hi] += of_hi * value_bar;
    }
    for i in 0..n - 1 {
        rhs_bar[i + 1] += curvature[i] * rhs_bar[i];
    }
    for i in (1..n - 1).rev() {
        let (before, after) = (knots[i] - knots[i - 1], knots[i + 1] - knots[i]);
        let share = before / (before + after);
        let numerator_bar = rhs_bar[i] / pivots[i];
        rhs_bar[i - 1] -= share * numerator_bar;
        let bend_bar = 6.0 * numerator_bar / (before + after);
        bar[i + 1] += bend_bar / after;
        bar[i] -= bend_bar / after + bend_bar / before;
        bar[i - 1] += bend_bar / before;
    }
    error
}

pub struct Spline {
    ordinates: Vec<f64>,
    knots: Vec<f64>,
    data: Vec<(f64, f64)>,
}

impl Program for Spline {
    const NAME: &'static str = "spline-512";

    fn new() -> Self {
        let offsets = spread(KNOTS, -0.3, 0.3);
        let at = spread(DATA, 0.0, KNOTS as f64 - 1.0);
        Self {
            ordinates: spread(KNOTS, -1.0, 1.0),
            knots: offsets.iter().enumerate().map(|(i, offset)| i as f64 + offset).collect(),
            data: at.iter().map(|&x| (x, (0.4 * x).sin())).collect(),
        }
    }

    fn variables(&self) -> Vec<f64> {
        self.ordinates.clone()
    }

    fn primal(&self) -> f64 {
        spline_error(&self.ordinates, &self.knots, &self.data)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        spline_error::grad_into(&self.ordinates, &self.knots, &self.data, gradient)
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        spline_error_by_hand(&self.ordinates, &self.knots, &self.data, gradient)
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (y, knots) = (variables, &self.knots);
        let mut curvature = [0.0; KNOTS];
        let mut rhs = [y[0].constant(0.0); KNOTS];
        for i in 1..KNOTS - 1 {
            let (before, after) = (knots[i] - knots[i - 1], knots[i + 1] - knots[i]);
            let share = before / (before + after);
            let pivot = share * curvature[i - 1] + 2.0;
            curvature[i] = (share - 1.0) / pivot;
            let bend = (y[i + 1] - y[i]) / after - (y[i] - y[i - 1]) / before;
            rhs[i] = (bend * 6.0 / (before + after) - rhs[i - 1] * share) / pivot;
        }
        for i in (0..KNOTS - 1).rev() {
            rhs[i] = rhs[i] + rhs[i + 1] * curvature[i];
        }
        let mut error = y[0].constant(0.0);
        for &(x, wanted) in &self.data {
            let hi = knots.partition_point(|&knot| knot <= x).clamp(1, KNOTS - 1);
            let width = knots[hi] - knots[hi - 1];
            let a = (knots[hi] - x) / width;
            let b = 1.0 - a;
            let cubic = rhs[hi - 1] * (a.powi(3) - a) + rhs[hi] * (b.powi(3) - b);
            let value = y[hi - 1] * a + y[hi] * b + cubic * (width * width / 6.0) - wanted;
            error = error + value * value;
        }
        error
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

//! Whole numeric algorithms, each written as one would without a thought of derivatives.

#![allow(clippy::needless_range_loop, clippy::ptr_arg, reason = "such code is what is tested")]

use autodiff::differentiate;

use crate::harness::{check, check_map};

/// Gaussian elimination with partial pivoting on nested vectors, then back substitution.
#[differentiate]
fn linear_solve(matrix: &Vec<Vec<f64>>, right: &[f64]) -> Vec<f64> {
    let n = right.len();
    let mut a = matrix.clone();
    let mut x = right.to_vec();
    for k in 0..n {
        let mut pivot = k;
        for i in k + 1..n {
            if a[i][k].abs() > a[pivot][k].abs() {
                pivot = i;
            }
        }
        if pivot != k {
            a.swap(k, pivot);
            x.swap(k, pivot);
        }
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            for j in k..n {
                a[i][j] -= factor * a[k][j];
            }
            x[i] -= factor * x[k];
        }
    }
    for i in (0..n).rev() {
        let mut value = x[i];
        for j in i + 1..n {
            value -= a[i][j] * x[j];
        }
        x[i] = value / a[i][i];
    }
    x
}

#[differentiate]
fn forward_substitution(l: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let mut x = Vec::with_capacity(b.len());
    for i in 0..b.len() {
        let mut value = b[i];
        for j in 0..i {
            value -= l[i][j] * x[j];
        }
        x.push(value / l[i][i]);
    }
    x
}

/// Modified Gram-Schmidt; the result is a sum over the orthonormal columns.
#[differentiate]
fn gram_schmidt<const N: usize>(columns: [[f64; N]; 3]) -> [[f64; N]; 3] {
    let mut q = columns;
    for k in 0..3 {
        let mut norm = 0.0;
        for i in 0..N {
            norm += q[k][i] * q[k][i];
        }
        let norm = norm.sqrt();
        for i in 0..N {
            q[k][i] /= norm;
        }
        for j in k + 1..3 {
            let mut projection = 0.0;
            for i in 0..N {
                projection += q[k][i] * q[j][i];
            }
            for i in 0..N {
                q[j][i] -= projection * q[k][i];
            }
        }
    }
    q
}

#[differentiate]
fn jacobi_iterations(a: &[[f64; 3]; 3], b: [f64; 3], sweeps: usize) -> [f64; 3] {
    let mut x = [0.0; 3];
    for _ in 0..sweeps {
        let old = x;
        for i in 0..3 {
            let mut rest = b[i];
            for j in 0..3 {
                if j != i {
                    rest -= a[i][j] * old[j];
                }
            }
            x[i] = rest / a[i][i];
        }
    }
    x
}

#[differentiate]
fn conjugate_gradient(a: &[[f64; 3]; 3], b: &[f64; 3], steps: usize) -> [f64; 3] {
    let mut x = [0.0; 3];
    let mut r = *b;
    let mut p = *b;
    let mut rr = r.iter().map(|v| v * v).sum::<f64>();
    for _ in 0..steps {
        let mut ap = [0.0; 3];
        let mut curvature = 0.0;
        for i in 0..3 {
            for j in 0..3 {
                ap[i] += a[i][j] * p[j];
            }
            curvature += p[i] * ap[i];
        }
        let alpha = rr / curvature;
        let mut next_rr = 0.0;
        for i in 0..3 {
            x[i] += alpha * p[i];
            r[i] -= alpha * ap[i];
            next_rr += r[i] * r[i];
        }
        let beta = next_rr / rr;
        for i in 0..3 {
            p[i] = r[i] + beta * p[i];
        }
        rr = next_rr;
    }
    x
}

#[differentiate]
fn power_iteration(a: &[[f64; 3]; 3], steps: usize) -> f64 {
    let mut v = [1.0, 0.5, 0.25];
    let mut eigenvalue = 0.0;
    for _ in 0..steps {
        let mut w = [0.0; 3];
        for (i, row) in a.iter().enumerate() {
            w[i] = row.iter().zip(v.iter()).map(|(m, x)| m * x).sum();
        }
        eigenvalue = (w[0] * w[0] + w[1] * w[1] + w[2] * w[2]).sqrt();
        for i in 0..3 {
            v[i] = w[i] / eigenvalue;
        }
    }
    eigenvalue
}

/// Soft dynamic time warping: the minimum over alignments, smoothed.
#[differentiate]
fn soft_dtw(x: &[f64], y: &[f64], gamma: f64) -> f64 {
    let (n, m) = (x.len(), y.len());
    let mut cost = vec![vec![1e6; m + 1]; n + 1];
    cost[0][0] = 0.0;
    for i in 1..=n {
        for j in 1..=m {
            let difference = x[i - 1] - y[j - 1];
            let a = -cost[i - 1][j] / gamma;
            let b = -cost[i][j - 1] / gamma;
            let c = -cost[i - 1][j - 1] / gamma;
            let largest = a.max(b).max(c);
            let total = (a - largest).exp() + (b - largest).exp() + (c - largest).exp();
            cost[i][j] = difference * difference - gamma * (total.ln() + largest);
        }
    }
    cost[n][m]
}

/// The cheapest path through a grid, right and down.
#[differentiate]
fn cheapest_path<const N: usize>(cost: &[[f64; N]; N]) -> f64 {
    let mut best: [[f64; N]; N] = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..N {
            let before = if i == 0 && j == 0 {
                0.0
            } else if i == 0 {
                best[i][j - 1]
            } else if j == 0 {
                best[i - 1][j]
            } else {
                best[i - 1][j].min(best[i][j - 1])
            };
            best[i][j] = before + cost[i][j] * cost[i][j];
        }
    }
    best[N - 1][N - 1]
}

#[differentiate]
fn kalman_log_likelihood(seen: &[f64], process: f64, noise: f64, start: f64) -> f64 {
    let mut mean = start;
    let mut variance = 1.0;
    let mut log_likelihood = 0.0;
    for &z in seen {
        variance += process * process;
        let innovation = z - mean;
        let spread = variance + noise * noise;
        log_likelihood -= 0.5 * (innovation * innovation / spread + spread.ln());
        let gain = variance / spread;
        mean += gain * innovation;
        variance *= 1.0 - gain;
    }
    log_likelihood
}

#[differentiate]
fn lotka_volterra(start: [f64; 2], rates: &[f64; 4], dt: f64, steps: usize) -> [f64; 2] {
    let [mut prey, mut predators] = start;
    let slope = |x: f64, y: f64| (rates[0] * x - rates[1] * x * y, rates[2] * x * y - rates[3] * y);
    for _ in 0..steps {
        let (a1, b1) = slope(prey, predators);
        let (a2, b2) = slope(prey + 0.5 * dt * a1, predators + 0.5 * dt * b1);
        let (a3, b3) = slope(prey + 0.5 * dt * a2, predators + 0.5 * dt * b2);
        let (a4, b4) = slope(prey + dt * a3, predators + dt * b3);
        prey += dt / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4);
        predators += dt / 6.0 * (b1 + 2.0 * b2 + 2.0 * b3 + b4);
    }
    [prey, predators]
}

/// Two buffers that change roles in every step.
#[differentiate]
fn wave(initial: &[f64], speed: f64, steps: usize) -> Vec<f64> {
    let n = initial.len();
    let mut previous = initial.to_vec();
    let mut current = initial.to_vec();
    for _ in 0..steps {
        for i in 1..n - 1 {
            let laplacian = current[i - 1] - 2.0 * current[i] + current[i + 1];
            previous[i] = 2.0 * current[i] - previous[i] + speed * speed * laplacian;
        }
        (previous, current) = (current, previous);
    }
    current
}

#[differentiate]
fn convolve_2d<const N: usize, const K: usize>(
    image: &[[f64; N]; N],
    kernel: &[[f64; K]; K],
) -> f64 {
    let mut pooled = f64::NEG_INFINITY;
    let mut total = 0.0;
    for i in 0..N + 1 - K {
        for j in 0..N + 1 - K {
            let mut response = 0.0;
            for (di, row) in kernel.iter().enumerate() {
                for (dj, weight) in row.iter().enumerate() {
                    response += weight * image[i + di][j + dj];
                }
            }
            pooled = pooled.max(response);
            total += response.tanh();
        }
    }
    pooled * total
}

#[differentiate]
fn attention(query: &[f64], keys: &[Vec<f64>], values: &[Vec<f64>]) -> Vec<f64> {
    let scale = 1.0 / (query.len() as f64).sqrt();
    let mut scores = Vec::with_capacity(keys.len());
    for key in keys {
        let score: f64 = query.iter().zip(key).map(|(q, k)| q * k).sum();
        scores.push((scale * score).exp());
    }
    let total: f64 = scores.iter().sum();
    let mut output = vec![0.0; values[0].len()];
    for (score, value) in scores.iter().zip(values) {
        for (o, v) in output.iter_mut().zip(value) {
            *o += score / total * v;
        }
    }
    output
}

#[differentiate]
fn mixture_log_likelihood(
    points: &[[f64; 2]],
    means: &[[f64; 2]],
    log_weights: &[f64],
    width: f64,
) -> f64 {
    let mut total = 0.0;
    for point in points {
        let mut terms = vec![0.0; means.len()];
        let mut largest = f64::NEG_INFINITY;
        for k in 0..means.len() {
            let dx = point[0] - means[k][0];
            let dy = point[1] - means[k][1];
            terms[k] =
                log_weights[k] - (dx * dx + dy * dy) / (2.0 * width * width) - 2.0 * width.ln();
            if terms[k] > largest {
                largest = terms[k];
            }
        }
        let partition: f64 = terms.iter().map(|t| (t - largest).exp()).sum();
        total += largest + partition.ln();
    }
    total
}

#[differentiate]
fn levinson_durbin(autocorrelation: &[f64], order: usize) -> f64 {
    let mut coefficients = vec![0.0; order + 1];
    coefficients[0] = 1.0;
    let mut error = autocorrelation[0];
    for m in 1..=order {
        let mut numerator = autocorrelation[m];
        for j in 1..m {
            numerator += coefficients[j] * autocorrelation[m - j];
        }
        let reflection = -numerator / error;
        let previous = coefficients.clone();
        for j in 1..m {
            coefficients[j] = previous[j] + reflection * previous[m - j];
        }
        coefficients[m] = reflection;
        error *= 1.0 - reflection * reflection;
    }
    error
}

#[differentiate]
fn interpolate(knots: &[f64], values: &[f64], at: f64) -> f64 {
    let mut interval = 0;
    while interval + 2 < knots.len() && knots[interval + 1] < at {
        interval += 1;
    }
    let t = (at - knots[interval]) / (knots[interval + 1] - knots[interval]);
    let s = t * t * (3.0 - 2.0 * t);
    values[interval] + s * (values[interval + 1] - values[interval])
}

#[differentiate]
fn spectrum_power(signal: &[f64], frequency: f64) -> f64 {
    let mut real = 0.0;
    let mut imaginary = 0.0;
    for (t, v) in signal.iter().enumerate() {
        let angle = std::f64::consts::TAU * frequency * t as f64;
        real += v * angle.cos();
        imaginary -= v * angle.sin();
    }
    (real * real + imaginary * imaginary) / signal.len() as f64
}

/// Gradient descent on a least-squares fit, unrolled: the derivative of the whole training.
#[differentiate]
fn trained_slope(x: &[f64], y: &[f64], rate: f64, steps: usize) -> f64 {
    let mut slope = 0.0;
    let mut offset = 0.0;
    for _ in 0..steps {
        let mut slope_step = 0.0;
        let mut offset_step = 0.0;
        for i in 0..x.len() {
            let residual = slope * x[i] + offset - y[i];
            slope_step += residual * x[i];
            offset_step += residual;
        }
        slope -= rate * slope_step;
        offset -= rate * offset_step;
    }
    slope + offset
}

/// An American put on a binomial lattice, valued backwards in one buffer.
#[differentiate]
fn american_put(spot: f64, strike: f64, volatility: f64, rate: f64, steps: usize) -> f64 {
    let dt = 1.0 / steps as f64;
    let up = (volatility * dt.sqrt()).exp();
    let down = 1.0 / up;
    let probability = ((rate * dt).exp() - down) / (up - down);
    let discount = (-rate * dt).exp();
    let mut values = vec![0.0; steps + 1];
    for i in 0..=steps {
        let price = spot * up.powi(i as i32) * down.powi((steps - i) as i32);
        values[i] = (strike - price).max(0.0);
    }
    for step in (0..steps).rev() {
        for i in 0..=step {
            let held = discount * (probability * values[i + 1] + (1.0 - probability) * values[i]);
            let price = spot * up.powi(i as i32) * down.powi((step - i) as i32);
            values[i] = held.max(strike - price);
        }
    }
    values[0]
}

/// A gated recurrent cell over a sequence, with a hidden state that is rebound in each step.
#[differentiate]
fn recurrent(inputs: &[f64], gate: &[[f64; 2]; 3], hidden: [f64; 2]) -> [f64; 2] {
    let mut h = hidden;
    for x in inputs {
        let z = 1.0 / (1.0 + (-(gate[0][0] * x + gate[0][1] * h[0])).exp());
        let r = 1.0 / (1.0 + (-(gate[1][0] * x + gate[1][1] * h[1])).exp());
        let candidate = [(gate[2][0] * x + r * h[1]).tanh(), (gate[2][1] * r * h[0]).tanh()];
        h = [(1.0 - z) * h[0] + z * candidate[0], (1.0 - z) * h[1] + z * candidate[1]];
    }
    h
}

const SYMMETRIC: [[f64; 3]; 3] = [[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]];

#[test]
fn linear_algebra() {
    check_map!(linear_solve(&a, &b); (a, b) in [
        (vec![vec![0.2, 0.7, -1.0], vec![1.0, 2.0, 0.5], vec![3.0, -4.0, 1.5]], vec![1.0, 2.0, 3.0]),
        (vec![vec![4.0, 1.0], vec![1.0, 3.0]], vec![0.3, -0.7]),
    ]);
    check_map!(forward_substitution(&l, &b); (l, b) in [
        (vec![vec![1.5], vec![0.4, 2.0], vec![-0.3, 0.8, 1.2]], vec![1.0, -2.0, 0.5]),
    ]);
    check_map!(gram_schmidt(columns); columns in [
        [[1.0, 2.0, 0.5, 0.1], [3.0, -4.0, 1.5, 0.2], [0.2, 0.7, -1.0, 0.9]],
    ]);
    check_map!(jacobi_iterations(&a, b, 4); (a, b) in [(SYMMETRIC, [1.0, -2.0, 0.5])]);
    check_map!(conjugate_gradient(&a, &b, 2); (a, b) in [(SYMMETRIC, [1.0, -2.0, 0.5])]);
    check!(power_iteration(&a, 5); a in [SYMMETRIC]);
}

#[test]
fn dynamic_programming() {
    check!(soft_dtw(&x, &y, gamma); (x, y, gamma) in [
        (vec![1.0, -2.0, 0.5], vec![0.3, 0.7, -1.1, 0.4], 0.8),
    ]);
    check!(cheapest_path(&cost); cost in [
        [[1.0, 2.0, 0.5], [0.3, 4.0, 1.5], [0.2, 0.7, 1.1]],
        [[1.0, 0.2, 0.5], [3.0, 4.0, 0.6], [0.2, 0.7, 1.1]],
    ]);
    check!(american_put(spot, strike, volatility, rate, 6);
        (spot, strike, volatility, rate) in [(1.05, 1.1, 0.3, 0.04)]);
}

#[test]
fn simulation() {
    check_map!(lotka_volterra(start, &rates, dt, 5); (start, rates, dt) in [
        ([1.0, 0.5], [1.1, 0.4, 0.1, 0.4], 0.1),
    ]);
    check_map!(wave(&initial, speed, 4); (initial, speed) in [(vec![0.0, 1.0, 0.5, -0.3, 0.0], 0.6)]);
    check_map!(wave(&initial, speed, 3); (initial, speed) in [(vec![0.0, 1.0, 0.5, -0.3, 0.0], 0.6)]);
}

#[test]
fn estimation() {
    check!(kalman_log_likelihood(&seen, process, noise, start); (seen, process, noise, start) in [
        (vec![1.0, 1.2, 0.7, 1.5], 0.3, 0.5, 0.9),
    ]);
    check!(mixture_log_likelihood(&points, &means, &log_weights, width);
    (points, means, log_weights, width) in [(
        vec![[1.0, 2.0], [0.3, -0.4], [0.2, 0.7]],
        vec![[0.9, 1.5], [0.1, 0.2]],
        vec![-0.3, -1.2],
        0.8,
    )]);
    check!(levinson_durbin(&r, 3); r in [vec![2.0, 1.1, 0.4, -0.2]]);
    check!(spectrum_power(&signal, frequency); (signal, frequency) in [(vec![1.0, -2.0, 0.5, 3.0], 0.15)]);
    check!(trained_slope(&x, &y, rate, 5); (x, y, rate) in [
        (vec![0.5, 1.0, -0.7], vec![1.2, 2.1, -1.0], 0.1),
    ]);
    check!(interpolate(&knots, &values, at); (knots, values, at) in [
        (vec![0.0, 1.0, 1.5, 3.0], vec![1.0, -2.0, 0.5, 3.0], 1.2),
        (vec![0.0, 1.0, 1.5, 3.0], vec![1.0, -2.0, 0.5, 3.0], 2.6),
    ]);
}

#[test]
fn networks() {
    check!(convolve_2d(&image, &kernel); (image, kernel) in [(
        [[1.0, 2.0, 0.5], [0.3, -0.4, 1.5], [0.2, 0.7, -1.0]],
        [[0.3, 0.7], [-1.1, 0.2]],
    )]);
    check_map!(attention(&query, &keys, &values); (query, keys, values) in [(
        vec![1.0, -0.5],
        vec![vec![0.3, 0.7], vec![-1.1, 0.2], vec![0.9, -0.8]],
        vec![vec![1.0, 2.0, 0.5], vec![0.3, -0.4, 1.5], vec![0.2, 0.7, -1.0]],
    )]);
    check_map!(recurrent(&inputs, &gate, hidden); (inputs, gate, hidden) in [
        (vec![1.0, -0.5, 0.3], [[0.4, -0.7], [0.9, 0.2], [-0.6, 1.1]], [0.2, -0.3]),
    ]);
}

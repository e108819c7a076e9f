//! Borrowed slices: indexed, walked, cut into parts, of any length including none.

#![allow(clippy::needless_range_loop, reason = "such code is what is tested")]

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

#[differentiate]
fn mean(x: &[f64]) -> f64 {
    let total: f64 = x.iter().sum();
    total / x.len() as f64
}

#[differentiate]
fn variance(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)
}

#[differentiate]
fn cosine_similarity(a: &[f64], b: &[f64]) -> f64 {
    let mut product = 0.0;
    let mut left = 0.0;
    let mut right = 0.0;
    for i in 0..a.len() {
        product += a[i] * b[i];
        left += a[i] * a[i];
        right += b[i] * b[i];
    }
    product / (left.sqrt() * right.sqrt())
}

#[differentiate]
fn geometric_mean(x: &[f64]) -> f64 {
    let product: f64 = x.iter().product();
    product.powf(1.0 / x.len() as f64)
}

#[differentiate(wrt(logits))]
fn cross_entropy(logits: &[f64], label: usize) -> f64 {
    let mut largest = logits[0];
    for &v in &logits[1..] {
        if v > largest {
            largest = v;
        }
    }
    let partition: f64 = logits.iter().map(|v| (v - largest).exp()).sum();
    partition.ln() + largest - logits[label]
}

/// `weights` is looked up by constant indices, some of them twice.
#[differentiate]
fn sparse_dot(indices: &[usize], values: &[f64], weights: &[f64]) -> f64 {
    let mut total = 0.0;
    for (k, &index) in indices.iter().enumerate() {
        total += values[k] * weights[index];
    }
    total.tanh()
}

#[differentiate]
fn halves(x: &[f64]) -> f64 {
    let middle = x.len() / 2;
    let front = &x[..middle];
    let back = &x[middle..];
    let mut total = 0.0;
    for i in 0..middle {
        total += front[i] * back[back.len() - 1 - i];
    }
    total
}

#[differentiate]
fn slice_of_slice(x: &[f64]) -> f64 {
    let inner = &x[1..x.len() - 1];
    let core = &inner[1..=2];
    core[0] * core[1] + inner[0] * x[0] + inner[inner.len() - 1].exp()
}

#[differentiate]
fn total_variation(x: &[f64], smoothing: f64) -> f64 {
    let mut total = 0.0;
    for pair in x.windows(2) {
        let jump = pair[1] - pair[0];
        total += (jump * jump + smoothing * smoothing).sqrt() - smoothing;
    }
    total
}

#[differentiate]
fn autocorrelation(x: &[f64], lag: usize) -> f64 {
    let mut total = 0.0;
    for t in lag..x.len() {
        total += x[t] * x[t - lag];
    }
    total / (x.len() - lag) as f64
}

#[differentiate]
fn entropy(weights: &[f64]) -> f64 {
    let total = weights.iter().sum::<f64>();
    let mut entropy = 0.0;
    for &w in weights {
        let p = w / total;
        entropy -= p * p.ln();
    }
    entropy
}

#[differentiate]
fn simpson(samples: &[f64], spacing: f64) -> f64 {
    let last = samples.len() - 1;
    let mut total = samples[0] + samples[last];
    for i in (1..last).step_by(2) {
        total += 4.0 * samples[i];
    }
    for i in (2..last).step_by(2) {
        total += 2.0 * samples[i];
    }
    total * spacing / 3.0
}

#[differentiate]
fn root_mean_square_f32(x: &[f32], gain: f32) -> f32 {
    let mut total = 0.0;
    for &v in x.iter() {
        total += (gain * v) * (gain * v);
    }
    (total / x.len() as f32).sqrt()
}

/// Backward through a search: the gradient goes to the one element that was chosen.
#[differentiate]
fn largest_times_first(x: &[f64]) -> f64 {
    let mut best = 0;
    for i in 1..x.len() {
        if x[i] > x[best] {
            best = i;
        }
    }
    x[best] * x[0]
}

/// A flat parameter vector cut into the layers of a small network.
#[differentiate]
fn flat_network(parameters: &[f64], input: &[f64], hidden: usize) -> f64 {
    let inputs = input.len();
    let weights = &parameters[..hidden * inputs];
    let biases = &parameters[hidden * inputs..hidden * (inputs + 1)];
    let readout = &parameters[hidden * (inputs + 1)..];
    let mut output = 0.0;
    for h in 0..hidden {
        let row = &weights[h * inputs..(h + 1) * inputs];
        let mut activation = biases[h];
        for i in 0..inputs {
            activation += row[i] * input[i];
        }
        output += readout[h] * activation.tanh();
    }
    output
}

/// A row-major matrix in a flat slice.
#[differentiate]
fn flat_matrix_vector(a: &[f64], x: &[f64]) -> Vec<f64> {
    let columns = x.len();
    let mut y = vec![0.0; a.len() / columns];
    for i in 0..y.len() {
        for j in 0..columns {
            y[i] += a[i * columns + j] * x[j];
        }
    }
    y
}

/// A ragged matrix: each row has its own length.
#[differentiate]
fn ragged_product(rows: &[Vec<f64>]) -> f64 {
    let mut product = 1.0;
    for row in rows {
        let mut total = 1.0;
        for v in row {
            total += v * v;
        }
        product *= total;
    }
    product
}

#[differentiate]
fn ragged_by_index(rows: &[Vec<f64>], scale: f64) -> f64 {
    let mut total = 0.0;
    for i in 0..rows.len() {
        let row = &rows[i];
        for j in 0..row.len() {
            total += (scale * row[j] * rows[0][0]).sin();
        }
    }
    total
}

/// Hidden Markov model: the forward algorithm with scaling.
#[differentiate]
fn hidden_markov(
    initial: &[f64],
    transition: &[[f64; 2]; 2],
    emission: &[[f64; 3]; 2],
    seen: &[usize],
) -> f64 {
    let mut alpha = [initial[0], initial[1]];
    let mut log_likelihood = 0.0;
    for (t, &symbol) in seen.iter().enumerate() {
        if t > 0 {
            let previous = alpha;
            for j in 0..2 {
                alpha[j] = previous[0] * transition[0][j] + previous[1] * transition[1][j];
            }
        }
        let mut scale = 0.0;
        for j in 0..2 {
            alpha[j] *= emission[j][symbol];
            scale += alpha[j];
        }
        log_likelihood += scale.ln();
        for j in 0..2 {
            alpha[j] /= scale;
        }
    }
    log_likelihood
}

#[differentiate]
fn turned(x: &[f64], n: usize) -> Vec<f64> {
    let mut y: Vec<f64> = x.iter().map(|v| v * v).collect();
    y.reverse();
    y.rotate_left(n);
    y[1..].reverse();
    for row in y.chunks_mut(2) {
        row.rotate_right(1);
        row[0] *= x[0];
    }
    y
}

#[test]
fn statistics() {
    let samples = [vec![1.0, 2.5, 0.5, 3.0], vec![0.7, 0.9]];
    check!(mean(&x); x in samples.clone());
    check!(variance(&x); x in samples.clone());
    check!(geometric_mean(&x); x in samples.clone());
    check!(entropy(&x); x in samples.clone());
    check!(root_mean_square_f32(&x, gain); (x, gain) in [(vec![1.0, -2.0, 0.5], 1.5)]);
    check!(autocorrelation(&x, 2); x in [vec![1.0, -2.0, 0.5, 3.0, 0.2]]);
    check!(total_variation(&x, s); (x, s) in [(vec![1.0, -2.0, 0.5, 3.0], 0.4), (vec![1.0], 0.4)]);
    check!(simpson(&x, h); (x, h) in [(vec![1.0, -2.0, 0.5, 3.0, 0.2], 0.1), (vec![1.0, 4.0, 2.0], 0.5)]);
    check!(largest_times_first(&x); x in [vec![1.0, -2.0, 2.5, 2.0], vec![3.0, 1.0, 0.5, 2.0]]);
}

#[test]
fn products() {
    check!(dot(&x, &y); (x, y) in [
        (vec![1.0, -2.0, 0.5], vec![0.3, 0.7, -1.1]),
        (vec![2.0], vec![3.0]),
        (vec![], vec![]),
    ]);
    check!(cosine_similarity(&a, &b); (a, b) in [(vec![1.0, -2.0, 0.5], vec![0.3, 0.7, -1.1])]);
    check!(cross_entropy(&logits, 1); logits in [vec![1.0, 2.0, 0.5], vec![2.0, -1.0]]);
    check!(cross_entropy(&logits, 0); logits in [vec![1.0, 2.0, 0.5]]);
    check!(sparse_dot(&[0, 3, 3, 1], &values, &weights); (values, weights) in [
        (vec![1.0, -0.2, 0.5, 0.7], vec![0.3, 0.7, -1.1, 0.4]),
    ]);
    check_map!(flat_matrix_vector(&a, &x); (a, x) in [
        (vec![1.0, 2.0, 0.5, 3.0, -4.0, 1.5], vec![0.3, 0.7, -1.1]),
        (vec![1.0, 2.0, 0.5, 3.0, -4.0, 1.5], vec![0.3, 0.7]),
    ]);
}

#[test]
fn parts() {
    check!(halves(&x); x in [vec![1.0, -2.0, 0.5, 3.0], vec![1.0, -2.0, 0.5, 3.0, 0.7]]);
    check!(slice_of_slice(&x); x in [vec![1.0, -2.0, 0.5, 3.0, 0.7, 1.1]]);
    check!(flat_network(&parameters, &input, 2); (parameters, input) in [
        (vec![0.3, -0.5, 0.8, 0.1, 0.6, -0.9, 0.05, -0.1, 1.5, -0.7], vec![1.0, -0.4, 0.2]),
    ]);
}

#[test]
fn ragged_rows() {
    let rows = vec![vec![1.0, -2.0, 0.5], vec![0.3], vec![0.7, -1.1]];
    check!(ragged_product(&rows); rows in [rows.clone()]);
    check!(ragged_by_index(&rows, scale); (rows, scale) in [(rows.clone(), 0.8)]);
}

#[test]
fn sequences() {
    check!(hidden_markov(&initial, &transition, &emission, &[0, 2, 1, 1, 0]);
    (initial, transition, emission) in [(
        vec![0.6, 0.4],
        [[0.7, 0.3], [0.2, 0.8]],
        [[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]],
    )]);
}

#[test]
fn elements_moved() {
    check_map!(turned(&x, 2); x in [vec![0.5, -1.0, 2.5, 1.5, 0.7], vec![0.3, 0.4]]);
    check_map!(turned(&x, 0); x in [vec![0.5, -1.0, 2.5, 1.5]]);
}

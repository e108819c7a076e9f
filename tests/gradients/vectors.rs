//! `Vec` as parameter, local and result: made, pushed, cloned, overwritten and nested.

#![allow(
    clippy::assign_op_pattern,
    clippy::needless_range_loop,
    clippy::ptr_arg,
    clippy::useless_vec,
    reason = "such code is what is tested"
)]

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn sum_of_cubes(x: Vec<f64>) -> f64 {
    let mut total = 0.0;
    for v in x {
        total += v * v * v;
    }
    total
}

#[differentiate]
fn mean_log(x: &Vec<f64>) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        total += x[i].ln();
    }
    total / x.len() as f64
}

#[differentiate]
fn prefix_sums(x: &[f64]) -> Vec<f64> {
    let mut sums = x.to_vec();
    for i in 1..sums.len() {
        sums[i] += sums[i - 1];
    }
    sums
}

#[differentiate]
fn products_in_place(mut x: Vec<f64>) -> Vec<f64> {
    for i in 1..x.len() {
        x[i] = x[i] * x[i - 1];
    }
    x
}

#[differentiate]
fn pushed_squares(x: &[f64]) -> f64 {
    let mut squares = Vec::new();
    for v in x {
        squares.push(v * v);
    }
    let mut total = 0.0;
    for i in 0..squares.len() {
        total += squares[i] * squares[squares.len() - 1 - i];
    }
    total
}

#[differentiate]
fn pushed_where_positive(x: &[f64], scale: f64) -> Vec<f64> {
    let mut kept = Vec::with_capacity(x.len());
    for &v in x {
        if v > 0.0 {
            kept.push(scale * v.sqrt());
        }
    }
    kept
}

#[differentiate]
fn fibonacci_like(a: f64, b: f64, n: usize) -> Vec<f64> {
    let mut terms = vec![a, b];
    for i in 2..n {
        terms.push(0.5 * terms[i - 1] + terms[i - 2].sin());
    }
    terms
}

#[differentiate]
fn full_convolution(signal: &[f64], kernel: &[f64]) -> Vec<f64> {
    let mut output = vec![0.0; signal.len() + kernel.len() - 1];
    for i in 0..signal.len() {
        for j in 0..kernel.len() {
            output[i + j] += signal[i] * kernel[j];
        }
    }
    output
}

#[differentiate]
fn finite_response(signal: &[f64], taps: &[f64; 3]) -> Vec<f64> {
    let mut output = Vec::with_capacity(signal.len());
    for n in 0..signal.len() {
        let mut value = 0.0;
        for k in 0..3 {
            if n >= k {
                value += taps[k] * signal[n - k];
            }
        }
        output.push(value);
    }
    output
}

/// A recursive filter: the output is read back two steps later.
#[differentiate]
fn infinite_response(signal: &[f64], forward: [f64; 3], backward: [f64; 2]) -> Vec<f64> {
    let mut output = vec![0.0; signal.len()];
    for n in 0..signal.len() {
        let mut value = forward[0] * signal[n];
        if n >= 1 {
            value += forward[1] * signal[n - 1] - backward[0] * output[n - 1];
        }
        if n >= 2 {
            value += forward[2] * signal[n - 2] - backward[1] * output[n - 2];
        }
        output[n] = value;
    }
    output
}

#[differentiate]
fn exponential_smoothing(x: &[f64], rate: f64) -> Vec<f64> {
    let mut level = x[0];
    let mut smooth = x.to_vec();
    for (i, v) in x.iter().enumerate().skip(1) {
        level = rate * v + (1.0 - rate) * level;
        smooth[i] = level;
    }
    smooth
}

#[differentiate]
fn thomas(lower: &[f64], diagonal: &[f64], upper: &[f64], right: &[f64]) -> Vec<f64> {
    let n = diagonal.len();
    let mut d = diagonal.to_vec();
    let mut x = right.to_vec();
    for i in 1..n {
        let factor = lower[i - 1] / d[i - 1];
        d[i] -= factor * upper[i - 1];
        x[i] -= factor * x[i - 1];
    }
    x[n - 1] /= d[n - 1];
    for i in (0..n - 1).rev() {
        x[i] = (x[i] - upper[i] * x[i + 1]) / d[i];
    }
    x
}

#[differentiate]
fn clones_apart(x: &[f64]) -> f64 {
    let mut first = x.to_vec();
    let second = first.clone();
    for v in first.iter_mut() {
        *v = v.exp();
    }
    let mut total = 0.0;
    for i in 0..first.len() {
        total += first[i] * second[i];
    }
    total
}

#[differentiate]
fn copied_between(x: &[f64], weight: f64) -> f64 {
    let n = x.len();
    let mut buffer = vec![weight; 2 * n];
    buffer[..n].copy_from_slice(x);
    buffer[n + 1] *= buffer[0];
    let mut head = vec![0.0; 2];
    head.copy_from_slice(&buffer[n..n + 2]);
    buffer.fill(1.0);
    head[0] * head[1] + buffer[0] * x[n - 1]
}

/// A buffer reused by every iteration, partly rewritten in each.
#[differentiate]
fn reused_buffer(x: &[f64], steps: usize) -> f64 {
    let mut buffer = vec![0.0; x.len()];
    let mut total = 0.0;
    for step in 0..steps {
        for i in 0..x.len() {
            if i % 2 == step % 2 {
                buffer[i] = x[i] * (1.0 + buffer[i]);
            }
        }
        total += buffer.iter().map(|v| v * v).sum::<f64>();
    }
    total
}

#[differentiate]
fn double_buffered(initial: &[f64], rate: f64, steps: usize) -> Vec<f64> {
    let n = initial.len();
    let mut current = initial.to_vec();
    for _ in 0..steps {
        let mut next = vec![0.0; n];
        for i in 0..n {
            let left = current[(i + n - 1) % n];
            let right = current[(i + 1) % n];
            next[i] =
                current[i] + rate * (left - 2.0 * current[i] + right) + 0.01 * current[i].sin();
        }
        current = next;
    }
    current
}

#[differentiate]
fn dense_layers(weights: &[Vec<f64>], biases: &Vec<Vec<f64>>, input: Vec<f64>) -> Vec<f64> {
    let mut activations = input;
    for layer in 0..weights.len() {
        let inputs = activations.len();
        let mut next = biases[layer].clone();
        for o in 0..next.len() {
            for i in 0..inputs {
                next[o] += weights[layer][o * inputs + i] * activations[i];
            }
            next[o] = next[o].tanh();
        }
        activations = next;
    }
    activations
}

#[differentiate]
fn powers_table(x: f64, rows: usize) -> f64 {
    let mut table = vec![vec![1.0; 3]; rows];
    for i in 0..rows {
        for j in 0..3 {
            if i > 0 {
                table[i][j] = table[i - 1][j] * x + j as f64;
            }
        }
    }
    table[rows - 1][0] + table[rows - 1][1] * table[rows - 1][2]
}

#[differentiate]
fn outer_product(a: &[f64], b: &[f64]) -> Vec<Vec<f64>> {
    let mut product = Vec::new();
    for x in a {
        let mut row = Vec::with_capacity(b.len());
        for y in b {
            row.push(x * y);
        }
        product.push(row);
    }
    product
}

#[differentiate]
fn split_even_odd(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut even = Vec::new();
    let mut odd = Vec::new();
    for (i, v) in x.iter().enumerate() {
        if i % 2 == 0 {
            even.push(v * v);
        } else {
            odd.push(v.cos());
        }
    }
    (even, odd)
}

#[differentiate]
fn softplus_all_f32(x: &[f32], sharpness: f32) -> Vec<f32> {
    x.iter().map(|v| (1.0 + (sharpness * v).exp()).ln() / sharpness).collect()
}

#[differentiate]
fn normalised(x: Vec<f64>) -> Vec<f64> {
    let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt();
    x.iter().map(|v| v / norm).collect()
}

#[test]
fn scalars_of_vectors() {
    check!(sum_of_cubes(x); x in [vec![1.0, -2.0, 0.5], vec![]]);
    check!(mean_log(&x); x in [vec![1.0, 2.0, 0.5]]);
    check!(pushed_squares(&x); x in [vec![1.0, -2.0, 0.5, 3.0], vec![1.5]]);
    check!(clones_apart(&x); x in [vec![1.0, -2.0, 0.5]]);
    check!(copied_between(&x, weight); (x, weight) in [(vec![1.0, -2.0, 0.5], 1.3)]);
    check!(reused_buffer(&x, 4); x in [vec![1.0, -0.8, 0.5]]);
    check!(powers_table(x, 4); x in [0.7, -1.3]);
}

#[test]
fn vectors_changed_in_place() {
    check_map!(prefix_sums(&x); x in [vec![1.0, -2.0, 0.5, 3.0]]);
    check_map!(products_in_place(x); x in [vec![1.5, -2.0, 0.5, 3.0], vec![2.0, 0.0, 3.0]]);
    check_map!(exponential_smoothing(&x, rate); (x, rate) in [(vec![1.0, -2.0, 0.5, 3.0], 0.3)]);
    check_map!(thomas(&lower, &diagonal, &upper, &right); (lower, diagonal, upper, right) in [(
        vec![0.5, -0.3, 0.2],
        vec![2.0, 3.0, -2.5, 1.8],
        vec![0.4, 0.7, -0.6],
        vec![1.0, -2.0, 0.5, 3.0],
    )]);
}

#[test]
fn vectors_grown() {
    check_map!(pushed_where_positive(&x, scale); (x, scale) in [(vec![1.0, -2.0, 0.5, 3.0], 1.4)]);
    check_map!(fibonacci_like(a, b, 6); (a, b) in [(0.4, 1.1)]);
    check_map!(finite_response(&signal, &taps); (signal, taps) in [
        (vec![1.0, -2.0, 0.5, 3.0], [0.3, 0.7, -1.1]),
        (vec![1.0], [0.3, 0.7, -1.1]),
    ]);
    check_map!(outer_product(&a, &b); (a, b) in [(vec![1.0, -2.0], vec![0.3, 0.7, -1.1])]);
    check_map!(split_even_odd(&x); x in [vec![1.0, -2.0, 0.5, 3.0, 0.7]]);
    check_map!(softplus_all_f32(&x, sharpness); (x, sharpness) in [(vec![1.0, -0.5, 0.25], 1.5)]);
    check_map!(normalised(x); x in [vec![1.0, -2.0, 0.5]]);
}

#[test]
fn filters_and_layers() {
    check_map!(full_convolution(&signal, &kernel); (signal, kernel) in [
        (vec![1.0, -2.0, 0.5, 3.0], vec![0.3, 0.7]),
    ]);
    check_map!(infinite_response(&signal, forward, backward); (signal, forward, backward) in [
        (vec![1.0, -2.0, 0.5, 3.0, 0.4], [0.3, 0.7, -1.1], [0.5, -0.2]),
    ]);
    check_map!(double_buffered(&initial, rate, 3); (initial, rate) in [(vec![1.0, -2.0, 0.5, 3.0], 0.2)]);
    check_map!(dense_layers(&weights, &biases, input); (weights, biases, input) in [(
        vec![vec![0.3, -0.5, 0.8, 0.1, 0.6, -0.9], vec![0.7, -0.2, 0.4]],
        vec![vec![0.1, -0.1, 0.2], vec![0.05]],
        vec![1.0, -0.4],
    )]);
}

/// What happens among the arguments of a macro happens.
#[differentiate]
fn swapped_inside(x: f64, y: f64) -> f64 {
    let (mut a, mut b) = (x, y * y);
    let v = vec![
        {
            std::mem::swap(&mut a, &mut b);
            a * 2.0
        },
        b,
    ];
    a * v[0] + v[1].sin()
}

#[differentiate]
fn stored_inside(x: &[f64]) -> f64 {
    let mut kept = x.to_vec();
    let v = vec![
        vec![{
            kept[0] = x[1] * x[1];
            kept[1]
        }],
        {
            kept[1] *= 3.0;
            vec![kept[0]]
        },
    ];
    v[0][0] * v[1][0] + kept[1]
}

#[differentiate]
fn left_inside(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for &a in x {
        let v = vec![if a < 0.0 { break } else { a * a }, a];
        let w = vec![if v[0] > 4.0 { continue } else { a.sin() }; 2];
        let last = vec![if w[0] > 0.9 { return sum * a } else { w[1] }];
        sum += v[0] * last[0];
    }
    sum
}

#[test]
fn macros_are_seen_through() {
    check!(swapped_inside(x, y); (x, y) in [(0.5, -1.25)]);
    check!(stored_inside(&x); x in [vec![0.5, -1.25]]);
    check!(left_inside(&x); x in [
        vec![0.5, 0.75, -1.0, 0.25],
        vec![0.5, 2.5, 0.25],
        vec![0.5, 1.5, 0.25],
    ]);
}

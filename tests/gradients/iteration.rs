//! Every way of walking a collection: by reference, by value, in pairs, in pieces, mutably.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn by_shared_reference(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for v in x {
        total += v * v.sin();
    }
    total
}

#[differentiate]
fn by_pattern(x: &[f64]) -> f64 {
    let mut total = 1.0;
    for &v in x {
        total *= 1.0 + v;
    }
    total
}

#[differentiate]
fn by_value(x: [f64; 3]) -> f64 {
    let mut total = 0.0;
    for v in x {
        total = total * v + v;
    }
    total
}

#[differentiate]
fn over_listed_values(a: f64, b: f64) -> f64 {
    let mut total: f64 = 0.0;
    for v in [a, b, a * b] {
        total += v.exp() * total.cos();
    }
    total
}

#[differentiate]
fn in_pairs(x: &[f64], y: &[f64]) -> f64 {
    let mut distance = 0.0;
    for (a, b) in x.iter().zip(y.iter()) {
        distance += (a - b) * (a - b) * b;
    }
    distance
}

#[differentiate]
fn in_triples(x: &[f64], y: &[f64], z: &[f64]) -> f64 {
    let mut total = 0.0;
    for ((a, b), c) in x.iter().zip(y).zip(z) {
        total += a * b * c;
    }
    total
}

#[differentiate]
fn numbered_pairs(x: &[f64], y: &[f64]) -> f64 {
    let mut total = 0.0;
    for (i, (a, b)) in x.iter().zip(y).enumerate() {
        total += a.powi(i as i32 + 1) * b;
    }
    total
}

#[differentiate]
fn backwards(x: &[f64], t: f64) -> f64 {
    let mut value = 0.0;
    for c in x.iter().rev() {
        value = value * t + c;
    }
    value
}

#[differentiate]
fn skipping_and_taking(x: &[f64]) -> f64 {
    let mut total = x[0];
    for v in x.iter().skip(1).take(2) {
        total *= v;
    }
    for v in x.iter().take(2) {
        total += v * v;
    }
    total
}

#[differentiate]
fn mapped_sum(x: &[f64], centre: f64) -> f64 {
    x.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>()
}

#[differentiate]
fn mapped_product(x: &[f64], shift: f64) -> f64 {
    x.iter().map(|&v| v * v + shift).product::<f64>()
}

#[differentiate]
fn mapped_over_range(a: f64, b: f64) -> f64 {
    (1..6).map(|k| (a * k as f64).cos() / (b + k as f64)).sum()
}

#[differentiate]
fn filtered_sum(x: &[f64], gain: f64) -> f64 {
    x.iter().filter(|v| **v > 0.0).map(|v| gain * v * v).sum()
}

#[differentiate]
fn folded(x: &[f64], start: f64) -> f64 {
    x.iter().fold(start, |state, v| (state * v).sin() + v)
}

#[differentiate]
fn folded_pair(x: &[f64]) -> f64 {
    let (sum, squares) = x.iter().fold((0.0, 0.0), |(s, q), v| (s + v, q + v * v));
    squares - sum * sum / x.len() as f64
}

#[differentiate]
fn smallest_by_fold(x: &[f64], scale: f64) -> f64 {
    scale * x.iter().fold(f64::INFINITY, |m, &v| m.min(v))
}

#[differentiate]
fn mutated_elements(x: &[f64], scale: f64) -> f64 {
    let mut y = x.to_vec();
    for v in y.iter_mut() {
        *v = scale * (*v * *v);
    }
    for v in &mut y {
        *v += 1.0 / *v;
    }
    y.iter().sum()
}

#[differentiate]
fn mutated_beside(x: &[f64], y: &[f64]) -> Vec<f64> {
    let mut z = x.to_vec();
    for (target, source) in z.iter_mut().zip(y) {
        *target = *target * source + source.sin();
    }
    z
}

#[differentiate]
fn mutated_with_index(x: [f64; 4]) -> [f64; 4] {
    let mut y = x;
    for (i, v) in y.iter_mut().enumerate() {
        *v = x[3 - i] * *v + i as f64;
    }
    y
}

#[differentiate]
fn over_rows(a: &[[f64; 2]; 3], x: &[f64; 2]) -> f64 {
    let mut largest = f64::NEG_INFINITY;
    for row in a {
        let value = row[0] * x[0] + row[1] * x[1];
        largest = largest.max(value);
    }
    largest * largest
}

#[differentiate]
fn over_mutable_rows(mut a: [[f64; 3]; 2]) -> f64 {
    for row in a.iter_mut() {
        let total = row[0] + row[1] + row[2];
        for v in row.iter_mut() {
            *v /= total;
        }
    }
    a[0][0] * a[1][1] + a[0][2] * a[1][0]
}

#[differentiate]
fn in_chunks(x: &[f64], weights: &[f64]) -> f64 {
    let mut total = 0.0;
    for (chunk, w) in x.chunks(2).zip(weights) {
        let mut product = *w;
        for v in chunk {
            product *= v;
        }
        total += product;
    }
    total
}

#[differentiate]
fn in_windows(x: &[f64]) -> f64 {
    x.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).powi(2)).sum()
}

#[differentiate]
fn collected_then_used(x: &[f64], rate: f64) -> f64 {
    let weights: Vec<f64> = x.iter().map(|v| (-rate * v).exp()).collect();
    let total: f64 = weights.iter().sum();
    let mut mean = 0.0;
    for (w, v) in weights.iter().zip(x) {
        mean += w / total * v;
    }
    mean
}

#[differentiate]
fn collected_and_consumed(x: Vec<f64>) -> f64 {
    let roots = x.into_iter().map(|v| v.sqrt()).collect::<Vec<f64>>();
    let mut total = 0.0;
    for (i, r) in roots.into_iter().enumerate() {
        total += r / (i + 1) as f64;
    }
    total
}

/// Iterations left early and skipped, by what the data says.
#[differentiate]
fn until_large(x: &[f64], limit: f64) -> f64 {
    let mut total = 0.0;
    for &v in x {
        if v < 0.0 {
            continue;
        }
        total += v * v;
        if total > limit {
            break;
        }
    }
    total * limit
}

#[differentiate]
fn labelled_search(a: &[[f64; 3]; 3], threshold: f64) -> f64 {
    let mut total = 0.0;
    'rows: for row in a {
        for v in row {
            if *v > threshold {
                continue 'rows;
            }
            total += v.exp();
        }
        total *= row[0];
    }
    total
}

#[differentiate]
fn bidirectional(x: &[f64]) -> f64 {
    let n = x.len();
    let mut i = 0;
    let mut j = n - 1;
    let mut total = 0.0;
    while i < j {
        total += x[i] * x[j].cos();
        i += 1;
        j -= 1;
    }
    total
}

#[test]
fn loops_over_elements() {
    check!(by_shared_reference(&x); x in [vec![1.0, -2.0, 0.5], vec![]]);
    check!(by_pattern(&x); x in [vec![1.0, -2.0, 0.5]]);
    check!(by_value(x); x in [[1.0, -2.0, 0.5]]);
    check!(over_listed_values(a, b); (a, b) in [(0.4, -0.7)]);
    check!(backwards(&x, t); (x, t) in [(vec![1.0, -2.0, 0.5], 0.6)]);
    check!(skipping_and_taking(&x); x in [vec![1.0, -2.0, 0.5, 3.0], vec![1.0, 2.0]]);
}

#[test]
fn loops_over_pairs() {
    let (x, y, z) = (vec![1.0, -2.0, 0.5], vec![0.3, 0.7, -1.1], vec![0.9, 0.2, 1.6]);
    check!(in_pairs(&x, &y); (x, y) in [(x.clone(), y.clone())]);
    check!(in_triples(&x, &y, &z); (x, y, z) in [(x.clone(), y.clone(), z.clone())]);
    // The shorter one ends the iteration: what is beyond has a gradient of zero.
    check!(in_triples(&x, &y, &z); (x, y, z) in [(x.clone(), vec![0.3, 0.7], z.clone())]);
    check!(numbered_pairs(&x, &y); (x, y) in [(x.clone(), y.clone())]);
}

#[test]
fn chains() {
    check!(mapped_sum(&x, centre); (x, centre) in [(vec![1.0, -2.0, 0.5], 0.3)]);
    check!(mapped_product(&x, shift); (x, shift) in [(vec![1.0, -2.0, 0.5], 0.3)]);
    check!(mapped_over_range(a, b); (a, b) in [(0.4, 1.7)]);
    check!(filtered_sum(&x, gain); (x, gain) in [(vec![1.0, -2.0, 0.5], 0.3), (vec![-1.0], 0.3)]);
    check!(folded(&x, start); (x, start) in [(vec![1.0, -2.0, 0.5], 0.3)]);
    check!(folded_pair(&x); x in [vec![1.0, -2.0, 0.5]]);
    check!(smallest_by_fold(&x, scale); (x, scale) in [(vec![1.0, -2.0, 0.5], 0.3)]);
    check!(collected_then_used(&x, rate); (x, rate) in [(vec![1.0, -2.0, 0.5], 0.3)]);
    check!(collected_and_consumed(x); x in [vec![1.0, 2.0, 0.5]]);
}

#[test]
fn elements_changed() {
    check!(mutated_elements(&x, scale); (x, scale) in [(vec![1.0, -2.0, 0.5], 0.8)]);
    check_map!(mutated_beside(&x, &y); (x, y) in [(vec![1.0, -2.0, 0.5], vec![0.3, 0.7, -1.1])]);
    check_map!(mutated_with_index(x); x in [[1.0, -2.0, 0.5, 3.0]]);
    check!(over_mutable_rows(a); a in [[[1.0, 2.0, 0.5], [3.0, -0.4, 1.5]]]);
}

#[test]
fn rows_chunks_and_windows() {
    check!(over_rows(&a, &x); (a, x) in [([[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]], [0.3, 0.7])]);
    check!(in_chunks(&x, &w); (x, w) in [
        (vec![1.0, -2.0, 0.5, 3.0, 0.7], vec![0.3, 0.7, -1.1]),
        (vec![1.0, -2.0, 0.5, 3.0], vec![0.3, 0.7]),
    ]);
    check!(in_windows(&x); x in [vec![1.0, -2.0, 0.5, 3.0, 0.7], vec![1.0, 2.0]]);
}

#[test]
fn loops_left_early() {
    check!(until_large(&x, limit); (x, limit) in [
        (vec![1.0, -2.0, 0.5, 3.0, 0.7], 5.0),
        (vec![1.0, -2.0, 0.5, 3.0, 0.7], 50.0),
    ]);
    check!(labelled_search(&a, threshold); (a, threshold) in [
        ([[1.0, 0.2, 0.5], [0.3, 2.5, 1.5], [0.2, 0.7, -1.0]], 2.0),
    ]);
    check!(bidirectional(&x); x in [vec![1.0, -2.0, 0.5, 3.0], vec![1.0, -2.0, 0.5]]);
}

//! Reports on candle: gradients that were cut off without a word.

use autodiff::differentiate;

use crate::harness::{check, check_map};

// huggingface/candle 3568: rotary embedding cut the gradient off.
#[differentiate]
fn rotated(x: &[f64], base: f64, position: f64) -> Vec<f64> {
    let half = x.len() / 2;
    let mut out = vec![0.0; x.len()];
    for i in 0..half {
        let angle = position / base.powf(i as f64 / half as f64);
        let (sin, cos) = angle.sin_cos();
        out[i] = x[i] * cos - x[i + half] * sin;
        out[i + half] = x[i] * sin + x[i + half] * cos;
    }
    out
}

#[differentiate(wrt(query, key))]
fn score(query: &[f64], key: &[f64], offset: f64) -> f64 {
    let (query, key) = (rotated(query, 10000.0, 3.0 + offset), rotated(key, 10000.0, 1.0));
    query.iter().zip(&key).map(|(q, k)| q * k).sum()
}

#[test]
fn a_rotation_is_pulled_back_by_its_inverse() {
    let (x, seed) = (vec![0.3, -1.2, 0.7, 2.0], vec![1.0, 0.5, -2.0, 0.25]);
    let (_, pull) = rotated::vjp(&x, 100.0, 2.0);
    let (gradient, _, _) = pull(seed.clone());
    for (got, want) in gradient.iter().zip(rotated(&seed, 100.0, -2.0)) {
        assert!((got - want).abs() < 1e-15, "got {got}, expected {want}");
    }
    check_map!(rotated(&x, b, p); (x, b, p) in [(vec![0.3, -1.2, 0.7, 2.0], 100.0, 2.0)]);
    check!(score(&q, &k, 0.5); (q, k) in [(vec![0.3, -1.2, 0.7, 2.0], vec![1.0, 0.2, -0.4, 0.6])]);
}

// huggingface/candle 3569: so did the softmax over the last axis.
#[differentiate]
fn softmax_rows(x: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut out = Vec::with_capacity(x.len());
    for row in x {
        let max = row.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let powers: Vec<f64> = row.iter().map(|v| (v - max).exp()).collect();
        let sum: f64 = powers.iter().sum();
        out.push(powers.iter().map(|p| p / sum).collect::<Vec<f64>>());
    }
    out
}

#[test]
fn softmax_is_pulled_back_by_its_jacobian() {
    let x = vec![vec![0.1, 0.7, -0.4], vec![2.0, 1.0, 3.0]];
    let seed = vec![vec![1.0, -2.0, 0.5], vec![0.0, 3.0, 1.0]];
    let (value, pull) = softmax_rows::vjp(&x);
    for ((got, p), seed) in pull(seed.clone()).iter().zip(&value).zip(&seed) {
        let mean: f64 = p.iter().zip(seed).map(|(p, s)| p * s).sum();
        for ((got, p), seed) in got.iter().zip(p).zip(seed) {
            assert!((got - p * (seed - mean)).abs() < 1e-15);
        }
    }
    check_map!(softmax_rows(&x); x in [vec![vec![0.1, 0.7, -0.4], vec![2.0, 1.0, 3.0]]]);
}

// huggingface/candle 3507: upsampling overwrote the gradient that other uses of a tensor had given.
#[differentiate]
fn used_twice(x: &[f64], scale: usize) -> f64 {
    let mut enlarged = Vec::new();
    for i in 0..x.len() * scale {
        enlarged.push(x[i / scale]);
    }
    let squares: f64 = x.iter().map(|x| x * x).sum();
    squares + enlarged.iter().map(|x| 3.0 * x).sum::<f64>()
}

#[test]
fn what_is_used_twice_gets_the_sum() {
    assert_eq!(used_twice::grad(&[1.0, -2.0], 2), [8.0, 2.0]);
    check!(used_twice(&x, 2); x in [vec![1.0, -2.0]]);
}

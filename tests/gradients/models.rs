//! Longer programs: models of sequences, networks, special functions.

use autodiff::{Float, differentiate};

use crate::harness::{check, check_map};

#[differentiate]
fn logaddexp(a: f64, b: f64) -> f64 {
    if a == f64::NEG_INFINITY {
        return b;
    }
    if b == f64::NEG_INFINITY {
        return a;
    }
    let (hi, lo) = if a > b { (a, b) } else { (b, a) };
    hi + (lo - hi).exp().ln_1p()
}

#[differentiate(wrt(logp))]
fn ctc(logp: &[Vec<f64>], labels: &[usize]) -> f64 {
    let mut ext = vec![0usize];
    for &l in labels {
        ext.push(l);
        ext.push(0);
    }
    let s = ext.len();
    let mut alpha = vec![f64::NEG_INFINITY; s];
    alpha[0] = logp[0][0];
    alpha[1] = logp[0][ext[1]];
    for frame in &logp[1..] {
        let mut next = vec![f64::NEG_INFINITY; s];
        for k in 0..s {
            let mut a = alpha[k];
            if k >= 1 {
                a = logaddexp(a, alpha[k - 1]);
            }
            if k >= 2 && ext[k] != 0 && ext[k] != ext[k - 2] {
                a = logaddexp(a, alpha[k - 2]);
            }
            next[k] = a + frame[ext[k]];
        }
        alpha = next;
    }
    -logaddexp(alpha[s - 1], alpha[s - 2])
}

#[differentiate]
fn viterbi(init: &[f64], trans: &[Vec<f64>], emit: &[Vec<f64>]) -> f64 {
    let k = init.len();
    let mut best = vec![0.0; k];
    for j in 0..k {
        best[j] = init[j] + emit[0][j];
    }
    for t in 1..emit.len() {
        let mut next = vec![f64::NEG_INFINITY; k];
        for j in 0..k {
            for i in 0..k {
                let score = best[i] + trans[i][j];
                if score > next[j] {
                    next[j] = score;
                }
            }
            next[j] += emit[t][j];
        }
        best = next;
    }
    best.iter().fold(f64::NEG_INFINITY, |m, &x| if x > m { x } else { m })
}

#[differentiate]
fn insertion_sort(x: &[f64]) -> Vec<f64> {
    let mut v = x.to_vec();
    for i in 1..v.len() {
        let mut j = i;
        while j > 0 && v[j - 1] > v[j] {
            v.swap(j - 1, j);
            j -= 1;
        }
    }
    v
}

#[differentiate(wrt(a))]
fn inverse_newton(a: f64, f0: f64) -> f64 {
    let mut x = f0;
    for it in 0..30 {
        let ex = x.exp();
        let f = x * ex - a;
        let step = f / (ex * (x + 1.0));
        x -= step;
        if step.abs() < 1e-15 && it > 2 {
            break;
        }
    }
    x
}

#[differentiate]
fn largest_cubic_root(p: f64, q: f64) -> f64 {
    let disc = (q / 2.0).powi(2) + (p / 3.0).powi(3);
    if disc > 0.0 {
        let s = disc.sqrt();
        (-q / 2.0 + s).cbrt() + (-q / 2.0 - s).cbrt()
    } else {
        let r = (-p / 3.0).sqrt();
        let phi = (-q / (2.0 * r.powi(3))).clamp(-1.0, 1.0).acos();
        2.0 * r * (phi / 3.0).cos()
    }
}

const LANCZOS: [f64; 9] = [
    0.99999999999980993,
    676.5203681218851,
    -1259.1392167224028,
    771.32342877765313,
    -176.61502916214059,
    12.507343278686905,
    -0.13857109526572012,
    9.9843695780195716e-6,
    1.5056327351493116e-7,
];

#[differentiate]
fn ln_gamma(x: f64) -> f64 {
    if x < 0.5 {
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let mut a = LANCZOS[0];
    let t = x + 7.5;
    for (i, c) in LANCZOS.iter().enumerate().skip(1) {
        a += c / (x + i as f64);
    }
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + a.ln()
}

#[differentiate]
fn softmax_inplace(x: &mut [f64]) {
    let mut max = f64::NEG_INFINITY;
    for v in x.iter() {
        if *v > max {
            max = *v;
        }
    }
    let mut sum = 0.0;
    for v in x.iter_mut() {
        *v = (*v - max).exp();
        sum += *v;
    }
    for v in x {
        *v /= sum;
    }
}

#[differentiate]
fn attention(q: &[f64], k: &[f64], v: &[f64], d: usize) -> Vec<f64> {
    let n = q.len() / d;
    let scale = 1.0 / (d as f64).sqrt();
    let mut out = vec![0.0; n * d];
    for i in 0..n {
        let qi = &q[i * d..(i + 1) * d];
        let mut scores = vec![0.0; n];
        for (j, kj) in k.chunks(d).enumerate() {
            scores[j] = qi.iter().zip(kj.iter()).map(|(a, b)| a * b).sum::<f64>() * scale;
        }
        softmax_inplace(&mut scores);
        let row = &mut out[i * d..(i + 1) * d];
        for (j, vj) in v.chunks(d).enumerate() {
            for (o, x) in row.iter_mut().zip(vj) {
                *o += scores[j] * x;
            }
        }
    }
    out
}

#[differentiate]
fn const_generic_net<const I: usize, const H: usize>(
    w1: &[[f64; I]; H],
    b1: &[f64; H],
    w2: [f64; H],
    x: [f64; I],
) -> f64 {
    let mut h = *b1;
    for (hj, row) in h.iter_mut().zip(w1) {
        for (w, v) in row.iter().zip(x) {
            *hj += w * v;
        }
    }
    let h = h.map(|v| v.tanh());
    h.iter().zip(w2.iter()).fold(0.0, |acc, (a, b)| acc + a * b)
}

#[differentiate]
fn mat_vec_generic<T: Float, const R: usize, const C: usize>(
    m: &[[T; C]; R],
    v: &[T; C],
) -> [T; R] {
    let mut out = [T::zero(); R];
    for (o, row) in out.iter_mut().zip(m.iter()) {
        *o = row.iter().zip(v.iter()).map(|(&a, &b)| a * b).sum();
    }
    out
}

#[differentiate]
fn gen_net<T: Float>(w: &[T], x: T) -> T {
    let mut h = Vec::with_capacity(w.len());
    for (i, wi) in w.iter().enumerate() {
        let z = *wi * x + T::from_f64(i as f64 * 0.1);
        h.push(if z > T::zero() { z } else { z * T::from_f64(0.01) });
    }
    let n = T::from(w.len()).unwrap();
    let m = h.iter().fold(T::zero(), |a, &b| a + b) / n;
    let var = h.iter().map(|&v| (v - m).powi(2)).fold(T::zero(), |a, b| a + b) / n;
    (var + T::epsilon()).sqrt() + m.tanh() + x.max(T::one()) + T::max(x, m)
}

#[test]
fn sequences() {
    check!(ctc(&p, &[1, 2]); p in [vec![vec![-0.5, -1.2, -2.0], vec![-1.0, -0.7, -1.1], vec![-0.9, -1.3, -0.8], vec![-0.4, -1.9, -1.5]]]);
    check!(viterbi(&a, &b, &c); (a, b, c) in [(vec![-0.5, -0.9], vec![vec![-0.2, -1.5], vec![-1.0, -0.4]], vec![vec![-0.3, -1.2], vec![-2.0, -0.1], vec![-0.7, -0.9]])]);
    check_map!(insertion_sort(&x); x in [vec![0.5, 0.2, 0.9, 0.1]]);
}

#[test]
fn special_functions() {
    check!(inverse_newton(a, 1.0); a in [2.0]);
    check!(largest_cubic_root(p, q); (p, q) in [(1.0, 2.0), (-3.0, 1.0)]);
    check!(ln_gamma(x); x in [0.3, 1.7, 4.2]);
}

#[test]
fn networks() {
    check_map!(attention(&q, &k, &v, 2); (q, k, v) in [(vec![0.5, -0.3, 0.8, 0.1], vec![0.2, 0.9, -0.4, 0.6], vec![1.0, -1.0, 0.5, 0.3])]);
    check!(const_generic_net(&a, &b, c, d); (a, b, c, d) in [([[0.5, 0.2], [0.9, 0.1], [0.4, 0.3]], [0.1, 0.2, 0.3], [0.7, -0.4, 0.2], [0.6, 0.8])]);
    check_map!(mat_vec_generic(&x, &v); (x, v) in [([[0.8, 3.0], [0.4, 0.3]], [0.5, 0.7])]);
    check!(gen_net(&w, x); (w, x) in [(vec![0.8, -3.0, 0.4], 1.5)]);
    check!(gen_net(&w, x); (w, x) in [(vec![0.8f32, -3.0, 0.4], 1.5f32)]);
}

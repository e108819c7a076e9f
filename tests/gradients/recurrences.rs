//! Recurrences that go through memory: each element by its neighbours, in place.

use autodiff::differentiate;

use crate::harness::{check, check_in_place};

/// One step of Thomas's elimination, up and down.
#[differentiate]
fn eliminated(x: &[f64], k: &[f64]) -> f64 {
    let mut u = x.to_vec();
    let n = u.len();
    u[0] *= k[0];
    for i in 1..n {
        u[i] = (u[i] + k[i] * u[i - 1]) * k[i - 1];
    }
    for i in (0..n - 1).rev() {
        u[i] -= k[i + 1] * u[i + 1];
    }
    u.iter().map(|u| u * u).sum()
}

#[differentiate]
fn of_second_order(x: &[f64], a: f64) -> f64 {
    let mut y = x.to_vec();
    for i in 2..y.len() {
        y[i] += a * y[i - 1] - y[i - 2] * y[i - 1];
    }
    y.iter().sum()
}

#[differentiate]
fn written_behind(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    for i in 2..y.len() {
        y[i] += y[i - 1] * y[i - 2];
        y[i - 1] *= y[i].sin();
        y[i - 2] = y[i] * y[i - 1] * x[i];
    }
    y.iter().zip(x).map(|(y, x)| y * x).sum()
}

#[differentiate]
fn with_a_gap(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    for i in 3..y.len() {
        let far = y[i - 3];
        y[i] = y[i] * far + x[i - 1];
        if far > 0.0 {
            y[i] += far.sqrt();
        }
    }
    y.iter().sum()
}

#[differentiate]
fn branching(x: &[f64], limit: f64) -> f64 {
    let mut y = x.to_vec();
    for i in 1..y.len() {
        let before = y[i - 1];
        y[i] *= if before > limit { before } else { limit - before };
    }
    y.iter().sum()
}

/// The running maximum of a path through a table.
#[differentiate]
fn best_path(table: &[f64], width: usize) -> f64 {
    let rows = table.len() / width;
    let mut best = table.to_vec();
    for i in 1..rows {
        for j in 1..width {
            let above = best[(i - 1) * width + j];
            let left = best[i * width + j - 1];
            best[i * width + j] += above.max(left) + 0.1 * above * left;
        }
    }
    best[rows * width - 1]
}

#[differentiate]
fn of_arrays(x: [f64; 6], a: f64) -> [f64; 6] {
    let mut y = x;
    for i in 1..6 {
        y[i] = a * y[i] + y[i - 1];
    }
    for i in (1..=4).rev() {
        y[i] = y[i + 1].sin() * y[i] - y[i - 1];
    }
    y
}

#[differentiate]
fn of_fields(x: &[f64], a: f64) -> f64 {
    let mut pair = (x.to_vec(), x.to_vec());
    for i in 1..x.len() {
        pair.0[i] = pair.0[i - 1] * a + pair.1[i];
        pair.1[i] = pair.1[i - 1] * pair.0[i];
    }
    pair.0.iter().sum::<f64>() * pair.1.iter().sum::<f64>()
}

#[differentiate]
fn filtered(signal: &mut [f64], a: f64, b: f64) {
    for i in 1..signal.len() {
        signal[i] = a * signal[i] + b * signal[i - 1];
    }
    for i in (1..signal.len()).rev() {
        signal[i - 1] = a * signal[i - 1] + b * signal[i];
    }
}

#[differentiate]
fn single(x: &[f32], a: f32) -> f32 {
    let mut y = x.to_vec();
    for i in 1..y.len() {
        y[i] = y[i] * a + y[i - 1] * y[i - 1];
    }
    y.iter().sum()
}

#[test]
fn in_vectors() {
    let x = vec![0.5, -0.3, 0.8, 1.1, -0.7, 0.4, 0.9];
    let k = vec![0.9, 0.4, -0.2, 0.7, 0.3, -0.6, 0.5];
    check!(eliminated(&x, &k); (x, k) in [(x.clone(), k.clone()), (vec![0.4], vec![0.7])]);
    check!(of_second_order(&x, a); (x, a) in [(x.clone(), 0.6), (vec![0.1, 0.2], 0.5)]);
    for x in [x.clone(), k.clone(), vec![0.3, 0.8], vec![0.3, 0.8, -0.5]] {
        check!(written_behind(&x); x in [x.clone()]);
        check!(with_a_gap(&x); x in [x.clone()]);
        check!(branching(&x, a); (x, a) in [(x.clone(), 0.25)]);
        check!(of_fields(&x, a); (x, a) in [(x, 0.7)]);
    }
}

#[test]
fn in_tables_and_arrays() {
    let table: Vec<f64> = (0..20).map(|i| (f64::from(i) * 1.7).sin()).collect();
    check!(best_path(&t, 5); t in [table.clone()]);
    check!(best_path(&t, 4); t in [table]);
    let x = [0.5, -0.3, 0.8, 1.1, -0.7, 0.4];
    crate::harness::check_map!(of_arrays(x, a); (x, a) in [(x, 0.6)]);
}

#[test]
fn in_place() {
    let signal = vec![0.5, -0.3, 0.8, 1.1, -0.7];
    check_in_place!(filtered(&mut u, a, b); mut u; (u, a, b) in [(signal.clone(), 0.6, 0.3), (vec![0.2], 0.5, 0.1)]);
    let x = signal.iter().map(|v| *v as f32).collect::<Vec<_>>();
    check!(single(&x, a); (x, a) in [(x, 0.7_f32)]);
}

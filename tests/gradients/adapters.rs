//! Chains whose items come one by one: several loops with one body, loops that end by themselves.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn chained(x: &[f64], y: &[f64]) -> f64 {
    let mut total = 1.0;
    for v in x.iter().chain(y) {
        total = total * 0.5 + v * v;
    }
    total
}

#[differentiate]
fn chained_thrice(x: &[f64], y: f64) -> f64 {
    x.iter().map(|v| v.sin()).chain(std::iter::once(y * y)).chain(x.iter().rev().copied()).sum()
}

#[differentiate]
fn chained_backwards(x: &[f64], y: &[f64], t: f64) -> f64 {
    x.iter().chain(y.iter()).rev().fold(0.0, |value, c| value * t + c)
}

#[differentiate]
fn chained_and_numbered(x: &[f64], y: &[f64]) -> f64 {
    let mut total = 0.0;
    for (i, v) in x.iter().chain(y).enumerate() {
        total += (i + 1) as f64 * v * v;
    }
    total
}

#[differentiate]
fn chained_in_place(mut x: [f64; 3], mut y: [f64; 2], k: f64) -> f64 {
    for v in x.iter_mut().chain(y.iter_mut()) {
        *v *= k * *v;
    }
    x[0] * y[1] + x[2] * y[0] + x[1]
}

#[differentiate]
fn chained_until(x: &[f64], y: &[f64], limit: f64) -> f64 {
    let mut total = 0.0;
    for v in x.iter().chain(y) {
        if *v == 0.0 {
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
fn chained_and_returned(x: &[f64], y: &[f64], limit: f64) -> f64 {
    let mut total = 1.0;
    for v in x.iter().chain(y) {
        total *= v;
        if total > limit {
            return total * total;
        }
    }
    total * limit
}

#[differentiate]
fn taken_while(x: &[f64], limit: f64) -> f64 {
    x.iter().take_while(|v| **v < 2.0).map(|v| v * v * limit).sum()
}

#[differentiate]
fn taken_while_product_is_small(x: &[f64]) -> f64 {
    let mut product = 1.0;
    for v in x.iter().take_while(|v| **v > 0.0) {
        product *= v;
    }
    product
}

#[differentiate]
fn skipped_while(x: &[f64], gain: f64) -> f64 {
    x.iter().skip_while(|v| **v < 1.0).map(|v| v * v * gain).sum()
}

#[differentiate]
fn prefix_then_all(x: &[f64]) -> f64 {
    let parts = x.iter().take_while(|v| **v < 2.0).chain(x.iter().skip(1));
    parts.fold(1.0, |p, v| p * v + v.sin())
}

#[differentiate]
fn endless_until_small(x: f64) -> f64 {
    (1..).map(|k| x.powi(k) / k as f64).take_while(|t| t.abs() > 1e-3).sum()
}

#[differentiate]
fn all_pairs(x: &[f64], y: &[f64]) -> f64 {
    x.iter().flat_map(|a| y.iter().map(move |b| (a - b).powi(2) * a)).sum()
}

#[differentiate]
fn lower_triangle(a: &[[f64; 3]; 3]) -> f64 {
    (0..3).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[j][i]).sum()
}

#[differentiate]
fn flattened(rows: &[Vec<f64>], k: f64) -> f64 {
    rows.iter().flatten().map(|v| (k * v).exp()).sum()
}

#[differentiate]
fn flattened_backwards(a: &[[f64; 2]; 3], t: f64) -> f64 {
    let mut value = 0.0;
    for c in a.iter().flatten().rev() {
        value = value * t + c;
    }
    value
}

#[differentiate]
fn flattened_and_cut(a: &[[f64; 2]; 3], n: usize) -> f64 {
    a.iter().flatten().skip(1).take(n).map(|v| v * v).product()
}

#[differentiate]
fn parts_that_end(a: &[[f64; 3]; 2]) -> f64 {
    a.iter().flat_map(|row| row.iter().take_while(|v| **v > 0.0)).map(|v| v.ln() * v).sum()
}

#[differentiate]
fn left_in_the_middle(a: &[[f64; 3]; 2], limit: f64) -> f64 {
    let mut total = limit;
    for v in a.iter().flat_map(|row| row.iter().take_while(|v| **v > 0.0)) {
        if *v < 0.6 {
            continue;
        }
        total += v * v * total;
        if total > 20.0 {
            break;
        }
    }
    total
}

#[differentiate]
fn filtered_and_numbered(x: &[f64], w: &[f64]) -> f64 {
    let mut total = 0.0;
    for (k, (v, w)) in x.iter().filter(|v| **v > 0.0).zip(w).enumerate() {
        total += (k + 2) as f64 * v * w;
    }
    total
}

#[differentiate]
fn paired_with_filtered(x: &[f64], w: &[f64]) -> f64 {
    w.iter().zip(x.iter().filter(|v| **v > 0.0)).map(|(w, v)| w * v * v).sum()
}

#[differentiate]
fn filtered_first(x: &[f64], n: usize) -> f64 {
    x.iter().filter(|v| **v > 0.0).take(n).map(|v| v * v).sum()
}

#[differentiate]
fn every_other_positive(x: &[f64]) -> f64 {
    x.iter().filter(|v| **v > 0.0).step_by(2).map(|v| v * v).sum()
}

#[differentiate]
fn inspected(x: &[f64]) -> f64 {
    let mut seen = 0;
    let total: f64 = x.iter().inspect(|_| seen += 1).map(|v| v * v).sum();
    total / seen as f64
}

#[differentiate]
fn collected_from_parts(x: &[f64], y: &[f64]) -> Vec<f64> {
    let all: Vec<f64> = x.iter().chain(y).map(|v| v * v).collect();
    all.iter().flat_map(|v| [v.sin(), v.cos()]).collect()
}

#[differentiate]
fn repeated(x: f64, y: &[f64]) -> f64 {
    y.iter().zip(std::iter::repeat(x * x)).map(|(a, b)| a * b).sum()
}

#[differentiate]
fn any_and_all(x: &[f64], scale: f64) -> f64 {
    let n = x.len();
    // Both end where the answer is known: there is no element after the last.
    let found = (0..).any(|i| x[i] > 1.0);
    let all = !(0..).all(|i| i < n && x[i] < 9.0);
    if found && all { scale * x[0] * x[0] } else { scale }
}

#[differentiate]
fn returned_out_of_parts(a: &[[f64; 3]; 2], limit: f64) -> f64 {
    let mut total = 1.0;
    for v in a.iter().flat_map(|row| row.iter().take_while(|v| **v > 0.0)).take(4) {
        total += v * total;
        if total > limit {
            return total * limit;
        }
    }
    total
}

#[differentiate]
fn chained_with_listed(x: &[f64], y: f64) -> f64 {
    x.iter().copied().chain([y, y * y]).take(x.len() + 1).map(|v| v.sin()).sum()
}

#[differentiate]
fn outer_left_by_label(a: &[[f64; 3]; 2], b: &[f64]) -> f64 {
    let mut total = 0.0;
    'outer: for row in a {
        for v in row.iter().chain(b) {
            if *v > 2.5 {
                continue 'outer;
            }
            if *v < 0.0 {
                break 'outer;
            }
            total += v * v;
        }
        total *= 2.0;
    }
    total
}

const X: [f64; 4] = [0.5, -1.0, 2.5, 1.5];

#[test]
fn chains_of_several() {
    let (x, y) = (X.to_vec(), vec![0.3, 0.7]);
    check!(chained(&x, &y); (x, y) in [(x.clone(), y.clone()), (vec![], y.clone())]);
    check!(chained_thrice(&x, y); (x, y) in [(x.clone(), 0.7)]);
    check!(chained_backwards(&x, &y, t); (x, y, t) in [(x.clone(), y.clone(), 0.6)]);
    check!(chained_and_numbered(&x, &y); (x, y) in [(x.clone(), y.clone())]);
    check!(chained_in_place(x, y, k); (x, y, k) in [([0.5, 1.0, -2.0], [0.3, 0.7], 1.5)]);
    check!(chained_until(&x, &y, limit); (x, y, limit) in [
        (x.clone(), y.clone(), 1.0),
        (x.clone(), y.clone(), 9.7),
        (x.clone(), y.clone(), 50.0),
    ]);
    check!(chained_and_returned(&x, &y, limit); (x, y, limit) in [
        (vec![2.0, 3.0, 0.1], y.clone(), 5.0),
        (vec![2.0, 0.3], vec![4.0, 3.0, 2.0], 5.0),
        (vec![2.0, 0.3], y.clone(), 5.0),
    ]);
}

#[test]
fn runs_that_end() {
    check!(taken_while(&x, limit); (x, limit) in [(X.to_vec(), 0.7), (vec![0.5], 0.7), (vec![], 0.7)]);
    check!(taken_while_product_is_small(&x); x in [X.to_vec(), vec![0.5, 0.7]]);
    check!(skipped_while(&x, gain); (x, gain) in [(X.to_vec(), 0.7), (vec![0.5], 0.7)]);
    check!(prefix_then_all(&x); x in [X.to_vec(), vec![3.0, 2.5]]);
    check!(endless_until_small(x); x in [0.4, -0.6]);
    check!(any_and_all(&x, scale); (x, scale) in [(X.to_vec(), 0.7)]);
}

#[test]
fn loops_in_loops() {
    let a = [[1.0, 2.0, 0.5], [3.0, -0.4, 1.5]];
    check!(all_pairs(&x, &y); (x, y) in [(X.to_vec(), vec![0.3, 0.7, 1.1])]);
    check!(lower_triangle(&a); a in [[[1.0, 2.0, 0.5], [3.0, -0.4, 1.5], [0.3, 0.6, 0.9]]]);
    check!(flattened(&rows, k); (rows, k) in [(vec![vec![0.3, 0.7], vec![], vec![1.1]], 0.4)]);
    check!(flattened_backwards(&a, t); (a, t) in [([[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]], 0.6)]);
    check!(flattened_and_cut(&a, 3); a in [[[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]]]);
    check!(flattened_and_cut(&a, 0); a in [[[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]]]);
    check!(returned_out_of_parts(&a, limit); (a, limit) in [(a, 4.0), (a, 300.0)]);
    check!(chained_with_listed(&x, y); (x, y) in [(X.to_vec(), 0.7)]);
    check!(outer_left_by_label(&a, &b); (a, b) in [
        ([[1.0, 2.0, 0.5], [0.4, 0.7, 1.5]], vec![0.3, 2.8, 0.1]),
        ([[1.0, 2.0, 0.5], [0.4, 0.7, 1.5]], vec![0.3, 0.2]),
        ([[1.0, 2.0, 0.5], [0.4, 0.7, 1.5]], vec![0.3, -0.2]),
    ]);
    check!(parts_that_end(&a); a in [a]);
    check!(left_in_the_middle(&a, limit); (a, limit) in [(a, 0.5), (a, 3.0)]);
}

#[test]
fn items_counted_as_they_come() {
    let w = vec![0.3, 0.7, 1.1];
    check!(filtered_and_numbered(&x, &w); (x, w) in [(X.to_vec(), w.clone()), (X.to_vec(), vec![0.3])]);
    check!(paired_with_filtered(&x, &w); (x, w) in [(X.to_vec(), w.clone()), (X.to_vec(), vec![0.3])]);
    check!(filtered_first(&x, 2); x in [X.to_vec()]);
    check!(filtered_first(&x, 0); x in [X.to_vec()]);
    check!(every_other_positive(&x); x in [X.to_vec()]);
    check!(inspected(&x); x in [X.to_vec()]);
    check_map!(collected_from_parts(&x, &y); (x, y) in [(X.to_vec(), vec![0.3])]);
    check!(repeated(x, &y); (x, y) in [(0.7, X.to_vec())]);
}

//! M. Cuturi, M. Blondel, "Soft-DTW: a differentiable loss function for time-series" (2017): algorithm
//! 1, whose derivative is their algorithm 2.

use autodiff::{Float, differentiate};

use crate::harness::{check, check_map};

/// The soft minimum, equation 1.
#[differentiate(wrt(values))]
fn soft_min<T: Float>(values: [T; 3], gamma: T) -> T {
    let least = values.iter().fold(T::infinity(), |least, &v| least.min(v));
    let sum: T = values.iter().map(|&v| ((least - v) / gamma).exp()).sum();
    least - gamma * sum.ln()
}

/// The squared distances of the points of one series from those of another.
#[differentiate]
fn distances<T: Float>(x: &[Vec<T>], y: &[Vec<T>]) -> Vec<Vec<T>> {
    let squared =
        |a: &[T], b: &[T]| -> T { a.iter().zip(b).map(|(&a, &b)| (a - b) * (a - b)).sum() };
    x.iter().map(|a| y.iter().map(|b| squared(a, b)).collect()).collect()
}

/// Algorithm 1, of a matrix of costs.
#[differentiate(wrt(costs))]
fn align<T: Float>(costs: &[Vec<T>], gamma: T) -> T {
    let (n, m) = (costs.len(), costs[0].len());
    let mut r = vec![vec![T::infinity(); m + 1]; n + 1];
    r[0][0] = T::zero();
    for (i, row) in costs.iter().enumerate() {
        for (j, &cost) in row.iter().enumerate() {
            r[i + 1][j + 1] = cost + soft_min([r[i][j], r[i][j + 1], r[i + 1][j]], gamma);
        }
    }
    r[n][m]
}

#[differentiate(wrt(x, y))]
fn soft_dtw<T: Float>(x: &[Vec<T>], y: &[Vec<T>], gamma: T) -> T {
    align(&distances(x, y), gamma)
}

/// Algorithm 2, for costs: the expected alignment.
fn alignment(costs: &[Vec<f64>], gamma: f64) -> Vec<Vec<f64>> {
    let (n, m) = (costs.len(), costs[0].len());
    let mut r = vec![vec![f64::INFINITY; m + 2]; n + 2];
    r[0][0] = 0.0;
    for i in 1..=n {
        for j in 1..=m {
            let before = [r[i - 1][j - 1], r[i - 1][j], r[i][j - 1]];
            r[i][j] = costs[i - 1][j - 1] + soft_min(before, gamma);
        }
    }
    r.iter_mut().for_each(|row| row[m + 1] = f64::NEG_INFINITY);
    r[n + 1].fill(f64::NEG_INFINITY);
    r[n + 1][m + 1] = r[n][m];
    let cost = |i: usize, j: usize| if i <= n && j <= m { costs[i - 1][j - 1] } else { 0.0 };
    let mut e = vec![vec![0.0; m + 2]; n + 2];
    e[n + 1][m + 1] = 1.0;
    for i in (1..=n).rev() {
        for j in (1..=m).rev() {
            let weight =
                |k: usize, l: usize| ((r[k][l] - r[i][j] - cost(k, l)) / gamma).exp() * e[k][l];
            e[i][j] = weight(i + 1, j) + weight(i, j + 1) + weight(i + 1, j + 1);
        }
    }
    e[1..=n].iter().map(|row| row[1..=m].to_vec()).collect()
}

fn series(phase: f64, length: usize) -> Vec<Vec<f64>> {
    (0..length)
        .map(|t| vec![(0.7 * t as f64 + phase).sin(), (0.4 * t as f64 - phase).cos()])
        .collect()
}

#[test]
fn alignments() {
    check_map!(distances(&x, &y); (x, y) in [(series(0.1, 2), series(0.8, 3))]);
    for gamma in [1.0, 0.1] {
        check!(soft_dtw(&x, &y, gamma); (x, y) in [
            (series(0.1, 4), series(0.8, 3)),
            (series(0.3, 2), series(1.5, 5)),
        ]);
    }
    let single = |series: Vec<Vec<f64>>| -> Vec<Vec<f32>> {
        series.iter().map(|p| p.iter().map(|&x| x as f32).collect()).collect()
    };
    check!(soft_dtw(&x, &y, 0.5); (x, y) in [(single(series(0.1, 3)), single(series(0.8, 3)))]);
}

#[test]
fn the_derivative_is_the_expected_alignment() {
    let costs = distances(&series(0.1, 6), &series(0.9, 5));
    for gamma in [1.0, 0.05] {
        let costs_bar = align::grad(&costs, gamma);
        for (got, want) in costs_bar.iter().flatten().zip(alignment(&costs, gamma).iter().flatten())
        {
            assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
    }
}

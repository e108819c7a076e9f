//! Time steps of what is next to each other: each step reads a window of the state before it.

use autodiff::differentiate;

use crate::harness::{check, check_in_place};

/// Burgers's equation, into a new state each time.
#[differentiate(wrt(u, k))]
fn into_a_new_one(u: &[f64], k: f64, steps: usize) -> f64 {
    let n = u.len();
    let mut u = u.to_vec();
    for _ in 0..steps {
        let mut next = u.clone();
        for i in 1..n - 1 {
            next[i] =
                u[i] - k * u[i] * (u[i + 1] - u[i - 1]) + k * (u[i + 1] - 2.0 * u[i] + u[i - 1]);
        }
        u = next;
    }
    u.iter().map(|x| x * x).sum()
}

/// Into the state before the last, and the two change places.
#[differentiate(wrt(u, k))]
fn back_and_forth(u: &[f64], k: f64, steps: usize) -> f64 {
    let n = u.len();
    let mut u = u.to_vec();
    let mut v = vec![0.0; n];
    for _ in 0..steps {
        for i in 1..n - 1 {
            v[i] = u[i] * (1.0 - k * u[i + 1]) + u[i - 1] * u[i - 1];
        }
        std::mem::swap(&mut u, &mut v);
    }
    u.iter().zip(&v).map(|(u, v)| u * u * u + v).sum()
}

/// Two fields, one of which the other's exponential is kept of.
#[differentiate(wrt(u, v))]
fn reaction_and_diffusion(u: &[f64], v: &[f64], steps: usize) -> f64 {
    let n = u.len();
    let (mut u, mut v) = (u.to_vec(), v.to_vec());
    for step in 0..steps {
        let (mut a, mut b) = (u.clone(), v.clone());
        for i in 0..n {
            let left = if i == 0 { n - 1 } else { i - 1 };
            let rate = 0.1 * step as f64;
            a[i] = u[i] + 0.1 * (u[left] - u[i]) - rate * u[i] * v[i] * v[i];
            b[i] = v[i] * (u[i] - v[i]).exp() + 0.1 * u[i] * v[i];
        }
        u = a;
        v = b;
    }
    u.iter().zip(&v).map(|(u, v)| u * v).sum()
}

/// Windows that are of another length in each step, and empty in the last.
#[differentiate(wrt(x))]
fn narrowing(x: &[f64]) -> f64 {
    let mut x = x.to_vec();
    let n = x.len();
    let mut total = 0.0;
    for step in 0..n {
        let mut sum = 0.0;
        for i in step..n - 1 {
            sum += x[i] * x[i + 1] * x[i - step];
        }
        total += sum.sin() * x[step];
        x[step] *= sum.cos();
        x[n - 1 - step] += 0.5 * x[step] * x[step];
    }
    total
}

/// Rows of a table: the parts of it that a loop reads are no further apart than what it is indexed by.
#[differentiate(wrt(grid, k))]
fn of_rows(grid: &[Vec<f64>], k: f64, steps: usize) -> f64 {
    let mut grid = grid.to_vec();
    let (n, m) = (grid.len(), grid[0].len());
    for _ in 0..steps {
        let before = grid.clone();
        for i in 1..n - 1 {
            for j in 1..m - 1 {
                let around =
                    before[i - 1][j] + before[i + 1][j] + before[i][j - 1] + before[i][j + 1];
                grid[i][j] += k * (around - 4.0 * before[i][j]) * before[i][j];
            }
        }
    }
    grid.iter().map(|row| row.iter().map(|x| x * x).sum::<f64>()).sum()
}

/// The same in one piece.
#[differentiate(wrt(grid))]
fn flat(grid: &[f64], width: usize, steps: usize) -> f64 {
    let height = grid.len() / width;
    let mut now = grid.to_vec();
    let mut next = grid.to_vec();
    for _ in 0..steps {
        for i in 1..height - 1 {
            for j in 1..width - 1 {
                let at = i * width + j;
                let around = now[at - width] * now[at + width] + now[at - 1] * now[at + 1];
                next[at] = now[at] + 0.1 * (around - now[at] * now[at]);
            }
        }
        now.copy_from_slice(&next);
    }
    now.iter().map(|x| x * x).sum()
}

/// Only some of the windows' elements are read.
#[differentiate(wrt(x))]
fn upwind(x: &[f64], steps: usize) -> f64 {
    let mut x = x.to_vec();
    for _ in 0..steps {
        let before = x.clone();
        for i in 0..x.len() {
            if i > 0 && before[i] > 0.0 {
                x[i] -= 0.2 * before[i] * (before[i] - before[i - 1]);
            } else if i + 1 < before.len() {
                x[i] -= 0.2 * before[i] * (before[i + 1] - before[i]);
            }
        }
    }
    x.iter().map(|x| x * x).sum()
}

/// Downwards, by a function of the user's.
#[differentiate]
fn flux(a: f64, b: f64) -> f64 {
    0.5 * (a * a + b * b)
}

#[differentiate(wrt(u))]
fn by_a_function(u: &mut [f64], steps: u32) {
    for _ in 0..steps {
        let before = u.to_vec();
        for i in (1..u.len()).rev() {
            u[i] = before[i] - 0.1 * (flux(before[i], before[i - 1]) - before[i] * before[i - 1]);
        }
    }
}

/// Where the inner loop does not run, there is no such row.
#[differentiate(wrt(rows))]
fn missing_rows(rows: &[Vec<f64>], n: usize) -> f64 {
    let mut rows = rows.to_vec();
    for _ in 0..2 {
        let mut next = rows.clone();
        for i in 0..n {
            let m = if i < rows.len() { rows[i].len() } else { 0 };
            for j in 1..m {
                next[i][j] = rows[i][j] * rows[i][j - 1];
            }
        }
        rows = next;
    }
    rows.iter().map(|row| row.iter().sum::<f64>()).sum()
}

/// Each point is added to by up to five others, from two fields, and the coefficients are sums.
#[differentiate(wrt(x, y, a, b))]
fn wide(x: &[f64], y: &[f64], a: f64, b: f64) -> f64 {
    let n = x.len();
    let mut z = vec![0.0; n];
    for i in 2..n.max(2) - 2 {
        z[i] = a * (x[i - 2] - 4.0 * x[i - 1] + 6.0 * x[i] - 4.0 * x[i + 1] + x[i + 2])
            + b * (y[i + 1] - y[i - 1]) * x[i]
            - a * b * y[i];
    }
    z.iter().zip(x).map(|(z, x)| z * z * x).sum()
}

/// Downwards, without the point itself.
#[differentiate(wrt(x))]
fn around_the_point(x: &[f64]) -> f64 {
    let n = x.len();
    let mut z = x.to_vec();
    for i in (1..n.max(1) - 1).rev() {
        z[i] += 0.5 * x[i - 1] * x[i + 1];
    }
    z.iter().map(|z| z * z).sum()
}

/// In place: what comes out is read by none of the points.
#[differentiate(wrt(u, v))]
fn smoothed(u: &[f64], v: &mut [f64]) {
    for i in 1..u.len().max(1) - 1 {
        v[i] = 0.25 * (u[i - 1] + 2.0 * u[i] + u[i + 1]) * v[i];
    }
}

/// Blocks that lie one behind the other, of which the last is shorter.
#[differentiate(wrt(x, k))]
fn in_blocks(x: &[f64], k: f64, size: usize) -> f64 {
    let mut y = x.to_vec();
    for block in y.chunks_mut(size) {
        for i in 1..block.len() {
            block[i] += k * block[i - 1];
        }
    }
    for block in y.chunks_exact_mut(size) {
        let (low, high) = block.split_at_mut(size / 2);
        for (low, high) in low.iter_mut().zip(high) {
            (*low, *high) = (*low + k * *high, *low - *high);
        }
    }
    y.iter().zip(x).map(|(y, x)| y * y * x).sum()
}

fn wave(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.4 + (1.7 * i as f64).sin()).collect()
}

#[test]
fn states_follow_each_other() {
    for (n, steps) in [(7, 3), (2, 2), (3, 1), (5, 0), (19, 2)] {
        let u = wave(n);
        check!(into_a_new_one(&u, k, steps); (u, k) in [(u.clone(), 0.1)]);
        check!(back_and_forth(&u, k, steps); (u, k) in [(u.clone(), 0.1)]);
        let v: Vec<f64> = u.iter().map(|u| 0.3 * u + 0.2).collect();
        check!(reaction_and_diffusion(&u, &v, steps); (u, v) in [(u.clone(), v.clone())]);
        check!(upwind(&u, steps); u in [u.clone()]);
        check!(narrowing(&u); u in [u.clone()]);
    }
    check_in_place!(by_a_function(&mut u, 3); mut u; u in [wave(6)]);
}

#[test]
fn tables_are_windows_of_rows() {
    let grid: Vec<Vec<f64>> = (0..4).map(|i| wave(5 + i)[i..].to_vec()).collect();
    check!(of_rows(&grid, k, 2); (grid, k) in [(grid.clone(), 0.1)]);
    check!(missing_rows(&grid, 6); grid in [grid.clone(), vec![vec![0.4], vec![], wave(4)], vec![]]);
    check!(flat(&grid, 5, 2); grid in [wave(20)]);
    check!(flat(&grid, 2, 2); grid in [wave(8)]);
}

#[test]
fn each_point_is_added_to_by_those_around_it() {
    for n in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 21] {
        let (x, y) = (wave(n), wave(n).iter().map(|x| 0.8 - x).collect::<Vec<f64>>());
        check!(
            wide(&x, &y, a, b);
            (x, y, a, b) in [(x.clone(), y.clone(), 0.3, -0.2)]
        );
        check!(around_the_point(&x); x in [x.clone()]);
        check_in_place!(smoothed(&u, &mut v); mut v; (u, v) in [(x.clone(), y.clone())]);
        for size in [1, 2, 3, 4, 30] {
            check!(in_blocks(&x, k, size); (x, k) in [(x.clone(), 0.3)]);
        }
    }
}

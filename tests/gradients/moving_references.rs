//! References to parts of a sequence that are given new targets on the way.

use autodiff::{Differentiable, differentiate};

use crate::harness::check;

const POINTS: [f64; 5] = [0.3, 1.2, -0.4, 2.5, 0.9];

#[derive(Differentiable, Clone, Copy, Debug, Default)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate]
fn nearest(x: &[f64], w: f64) -> f64 {
    let points: Vec<Point> = x.iter().map(|v| Point { x: *v, y: v * w }).collect();
    let mut best = &points[0];
    for p in &points {
        let closer = (p.x - w).powi(2) + p.y < (best.x - w).powi(2) + best.y;
        if closer {
            best = p;
        }
    }
    best.x * best.y * w
}

#[differentiate]
fn two_greatest(x: &[f64]) -> f64 {
    let mut first = &x[0];
    let mut second = &x[0];
    for v in x.iter().skip(1) {
        if v > first {
            second = first;
            first = v;
        } else if v > second {
            second = v;
        }
    }
    first * first * second
}

#[differentiate]
fn consumed(x: &[f64], w: f64) -> f64 {
    let mut rest = x;
    let mut t = w;
    while rest.len() >= 2 {
        t = t * rest[0] + rest[1];
        rest = &rest[1..];
        if t > 5.0 {
            rest = &rest[..rest.len() - 1];
        }
    }
    t + rest.iter().sum::<f64>()
}

#[differentiate]
fn parameter(mut x: &[f64], w: f64) -> f64 {
    let mut t = w;
    while !x.is_empty() {
        t = (t * x[x.len() - 1]).sin() + 0.2;
        x = &x[..x.len() - 1];
    }
    t
}

#[differentiate]
fn rows(m: &[Vec<f64>], w: f64) -> f64 {
    let mut row = &m[0];
    for r in m {
        if r.iter().sum::<f64>() > row.iter().sum::<f64>() * w {
            row = r;
        }
    }
    let mut window = &row[0..2];
    for p in row.windows(2) {
        if p[0] * p[1] > window[0] * window[1] {
            window = p;
        }
    }
    window[0] * window[1] + row.len() as f64 * row[0]
}

#[differentiate]
fn least_of_a_local(x: &[f64], w: f64) -> f64 {
    let y: Vec<f64> = x.iter().map(|v| v * w).collect();
    let mut least = &y[0];
    let mut i = 0;
    loop {
        i += 1;
        if i == y.len() {
            break;
        }
        if y[i] < *least {
            least = &y[i];
            continue;
        }
    }
    let mut z = y.clone();
    z[0] += *least * w;
    *least + z[0].powi(2)
}

/// The choice of the target is an expression.
#[differentiate]
fn bisected(x: &[f64], key: f64) -> f64 {
    let mut part = x;
    let mut other = x;
    while part.len() > 1 {
        let mid = part.len() / 2;
        let (lo, hi) = part.split_at(mid);
        part = if hi[0] > key {
            other = hi;
            lo
        } else {
            hi
        };
        part = match part.len() {
            n if n > 2 => {
                let last = n - 1;
                &part[1..=last]
            }
            _ => other,
        };
        if part.len() == other.len() {
            break;
        }
    }
    part[0] * key + other[other.len() - 1]
}

#[differentiate]
fn arrays(key: f64, grid: &[[f64; 3]; 2]) -> f64 {
    let table = [key, key * key, 3.0 * key];
    let mut r = &table[2];
    if key > 0.5 {
        r = &table[1];
    }
    let mut row = &grid[0];
    let (mut a, mut b) = (&table[0], &table[1]);
    for k in 0..3 {
        (a, b) = (b, &table[k]);
        row = &grid[k % 2];
    }
    let mut part = &table[1..];
    for v in &table {
        part = if *v > key { &part[..1] } else { &table[1..] };
        r = if part[0] > *r { &part[part.len() - 1] } else { r };
    }
    *r * a * b + r.sin() + row[1] * row.iter().sum::<f64>()
}

#[differentiate]
fn left_early(x: &[f64], w: f64) -> f64 {
    let mut best = &x[0];
    for (i, v) in x.iter().enumerate() {
        if *v > w * 10.0 {
            return *best;
        }
        let old = best;
        if v < best {
            best = v;
        }
        if old > best {
            if i > 3 {
                return old * best * w;
            }
        }
    }
    *best * w
}

#[differentiate]
fn split_off(mut rest: &[f64], w: f64) -> f64 {
    let mut acc = 0.0;
    while let Some((first, tail)) = rest.split_first() {
        acc = acc * w + first;
        rest = tail;
    }
    acc
}

#[differentiate]
fn split_off_behind(x: &[f64], w: f64) -> f64 {
    let Some((last, mut rest)) = x.split_last() else { return w };
    let mut t = *last;
    while let Some((v, before)) = rest.split_last() {
        t = t * w + v * v;
        rest = before;
    }
    t
}

#[differentiate]
fn merged(a: &[f64], b: &[f64], w: f64) -> f64 {
    let (mut p, mut q) = (a, b);
    let mut t = w;
    while !p.is_empty() && !q.is_empty() {
        if p[0] < q[0] {
            t = t * p[0] + 0.1;
            p = &p[1..];
        } else {
            t = (t + q[0]).sin();
            q = &q[1..];
        }
    }
    for v in p.iter().chain(q) {
        t += v * v * w;
    }
    t
}

#[test]
fn new_targets() {
    let x = || POINTS.to_vec();
    check!(nearest(&x, w); (x, w) in [(x(), 0.7), (x(), 2.0)]);
    check!(two_greatest(&x); x in [x()]);
    check!(consumed(&x, w); (x, w) in [(x(), 1.3)]);
    check!(parameter(&x, w); (x, w) in [(x(), 1.3)]);
    check!(rows(&m, w); (m, w) in [(vec![x(), vec![1.0, 2.0, 3.0], vec![0.5]], 0.8)]);
    check!(least_of_a_local(&x, w); (x, w) in [(x(), 1.3)]);
    check!(bisected(&x, key); (x, key) in [(vec![-0.4, 0.3, 0.9, 1.2, 2.5], 1.0)]);
    check!(left_early(&x, w); (x, w) in [(x(), 1.3), (x(), 0.2)]);
    check!(split_off(&x, w); (x, w) in [(x(), 0.7)]);
    check!(split_off_behind(&x, w); (x, w) in [(x(), 0.7), (vec![], 0.7)]);
    check!(merged(&a, &b, w); (a, b, w) in [(vec![-0.4, 0.3, 0.9], vec![0.1, 0.2, 1.4], 0.7)]);
    check!(arrays(key, &grid); (key, grid) in [(0.8, [[1.0, 2.0, 3.0], [0.3, 0.2, 0.1]])]);
}

#[test]
#[should_panic(expected = "range out of range for a slice")]
fn a_part_beyond_its_part() {
    #[differentiate]
    fn beyond(x: &[f64]) -> f64 {
        let mut part = &x[..2];
        part = &part[..3];
        part[0]
    }
    beyond::grad(&[1.0, 2.0, 3.0]);
}

//! `for` over ranges.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn geometric_series(x: f64, terms: usize) -> f64 {
    let mut sum = 0.0;
    let mut power = 1.0;
    for _ in 0..terms {
        sum += power;
        power *= x;
    }
    sum
}

#[differentiate]
fn exponential_series(x: f64, terms: i32) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..=terms {
        term *= x / f64::from(k);
        sum += term;
    }
    sum
}

#[differentiate]
fn continued_fraction(x: f64, depth: usize) -> f64 {
    let mut tail = x;
    for k in (1..depth).rev() {
        tail = k as f64 + x / tail;
    }
    tail
}

#[differentiate]
fn trapezium(a: f64, b: f64, cells: usize) -> f64 {
    let width = (b - a) / cells as f64;
    let mut sum = 0.5 * (a.sin() + b.sin());
    for i in 1..cells {
        sum += (a + width * i as f64).sin();
    }
    sum * width
}

#[differentiate]
fn euler_pendulum(angle: f64, velocity: f64, length: f64, steps: usize) -> (f64, f64) {
    let dt = 0.01;
    let (mut q, mut p) = (angle, velocity);
    for _ in 0..steps {
        p -= dt * 9.81 / length * q.sin();
        q += dt * p;
    }
    (q, p)
}

#[differentiate]
fn runge_kutta(y0: f64, rate: f64, steps: usize) -> f64 {
    let h = 1.0 / steps as f64;
    let mut y = y0;
    for n in 0..steps {
        let t = n as f64 * h;
        let k1 = rate * y * (1.0 - y) + t;
        let half = y + 0.5 * h * k1;
        let k2 = rate * half * (1.0 - half) + t + 0.5 * h;
        let half = y + 0.5 * h * k2;
        let k3 = rate * half * (1.0 - half) + t + 0.5 * h;
        let full = y + h * k3;
        let k4 = rate * full * (1.0 - full) + t + h;
        y += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
    }
    y
}

#[differentiate]
fn logistic_map(x: f64, r: f64, steps: u32) -> f64 {
    let mut x = x;
    for _step in 0..steps {
        x = r * x * (1.0 - x);
    }
    x
}

#[differentiate]
fn strided(x: f64, end: usize) -> f64 {
    let mut sum = x;
    for i in (0..end).step_by(3) {
        sum += (i as f64 * x).cos();
    }
    for i in (1..end + 1).step_by(2).rev() {
        sum = 0.5 * sum + i as f64 * x;
    }
    for i in (0..end).rev().step_by(4) {
        sum *= 1.0 + 0.01 * x * i as f64;
    }
    sum
}

#[differentiate]
fn double_sum(x: f64, y: f64, n: usize, m: usize) -> f64 {
    let mut total = 0.0;
    for i in 0..n {
        for j in 0..m {
            total += (x * i as f64).sin() * (y * j as f64).cos() / (1 + i + j) as f64;
        }
    }
    total
}

#[differentiate]
fn triangular(x: f64, n: usize) -> f64 {
    let mut total = 1.0;
    for i in 0..n {
        let mut row = x;
        for j in i..n {
            row = row * x + j as f64 * 0.1;
            for _k in 0..j % 2 {
                row -= total * 0.05;
            }
        }
        total += row / (1.0 + row * row);
    }
    total
}

#[differentiate]
fn empty_ranges(x: f64, n: usize) -> f64 {
    let mut y = x * 2.0;
    for _ in 0..0 {
        y = y * y;
    }
    for _ in n..1 {
        y += x;
    }
    for i in (5..=n).rev() {
        y *= i as f64;
    }
    y
}

#[differentiate]
fn bound_from_value(x: f64, y: f64) -> f64 {
    let steps = (x.abs() * 4.0).floor() as usize;
    let mut z = y;
    for i in 0..steps + 1 {
        z = z.sin() + x / (i + 1) as f64;
    }
    z
}

#[differentiate]
fn negative_range(x: f64, low: i32, high: i32) -> f64 {
    let mut sum = 0.0;
    for k in low..high {
        sum += x.powi(k) / f64::from(1 + k * k);
    }
    sum
}

#[differentiate]
fn range_parameter(x: f64, window: std::ops::Range<usize>) -> f64 {
    let mut product = 1.0;
    for i in window {
        product *= x + i as f64;
    }
    product
}

#[differentiate]
fn branch_in_loop(x: f64, n: usize) -> f64 {
    let mut y = x;
    let mut flips = 0;
    for i in 0..n {
        if i % 3 == 0 {
            y = y.sin();
        } else if y > 0.4 {
            y -= x * 0.3;
            flips += 1;
        } else {
            y *= 1.5;
        }
    }
    y + flips as f64 * x
}

#[differentiate]
fn skipping(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        if i % 2 == 1 {
            continue;
        }
        let term = x.powi(i as i32);
        if term.abs() < 1e-3 {
            continue;
        }
        sum += term / (i + 1) as f64;
    }
    sum
}

#[differentiate]
fn two_term_recurrence(x: f64, n: usize) -> f64 {
    let mut before = 1.0;
    let mut now = x;
    for k in 1..n {
        let next = ((2 * k + 1) as f64 * x * now - k as f64 * before) / (k + 1) as f64;
        before = now;
        now = next;
    }
    now
}

#[differentiate]
fn simultaneous_recurrence(x: f64, y: f64, n: usize) -> (f64, f64) {
    let (mut a, mut b) = (x, y);
    for _ in 0..n {
        (a, b) = (0.5 * (a + b), (a * b).sqrt());
    }
    (a, b)
}

#[differentiate]
fn loop_over_constants(x: f64) -> f64 {
    let mut sum = 0.0;
    for (k, weight) in [(1, 0.5), (2, -1.5), (5, 0.25)] {
        sum += weight * x.powi(k);
    }
    for factor in [2.0, 3.0] {
        sum += (factor * x).sin();
    }
    sum
}

#[differentiate]
fn loop_over_values(x: f64, y: f64) -> f64 {
    let mut norm = 0.0;
    for v in [x, y, x * y, 2.0] {
        norm += v * v;
    }
    norm.sqrt()
}

#[differentiate]
fn declared_within(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let mut inner = x;
        let late;
        inner *= i as f64 + sum;
        if i > 2 {
            late = inner.cos();
        } else {
            late = inner * x;
        }
        sum += late * 0.5;
    }
    sum
}

#[differentiate]
fn last_value_only(x: f64, n: usize) -> f64 {
    let mut last = 0.0;
    for i in 0..n {
        last = x * x * i as f64;
    }
    last
}

#[differentiate]
fn integer_state(x: f64, n: u64) -> f64 {
    let mut state = n;
    let mut y = x;
    for _ in 0..10 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 40) as f64 / (1_u64 << 24) as f64;
        y += 0.1 * noise * y.cos();
    }
    y
}

#[differentiate]
fn mandelbrot_potential(re: f64, im: f64) -> f64 {
    let (mut a, mut b) = (0.0, 0.0);
    for _ in 0..6 {
        let square = a * a - b * b + re;
        b = 2.0 * a * b + im;
        a = square;
    }
    (a * a + b * b).ln_1p()
}

#[test]
fn series() {
    check!(geometric_series(x, 12); x in [0.4, -0.9]);
    check!(geometric_series(x, 0); x in [0.4]);
    check!(geometric_series(x, 1); x in [0.4]);
    check!(exponential_series(x, 15); x in [0.4, -2.0]);
    check!(continued_fraction(x, 9); x in [0.4, 2.0]);
    check!(two_term_recurrence(x, 7); x in [0.4, -0.9]);
    check!(negative_range(x, -3, 5); x in [0.6, -1.4]);
    check!(range_parameter(x, 2..6); x in [0.6, -1.4]);
    check!(skipping(x, 9); x in [0.6, -0.2]);
}

#[test]
fn integration() {
    check!(trapezium(a, b, 10); (a, b) in [(0.0, 2.0), (-1.0, 0.5)]);
    check_map!(euler_pendulum(q, p, l, 60); (q, p, l) in [(0.5, 0.0, 1.0), (-1.0, 2.0, 0.7)]);
    check!(runge_kutta(y, r, 10); (y, r) in [(0.1, 2.0), (0.8, -1.0)]);
    check!(logistic_map(x, r, 8); (x, r) in [(0.3, 2.5), (0.7, 3.2)]);
    check_map!(simultaneous_recurrence(x, y, 4); (x, y) in [(1.0, 2.0), (0.4, 0.9)]);
    check!(mandelbrot_potential(a, b); (a, b) in [(0.2, 0.3), (-0.6, 0.4)]);
}

#[test]
fn ranges() {
    check!(strided(x, 11); x in [0.6, -1.4]);
    check!(strided(x, 0); x in [0.6]);
    check!(double_sum(x, y, 4, 5); (x, y) in [(0.6, 0.2)]);
    check!(double_sum(x, y, 3, 0); (x, y) in [(0.6, 0.2)]);
    check!(triangular(x, 5); x in [0.6, -0.4]);
    check!(empty_ranges(x, 3); x in [0.6]);
    check!(empty_ranges(x, 7); x in [0.6]);
    check!(bound_from_value(x, y); (x, y) in [(0.1, 0.7), (1.6, 0.2), (-0.9, 1.0)]);
}

#[test]
fn bodies() {
    check!(branch_in_loop(x, 8); x in [0.6, -0.4]);
    check!(loop_over_constants(x); x in [0.6, -0.4]);
    check!(loop_over_values(x, y); (x, y) in [(0.6, -0.4)]);
    check!(declared_within(x, 6); x in [0.6, -0.4]);
    check!(last_value_only(x, 4); x in [0.6]);
    check!(last_value_only(x, 0); x in [0.6]);
    check!(integer_state(x, 42); x in [0.6]);
}

//! Functions that call themselves, or one another in turn.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn power(x: f64, n: u32) -> f64 {
    if n == 0 {
        return 1.0;
    }
    let half = power(x, n / 2);
    if n % 2 == 1 { half * half * x } else { half * half }
}

/// The nested fraction x + 1 / (2 x + 1 / (3 x + ...)).
#[differentiate]
fn continued_fraction(x: f64, depth: usize, level: usize) -> f64 {
    let here = level as f64 * x;
    if level == depth { here } else { here + 1.0 / continued_fraction(x, depth, level + 1) }
}

#[differentiate]
fn fibonacci_polynomial(x: f64, n: usize) -> f64 {
    match n {
        0 => 0.0,
        1 => 1.0,
        _ => x * fibonacci_polynomial(x, n - 1) + fibonacci_polynomial(x, n - 2),
    }
}

#[differentiate]
fn pairwise_sum(x: &[f64]) -> f64 {
    if x.len() <= 2 {
        let mut total = 0.0;
        for v in x {
            total += v * v;
        }
        total
    } else {
        let middle = x.len() / 2;
        let left = pairwise_sum(&x[..middle]);
        let right = pairwise_sum(&x[middle..]);
        left + right + 0.1 * left * right
    }
}

/// Adaptive Simpson's rule of exp(-k t) sin(t): its depth depends on the data.
#[differentiate(wrt(a, b, k))]
fn adaptive_simpson(a: f64, b: f64, k: f64, tolerance: f64, depth: usize) -> f64 {
    let middle = 0.5 * (a + b);
    let quarter = 0.5 * (a + middle);
    let three_quarters = 0.5 * (middle + b);
    let width = b - a;
    let fa = (-k * a).exp() * a.sin();
    let fm = (-k * middle).exp() * middle.sin();
    let fb = (-k * b).exp() * b.sin();
    let f1 = (-k * quarter).exp() * quarter.sin();
    let f3 = (-k * three_quarters).exp() * three_quarters.sin();
    let coarse = width / 6.0 * (fa + 4.0 * fm + fb);
    let fine = width / 12.0 * (fa + 4.0 * f1 + 2.0 * fm + 4.0 * f3 + fb);
    if depth == 0 || (fine - coarse).abs() < tolerance {
        fine + (fine - coarse) / 15.0
    } else {
        adaptive_simpson(a, middle, k, 0.5 * tolerance, depth - 1)
            + adaptive_simpson(middle, b, k, 0.5 * tolerance, depth - 1)
    }
}

#[differentiate]
fn even_steps(x: f64, n: usize) -> f64 {
    if n == 0 { x } else { odd_steps(x.sin(), n - 1) * x }
}

#[differentiate]
fn odd_steps(x: f64, n: usize) -> f64 {
    if n == 0 { x * x } else { even_steps(x.cos(), n - 1) + x }
}

#[differentiate]
fn ackermann_like(x: f64, n: usize) -> f64 {
    if n == 0 { x.tanh() } else { ackermann_like(0.5 * ackermann_like(x, n - 1), n - 1) }
}

/// de Casteljau's evaluation of a Bezier curve by recursion over shrinking slices.
#[differentiate]
fn bezier(points: &[f64], t: f64) -> f64 {
    let n = points.len();
    if n == 1 {
        return points[0];
    }
    (1.0 - t) * bezier(&points[..n - 1], t) + t * bezier(&points[1..], t)
}

/// A recursive in-place function: the Haar transform of the running averages.
#[differentiate]
fn haar(x: &mut [f64]) {
    let n = x.len();
    if n > 1 {
        let half = n / 2;
        let old = x.to_vec();
        for i in 0..half {
            x[i] = 0.5 * (old[2 * i] + old[2 * i + 1]);
            x[half + i] = 0.5 * (old[2 * i] - old[2 * i + 1]) * old[2 * i];
        }
        haar(&mut x[..half]);
    }
}

#[differentiate]
fn haar_norm(x: &[f64]) -> f64 {
    let mut coefficients = x.to_vec();
    haar(&mut coefficients);
    coefficients.iter().map(|c| c.abs().sqrt()).sum()
}

#[differentiate]
fn bisected(low: f64, high: f64, scale: f64, depth: usize) -> f64 {
    let middle = 0.5 * (low + high);
    if depth == 0 {
        return middle * scale;
    }
    if scale * middle * middle > 2.0 {
        bisected(low, middle, scale, depth - 1)
    } else {
        bisected(middle, high, scale, depth - 1)
    }
}

#[test]
fn scalars() {
    check!(power(x, 0); x in [1.3]);
    check!(power(x, 1); x in [1.3]);
    check!(power(x, 11); x in [1.3, -0.9]);
    check!(continued_fraction(x, 6, 1); x in [0.8, 2.5]);
    check!(fibonacci_polynomial(x, 7); x in [0.8, -1.2]);
    check!(ackermann_like(x, 4); x in [0.8]);
    check!(bisected(low, high, scale, 4); (low, high, scale) in [(0.2, 3.0, 0.7)]);
}

#[test]
fn by_turns() {
    check!(even_steps(x, 5); x in [0.8]);
    check!(odd_steps(x, 4); x in [0.8, -0.6]);
}

/// Not at a tolerance that would halve an interval on one side of a point and not on the other.
#[test]
fn as_deep_as_the_data_asks() {
    check!(adaptive_simpson(a, b, k, 1e-3, 12); (a, b, k) in [(0.1, 3.0, 0.7)]);
    check!(adaptive_simpson(a, b, k, 1e-7, 3); (a, b, k) in [(0.1, 6.0, 0.4)]);
}

#[test]
fn over_slices() {
    check!(pairwise_sum(&x); x in [vec![1.0, -2.0, 0.5, 3.0, 0.7], vec![1.0], vec![]]);
    check!(bezier(&points, t); (points, t) in [(vec![1.0, -2.0, 0.5, 3.0], 0.3)]);
    check!(haar_norm(&x); x in [vec![1.0, -2.0, 0.5, 3.0]]);
}

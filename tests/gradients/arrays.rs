//! Fixed-size one-dimensional arrays: by value, by reference, const-generic, local and returned.

#![allow(clippy::needless_range_loop, reason = "such code is what is tested")]

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn norm_squared(x: [f64; 3]) -> f64 {
    x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
}

#[differentiate]
fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    let mut total = 0.0;
    for i in 0..N {
        total += a[i] * b[i];
    }
    total
}

#[differentiate]
fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[differentiate]
fn parallelogram_area(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let mut c = [0.0; 3];
    for i in 0..3 {
        let j = (i + 1) % 3;
        let k = (i + 2) % 3;
        c[i] = a[j] * b[k] - a[k] * b[j];
    }
    c.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[differentiate]
fn log_sum_exp<const N: usize>(x: &[f64; N]) -> f64 {
    let largest = x.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    let mut total = 0.0;
    for v in x {
        total += (v - largest).exp();
    }
    largest + total.ln()
}

#[differentiate]
fn softmax<const N: usize>(x: [f64; N]) -> [f64; N] {
    let mut weights = [0.0; N];
    let mut total = 0.0;
    for i in 0..N {
        weights[i] = x[i].exp();
        total += weights[i];
    }
    for w in weights.iter_mut() {
        *w /= total;
    }
    weights
}

#[differentiate]
fn rosenbrock_chain<const N: usize>(x: &[f64; N]) -> f64 {
    let mut total = 0.0;
    for i in 0..N - 1 {
        let valley = x[i + 1] - x[i] * x[i];
        let slope = 1.0 - x[i];
        total += 100.0 * valley * valley + slope * slope;
    }
    total
}

#[differentiate]
fn horner<const N: usize>(coefficients: &[f64; N], t: f64) -> f64 {
    let mut value = 0.0;
    for i in (0..N).rev() {
        value = value * t + coefficients[i];
    }
    value
}

#[differentiate]
fn running_products(mut x: [f64; 4]) -> [f64; 4] {
    for i in 1..4 {
        x[i] *= x[i - 1];
    }
    x
}

#[differentiate]
fn rotate_by_quaternion(q: [f64; 4], v: [f64; 3]) -> [f64; 3] {
    let [w, x, y, z] = q;
    let t = [2.0 * (y * v[2] - z * v[1]), 2.0 * (z * v[0] - x * v[2]), 2.0 * (x * v[1] - y * v[0])];
    [
        v[0] + w * t[0] + y * t[2] - z * t[1],
        v[1] + w * t[1] + z * t[0] - x * t[2],
        v[2] + w * t[2] + x * t[1] - y * t[0],
    ]
}

#[differentiate]
fn gaussian_f32(x: [f32; 3], width: f32) -> f32 {
    let mut squares = 0.0;
    for v in x.iter() {
        squares += v * v;
    }
    (-squares / (2.0 * width * width)).exp()
}

/// One scalar in, an array out: the three-term recurrence of the Legendre polynomials.
#[differentiate]
fn legendre(x: f64) -> [f64; 6] {
    let mut p = [1.0; 6];
    p[1] = x;
    for n in 1..5 {
        let order = n as f64;
        p[n + 1] = ((2.0 * order + 1.0) * x * p[n] - order * p[n - 1]) / (order + 1.0);
    }
    p
}

#[differentiate]
fn minmod_slopes(u: &[f64; 5]) -> f64 {
    let mut total = 0.0;
    for i in 1..4 {
        let left = u[i] - u[i - 1];
        let right = u[i + 1] - u[i];
        let slope = if left * right <= 0.0 {
            0.0
        } else if left.abs() < right.abs() {
            left
        } else {
            right
        };
        total += slope * slope * i as f64;
    }
    total
}

const ORDER: [usize; 5] = [2, 0, 4, 1, 3];

/// Gathers and scatters through a table of indices that is no argument.
#[differentiate]
fn permuted_chain(x: &[f64; 5]) -> f64 {
    let mut y = [0.0; 5];
    for i in 0..5 {
        y[ORDER[i]] = x[i] * x[ORDER[i]];
    }
    let mut total = 0.0;
    for i in 0..4 {
        total += y[i] * y[i + 1].sin();
    }
    total
}

#[differentiate]
fn rotate_left_and_weigh(mut x: [f64; 4], weight: f64) -> f64 {
    for i in 0..3 {
        x.swap(i, i + 1);
        x[i] *= weight;
    }
    x[0] + 2.0 * x[1] * x[3] + 3.0 * x[2] * x[2]
}

#[differentiate]
fn cartesian_and_radius(spherical: [f64; 3]) -> ([f64; 3], f64) {
    let [r, theta, phi] = spherical;
    let flat = r * theta.sin();
    ([flat * phi.cos(), flat * phi.sin(), r * theta.cos()], r * r)
}

/// A masked convolution whose kernel and signal are both active, of different lengths.
#[differentiate]
fn convolution_energy<const N: usize, const K: usize>(signal: &[f64; N], kernel: &[f64; K]) -> f64 {
    let mut energy = 0.0;
    for i in 0..N + 1 - K {
        let mut response = 0.0;
        for j in 0..K {
            response += signal[i + j] * kernel[K - 1 - j];
        }
        energy += response * response;
    }
    energy
}

/// Values that `fill` overwrites get no gradient; those read before do.
#[differentiate]
fn filled_over(mut x: [f64; 3], value: f64) -> f64 {
    let before = x[0] * x[1] * x[2];
    x.fill(value * value);
    before + x[0] + x[1] * x[2]
}

/// Two bindings of one array: the copy must not see what is written to the original later.
#[differentiate]
fn copy_is_independent(x: [f64; 3]) -> f64 {
    let mut y = x;
    let kept = y;
    y[0] = y[1] * y[2];
    y[1] = kept[0] * y[0];
    y[0] * kept[0] + y[1] * kept[1] + y[2]
}

#[test]
fn scalars_of_arrays() {
    check!(norm_squared(x); x in [[1.0, -2.0, 0.5], [0.0, 3.0, -0.1]]);
    check!(dot(&a, &b); (a, b) in [([1.0, -2.0, 0.5], [0.3, 0.7, -1.1])]);
    check!(dot(&a, &b); (a, b) in [([1.5], [-2.5])]);
    check!(parallelogram_area(&a, &b); (a, b) in [([1.0, -2.0, 0.5], [0.3, 0.7, -1.1])]);
    check!(log_sum_exp(&x); x in [[1.0, 2.0, -1.0, 0.5], [30.0, 31.0, 29.0, 2.0]]);
    check!(rosenbrock_chain(&x); x in [[1.2, 0.8, -0.5, 0.3, 1.0], [1.0; 5]]);
    check!(horner(&c, t); (c, t) in [([1.0, -2.0, 0.5, 3.0], 0.7), ([0.2, 0.0, -1.0, 2.0], -1.3)]);
    check!(gaussian_f32(x, width); (x, width) in [([0.5, -0.25, 1.0], 1.5)]);
    check!(convolution_energy(&s, &k); (s, k) in [([1.0, -2.0, 0.5, 3.0, 0.2, -0.6], [0.3, 0.7, -1.1])]);
}

#[test]
fn choices_and_places_by_constants_and_data() {
    check!(minmod_slopes(&u); u in [[0.0, 1.0, 1.5, 1.2, 3.0], [3.0, 2.0, 0.5, 0.1, -2.0], [0.0, 1.0, 3.0, 3.5, 3.6]]);
    check!(permuted_chain(&x); x in [[1.0, -2.0, 0.5, 3.0, 0.2]]);
    check!(rotate_left_and_weigh(x, weight); (x, weight) in [([1.0, -2.0, 0.5, 3.0], 0.7)]);
}

#[test]
fn overwritten_and_copied() {
    check!(filled_over(x, value); (x, value) in [([1.0, -2.0, 0.5], 1.3)]);
    check!(copy_is_independent(x); x in [[1.0, -2.0, 0.5], [0.3, 0.4, 2.0]]);
}

#[test]
fn arrays_of_arrays_and_scalars() {
    check_map!(cross(a, b); (a, b) in [([1.0, -2.0, 0.5], [0.3, 0.7, -1.1])]);
    check_map!(softmax(x); x in [[1.0, 2.0, -1.0, 0.5]]);
    check_map!(running_products(x); x in [[1.5, -2.0, 0.5, 3.0], [1.0, 0.0, 2.0, 3.0]]);
    check_map!(rotate_by_quaternion(q, v); (q, v) in [([0.5, 0.1, -0.7, 0.4], [1.0, -2.0, 0.5])]);
    check_map!(legendre(x); x in [0.3, -0.8]);
    check_map!(cartesian_and_radius(s); s in [[2.0, 0.7, -1.2]]);
}

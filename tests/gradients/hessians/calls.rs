//! Second derivatives of functions that call others.

use autodiff::{Differentiable, Float, differentiate};
use ndarray::{Array1, Array2};

use super::assert_second;

#[differentiate(hessian)]
fn product(x: f64, w: &[f64]) -> f64 {
    x.sin() * w[0] * w[1] * w[1]
}

/// In a loop, with parts of what the caller is given, and with what one call gives another.
#[differentiate(hessian)]
fn in_a_loop(x: &[f64]) -> f64 {
    let mut sum = x[0];
    for i in 0..x.len() - 1 {
        sum += product(x[i] * i as f64, x) * product(sum, &x[1..]);
    }
    sum
}

/// In a branch outside of loops, and in one inside.
#[differentiate(hessian)]
fn in_branches(x: &[f64], k: usize) -> f64 {
    let y = if k > 1 { product(x[0] * x[2], x) } else { x[1].cos() };
    let mut z = y;
    for i in 0..k {
        if i % 2 == 0 {
            z = product(z, &x[1..]) + z;
        }
    }
    z * y
}

#[differentiate(hessian)]
fn scaled(x: &[f64], by: f64) -> Vec<f64> {
    x.iter().map(|v| (v * by).exp()).collect()
}

#[differentiate(hessian)]
fn centre(points: &[[f64; 2]]) -> ([f64; 2], f64) {
    let mut sum = [0.0; 2];
    let mut spread = 0.0;
    for p in points {
        sum[0] += p[0];
        sum[1] += p[1];
        spread += p[0] * p[0] * p[1];
    }
    (sum.map(|s| s / points.len() as f64), spread)
}

/// Vectors, arrays and tuples there and back.
#[differentiate(hessian)]
fn composed(x: &[f64]) -> f64 {
    let e = scaled(x, x[0]);
    let pairs: Vec<[f64; 2]> = e.windows(2).map(|w| [w[0], w[1] * w[0]]).collect();
    let (c, spread) = centre(&pairs);
    c[0] * c[1] + spread.ln()
}

#[differentiate(hessian)]
fn smooth(u: &mut [f64], rate: f64) {
    for i in 1..u.len() {
        u[i] += rate * u[i - 1] * u[i];
    }
}

#[differentiate(hessian)]
fn smooth_and_sum(u: &mut [f64], rate: f64) -> f64 {
    smooth(u, rate * rate);
    u.iter().map(|v| v * v).sum()
}

/// Functions that work in place, one of them by another.
#[differentiate(hessian)]
fn in_place(x: &[f64]) -> f64 {
    let mut u = x.to_vec();
    let mut sum = 0.0;
    for _ in 0..2 {
        smooth(&mut u, x[0] * 0.3);
        sum += smooth_and_sum(&mut u[1..], x[1]);
    }
    sum * u[0]
}

/// Its own pullback has no type that could be kept.
#[differentiate(hessian)]
fn power(x: f64, n: usize) -> f64 {
    if n == 0 {
        1.0
    } else if n % 2 == 0 {
        power(x * x, n / 2)
    } else {
        x * power(x, n - 1)
    }
}

#[differentiate(hessian)]
fn recursive(x: &[f64], n: usize) -> f64 {
    power(x[0] * x[1], n) + power(x[2], n + 1) * x[0]
}

#[derive(Clone, Copy, Debug, Differentiable, PartialEq)]
struct Spring {
    stiffness: f64,
    rest: f64,
}

#[differentiate(hessian)]
fn energy(spring: &Spring, length: f64) -> f64 {
    let stretch = length - spring.rest;
    spring.stiffness * stretch * stretch * stretch
}

#[differentiate(hessian)]
fn made(x: &[f64]) -> Spring {
    Spring { stiffness: x[0] * x[1], rest: x[1].sin() }
}

#[differentiate(hessian)]
fn with_structs(x: &[f64]) -> f64 {
    let spring = made(x);
    energy(&spring, x[2]) + energy(&Spring { stiffness: x[2], ..spring }, x[0])
}

#[differentiate(hessian)]
fn generic<T: Float>(x: &[T], shift: T) -> T {
    let mut p = x[0];
    for v in &x[1..] {
        p = p * *v + shift;
    }
    p
}

#[differentiate(hessian)]
fn calls_generic(x: &[f64]) -> f64 {
    generic(x, x[1] * x[1]).exp() * generic::<f64>(&x[1..], 0.5)
}

mod elsewhere {
    use autodiff::differentiate;

    #[differentiate(hessian, wrt(x))]
    pub fn weighed(x: f64, weight: f64) -> f64 {
        (x * weight).tanh()
    }
}

#[differentiate(hessian)]
fn in_another_module(x: &[f64]) -> f64 {
    elsewhere::weighed(x[0] * x[1], 2.0) * elsewhere::weighed(x[1], 0.5)
}

#[differentiate(hessian)]
fn checkpointed(x: &[f64]) -> f64 {
    let mut s = x[0];
    #[checkpoint(every = 3)]
    for i in 0..8 {
        s = product(s, x) + x[i % 3] * 0.1;
    }
    s
}

/// What loops keep lies in memory that they change, in one branch and in another.
#[differentiate(hessian)]
fn checkpointed_in_branches(x: &[f64], n: usize) -> f64 {
    let mut y = x[0];
    for i in 0..n {
        if i % 2 == 0 {
            #[checkpoint(snapshots = 2)]
            for _ in 0..i + 3 {
                y = (y * x[1]).cos();
            }
        } else {
            let mut w = vec![y; 2];
            #[checkpoint(every = 2)]
            while w[0] < 5.0 {
                w[0] += 1.0 + w[1] * w[1];
                w[1] = w[1].sin();
            }
            y = w[0] * w[1];
        }
    }
    y * x[1]
}

#[differentiate(hessian)]
fn layer(w: &Array2<f64>, x: &Array1<f64>) -> Array1<f64> {
    w.dot(x).mapv(f64::tanh)
}

/// Two layers: products of arrays in functions that are called.
#[differentiate(hessian)]
fn perceptron(w: &Array2<f64>, x: &Array1<f64>) -> f64 {
    let hidden = layer(w, x);
    let out = layer(w, &hidden);
    out.dot(&out)
}

#[test]
fn calls_have_second_derivatives() {
    let at = || vec![0.6, 0.8, -0.4, 1.1];
    check_second!(in_a_loop(x); at());
    for k in 0..4 {
        check_second!(in_branches(x, k); at());
    }
    check_second!(composed(x); at());
    check_second!(in_place(x); at());
    for n in 0..6 {
        check_second!(recursive(x, n); vec![0.6, 0.8, -0.4]);
    }
    check_second!(with_structs(x); vec![0.6, 0.8, 1.4]);
    check_second!(calls_generic(x); at());
    check_second!(in_another_module(x); vec![0.6, 0.8]);
    check_second!(checkpointed(x); vec![0.6, 0.8, -0.4]);
    for n in 0..4 {
        check_second!(checkpointed_in_branches(x, n); vec![0.6, 0.8]);
    }
}

#[test]
fn products_of_arrays_have_second_derivatives() {
    let x = Array1::from(vec![0.4, -0.7]);
    let matrix = |w: &[f64]| Array2::from_shape_vec((2, 2), w.to_vec()).unwrap();
    let zero = Array1::zeros(2);
    let at = [0.3, -0.5, 0.8, 0.2];
    let product = |w: &[f64], v: &[f64]| {
        let (rows, _) = perceptron::hvp(&matrix(w), &x, (matrix(v), zero.clone()));
        rows.into_raw_vec_and_offset().0
    };
    let hessian = perceptron::hessian(&matrix(&at), &x);
    let block = hessian.slice(ndarray::s![..4, ..4]).to_owned();
    assert_second(
        &block,
        |w| perceptron::grad(&matrix(w), &x).0.into_raw_vec_and_offset().0,
        product,
        &at,
    );
}

#[differentiate(hessian)]
fn potential(x: &[f64], k: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += k * x[i].powi(4) + x[i] * x[(i + 1) % x.len()];
    }
    sum.sin()
}

#[differentiate(hessian)]
fn slope_of(x: f64) -> f64 {
    x * x * x
}

/// A score: the squared gradient of another function, and a step along it.
#[differentiate]
fn score(x: &[f64], k: f64) -> f64 {
    let (slopes, of_k) = potential::grad(x, k);
    let mut sum = of_k * k;
    let mut moved = Vec::new();
    for i in 0..x.len() {
        sum += slopes[i] * slopes[i];
        moved.push(x[i] - 0.1 * slopes[i]);
    }
    if sum > 0.5 {
        sum += potential::grad(&moved, k).1;
    }
    sum * slope_of::grad(x[0] * k)
}

#[test]
fn gradients_are_differentiated_where_they_are_called() {
    crate::harness::check!(score(&x, k); (x, k) in [(vec![0.6, 0.8, -0.4], 0.7), (vec![0.1, 0.2], 0.1)]);
}

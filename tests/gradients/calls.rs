//! Differentiated functions that call one another, by every kind of path and in every position.

#![allow(clippy::needless_range_loop, reason = "such code is what is tested")]

use autodiff::differentiate;

use crate::harness::{check, check_map};

use helpers::{logistic, min_and_max};

mod helpers {
    use autodiff::differentiate;

    #[differentiate]
    pub fn logistic(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    #[differentiate]
    pub fn min_and_max(a: f64, b: f64) -> (f64, f64) {
        if a < b { (a, b) } else { (b, a) }
    }

    #[differentiate]
    pub fn weighted(x: &[f64], w: &[f64]) -> f64 {
        x.iter().zip(w).map(|(x, w)| x * w).sum()
    }

    pub mod deeper {
        use autodiff::differentiate;

        #[differentiate]
        pub fn bump(x: f64, width: f64) -> f64 {
            super::logistic(x / width) * super::logistic(-x / width)
        }

        #[differentiate(wrt(x))]
        pub fn power(x: f64, n: u32) -> f64 {
            let mut product = 1.0;
            for _ in 0..n {
                product *= x;
            }
            product
        }
    }
}

/// Not annotated: may be called where no argument depends on an active value.
fn grid_point(i: usize, n: usize) -> f64 {
    i as f64 / n as f64
}

fn quadrature_weights(n: usize) -> Vec<f64> {
    let mut weights = vec![1.0; n];
    weights[0] = 0.5;
    weights[n - 1] = 0.5;
    weights
}

#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn hypotenuse(a: f64, b: f64) -> f64 {
    (square(a) + square(b)).sqrt()
}

#[differentiate]
fn by_module_path(x: f64, y: f64) -> f64 {
    helpers::logistic(x) * helpers::deeper::bump(y, x)
}

#[differentiate]
fn by_self_and_crate_path(x: f64) -> f64 {
    self::square(x) + crate::calls::hypotenuse(x, 2.0) * crate::calls::helpers::logistic(x)
}

#[differentiate]
fn by_import(x: f64, y: f64) -> f64 {
    let (low, high) = min_and_max(x, y);
    logistic(low) * high * high
}

#[differentiate]
fn three_deep(x: f64, y: f64) -> f64 {
    hypotenuse(hypotenuse(x, y), square(logistic(x * y)))
}

#[differentiate]
fn in_a_loop(x: f64, n: usize) -> f64 {
    let mut value = x;
    for i in 0..n {
        value = logistic(3.0 * value - i as f64) + 0.1 * square(value);
    }
    value
}

#[differentiate]
fn in_branches(x: f64, y: f64) -> f64 {
    if x > y {
        square(x) * logistic(y)
    } else if hypotenuse(x, y) > 2.0 {
        hypotenuse(x, y)
    } else {
        helpers::deeper::power(x, 3) - y
    }
}

#[differentiate]
fn in_a_match(x: f64, kind: u8) -> f64 {
    match kind {
        0 => square(x),
        1 => logistic(x),
        2 => helpers::deeper::power(x, 4),
        _ => x,
    }
}

#[differentiate]
fn mixed_constants(x: f64) -> f64 {
    hypotenuse(3.0, x) + hypotenuse(x, 0.5) + hypotenuse(1.0, 2.0)
}

/// The quadrature's nodes and weights come from functions without a derivative.
#[differentiate]
fn quadrature(frequency: f64, n: usize) -> f64 {
    let weights = quadrature_weights(n);
    let mut total = 0.0;
    for i in 0..n {
        let t = grid_point(i, n - 1);
        total += weights[i] * (frequency * t).sin() * t;
    }
    total / (n - 1) as f64
}

#[differentiate]
fn one_constant_slice(x: &[f64]) -> f64 {
    let weights = [0.5, -1.0, 2.0];
    helpers::weighted(x, &weights) * helpers::weighted(&weights, x)
}

#[differentiate]
fn same_argument_twice(x: &[f64]) -> f64 {
    helpers::weighted(x, x).sqrt()
}

#[differentiate]
fn parts_of_a_slice(x: &[f64], w: &[f64]) -> f64 {
    let n = w.len();
    let mut total = 0.0;
    for start in 0..x.len() + 1 - n {
        total += square(helpers::weighted(&x[start..start + n], w));
    }
    total
}

#[differentiate]
fn affine(x: [f64; 2], a: &[[f64; 2]; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0][0] * x[0] + a[0][1] * x[1] + b[0], a[1][0] * x[0] + a[1][1] * x[1] + b[1]]
}

#[differentiate]
fn iterated_map(start: [f64; 2], a: &[[f64; 2]; 2], b: [f64; 2], n: usize) -> [f64; 2] {
    let mut x = start;
    for _ in 0..n {
        x = affine(x, a, b);
        x[0] = x[0].tanh();
    }
    x
}

#[differentiate]
fn row_of_a_result(a: &[[f64; 2]; 2], t: f64) -> f64 {
    let shifted = affine([t, 1.0], a, [t, -t]);
    let [u, v] = affine(shifted, a, [0.0, t]);
    u * v + affine([u, v], a, shifted)[1]
}

#[differentiate]
fn running_mean(x: &[f64]) -> Vec<f64> {
    let mut means = Vec::with_capacity(x.len());
    let mut total = 0.0;
    for (i, v) in x.iter().enumerate() {
        total += v;
        means.push(total / (i + 1) as f64);
    }
    means
}

#[differentiate]
fn deviation_from_running_mean(x: &[f64]) -> f64 {
    let means = running_mean(x);
    let smoother = running_mean(&means);
    let mut total = 0.0;
    for i in 0..x.len() {
        total += square(x[i] - smoother[i]);
    }
    total
}

#[differentiate]
fn in_a_closure(x: &[f64], shift: f64) -> f64 {
    let response = |v: f64| logistic(v - shift);
    x.iter().map(|v| response(*v) * square(*v)).sum()
}

#[differentiate]
fn square_f32(x: f32) -> f32 {
    x * x
}

#[differentiate]
fn mixed_precision(x: f32, y: f64) -> f64 {
    square_f32(x) as f64 * square(y)
}

/// The held value counts as a constant; the free one does not.
#[differentiate]
fn held_constant(x: f64, y: f64) -> f64 {
    let held = autodiff::stop_gradient(x * y);
    held * x + square(y)
}

#[differentiate]
fn partly_held(x: &[f64]) -> f64 {
    let largest = x.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    let shift = autodiff::stop_gradient(largest);
    let mut total = 0.0;
    for v in x {
        total += (v - shift).exp();
    }
    shift + total.ln()
}

#[differentiate]
fn local_function(x: f64) -> f64 {
    #[differentiate]
    fn cube(x: f64) -> f64 {
        x * x * x
    }
    cube(x) + cube(x.sin())
}

#[test]
fn by_every_kind_of_path() {
    check!(helpers::logistic(x); x in [0.3, -2.0]);
    check!(helpers::deeper::bump(x, width); (x, width) in [(0.3, 0.7)]);
    check!(helpers::deeper::power(x, 3); x in [1.3, -0.4]);
    check!(logistic(x); x in [0.5]);
    check_map!(min_and_max(a, b); (a, b) in [(0.3, 0.7), (0.7, 0.3)]);
    check!(by_module_path(x, y); (x, y) in [(0.8, -0.4)]);
    check!(by_self_and_crate_path(x); x in [0.8, -1.3]);
    check!(by_import(x, y); (x, y) in [(0.8, -0.4), (-0.4, 0.8)]);
    check!(local_function(x); x in [0.8]);
}

#[test]
fn in_every_position() {
    check!(hypotenuse(a, b); (a, b) in [(3.0, 4.0)]);
    check!(three_deep(x, y); (x, y) in [(0.8, -0.4)]);
    check!(in_a_loop(x, 5); x in [0.8]);
    check!(in_a_loop(x, 0); x in [0.8]);
    check!(in_branches(x, y); (x, y) in [(0.8, -0.4), (-0.4, 0.8), (-2.0, 1.5)]);
    for kind in 0..4 {
        check!(in_a_match(x, kind); x in [0.8, -0.4]);
    }
    check!(in_a_closure(&x, shift); (x, shift) in [(vec![1.0, -2.0, 0.5], 0.3)]);
}

#[test]
fn with_constant_arguments() {
    check!(mixed_constants(x); x in [0.8]);
    check!(quadrature(frequency, 9); frequency in [1.7]);
    check!(one_constant_slice(&x); x in [vec![1.0, -2.0, 0.5]]);
}

#[test]
fn with_slices_and_arrays() {
    check!(same_argument_twice(&x); x in [vec![1.0, -2.0, 0.5]]);
    check!(parts_of_a_slice(&x, &w); (x, w) in [(vec![1.0, -2.0, 0.5, 3.0], vec![0.3, 0.7])]);
    let a = [[0.4, -0.7], [0.9, 0.2]];
    check_map!(affine(x, &a, b); (x, a, b) in [([1.0, -2.0], a, [0.3, 0.7])]);
    check_map!(iterated_map(x, &a, b, 4); (x, a, b) in [([1.0, -2.0], a, [0.3, 0.7])]);
    check!(row_of_a_result(&a, t); (a, t) in [(a, 0.6)]);
    check_map!(running_mean(&x); x in [vec![1.0, -2.0, 0.5]]);
    check!(deviation_from_running_mean(&x); x in [vec![1.0, -2.0, 0.5, 3.0]]);
}

/// What functions are given is changed after, and kept for them: as slices, as vectors, as either.
#[allow(clippy::ptr_arg, reason = "such a parameter is what is tested")]
#[differentiate]
fn norm_of_vec(x: &Vec<f64>) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[differentiate]
fn inner(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

#[differentiate]
fn spread_of_pairs(x: &[[f64; 2]]) -> f64 {
    x.iter().map(|[a, b]| (a - b) * (a - b)).sum()
}

#[differentiate(wrt(x, k))]
fn orthogonalized(x: &[f64], k: f64, steps: usize) -> f64 {
    let mut u = x.to_vec();
    let mut v: Vec<f64> = x.iter().rev().copied().collect();
    let mut pairs: Vec<[f64; 2]> = x.iter().map(|x| [*x, x * x]).collect();
    let mut total = 0.0;
    let mut step = 0;
    while step < steps {
        let size = norm_of_vec(&u);
        let along = inner(&u, &v) / (1.0 + inner(&u, &u));
        for (v, u) in v.iter_mut().zip(&mut u) {
            *v -= along * *u;
            *u = k * *u / (0.5 + size);
        }
        // Of another length in each step.
        u.push(along);
        v.push(size);
        total += spread_of_pairs(&pairs) * along;
        for pair in &mut pairs {
            pair[step % 2] *= size;
        }
        step += 1;
    }
    total + inner(&u, &v)
}

#[test]
fn what_is_lent_is_kept() {
    for steps in 0..4 {
        check!(
            orthogonalized(&x, k, steps);
            (x, k) in [(vec![0.7, -0.4, 1.1, 0.3], 0.8), (vec![0.6], -1.2)]
        );
    }
}

#[test]
fn between_precisions() {
    check!(mixed_precision(x, y); (x, y) in [(1.5, -0.5)]);
}

/// Differences see through `stop_gradient`, so that the expected slopes are stated here.
#[test]
fn what_is_held_has_no_slope() {
    let (x, y) = (2.0, 3.0);
    let (value, gradient) = held_constant::value_and_grad(x, y);
    assert_eq!((value, gradient), (21.0, (6.0, 6.0)), "held_constant");
    let (value, tangent) = held_constant::jvp(x, y, (1.0, 10.0));
    assert_eq!((value, tangent), (21.0, 66.0), "held_constant");

    // The shift cancels, so that holding it leaves the gradient what it is: the softmax.
    let x = [1.0, -2.0, 0.5];
    let gradient = partly_held::grad(&x);
    let total: f64 = x.iter().map(|v| (v - 1.0).exp()).sum();
    for (i, v) in x.iter().enumerate() {
        let expected = (v - 1.0).exp() / total;
        assert!(
            (gradient[i] - expected).abs() < 1e-14,
            "partly_held, x[{i}]: got {}, expected {expected}",
            gradient[i],
        );
    }
}

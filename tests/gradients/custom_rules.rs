//! Derivatives that the user states: right ones, and wrong ones to show that they are used.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate(vjp = stable_log1p_exp_vjp, jvp = stable_log1p_exp_jvp)]
fn stable_log1p_exp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn stable_log1p_exp_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    let slope = 1.0 / (1.0 + (-x).exp());
    (stable_log1p_exp(x), move |seed| seed * slope)
}

fn stable_log1p_exp_jvp(x: f64, dx: f64) -> (f64, f64) {
    (stable_log1p_exp(x), dx / (1.0 + (-x).exp()))
}

/// A step function with the slope of a ramp: the straight-through estimator.
#[differentiate(vjp = rounded_vjp, jvp = rounded_jvp)]
fn rounded(x: f64) -> f64 {
    x.round()
}

fn rounded_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x.round(), |seed| seed)
}

fn rounded_jvp(x: f64, dx: f64) -> (f64, f64) {
    (x.round(), dx)
}

/// The rule multiplies by 1000 and -1000: no derivative of a product does.
#[differentiate(vjp = mislabelled_product_vjp, jvp = mislabelled_product_jvp)]
fn mislabelled_product(x: f64, y: f64) -> f64 {
    x * y
}

fn mislabelled_product_vjp(x: f64, y: f64) -> (f64, impl FnOnce(f64) -> (f64, f64)) {
    (x * y, |seed| (1000.0 * seed, -1000.0 * seed))
}

fn mislabelled_product_jvp(x: f64, y: f64, (dx, dy): (f64, f64)) -> (f64, f64) {
    (x * y, 1000.0 * dx - 1000.0 * dy)
}

/// The gradient is clipped to one by its own rule.
#[differentiate(vjp = clipped_norm_vjp, jvp = clipped_norm_jvp)]
fn clipped_norm(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum()
}

fn clipped_norm_vjp(x: &[f64]) -> (f64, impl FnOnce(f64) -> Vec<f64>) {
    let slopes: Vec<f64> = x.iter().map(|v| (2.0 * v).clamp(-1.0, 1.0)).collect();
    (clipped_norm(x), move |seed| slopes.iter().map(|slope| seed * slope).collect())
}

fn clipped_norm_jvp(x: &[f64], dx: Vec<f64>) -> (f64, f64) {
    let tangent = x.iter().zip(&dx).map(|(v, dv)| (2.0 * v).clamp(-1.0, 1.0) * dv).sum();
    (clipped_norm(x), tangent)
}

/// Reversal with its transpose as the rule: vector in, vector out.
#[differentiate(vjp = reversed_vjp, jvp = reversed_jvp)]
fn reversed(x: &[f64]) -> Vec<f64> {
    x.iter().rev().copied().collect()
}

fn reversed_vjp(x: &[f64]) -> (Vec<f64>, impl FnOnce(Vec<f64>) -> Vec<f64>) {
    (reversed(x), |seed: Vec<f64>| reversed(&seed))
}

fn reversed_jvp(x: &[f64], dx: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    (reversed(x), reversed(&dx))
}

/// The root of t^3 + t = x by Newton's method, differentiated implicitly.
#[differentiate(vjp = cubic_root_vjp, jvp = cubic_root_jvp)]
fn cubic_root(x: f64) -> f64 {
    let mut t = x;
    while (t * t * t + t - x).abs() > 1e-14 * (1.0 + x.abs()) {
        t -= (t * t * t + t - x) / (3.0 * t * t + 1.0);
    }
    t
}

fn cubic_root_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    let t = cubic_root(x);
    (t, move |seed| seed / (3.0 * t * t + 1.0))
}

fn cubic_root_jvp(x: f64, dx: f64) -> (f64, f64) {
    let t = cubic_root(x);
    (t, dx / (3.0 * t * t + 1.0))
}

// Callers of all of them.

#[differentiate]
fn softplus_loss(x: &[f64], bias: f64) -> f64 {
    let mut total = 0.0;
    for v in x {
        total += stable_log1p_exp(v + bias) * v;
    }
    total
}

#[differentiate]
fn quantised(x: f64, step: f64) -> f64 {
    rounded(x / step) * step
}

#[differentiate]
fn uses_mislabelled(x: f64) -> f64 {
    mislabelled_product(x * x, 3.0) + x
}

#[differentiate]
fn uses_mislabelled_twice(x: f64, y: f64) -> f64 {
    2.0 * mislabelled_product(x, mislabelled_product(x, y))
}

#[differentiate]
fn palindrome_energy(x: &[f64], scale: f64) -> f64 {
    let mut y = x.to_vec();
    for v in y.iter_mut() {
        *v *= scale;
    }
    let r = reversed(&y);
    let mut total = 0.0;
    for i in 0..r.len() {
        total += r[i] * x[i] * x[i];
    }
    total
}

#[differentiate]
fn clipped_halves(x: &[f64]) -> f64 {
    let middle = x.len() / 2;
    clipped_norm(&x[..middle]) - 3.0 * clipped_norm(&x[middle..])
}

#[differentiate]
fn implicit_chain(x: f64, n: usize) -> f64 {
    let mut value = x;
    for _ in 0..n {
        value = 2.0 * cubic_root(value) + x.sin();
    }
    value
}

#[test]
fn right_rules() {
    check!(stable_log1p_exp(x); x in [0.5, -3.0, 40.0]);
    check!(softplus_loss(&x, bias); (x, bias) in [(vec![1.0, -2.0, 0.5], 0.3)]);
    check_map!(reversed(&x); x in [vec![1.0, -2.0, 0.5]]);
    check!(palindrome_energy(&x, scale); (x, scale) in [(vec![1.0, -2.0, 0.5], 0.3)]);
    check!(cubic_root(x); x in [0.7, -3.0]);
    check!(implicit_chain(x, 3); x in [0.7]);
}

#[test]
fn rules_that_are_no_derivatives_are_followed() {
    assert_eq!(rounded::value_and_grad(2.7), (3.0, 1.0), "rounded");
    assert_eq!(rounded::jvp(2.7, 5.0), (3.0, 5.0), "rounded");

    assert_eq!(mislabelled_product::grad(2.0, 3.0), (1000.0, -1000.0));
    let (value, pull) = mislabelled_product::vjp(2.0, 3.0);
    assert_eq!((value, pull(0.5)), (6.0, (500.0, -500.0)));
    let (value, tangent) = mislabelled_product::jvp(2.0, 3.0, (2.0, 1.0));
    assert_eq!((value, tangent), (6.0, 1000.0));
    let (mut x_bar, mut y_bar) = (1.0, 2.0);
    let value = mislabelled_product::grad_into(2.0, 3.0, (&mut x_bar, &mut y_bar));
    assert_eq!((value, x_bar, y_bar), (6.0, 1001.0, -998.0));

    let x = [0.25, 3.0, -3.0];
    assert_eq!(clipped_norm::grad(&x), [0.5, 1.0, -1.0], "clipped_norm");
    let (value, tangent) = clipped_norm::jvp(&x, vec![2.0, 1.0, 3.0]);
    assert_eq!((value, tangent), (18.0625, -1.0), "clipped_norm");
    let mut x_bar = [1.0, 2.0, 3.0];
    clipped_norm::vjp_into(&x, 2.0, &mut x_bar[..]);
    assert_eq!(x_bar, [2.0, 4.0, 1.0], "clipped_norm");
}

#[test]
fn callers_follow_the_rules_of_their_callees() {
    let (value, (x_bar, step_bar)) = quantised::value_and_grad(2.75, 0.5);
    assert_eq!(value, 3.0, "quantised");
    // round(x / step) * step: 1 along x; round - x / step along the step.
    assert_eq!((x_bar, step_bar), (1.0, 6.0 - 5.5), "quantised");
    let (_, tangent) = quantised::jvp(2.75, 0.5, (1.0, 2.0));
    assert_eq!(tangent, 1.0 + 2.0 * 0.5, "quantised");

    assert_eq!(uses_mislabelled::grad(2.0), 1000.0 * 4.0 + 1.0);
    assert_eq!(uses_mislabelled::jvp(2.0, 3.0), (14.0, 12003.0));

    // Along x: 2 (1000 - 1000 * 1000); along y: 2 * 1000 * 1000.
    let (x_bar, y_bar) = uses_mislabelled_twice::grad(2.0, 3.0);
    assert_eq!((x_bar, y_bar), (-1_998_000.0, 2_000_000.0));
    let (_, tangent) = uses_mislabelled_twice::jvp(2.0, 3.0, (1.0, 1.0));
    assert_eq!(tangent, 2000.0);

    let x = [0.25, 3.0, -3.0, 0.125];
    assert_eq!(clipped_halves::grad(&x), [0.5, 1.0, 3.0, -0.75]);
    let (_, tangent) = clipped_halves::jvp(&x, vec![1.0, 1.0, 1.0, 1.0]);
    assert_eq!(tangent, 3.75, "clipped_halves");
}

//! Several attributes on one function, which has one handle.

use autodiff::differentiate;
use autodiff::std_compat::{autodiff_forward, autodiff_reverse};

use crate::{assert_close, gradient};

#[autodiff_reverse(pulled, Duplicated, Const, Active)]
#[autodiff_forward(pushed_x, Dual, Const, DualOnly)]
/// Documentation between them stays.
#[autodiff::std_compat::autodiff_forward(pushed_scale, Const, Dual, DualOnly)]
#[inline]
fn wave(x: &[f64; 2], scale: f64) -> f64 {
    (x[0] * scale).sin() * x[1]
}

#[test]
fn every_attribute_has_its_function() {
    let (x, scale) = ([0.7, 2.0], 1.5);
    let expected = gradient(|x| wave(x, scale), &x);
    let mut dx = [0.0; 2];
    assert_eq!(pulled(&x, &mut dx, scale, 1.0), wave(&x, scale));
    assert_close(&dx, &expected);
    let along = [pushed_x(&x, &[1.0, 0.0], scale), pushed_x(&x, &[0.0, 1.0], scale)];
    assert_close(&along, &expected);
    assert_close(&[pushed_scale(&x, scale, 1.0)], &[(0.7 * 1.5_f64).cos() * 0.7 * 2.0]);
}

#[test]
fn the_handle_differentiates_what_any_attribute_does() {
    let (x, scale) = ([0.7, 2.0], 1.5);
    let (dx, dscale) = wave::grad(&x, scale);
    assert_close(&dx, &gradient(|x| wave(x, scale), &x));
    assert_close(&[dscale], &[pushed_scale(&x, scale, 1.0)]);
    assert!(wave::GRAPH.nodes().iter().any(|node| node.label() == Some("scale")));
}

#[autodiff_reverse(pulled_in_place, Duplicated, Duplicated)]
#[autodiff_forward(pushed_in_place, Dual, Dual)]
#[autodiff_forward(pushed_past, Dual, Const)]
#[autodiff_reverse(pulled_past, Duplicated, Const)]
fn in_place(x: &[f64; 2], y: &mut [f64]) {
    y[0] = x[0] * x[0] + x[1] * x[0];
}

#[test]
fn forward_and_reverse_agree() {
    let x = [2.0, 3.0];
    let (mut y, mut dx) = ([0.0], [0.0; 2]);
    let (mut d0, mut d1) = ([0.0], [0.0]);
    pushed_in_place(&x, &[1.0, 0.0], &mut y, &mut d0);
    pushed_in_place(&x, &[0.0, 1.0], &mut y, &mut d1);
    pulled_in_place(&x, &mut dx, &mut y, &mut [1.0]);
    assert_eq!((dx, y), ([7.0, 2.0], [10.0]));
    assert_eq!([d0[0], d1[0]], dx);
}

#[test]
fn what_one_attribute_holds_constant_another_differentiates() {
    let (mut y, mut dx) = ([0.0], [1.0; 2]);
    pushed_past(&[2.0, 3.0], &[1.0, 0.0], &mut y);
    assert_eq!(y, [10.0]);
    pulled_past(&[2.0, 3.0], &mut dx, &mut y);
    assert_eq!(dx, [1.0; 2]);
    in_place(&[1.0, 1.0], &mut y);
    assert_eq!(y, [2.0]);
}

#[autodiff_forward(d_helper, Dual, Dual)]
fn helper(x: f64) -> f64 {
    x.tanh()
}

#[differentiate]
fn calls_helper(x: f64, y: f64) -> f64 {
    helper(x * y) + y
}

#[autodiff_reverse(d_calls_both, Active, Active)]
fn calls_both(x: f64) -> f64 {
    calls_helper(x, x) * helper(x)
}

#[test]
fn differentiated_functions_call_each_other() {
    let (value, slope) = d_helper(0.5, 1.0);
    assert_eq!(value, helper(0.5));
    assert_close(&[slope], &[1.0 - 0.5_f64.tanh().powi(2)]);
    let (_, slope) = d_calls_both(0.5, 1.0);
    assert_close(&[slope], &[crate::difference(calls_both, 0.5)]);
}

//! The user's parameters, locals and functions, named as generated ones are.

use autodiff::{Float, differentiate};

use crate::{assert_close, assert_derivative};

/// Every function of a handle, for a function of two numbers.
macro_rules! check {
    ($f:ident, $x:expr, $y:expr) => {{
        let (x, y) = ($x, $y);
        let at = $f(x, y);
        let (x_grad, y_grad) = $f::grad(x, y);
        assert_derivative(x_grad, |x| $f(x, y), x);
        assert_derivative(y_grad, |y| $f(x, y), y);
        assert_derivative($f::jvp(x, y, (1.0, 0.0)).1, |x| $f(x, y), x);
        assert_derivative($f::jvp(x, y, (0.0, 1.0)).1, |y| $f(x, y), y);
        assert_close([$f::jvp(x, y, (0.0, 1.0)).0], [at]);
        let (value, gradient) = $f::value_and_grad(x, y);
        assert_close([value, gradient.0, gradient.1], [at, x_grad, y_grad]);
        let (value, pull) = $f::vjp(x, y);
        let gradient = pull(2.0);
        assert_close([value, gradient.0, gradient.1], [at, 2.0 * x_grad, 2.0 * y_grad]);
        let (mut first, mut second) = (1.0, 1.0);
        let value = $f::grad_into(x, y, (&mut first, &mut second));
        assert_close([value, first, second], [at, 1.0 + x_grad, 1.0 + y_grad]);
        let (mut first, mut second) = (0.0, 0.0);
        let value = $f::vjp_into(x, y, 3.0, (&mut first, &mut second));
        assert_close([value, first, second], [at, 3.0 * x_grad, 3.0 * y_grad]);
    }};
}

#[differentiate]
fn bar_parameter(x: f64, x_bar: f64) -> f64 {
    x * x * x_bar.sin()
}

#[differentiate]
fn dot_parameter(x: f64, x_dot: f64) -> f64 {
    x.exp() * x_dot * x_dot
}

#[differentiate]
fn numbered(t: f64, t_1: f64) -> f64 {
    let t_2 = t * t_1;
    let t = t_2.sin() + t_1.cos();
    t * t_2
}

#[differentiate]
fn seed(ad_seed: f64, ad_shadows: f64) -> f64 {
    ad_seed.sin() * ad_shadows
}

#[differentiate]
fn value(ad_value: f64, ad_pull: f64) -> f64 {
    ad_value / ad_pull
}

#[differentiate]
fn tangent(ad_tangent: f64, ad_len: f64) -> f64 {
    ad_tangent.powf(ad_len)
}

#[differentiate(checkpoint)]
fn kept(ad_kept0: f64, ad_bar0: f64) -> f64 {
    (ad_kept0 * ad_bar0).tanh()
}

#[differentiate]
fn kept_by_caller(ad_kept1: f64, ad_bar1: f64) -> f64 {
    kept(ad_kept1, ad_bar1) * kept(ad_bar1, ad_kept1)
}

#[differentiate]
fn common_words(pull: f64, result_bar: f64) -> f64 {
    let (seed, value, v, g, grad, shadows) = (pull, result_bar, pull * 2.0, 0.5, 1.5, -1.0);
    let kept_x = seed * value;
    let stack = v.sin() * g;
    let trips = kept_x * stack + grad;
    let adjoint = trips * trips;
    adjoint * shadows
}

#[differentiate]
fn bars_of_locals(y: f64, y_bar: f64) -> f64 {
    let z = y * y_bar;
    let z_bar = z.sin();
    let z_bar_bar = z_bar * z;
    let z_bar_1 = z_bar_bar + z_bar;
    z_bar_1 * z
}

#[differentiate]
fn loops(kept_s: f64, s_bar: f64) -> f64 {
    let (ad_lo, ad_hi) = (1_usize, 4_usize);
    let mut s = kept_s;
    for i in ad_lo..ad_hi {
        let s_1 = s * s_bar;
        s = s_1.sin() + s / f64::from(u32::try_from(i).unwrap_or(1));
    }
    for i_1 in (ad_lo..=ad_hi).rev().step_by(2) {
        s *= s.cos() + f64::from(u8::try_from(i_1).unwrap_or(1));
    }
    s
}

#[differentiate]
fn swapped_bounds(x: f64, y: f64) -> f64 {
    let (ad_hi, ad_lo) = (2_usize, 5_usize);
    let mut s = x;
    // The range begins at `ad_hi` and ends at `ad_lo`.
    for _ in ad_hi..ad_lo {
        s = s.sin() * y;
    }
    s
}

#[differentiate]
fn raw_names(r#type: f64, r#match: f64) -> f64 {
    let r#fn = r#type * r#match;
    r#fn.sin() * r#type
}

#[differentiate]
fn from_patterns((x, arg1): (f64, f64), [y, arg0]: [f64; 2]) -> f64 {
    x * y.sin() + arg0 * arg1 * arg1
}

#[differentiate]
fn r#loop(x: f64, y: f64) -> f64 {
    x * y * y
}

#[test]
fn parameters_and_locals() {
    check!(bar_parameter, 1.5, 0.7);
    check!(dot_parameter, 0.5, 1.25);
    check!(numbered, 0.3, 0.8);
    check!(seed, 0.5, 3.0);
    check!(value, 0.5, 3.0);
    check!(tangent, 1.5, 3.0);
    check!(kept, 0.5, 0.25);
    check!(kept_by_caller, 0.5, 0.25);
    check!(common_words, 0.4, 0.9);
    check!(bars_of_locals, 0.4, 0.9);
    check!(loops, 0.4, 0.9);
    check!(swapped_bounds, 0.4, 0.9);
    check!(raw_names, 0.4, 0.9);
    check!(r#loop, 0.4, 0.9);
}

#[test]
fn parameters_bound_by_patterns() {
    let ((x_bar, b_bar), [y_bar, a_bar]) = from_patterns::grad((1.0, 2.0), [0.5, 3.0]);
    assert_eq!((x_bar, y_bar), (0.5_f64.sin(), 0.5_f64.cos()));
    assert_eq!((a_bar, b_bar), (4.0, 12.0));
}

/// The user's own functions, constants and types have names of the handle's.
mod functions {
    use autodiff::differentiate;

    const VJP: f64 = 2.0;
    const GRAPH: f64 = 0.5;
    const BACKWARD: f64 = 0.25;

    #[differentiate]
    pub(crate) fn grad(x: f64, y: f64) -> f64 {
        x * y + VJP
    }

    #[differentiate]
    pub(crate) fn vjp(x: f64, y: f64) -> f64 {
        grad(x, y) * GRAPH
    }

    #[differentiate(source)]
    pub(crate) fn jvp(x: f64, y: f64) -> f64 {
        vjp(x, y) * grad(y, x) * BACKWARD
    }
}

#[test]
fn functions_named_as_those_of_the_handle() {
    use functions::{grad, jvp, vjp};
    check!(grad, 0.4, 0.9);
    check!(vjp, 0.4, 0.9);
    check!(jvp, 0.4, 0.9);
}

/// A closure of the body, and variables that it captures, are named as generated ones are.
#[differentiate]
fn closures(x: f64, y: f64) -> f64 {
    let pull = |x_bar: f64, y_bar: f64| x_bar * y_bar + x;
    let x_dot = pull(x, y);
    let x_bar = pull(x_dot, x);
    x_bar * pull(y, x_dot)
}

#[test]
fn names_of_closures() {
    check!(closures, 0.4, 0.9);
}

#[differentiate]
fn generic<'ad0, T: Float, Ad0: Copy + Into<usize>>(xs: &'ad0 [T], ys: &'ad0 [T], n: Ad0) -> T {
    let ad: usize = n.into();
    let mut xs_bar = T::zero();
    for (xs_dot, ys_dot) in xs[..ad].iter().zip(ys) {
        xs_bar += *xs_dot * *ys_dot;
    }
    xs_bar
}

#[test]
fn generic_parameters() {
    let (xs_bar, ys_bar) = generic::grad(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], 2_u8);
    assert_eq!((xs_bar, ys_bar), (vec![4.0, 5.0, 0.0], vec![1.0, 2.0, 0.0]));
    let tangents = (vec![1.0, -1.0], vec![0.0, 2.0]);
    let (value, tangent) = generic::jvp(&[1.0_f32, 2.0], &[3.0, 4.0], 2_u8, tangents);
    assert_eq!((value, tangent), (11.0, 3.0));
}

/// Code that is kept as written finds the user's names, whatever they are called by then.
#[differentiate]
fn kept_as_written(x: f64, y: f64) -> f64 {
    let (a, b) = (2_u32, 3_u32);
    let (b, a) = (a, b);
    let first = a.pow(2) * b.count_ones();
    let (a, b) = (b, a);
    let second = u32::abs_diff(a.leading_zeros(), b.pow(3));
    x * f64::from(first) + y * f64::from(second) * x
}

#[test]
fn names_in_code_that_is_kept() {
    check!(kept_as_written, 0.4, 0.9);
}

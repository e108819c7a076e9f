//! Single precision: the scalar functions again, and the forms in which `f32` differs from `f64`.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn lens(object: f32, focal: f32) -> f32 {
    (focal.recip() - object.recip()).recip()
}

#[differentiate]
fn wave(t: f32, frequency: f32) -> f32 {
    (frequency * t).sin() * f32::cos(t) + t.tan() - f32::tan(frequency / 4.0)
}

#[differentiate]
fn arcs(x: f32) -> f32 {
    x.asin() + f32::acos(x) * x.atan() + x.atan2(0.5) - f32::atan2(1.5, x)
}

#[differentiate]
fn hyperbolic(x: f32) -> f32 {
    x.sinh() / x.cosh() + f32::tanh(x) + x.asinh() - f32::atanh(x / 4.0) * (x + 2.0).acosh()
}

#[differentiate]
fn exponentials(x: f32) -> f32 {
    x.exp() - x.exp2() + f32::exp_m1(x) * std::f32::consts::E
}

#[differentiate]
fn logarithms(x: f32, base: f32) -> f32 {
    x.ln() + x.log2() * f32::log10(x) - x.ln_1p() + x.log(base)
}

#[differentiate]
fn powers(x: f32, y: f32) -> f32 {
    x.powi(3) + x.powf(y) - f32::powf(y, 1.5) + x.sqrt() * f32::cbrt(y) + 2_f32.powf(x)
}

#[differentiate]
fn kinks(x: f32, y: f32) -> f32 {
    x.abs().max(y) + x.min(2.0 * y) * f32::signum(x) + x.clamp(-1.0, 1.0) + y.copysign(x)
}

#[differentiate]
fn rounding(x: f32) -> f32 {
    x * (x.floor() + x.ceil() - x.round() * x.trunc())
        + x.fract() * f32::rem_euclid(x, 3.0)
        + x % 0.7
}

#[differentiate]
fn polar(x: f32, y: f32) -> (f32, f32) {
    (x.hypot(y), f32::atan2(y, x))
}

#[differentiate]
fn turn(angle: f32, radius: f32) -> (f32, f32) {
    let (sine, cosine) = angle.to_radians().sin_cos();
    (radius * cosine, radius.mul_add(sine, angle.to_degrees() * 1e-3))
}

#[differentiate]
fn gelu(x: f32) -> f32 {
    const SCALE: f32 = 0.797_884_6;
    0.5 * x * (1.0 + (SCALE * (x + 0.044715 * x.powi(3))).tanh())
}

#[differentiate]
fn horner(x: f32, terms: usize) -> f32 {
    let mut sum = 0.0;
    for k in (0..terms).rev() {
        sum = sum * x + 1.0 / (k as f32 + 1.0);
    }
    sum
}

#[differentiate]
fn newton_root(a: f32) -> f32 {
    let mut x = 0.5 * (1.0 + a);
    while (x * x - a).abs() > 1e-4 * a {
        x = 0.5 * (x + a / x);
    }
    x
}

#[differentiate]
fn wide_inside(x: f32) -> f32 {
    let wide = f64::from(x);
    let scaled = wide.exp() / (1.0 + wide.exp()).powi(2);
    scaled as f32
}

#[differentiate]
fn mixed(x: f32, y: f64) -> f64 {
    let rate = 1.5_f32 * x;
    (rate as f64) * y.sin() + y * y
}

#[test]
fn functions() {
    check!(lens(o, f); (o, f) in [(3.0, 1.2), (0.8, 1.7)]);
    check!(wave(t, w); (t, w) in [(0.6, 2.0), (-0.3, 3.0)]);
    check!(arcs(x); x in [0.4, -0.6]);
    check!(hyperbolic(x); x in [0.4, -0.6]);
    check!(exponentials(x); x in [0.4, -0.6]);
    check!(logarithms(x, b); (x, b) in [(0.6, 3.0), (2.0, 5.0)]);
    check!(powers(x, y); (x, y) in [(0.6, 3.0), (2.0, 1.4)]);
    check!(kinks(x, y); (x, y) in [(0.6, 1.2), (-1.5, 0.4), (3.0, 0.8)]);
    check!(rounding(x); x in [1.25, -0.4]);
    check!(gelu(x); x in [0.7, -1.1]);
    check_map!(polar(x, y); (x, y) in [(0.6, 0.8), (-1.0, 0.4)]);
    check_map!(turn(a, r); (a, r) in [(30.0, 1.5)]);
}

#[test]
fn programs() {
    check!(horner(x, 6); x in [0.5, -0.8]);
    check!(newton_root(a); a in [2.0, 0.7]);
    check!(wide_inside(x); x in [0.7, -1.3]);
    check!(mixed(x, y); (x, y) in [(0.7, 0.3)]);
}

//! Operators: arithmetic, assignment, casts, and what is constant beside them.

use std::f64::consts::{E, FRAC_PI_2, LN_2, PI};

use autodiff::differentiate;

use crate::harness::{check, check_map};

const GRAVITY: f64 = 9.81;
static SCALE: f64 = 1.0e3;

type Metres = f64;
type Seconds = f64;

#[differentiate]
fn polynomial(x: f64) -> f64 {
    3.0 * x * x * x - 2. * x * x + x - 7e-1
}

#[differentiate]
fn quotient(x: f64, y: f64) -> f64 {
    (x - 1.0) / (y + 2.0) - y / x / 2.0
}

#[differentiate]
fn signs(x: f64, y: f64) -> f64 {
    -x * -y - -(x - y) + (-(-x))
}

#[differentiate]
fn fall(height: Metres, start: f64, elapsed: Seconds) -> Metres {
    height + start * elapsed - 0.5 * GRAVITY * elapsed * elapsed
}

#[differentiate]
fn remainder(x: f64, y: f64) -> f64 {
    x % y + (x * x) % 3.0 + 10.0 % y
}

#[differentiate]
fn compound(x: f64, y: f64) -> f64 {
    let mut total = x;
    total += y * x;
    total *= total - 1.0;
    total -= x / y;
    total /= 2.0 + y * y;
    total %= 5.0;
    total
}

#[differentiate]
fn self_assigning(x: f64) -> f64 {
    let mut y = x;
    y = y * y + x;
    y += y;
    y *= y;
    y = -y;
    y
}

#[differentiate]
fn standard_constants(x: f64) -> f64 {
    PI * x + (E - LN_2) * x * x / std::f64::consts::SQRT_2 + (FRAC_PI_2 * x).sin() / f64::MAX.sqrt()
}

#[differentiate]
fn own_constants(x: f64) -> f64 {
    const HALF: f64 = 0.5;
    const WEIGHTS: [f64; 3] = [1.0, -2.0, HALF];
    static OFFSET: f64 = 4.0;
    HALF * x + WEIGHTS[1] * x * x + WEIGHTS[WEIGHTS.len() - 1] + OFFSET / x + x / SCALE
}

#[differentiate]
fn thermal_voltage(kelvin: f64) -> f64 {
    const BOLTZMANN: f64 = 1.380_649e-23;
    const CHARGE: f64 = 1.602_176_634e-19;
    1e3 * BOLTZMANN * kelvin / CHARGE
}

#[differentiate]
fn midpoint_rule(a: f64, b: f64, cells: usize, index: usize) -> f64 {
    let width = (b - a) / cells as f64;
    let x = a + (index as f64 + 0.5) * width;
    width * x * x.sin()
}

#[differentiate]
fn integer_arithmetic(x: f64, n: i32, k: u8) -> f64 {
    let twice = 2 * n - 1;
    let folded = (twice.pow(2) % 7 + i32::from(k)) / 2;
    let bits = ((k << 1) | 1) & 0x0f ^ 3;
    let shifted = (n >> 1).abs().max(folded).min(100);
    x * f64::from(twice) + x.powi(folded) + f64::from(bits) / x + shifted as f64 * x
}

#[differentiate]
fn boolean_arithmetic(x: f64, on: bool, level: usize) -> f64 {
    let high = level > 3;
    let chosen = on && !high || level == 0;
    let flag = (on ^ high) as u8 as f64;
    let other = f64::from(u8::from(on | (level & 1 == 1)));
    x * flag + x * x * other + if chosen { x.exp() } else { -x }
}

#[differentiate]
fn wrapping_counts(x: f64, n: usize) -> f64 {
    let before = n.saturating_sub(3);
    let around = n.wrapping_add(usize::MAX);
    let parity = if n % 2 == 0 { 1.0 } else { -1.0 };
    parity * x * before as f64 + x / (around + 2) as f64
}

/// The bits of an index reversed, and methods of literals and of negative numbers.
#[differentiate]
fn shuffled(x: &[f64], k: i32) -> f64 {
    let bits = x.len().trailing_zeros();
    let first = 2_u32.min(bits) as usize;
    let mut s = 0.0;
    for i in 0..x.len() {
        let j = (i as u32).reverse_bits().wrapping_shr(32 - bits) as usize;
        if i < j.max(first) {
            s += x[i] * x[j].sin() * k.unsigned_abs() as f64;
        } else if !i.is_power_of_two() {
            s *= x[i] * (-3_i32).max(k).abs_diff(1) as f64;
        }
    }
    s
}

#[differentiate]
fn through_single(x: f64) -> f64 {
    let narrow = x as f32;
    (narrow * narrow + 1.5) as f64 * x
}

#[differentiate]
fn widened(x: f32, y: f64) -> f64 {
    let wide = x as f64;
    wide * y + f64::from(x) * (y as f32 as f64)
}

#[differentiate]
fn truncated_index(x: f64) -> f64 {
    let cell = x as usize;
    let negative = -x as i64;
    x * cell as f64 + negative as f64 / x
}

#[differentiate]
fn labelled(x: f64, unit: &str, letter: char) -> f64 {
    let factor = if unit == "km" { 1e3 } else { 1.0 };
    factor * x * x + if letter.is_ascii_digit() { x } else { 0.0 } + unit.len() as f64 * x
}

#[differentiate(wrt(stiffness, damping))]
fn oscillator(t: f64, stiffness: f64, damping: f64, mass: f64) -> f64 {
    let rate = damping / (2.0 * mass);
    let frequency = (stiffness / mass - rate * rate).sqrt();
    (-rate * t).exp() * (frequency * t).cos()
}

#[differentiate(wrt(y))]
fn only_the_second(x: f64, y: f64, n: i32) -> f64 {
    x.sin() * y.powi(n) + x * x
}

#[differentiate(wrt(gain))]
fn calibrated(count: u32, gain: f64, names: &[&str], offset: f64) -> f64 {
    gain * count as f64 + offset * gain * gain + names.len() as f64
}

/// A constant result: every derivative is zero.
#[differentiate]
fn constant(_x: f64, y: f64) -> f64 {
    let _unused = y * 2.0;
    4.5
}

#[differentiate]
fn identity(x: f64) -> f64 {
    x
}

#[differentiate]
fn comparisons_as_numbers(x: f64, y: f64) -> f64 {
    let larger = (x > y) as i32 as f64;
    let near = f64::from((x - y).abs() <= 0.5);
    larger * x * x + (1.0 - larger) * y + near * x * y
}

#[differentiate]
fn special_tests(x: f64) -> f64 {
    let finite = x.is_finite() && !x.is_nan() && !(1.0 / x).is_infinite();
    let negative = x.is_sign_negative();
    if finite && negative { x * x } else { x.sqrt() }
}

#[differentiate]
fn checked(x: f64, n: usize) -> f64 {
    assert!(x > 0.0, "x must be positive, not {x}");
    assert_eq!(n % 2, 0);
    assert_ne!(n, 1, "n is {}", n);
    debug_assert!(n < 100);
    debug_assert_eq!(n + n, 2 * n);
    let root = x.sqrt();
    debug_assert!((root * root - x).abs() < 1e-9 * x, "root of {x:.3}");
    root * n as f64
}

/// Parameters and locals under the names that generated code likes best.
#[differentiate]
fn names(seed: f64, x_bar: f64, pull: f64, tangent: f64) -> f64 {
    let x = seed * x_bar;
    let x_dot = x + pull;
    let value = x_dot * tangent;
    let primal = value.sin();
    let shadow = primal * seed;
    let grad = shadow + x_bar;
    let pullback = grad * pull;
    let adjoint = pullback - tangent;
    let v0 = adjoint * value;
    let _0 = v0;
    let result = _0 + x;
    result * shadow
}

#[differentiate]
fn r#match(r#type: f64, r#in: f64) -> f64 {
    let r#loop = r#type * r#in;
    r#loop.sin() + r#in
}

#[test]
fn arithmetic() {
    check!(polynomial(x); x in [0.0, 1.3, -2.0]);
    check!(quotient(x, y); (x, y) in [(0.5, 1.0), (-3.0, 0.2)]);
    check!(signs(x, y); (x, y) in [(0.5, 1.0), (-3.0, 0.2)]);
    check!(fall(h, v, t); (h, v, t) in [(10.0, 2.0, 0.7)]);
    check!(remainder(x, y); (x, y) in [(7.5, 2.1), (-4.1, 1.6), (2.2, -0.7)]);
    check!(compound(x, y); (x, y) in [(0.5, 1.0), (-2.0, 0.7), (3.0, 1.4)]);
    check!(self_assigning(x); x in [0.5, -0.3]);
    check!(constant(x, y); (x, y) in [(0.5, 1.0)]);
    check!(identity(x); x in [0.5]);
}

#[test]
fn constants() {
    check!(standard_constants(x); x in [0.4, -1.1]);
    check!(own_constants(x); x in [0.4, -1.1]);
    check!(thermal_voltage(t); t in [300.0]);
    check!(midpoint_rule(a, b, 10, 3); (a, b) in [(0.0, 2.0), (-1.0, 0.5)]);
    for (n, k) in [(3, 5), (-2, 0), (0, 255_u8 >> 1)] {
        check!(integer_arithmetic(x, n, k); x in [0.7, 1.2]);
    }
    for (on, level) in [(true, 0), (true, 5), (false, 2), (false, 7)] {
        check!(boolean_arithmetic(x, on, level); x in [0.7, -1.2]);
    }
    check!(wrapping_counts(x, 2); x in [0.7]);
    check!(wrapping_counts(x, 7); x in [0.7]);
    for k in [-5, 0, 4] {
        check!(shuffled(&x, k); x in [vec![0.7, 1.2, -0.4, 0.3, 0.1, 0.5, 0.9, -1.3]]);
    }
    check!(labelled(x, "km", '7'); x in [0.7]);
    let metres = String::from("m");
    check!(labelled(x, &metres, 'q'); x in [0.7]);
    check!(checked(x, 4); x in [0.7, 30.0]);
}

#[test]
fn casts() {
    check!(through_single(x); x in [0.7, -1.2]; as f32);
    check!(widened(x, y); (x, y) in [(0.7, 0.4), (-1.2, 2.0)]);
    check!(truncated_index(x); x in [2.5, 7.2]);
    check!(comparisons_as_numbers(x, y); (x, y) in [(0.7, 0.4), (-1.2, 2.0), (0.1, 0.3)]);
    check!(special_tests(x); x in [0.7, -1.2]);
}

#[test]
fn selected_parameters() {
    check!(oscillator(1.3, k, c, 0.8); (k, c) in [(2.0, 0.3), (5.0, 1.0)]);
    check!(only_the_second(0.4, y, 3); y in [1.1, -0.6]);
    check!(calibrated(12, g, &["a", "b"], 0.25); g in [0.5]);
}

#[test]
fn awkward_names() {
    check!(names(a, b, c, d); (a, b, c, d) in [(0.3, -0.8, 1.2, 0.6)]);
    check!(r#match(a, b); (a, b) in [(0.3, -0.8)]);
    check_map!(identity(x); x in [2.0]);
}

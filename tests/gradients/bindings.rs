//! `let` in every form, blocks as expressions, assignment, scopes and shadowing.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn shadowed(x: f64) -> f64 {
    let y = x * x;
    let y = y.sin() + x;
    let x = y * 2.0;
    let y = x * y;
    y - x
}

#[differentiate]
fn shadowed_in_block(x: f64, y: f64) -> f64 {
    let inner = {
        let x = x + y;
        let y = x * y;
        x * y
    };
    inner * x - y
}

#[differentiate]
fn shadowed_parameter_in_branches(x: f64, flag: bool) -> f64 {
    let y = x;
    if flag {
        let y = y * 3.0;
        let x = y + x;
        return x * y;
    }
    x * y
}

#[differentiate]
fn deferred(x: f64) -> f64 {
    let root;
    let square: f64;
    square = x * x;
    root = (square + 1.0).sqrt();
    root - square
}

#[differentiate]
fn deferred_by_branch(x: f64, y: f64) -> f64 {
    let (big, small);
    let sign;
    if x > y {
        big = x;
        small = y;
        sign = 1.0;
    } else {
        big = y;
        small = x;
        sign = -1.0;
    }
    sign * big * big / (1.0 + small * small)
}

#[differentiate]
fn tuple_patterns(x: f64, y: f64) -> f64 {
    let (a, b) = (x + y, x - y);
    let ((c, d), e) = ((a * b, a / 2.0), b);
    let (f, ..) = (c, d, e);
    let (.., g) = (c, d * e);
    let (_, h) = (x, y);
    f * g + h
}

#[differentiate]
fn mutable_patterns(x: f64, y: f64) -> f64 {
    let (mut a, b) = (x, y);
    a *= b;
    let (mut c, mut d) = (a + b, b);
    c += d * a;
    d -= c;
    a * c * d
}

#[differentiate]
fn swapped(x: f64, y: f64) -> f64 {
    let (mut a, mut b) = (x, y);
    (a, b) = (b, a * 2.0);
    (b, a) = (a + b, a - b);
    std::mem::swap(&mut a, &mut b);
    a * a - 3.0 * b
}

#[differentiate]
fn destructuring_assignment(x: f64, y: f64) -> f64 {
    let mut p = (x, y);
    let mut kept = 0.0;
    (p.1, kept) = (p.0 * kept + x, p.1);
    (p.0, _) = (kept.sin(), p.0);
    p.0 * p.1 + kept
}

#[differentiate]
fn gauss_legendre(a: f64, b: f64) -> f64 {
    let agm_step = {
        let mean = 0.5 * (a + b);
        let geometric = (a * b).sqrt();
        (mean, geometric)
    };
    let (mean, geometric) = agm_step;
    mean * geometric
}

#[differentiate]
fn mutable_parameters(mut x: f64, mut y: f64, mut n: i32) -> f64 {
    n += 1;
    x *= y;
    y = x.sin() + y;
    x.powi(n) + y
}

#[differentiate]
fn nested_blocks(x: f64) -> f64 {
    let y = {
        let a = { x * x } + { x };
        {
            let b = a;
            { b * a }
        }
    };
    let z = {
        let mut sum = y;
        sum += { x };
        sum
    };
    ({ z }) * ({ y })
}

#[differentiate]
fn assigned_from_inner_scope(x: f64) -> f64 {
    let mut y = x;
    {
        y = y * x + 1.0;
        let y = 5.0;
        let _ = y;
    }
    y *= {
        let t = x.cos();
        t * t
    };
    y
}

#[differentiate]
fn overwritten(x: f64, y: f64) -> f64 {
    let mut z = x * y;
    let kept = z * z;
    z = y;
    let later = z * kept;
    z = 3.0;
    z * later + kept
}

#[differentiate]
fn wildcards(x: f64, y: f64) -> f64 {
    let _ = x * y;
    let _ignored = x.exp();
    _ = y;
    let _y = y * x;
    _y * x
}

#[differentiate]
fn let_else(x: f64, power: Option<i32>, scale: Option<f64>) -> f64 {
    let Some(n) = power else {
        return x * 2.0;
    };
    let Some(scale) = scale else {
        return x.powi(n);
    };
    scale * x.powi(n)
}

#[differentiate]
fn typed(x: f64) -> f64 {
    let a: f64 = x * 2.0;
    let (b, c): (f64, f64) = (a, a * x);
    let n: usize = 3;
    let flag: bool = n > 2;
    let zero: f64 = Default::default();
    if flag { b * c + zero } else { a }
}

#[differentiate]
fn local_alias(x: f64) -> f64 {
    type Real = f64;
    use std::f64::consts::PI as CIRCLE;
    let y: Real = x * CIRCLE;
    let z = Real::sin(y);
    z * z * Real::sqrt(x)
}

#[differentiate]
fn local_items(x: f64, n: u64) -> f64 {
    const BASE: u64 = 2;
    fn factorial(n: u64) -> u64 {
        (1..=n).product()
    }
    let coefficient = factorial(n) as f64;
    x.powi(n as i32) / coefficient + factorial(BASE) as f64 * x
}

#[differentiate]
fn reused_often(x: f64) -> f64 {
    let a = x.sin();
    let b = a + a * a;
    let c = a * b + b * b;
    let d = a + b + c + a * b * c;
    d * d - d / (1.0 + c * c)
}

#[differentiate]
fn references(x: f64, y: f64) -> f64 {
    let r = &x;
    let s = &(y * 2.0);
    let t = *r * *s;
    let mut copy = *r;
    copy += t;
    copy * *s + r.sin()
}

#[differentiate]
fn through_mutable_reference(x: f64, y: f64) -> f64 {
    let mut total = x;
    let slot = &mut total;
    *slot += y * x;
    *slot *= y;
    total + x
}

#[differentiate]
fn local_array(x: f64, y: f64) -> f64 {
    let mut a = [x, y, x * y];
    a[0] += a[2];
    let [p, q, r] = a;
    a[1] = p * q;
    r * a[1] + a[0]
}

/// A dozen intermediate values, as a formula copied from a handbook has them.
#[differentiate]
fn magnus_dew_point(temperature: f64, humidity: f64) -> f64 {
    let a = 6.112;
    let b = 17.67;
    let c = 243.5;
    let ratio = humidity / 100.0;
    let exponent = b * temperature / (c + temperature);
    let saturation = a * exponent.exp();
    let pressure = ratio * saturation;
    let gamma = (pressure / a).ln();
    let numerator = c * gamma;
    let denominator = b - gamma;
    numerator / denominator
}

#[test]
fn shadowing_and_scopes() {
    check!(shadowed(x); x in [0.4, -1.3]);
    check!(shadowed_in_block(x, y); (x, y) in [(0.4, 1.1), (-1.3, 0.2)]);
    check!(shadowed_parameter_in_branches(x, true); x in [0.4, -1.3]);
    check!(shadowed_parameter_in_branches(x, false); x in [0.4, -1.3]);
    check!(nested_blocks(x); x in [0.4, -1.3]);
    check!(assigned_from_inner_scope(x); x in [0.4, -1.3]);
    check!(gauss_legendre(a, b); (a, b) in [(1.0, 2.0), (0.3, 0.8)]);
}

#[test]
fn initialisation() {
    check!(deferred(x); x in [0.4, -1.3]);
    check!(deferred_by_branch(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(let_else(x, Some(3), Some(0.5)); x in [0.4, -1.3]);
    check!(let_else(x, Some(2), None); x in [0.4]);
    check!(let_else(x, None, Some(2.0)); x in [0.4]);
    check!(typed(x); x in [0.4, -1.3]);
}

/// A variable may have the name of a type.
#[differentiate]
fn named_like_a_type(x: f64, b: bool) -> f64 {
    let f64: f64;
    if b {
        f64 = 2.0 * x;
    } else {
        assert!((1_usize as f64) * x < f64::INFINITY);
        f64 = x * x;
    }
    f64 * f64
}

#[test]
fn patterns() {
    for b in [false, true] {
        check!(named_like_a_type(x, b); x in [0.4, -1.3]);
    }
    check!(tuple_patterns(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(mutable_patterns(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(wildcards(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
}

#[test]
fn assignment() {
    check!(swapped(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(destructuring_assignment(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(mutable_parameters(x, y, 2); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(overwritten(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(references(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(through_mutable_reference(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(local_array(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
}

#[test]
fn items_and_formulas() {
    check!(local_alias(x); x in [0.4, 1.3]);
    check!(local_items(x, 4); x in [0.4, -1.3]);
    check!(reused_often(x); x in [0.4, -1.3]);
    check!(magnus_dew_point(t, h); (t, h) in [(22.0, 55.0), (-3.0, 80.0)]);
    check_map!(magnus_dew_point(t, h); (t, h) in [(35.0, 20.0)]);
}

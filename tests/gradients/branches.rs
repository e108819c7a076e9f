//! `if` in every form: as statement and expression, nested, chained, on constants and on values.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn leaky_relu(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.01 * x }
}

#[differentiate]
fn elu(x: f64, alpha: f64) -> f64 {
    if x >= 0.0 { x } else { alpha * (x.exp() - 1.0) }
}

#[differentiate]
fn drag_coefficient(reynolds: f64) -> f64 {
    if reynolds < 1.0 {
        24.0 / reynolds
    } else if reynolds < 1000.0 {
        24.0 / reynolds * (1.0 + 0.15 * reynolds.powf(0.687))
    } else {
        0.44
    }
}

#[differentiate]
fn income_tax(income: f64, rate: f64) -> f64 {
    let mut tax = 0.0;
    if income > 10.0 {
        tax += rate * (income.min(40.0) - 10.0);
    }
    if income > 40.0 {
        let above = income - 40.0;
        tax += 2.0 * rate * above;
    }
    tax
}

#[differentiate]
fn statement_without_else(x: f64, y: f64) -> f64 {
    let mut z = x * y;
    if z < 0.0 {
        z = -z;
    }
    if x > 10.0 {
        z *= y;
    }
    z.sqrt()
}

#[differentiate]
fn nested_branches(x: f64, y: f64) -> f64 {
    if x > 0.0 {
        if y > 0.0 {
            x * y
        } else if y < -1.0 {
            x / y
        } else {
            x - y
        }
    } else {
        let z = if y > 0.0 { y.sin() } else { y.cos() };
        z * x
    }
}

#[differentiate]
fn branch_inside_expression(x: f64, y: f64) -> f64 {
    2.0 * (if x > y { x } else { y }) + f64::sin(if x < 0.0 { -x } else { x * y }) * y
}

#[differentiate]
fn branch_gives_tuple(x: f64, y: f64) -> f64 {
    let (far, near) = if x.abs() > y.abs() { (x, y) } else { (y, x) };
    let ratio = near / far;
    far.abs() * (1.0 + ratio * ratio).sqrt()
}

#[differentiate]
fn logical_operators(x: f64, y: f64, strict: bool) -> f64 {
    let inside = x > -1.0 && x < 1.0 && !(y <= -1.0 || y >= 1.0);
    if inside && (!strict || x * x + y * y < 1.0) {
        x * x * y
    } else if inside || strict {
        x - y
    } else {
        x.hypot(y)
    }
}

#[differentiate]
fn condition_on_intermediate(x: f64) -> f64 {
    let y = x.sin();
    let z = if y > 0.5 { y * y } else { 0.5 * y };
    if z * x > 0.2 { z / x } else { z + x }
}

#[differentiate]
fn conditional_in_condition(x: f64, n: usize) -> f64 {
    if if n > 2 { x > 0.0 } else { x < 0.0 } { x * x } else { 3.0 * x }
}

#[differentiate]
fn with_default(x: f64, scale: Option<f64>) -> f64 {
    if let Some(scale) = scale { scale * x * x } else { x }
}

#[differentiate]
fn if_let_chain(x: f64, limit: Option<f64>, shift: Option<f64>, on: bool) -> f64 {
    let mut y = x;
    if let Some(limit) = limit
        && x > limit
        && on
    {
        y = limit + (x - limit) * 0.5;
    }
    if let (Some(shift), true) = (shift, on) {
        y *= x + shift;
    } else if let Some(only) = shift {
        y -= only * x;
    }
    y
}

#[differentiate]
fn on_result(x: f64, setting: Result<f64, usize>) -> f64 {
    if let Ok(gain) = setting {
        gain * x.sin()
    } else if let Err(code @ 1..=9) = setting {
        x * code as f64
    } else {
        x.cos()
    }
}

#[differentiate]
fn option_methods(x: f64, scale: Option<f64>, count: Option<usize>) -> f64 {
    let scale = scale.unwrap_or(2.0);
    let extra = if count.is_some_and(|n| n > 3) { 1.0 } else { 0.0 };
    let count = count.map_or(1, |n| n + 1);
    scale * x.powi(count as i32) + extra * x
}

#[differentiate]
fn by_mode(x: f64, mode: &str) -> f64 {
    if mode == "square" {
        x * x
    } else if mode.starts_with("exp") {
        x.exp()
    } else if mode.is_empty() {
        x
    } else {
        0.0
    }
}

#[differentiate]
fn let_with_condition(x: f64, y: f64) -> f64 {
    let is_large = x > y;
    let step = if is_large { 0.1 } else { 0.01 };
    let direction = if is_large == (y > 0.0) { 1.0 } else { -1.0 };
    (x + step * direction * y).powi(2)
}

#[differentiate]
fn quadratic_root(a: f64, b: f64, c: f64) -> f64 {
    let discriminant = b * b - 4.0 * a * c;
    if discriminant < 0.0 {
        // The real part of the pair.
        -b / (2.0 * a)
    } else {
        let sign = if b < 0.0 { -1.0 } else { 1.0 };
        let q = -0.5 * (b + sign * discriminant.sqrt());
        c / q
    }
}

#[differentiate]
fn smoothstep(x: f64, low: f64, high: f64) -> f64 {
    let t = (x - low) / (high - low);
    if t <= 0.0 {
        0.0
    } else if t >= 1.0 {
        1.0
    } else {
        t * t * (3.0 - 2.0 * t)
    }
}

#[differentiate]
fn friction_factor(reynolds: f64, roughness: f64) -> f64 {
    let laminar = 64.0 / reynolds;
    let turbulent = {
        let term = roughness / 3.7 + 5.74 / reynolds.powf(0.9);
        0.25 / term.log10().powi(2)
    };
    let weight = if reynolds < 2000.0 {
        1.0
    } else if reynolds > 4000.0 {
        0.0
    } else {
        (4000.0 - reynolds) / 2000.0
    };
    weight * laminar + (1.0 - weight) * turbulent
}

#[differentiate]
fn branches_change_different_variables(x: f64, y: f64, n: i32) -> f64 {
    let mut a = x;
    let mut b = y;
    let mut c = 1.0;
    if n > 0 {
        a *= b;
        c = a + 2.0;
    } else if n < 0 {
        b += a * a;
    } else {
        (a, b) = (b, a);
    }
    if a > b {
        c *= a;
    } else {
        c -= b;
    }
    a * b * c
}

#[differentiate]
fn min_max_by_hand(a: f64, b: f64, c: f64) -> (f64, f64) {
    let mut low = a;
    let mut high = a;
    if b < low {
        low = b;
    }
    if b > high {
        high = b;
    }
    if c < low {
        low = c;
    }
    if c > high {
        high = c;
    }
    (low * a, high * high)
}

#[test]
fn piecewise_functions() {
    check!(leaky_relu(x); x in [0.4, -1.3]);
    check!(elu(x, a); (x, a) in [(0.4, 1.0), (-1.3, 0.7)]);
    check!(drag_coefficient(re); re in [0.4, 50.0, 2e4]);
    check!(income_tax(i, r); (i, r) in [(5.0, 0.2), (25.0, 0.2), (90.0, 0.3)]);
    check!(smoothstep(x, l, h); (x, l, h) in [(-0.5, 0.0, 1.0), (0.3, 0.1, 0.8), (2.0, 0.0, 1.0)]);
    check!(friction_factor(re, e); (re, e) in [(900.0, 0.01), (3100.0, 0.02), (5e4, 0.001)]);
    check!(quadratic_root(a, b, c); (a, b, c) in [(1.0, 3.0, 1.0), (1.0, -3.0, 1.0), (2.0, 1.0, 4.0)]);
}

#[test]
fn statements_and_expressions() {
    check!(statement_without_else(x, y); (x, y) in [(0.4, 1.1), (-1.3, 0.2), (12.0, 0.5)]);
    check!(nested_branches(x, y); (x, y) in [
        (0.4, 1.1), (0.4, -2.0), (0.4, -0.5), (-1.3, 0.2), (-1.3, -0.2)
    ]);
    check!(branch_inside_expression(x, y); (x, y) in [(0.4, 1.1), (-1.3, 0.2), (2.0, 0.5)]);
    check!(branch_gives_tuple(x, y); (x, y) in [(0.4, 1.1), (-1.3, 0.2)]);
    check!(branches_change_different_variables(x, y, 1); (x, y) in [(0.4, 1.1), (2.0, 1.7)]);
    check!(branches_change_different_variables(x, y, 0); (x, y) in [(0.4, 1.1), (2.0, 1.7)]);
    check!(branches_change_different_variables(x, y, -1); (x, y) in [(0.4, 1.1), (2.0, 1.7)]);
    check_map!(min_max_by_hand(a, b, c); (a, b, c) in [(1.0, 2.0, 3.0), (0.3, -1.0, 0.1), (2.0, 0.5, 1.0)]);
}

#[test]
fn conditions() {
    for strict in [true, false] {
        check!(logical_operators(x, y, strict); (x, y) in [(0.4, 0.3), (0.9, -0.9), (1.5, 0.2), (0.1, -3.0)]);
    }
    check!(condition_on_intermediate(x); x in [0.2, 1.0, 1.7, -2.0]);
    check!(conditional_in_condition(x, 1); x in [0.4, -1.3]);
    check!(conditional_in_condition(x, 5); x in [0.4, -1.3]);
    check!(let_with_condition(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2), (-0.5, -0.9)]);
}

#[test]
fn constants_decide() {
    check!(with_default(x, None); x in [0.4]);
    check!(with_default(x, Some(3.0)); x in [0.4]);
    for (limit, shift, on) in [
        (Some(1.0), Some(0.5), true),
        (Some(1.0), Some(0.5), false),
        (None, None, true),
        (Some(-4.0), None, true),
    ] {
        check!(if_let_chain(x, limit, shift, on); x in [0.4, 2.5]);
    }
    for setting in [Ok(1.5), Err(4), Err(70)] {
        check!(on_result(x, setting); x in [0.4]);
    }
    for (scale, count) in [(None, None), (Some(0.5), Some(2)), (None, Some(5))] {
        check!(option_methods(x, scale, count); x in [0.4]);
    }
    for mode in ["square", "expo", "", "other"] {
        check!(by_mode(x, mode); x in [0.4]);
    }
}

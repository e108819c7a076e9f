//! `match`: on integers, booleans, text, options, tuples and floats.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn legendre(n: usize, x: f64) -> f64 {
    match n {
        0 => 1.0,
        1 => x,
        2 => 0.5 * (3.0 * x * x - 1.0),
        3 => 0.5 * (5.0 * x.powi(3) - 3.0 * x),
        _ => f64::NAN * x,
    }
}

#[differentiate]
fn progressive_rate(x: f64, year: i32) -> f64 {
    let rate = match year {
        i32::MIN..=-1 => 0.0,
        0 | 1 => 0.1,
        2..=5 => 0.2,
        6..10 => 0.3,
        10.. => 0.4,
    };
    rate * x * x
}

#[differentiate]
fn guarded(x: f64, n: i64) -> f64 {
    match n {
        0 => x,
        k if k % 2 == 0 => x * k as f64,
        k if x > 1.0 => x.powi(k as i32),
        _ if x < 0.0 => x.cos(),
        _ => x.sin(),
    }
}

#[differentiate]
fn bound_pattern(x: f64, n: u32) -> f64 {
    match n {
        small @ 0..=3 => x + small as f64 * x * x,
        odd @ (5 | 7 | 9) => x.powi(odd as i32),
        other => x / (1 + other) as f64,
    }
}

#[differentiate]
fn on_bool(x: f64, flip: bool) -> f64 {
    let y = match flip {
        true => -x,
        false => x,
    };
    y.exp() * x
}

#[differentiate]
fn on_comparison(x: f64, y: f64) -> f64 {
    match x < y {
        true => x * x + y,
        false => {
            let z = x - y;
            z * y
        }
    }
}

#[differentiate]
fn on_tuple(x: f64, y: f64, mode: u8, exact: bool) -> f64 {
    match (mode, exact) {
        (0, true) => x * y,
        (0, false) => x + y,
        (1..=3, _) => {
            let ratio = x / y;
            ratio * f64::from(mode)
        }
        (n, flag) if flag => x.powi(i32::from(n)),
        _ => y,
    }
}

#[differentiate]
fn on_signs(x: f64, y: f64) -> f64 {
    match (x > 0.0, y > 0.0) {
        (true, true) => x * y,
        (true, false) => x / y,
        (false, true) => y - x,
        (false, false) => (x * y).sqrt(),
    }
}

#[differentiate]
fn on_text(x: f64, activation: &str) -> f64 {
    match activation {
        "relu" => x.max(0.0),
        "tanh" | "hyperbolic" => x.tanh(),
        "logistic" => 1.0 / (1.0 + (-x).exp()),
        "identity" => x,
        unknown => panic!("no activation is called {unknown}"),
    }
}

#[differentiate]
fn on_char(x: f64, axis: char) -> f64 {
    match axis {
        'a'..='f' => x,
        'x' | 'X' => x * x,
        _ => x * x * x,
    }
}

#[differentiate]
fn on_option(x: f64, order: Option<usize>, scale: Option<f64>) -> f64 {
    let base = match order {
        Some(0) => 1.0,
        Some(n) if n > 4 => x.exp(),
        Some(n) => x.powi(n as i32),
        None => x.ln(),
    };
    match scale {
        None => base,
        Some(factor) => factor * base + x,
    }
}

#[differentiate]
fn statement_arms(x: f64, y: f64, n: usize) -> f64 {
    let mut a = x;
    let mut b = y;
    match n % 4 {
        0 => a *= b,
        1 => {
            a += b;
            b = a * a;
        }
        2 => (a, b) = (b, a * b),
        _ => {}
    }
    a * a + b
}

#[differentiate]
fn tuple_result(x: f64, y: f64, order: u8) -> f64 {
    let (value, slope) = match order {
        0 => (1.0, 0.0),
        1 => (x, 1.0),
        _ => (x * x * y, 2.0 * x * y),
    };
    value + y * slope
}

#[differentiate]
fn binds_active_tuple(x: f64, y: f64) -> f64 {
    match (x * y, x + y) {
        (product, sum) if product > sum => product / sum,
        (product, sum) => sum - product * product,
    }
}

#[differentiate]
fn binds_scrutinee(x: f64) -> f64 {
    match x.sin() + 2.0 {
        y if y > 2.5 => y * y,
        y => y * x,
    }
}

#[differentiate]
fn float_ranges(x: f64) -> f64 {
    match x {
        ..0.0 => -x,
        0.0..1.0 => x * x,
        1.0..=2.0 => 2.0 * x - 1.0,
        _ => 3.0 + (x - 2.0).ln_1p(),
    }
}

#[differentiate]
fn nested_matches(x: f64, n: i32, m: i32) -> f64 {
    match n {
        0 => match m {
            0 => x,
            1 => x * x,
            _ => x.powi(m),
        },
        n if n < 0 => {
            if m > 0 {
                x / f64::from(-n)
            } else {
                match m + n {
                    -2 => x.sin(),
                    _ => x.cos(),
                }
            }
        }
        _ => f64::from(n * m) * x,
    }
}

#[differentiate]
fn within_expression(x: f64, n: usize) -> f64 {
    x * match n {
        0 => 1.0,
        1 => x.sin(),
        _ => x,
    } + f64::exp(match n {
        2 => -x,
        _ => x,
    })
}

#[differentiate]
fn early_out(x: f64, n: usize) -> f64 {
    let y = match n {
        0 => return x * x,
        1 => x.sin(),
        _ if x > 1.0 => return 2.0 * x,
        _ => x.cos(),
    };
    y * x
}

#[differentiate]
fn constant_patterns(x: f64, n: usize) -> f64 {
    const FIRST: usize = 0;
    const LAST: usize = 9;
    match n {
        FIRST => x,
        LAST => x * x,
        usize::MAX => 0.0,
        _ => -x,
    }
}

#[differentiate]
fn simpson_weights(a: f64, b: f64, cells: usize) -> f64 {
    let width = (b - a) / cells as f64;
    let mut sum = 0.0;
    for i in 0..=cells {
        let weight = match i {
            0 => 1.0,
            i if i == cells => 1.0,
            i if i % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let x = a + i as f64 * width;
        sum += weight * (x * x).sin();
    }
    sum * width / 3.0
}

#[differentiate]
fn little_machine(x: f64, y: f64, program: &str) -> (f64, f64) {
    let mut top = x;
    let mut under = y;
    for step in 0..program.len() {
        match program.as_bytes()[step] {
            b'+' => top += under,
            b'*' => top *= under,
            b's' => (top, under) = (under, top),
            b'n' => top = -top,
            digit @ b'0'..=b'9' => under = top * f64::from(digit - b'0'),
            _ => break,
        }
    }
    (top, under)
}

#[test]
fn integers() {
    for n in 0..4 {
        check!(legendre(n, x); x in [0.4, -0.8]);
        check!(within_expression(x, n); x in [0.4, -0.8]);
        check!(early_out(x, n); x in [0.4, 1.8]);
        check!(statement_arms(x, y, n); (x, y) in [(0.4, 1.1), (-1.3, 0.2)]);
    }
    for year in [-4, 0, 1, 3, 9, 10, 90] {
        check!(progressive_rate(x, year); x in [0.4]);
    }
    for n in [0, 4, -3, 5] {
        check!(guarded(x, n); x in [0.4, 1.6, -0.7]);
    }
    for n in [0, 3, 7, 8] {
        check!(bound_pattern(x, n); x in [0.4]);
        check!(constant_patterns(x, n as usize + 2); x in [0.4]);
    }
    check!(constant_patterns(x, 0); x in [0.4]);
    for (n, m) in [(0, 0), (0, 1), (0, 3), (-2, 0), (-2, 4), (-2, -1), (3, 2)] {
        check!(nested_matches(x, n, m); x in [0.4]);
    }
    check!(simpson_weights(a, b, 8); (a, b) in [(0.0, 1.5)]);
}

#[test]
fn other_constants() {
    for flip in [true, false] {
        check!(on_bool(x, flip); x in [0.4, -0.8]);
    }
    for (mode, exact) in [(0, true), (0, false), (2, true), (4, true), (9, false)] {
        check!(on_tuple(x, y, mode, exact); (x, y) in [(0.4, 1.1)]);
    }
    for activation in ["relu", "tanh", "hyperbolic", "logistic", "identity"] {
        check!(on_text(x, activation); x in [0.4, -0.8]);
    }
    for axis in ['b', 'x', 'X', 'y'] {
        check!(on_char(x, axis); x in [0.4]);
    }
    for (order, scale) in
        [(None, None), (Some(0), Some(2.0)), (Some(3), None), (Some(7), Some(0.5))]
    {
        check!(on_option(x, order, scale); x in [0.4]);
    }
    for order in 0..3 {
        check!(tuple_result(x, y, order); (x, y) in [(0.4, 1.1)]);
    }
    check_map!(little_machine(x, y, "+*s2n+s*?+"); (x, y) in [(0.4, 1.1), (-0.3, 2.0)]);
}

#[test]
fn floats() {
    check!(on_comparison(x, y); (x, y) in [(0.4, 1.1), (1.3, 0.2)]);
    check!(on_signs(x, y); (x, y) in [(0.4, 1.1), (1.3, -0.2), (-1.3, 0.2), (-0.4, -0.6)]);
    check!(binds_active_tuple(x, y); (x, y) in [(0.4, 1.1), (3.0, 2.0)]);
    check!(binds_scrutinee(x); x in [0.2, 1.2, -1.0]);
    check!(float_ranges(x); x in [-0.6, 0.4, 1.5, 3.0]);
}

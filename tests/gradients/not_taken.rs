//! What a branch that is not taken makes use of has no part in the derivative, even if its own derivative
//! is infinite there or NaN.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn one_operation(s: f64) -> f64 {
    let n = s.sqrt();
    if n > 0.5 { n } else { 3.0 * s }
}

#[differentiate]
fn chain(s: f64, a: f64) -> f64 {
    let n = (s * s).sqrt();
    let q = a / n + (1.0 / n).ln();
    let e = a.exp();
    if s > 0.5 { q * e } else { a * a + s }
}

#[differentiate]
fn overflow(x: f64) -> f64 {
    let e = x.exp();
    if x > 20.0 { x } else { (1.0 + e).ln() }
}

#[differentiate]
fn nested(s: f64, k: i32) -> f64 {
    let (a, b) = (s.sqrt(), s.ln());
    let c = a.recip();
    if k == 0 {
        s
    } else if k == 1 {
        s * s + if s > 0.5 { a * c } else { 1.0 }
    } else {
        let d = if s > 0.25 { a + b } else { s };
        d * if s > 0.5 { c } else { 2.0 }
    }
}

#[differentiate]
fn early(x: &[f64]) -> f64 {
    let n = x.iter().map(|x| x * x).sum::<f64>().sqrt();
    if n < 1e-3 {
        return x[0] + x[1];
    }
    x[0] / n
}

#[differentiate]
fn in_loops(x: &[f64], limit: f64) -> f64 {
    let mut total = 0.0;
    let root = limit.sqrt();
    for i in 0..x.len() {
        let (r, l) = (x[i].sqrt(), x[i].ln());
        if x[i] == 0.0 {
            continue;
        }
        for k in 0..3 {
            total += r * f64::from(k) + l;
        }
        if limit > 0.0 {
            total += root;
        }
    }
    total
}

#[differentiate]
fn overwritten(u: &mut [f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..u.len() {
        let r = u[i].sqrt();
        let s = u[i] * r;
        u[i] = 2.0 * u[i] + 1.0;
        if s > 0.0 {
            total += s * r * u[i];
        }
    }
    total
}

#[differentiate]
fn by_match(x: f64, y: f64) -> f64 {
    let (angle, length) = (y.atan2(x), (x * x + y * y).sqrt());
    match (x > 0.0, y > 0.0) {
        (true, true) => angle * length,
        (true, false) => length,
        _ => x + 2.0 * y,
    }
}

#[differentiate]
fn in_both_branches(s: f64) -> f64 {
    let n = s.sqrt();
    if s > 0.5 { n } else { 2.0 * n }
}

#[differentiate]
fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[differentiate]
fn root(x: f64) -> f64 {
    x.sqrt()
}

#[differentiate]
fn by_a_call(x: &[f64]) -> f64 {
    let n = norm(x);
    if n > 0.5 { n * x[0] } else { 2.0 * x[1] }
}

#[differentiate]
fn by_calls_in_a_loop(rows: &[[f64; 2]], s: f64) -> f64 {
    let mut total = s;
    for row in rows {
        let (n, r) = (norm(row), root(row[0] * row[0]));
        if n > 0.5 {
            total += n * s;
            if s > 0.0 {
                total += r;
            }
        }
    }
    total
}

#[differentiate]
fn by_a_call_before_changes(u: &mut [f64]) -> f64 {
    let n = norm(u);
    u[0] = 3.0 * u[1];
    let result = if n > 0.5 { n * u[0] } else { u[1] };
    u[1] *= u[0];
    result
}

#[test]
fn where_calls_are_not_needed() {
    assert_eq!(by_a_call::grad(&[0.0, 0.0]), [0.0, 2.0]);
    let (rows, s) = by_calls_in_a_loop::grad(&[[0.0, 0.0], [3.0, 4.0]], 2.0);
    assert_eq!((rows[0], s), ([0.0, 0.0], 6.0));
    check!(by_a_call(&x); x in [vec![0.3, -0.9], vec![0.1, 0.2]]);
    check!(by_calls_in_a_loop(&rows, s); (rows, s) in [
        (vec![[0.3, 0.9], [0.1, 0.2], [1.0, -0.5]], 0.7), (vec![[0.3, 0.9]], -0.7)
    ]);
    crate::harness::check_in_place!(by_a_call_before_changes(&mut u); mut u; u in [
        vec![0.5, 4.0], vec![0.1, 0.2]
    ]);
}

#[test]
fn where_nothing_depends_on_it() {
    assert_eq!(one_operation::grad(0.0), 3.0);
    assert_eq!(chain::grad(0.0, 3.0), (1.0, 6.0));
    assert_eq!(overflow::grad(1000.0), 1.0);
    assert_eq!(nested::grad(0.0, 0), 1.0);
    assert_eq!(nested::grad(0.0, 1), 0.0);
    assert_eq!(nested::grad(0.0, 2), 2.0);
    assert_eq!(early::grad(&[0.0, 0.0]), [1.0, 1.0]);
    let (dx, dlimit) = in_loops::grad(&[0.0, 4.0], 1.0);
    assert_eq!((dx[0], dlimit), (0.0, 0.5));
    assert_eq!(by_match::grad(0.0, 0.0), (1.0, 2.0));
    let mut u = [0.0, 4.0];
    let mut shadow = [0.0, 0.0];
    overwritten::vjp_into(&mut u, 1.0, &mut shadow);
    assert!(shadow[0] == 0.0 && shadow[1].is_finite());
    assert_eq!(in_both_branches::grad(0.0), f64::INFINITY);
}

/// That nothing fits the filter is known where all is computed that it looks at.
#[differentiate]
fn ruled_out(x: &[f64], w: f64) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    let mut t = w;
    let mut s: f64 = 0.0;
    if let Some(_) = x.iter().copied().find(|v| *v > -1.25) {
        for _ in (1..n).map(|_| s / (1.5_f64 + 1.35_f64.powi(2))).rev().filter(|v| *v > 0.35_f64) {
            t = (std::f64::consts::LN_2 - 1.05).tanh();
            t /= 1.5_f64 + (0.5 * y[((s.abs() * 3.0) as usize) % n]).abs();
        }
    } else {
        y[n - 1] += if n == 0 {
            t
        } else if s < -0.35 {
            0.7
        } else {
            s
        };
    }
    [s, t] = [y[n - 2].max(0.1).sin(), t];
    t + s
}

#[test]
fn elsewhere_as_ever() {
    check!(one_operation(s); s in [0.1, 2.0]);
    check!(chain(s, a); (s, a) in [(0.7, 0.3), (0.2, 1.4), (-0.6, 0.5)]);
    check!(overflow(x); x in [-2.0, 3.0, 25.0]);
    for k in 0..3 {
        check!(nested(s, k); s in [0.1, 0.3, 0.8]);
    }
    check!(early(&x); x in [vec![0.3, -0.4], vec![0.0, 0.0]]);
    check!(in_loops(&x, limit); (x, limit) in [(vec![0.5, 4.0], 2.0)]);
    check!(by_match(x, y); (x, y) in [(0.3, 0.7), (0.3, -0.7), (-0.2, 0.4)]);
    crate::harness::check_in_place!(overwritten(&mut u); mut u; u in [vec![0.5, 4.0, 1.5]]);
    check!(in_both_branches(s); s in [0.3, 0.9]);
    check!(ruled_out(&x, w); (x, w) in [(vec![0.3, -0.4], 1.2), (vec![-1.3, -1.4], 1.2)]);
}

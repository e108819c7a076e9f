//! Patterns with alternatives that bind names, and names that are constants.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, check_map, flat_structs};

#[differentiate]
fn first_that_fits(k: i32, x: f64, y: f64) -> f64 {
    match (k, x, y) {
        (1, z, _) | (_, _, z) => z * z * x,
    }
}

#[differentiate]
fn by_let(k: i32, x: f64, y: f64) -> f64 {
    let ((1 | 2, a, b) | (_, b, a)) = (k, x, y);
    a * a * b
}

#[differentiate]
fn by_let_else(k: i32, x: f64, y: f64) -> f64 {
    let ((1, a, _) | (2, _, a)) = (k, x * y, x + y) else {
        return x / y;
    };
    a.sin()
}

#[differentiate]
fn by_if_let(k: usize, x: f64, y: f64) -> f64 {
    if let (0, a, b) | (3, b, a) = (k, x, y) { a / b } else { x - y }
}

#[differentiate]
fn nested(k: (u8, u8), x: (f64, f64), y: f64) -> f64 {
    match (k, x) {
        ((0, 1), (a, b)) | ((1, _) | (_, 1), (b, a)) if a > 0.0 => a.ln() * b,
        ((n @ 0, _) | (_, n), (a, _)) => a * y + f64::from(n),
    }
}

#[differentiate]
fn changed_binding(k: bool, x: f64, y: f64) -> f64 {
    match (k, x, y) {
        (true, mut a, b) | (false, b, mut a) => {
            a *= b;
            a * a + b
        }
    }
}

#[differentiate]
fn of_references(pairs: &[(f64, f64)], limit: f64) -> f64 {
    let mut sum = 0.0;
    for pair in pairs {
        sum += match (pair.0 > limit, pair) {
            (true, (a, _)) | (false, (_, a)) => a * a * limit,
        };
    }
    sum
}

#[differentiate]
fn optional(x: f64, y: f64) -> f64 {
    let held = if x > y { Some(x * y) } else { None };
    match (held, y) {
        (Some(a), _) | (None, a) => a * a * x,
    }
}

#[derive(Differentiable, Clone, Copy, Debug)]
struct Ends(f64, f64, bool);

flat_structs! {
    f64: Ends => EndsTangent { 0, 1 };
}

#[differentiate]
fn in_a_struct(ends: &Ends) -> (f64, f64) {
    match *ends {
        Ends(a, b, true) | Ends(b, a, false) => (a * a, a / b),
    }
}

const N: i32 = 3;
const AVOGADRO: i32 = 6;

#[derive(Clone, Copy)]
enum Kind {
    A,
    Bc,
    D(u8),
}

mod far {
    pub const G: i32 = 9;

    #[derive(Clone, Copy)]
    pub enum Phase {
        Solid,
        L,
    }
}

use Kind::*;
use far::{G, Phase, Phase::L, Phase::Solid};

#[differentiate]
fn short_constants(k: i32, x: f64) -> f64 {
    match k {
        N => x * x,
        G => x.sin(),
        AVOGADRO => x.cos(),
        _ => 2.0 * x,
    }
}

#[differentiate(wrt(x))]
fn short_variants(k: Kind, x: f64) -> f64 {
    match k {
        Bc => x * x,
        A => x.sin(),
        D(0) => x.cos(),
        D(n) => f64::from(n) * x,
    }
}

#[differentiate(wrt(x))]
fn imported_variants(phase: &Phase, k: (Kind, i32), x: f64) -> f64 {
    let base = if let L = phase { x.exp() } else { x };
    match (k, phase) {
        ((A, N), L) => base * base,
        ((A | Bc, _), Solid) => 3.0 * base,
        _ => base.sin(),
    }
}

#[differentiate]
fn short_bindings(x: f64, k: i32) -> f64 {
    #![allow(non_snake_case)]
    match (x * x, k) {
        (V, 0) => V * x,
        (V, M) => V * f64::from(M),
    }
}

#[differentiate]
fn constants_of_the_body(k: i32, x: f64) -> f64 {
    const P: i32 = 4;
    match k {
        P => x * x,
        _ => x,
    }
}

#[test]
fn alternatives() {
    for k in [1, 2, 5] {
        check!(first_that_fits(k, x, y); (x, y) in [(0.4, 1.1)]);
        check!(by_let(k, x, y); (x, y) in [(0.4, 1.1)]);
        check!(by_let_else(k, x, y); (x, y) in [(0.4, 1.1)]);
    }
    for k in [0, 3, 5] {
        check!(by_if_let(k, x, y); (x, y) in [(0.4, 1.1)]);
    }
    for k in [(0, 1), (1, 0), (2, 1), (0, 3), (2, 3)] {
        check!(nested(k, x, y); (x, y) in [((0.4, 1.1), 0.6), ((-0.4, -1.1), 0.6)]);
    }
    for k in [true, false] {
        check!(changed_binding(k, x, y); (x, y) in [(0.4, 1.1)]);
        let ends = [Ends(0.4, 1.1, k)];
        check_map!(in_a_struct(&ends); ends in ends);
    }
    check!(of_references(&pairs, limit); (pairs, limit) in [(vec![(0.4, 1.1), (1.4, 0.3)], 0.7)]);
    check!(optional(x, y); (x, y) in [(0.4, 1.1), (1.4, 1.1)]);
}

#[test]
fn constants_by_their_names() {
    for k in [3, 9, 6, 4] {
        check!(short_constants(k, x); x in [0.4]);
        check!(constants_of_the_body(k, x); x in [0.4]);
    }
    for kind in [A, Bc, D(0), D(3)] {
        check!(short_variants(kind, x); x in [0.4]);
        for phase in [L, Solid] {
            check!(imported_variants(&phase, (kind, 3), x); x in [0.4]);
        }
    }
    for k in [0, 2] {
        check!(short_bindings(x, k); x in [0.4]);
    }
}

//! Enums that another file declares.

use autodiff::differentiate;

use super::declarations::{self, Law, Mode, Pair, Shape, Vec3, laws, shapes};
use crate::harness::{check, check_in_place, check_map};

#[differentiate]
fn area(s: &Shape, scale: f64) -> f64 {
    match s {
        Shape::Circle { r } => scale * r * r,
        Shape::Rect(a, b) if a > b => a * scale,
        Shape::Rect(a, b) => a * b * scale.sin(),
        Shape::Point => scale,
        Shape::Custom(v) => v.x * v.y + v.z * scale,
        Shape::Polygon { sides, lengths, scale: own, .. } => lengths[*sides] * own * scale,
    }
}

#[differentiate]
fn by_value(law: Law, x: f64) -> f64 {
    match law {
        Law::Power(factor, n) => factor * x.powi(n),
        Law::Linear { slope, .. } => slope * x,
        Law::Table(i, table, _, y) => table[i] * x * y,
        declarations::Law::Off => x,
    }
}

#[differentiate]
fn by_if_let(s: &Shape, x: f64) -> f64 {
    let Shape::Circle { r } = s else {
        return if let Shape::Custom(v) = s { v.y * x } else { x };
    };
    r * x
}

#[differentiate]
fn made(x: f64, k: usize) -> Shape {
    match k {
        0 => Shape::Circle { r: x * x },
        1 => Shape::Rect(x, x.sin()),
        2 => Shape::Custom(Vec3 { x, y: x * x, z: 1.0 }),
        _ => Shape::Point,
    }
}

#[differentiate]
fn made_and_used(x: f64, k: usize) -> f64 {
    let s = made(x, k);
    let own = Law::Power(x, 2);
    area(&s, x) * by_value(own, x)
}

#[differentiate]
fn changed(law: &mut Law, x: f64) {
    match law {
        Law::Power(factor, _) => *factor *= x,
        Law::Linear { slope, .. } => *slope += x * x,
        Law::Table(_, table, ..) => table[0] *= x,
        Law::Off => *law = Law::Power(x, 1),
    }
}

#[differentiate]
fn generic(p: &Pair<f64>, x: f64) -> f64 {
    match p {
        Pair::One(a) => a * x,
        Pair::Two(a, b) => a * b * x,
        Pair::None_ => x,
        Pair::Fixed(c) => c[0] * c[1] * x,
    }
}

#[differentiate(wrt(x))]
fn constant_mode(mode: Mode, x: f64) -> f64 {
    match mode {
        Mode::Fast => x,
        Mode::Slow(n) => x.powi(i32::from(n)),
    }
}

#[differentiate]
fn looped(all: &[Law], x: f64) -> f64 {
    let mut y = x;
    for law in all {
        y = match law {
            Law::Power(factor, n) => factor * y.powi(*n),
            Law::Linear { slope, .. } => slope * y,
            Law::Table(_, t, ..) => t[1] * y,
            Law::Off => y,
        };
    }
    y
}

#[test]
fn go_by_their_patterns() {
    for s in shapes() {
        check!(area(&s, x); (s, x) in [(s.clone(), 0.7)]);
        check!(by_if_let(&s, x); (s, x) in [(s.clone(), 0.7)]);
    }
    for law in laws() {
        check!(by_value(law, x); (law, x) in [(law, 0.7)]);
        check_in_place!(changed(&mut law, x); mut law; (law, x) in [(law, 0.7)]);
    }
    for k in 0..4 {
        check_map!(made(x, k); x in [0.7]);
        check!(made_and_used(x, k); x in [0.7]);
    }
    for p in [Pair::One(0.4), Pair::Two(0.4, 1.3), Pair::None_, Pair::Fixed([0.4, 1.3])] {
        check!(generic(&p, x); (p, x) in [(p, 0.7)]);
    }
    for mode in [Mode::Fast, Mode::Slow(3)] {
        check!(constant_mode(mode, x); x in [0.7]);
    }
    check!(looped(&all, x); (all, x) in [(laws().to_vec(), 0.7)]);
}

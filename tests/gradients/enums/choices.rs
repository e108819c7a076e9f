//! Patterns that tell variants apart: `match`, `if let`, `let else`, guards, alternatives.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, flat_enums, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Vec3 {
    x: f64,
    y: f64,
    z: f64,
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
enum Shape {
    Circle { r: f64 },
    Rect(f64, f64),
    Point,
    Custom(Vec3),
    Polygon { sides: usize, lengths: Vec<f64>, name: &'static str, scale: f64 },
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
enum Law {
    Power(f64, i32),
    Linear {
        slope: f64,
        #[differentiable(constant)]
        offset: f64,
    },
    Table(usize, [f64; 3], bool, f64),
    Off,
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
enum Only {
    One { x: f64, y: f64 },
}

flat_structs! {
    f64: Vec3 => Vec3Tangent { x, y, z };
}

flat_enums! {
    f64: Shape => ShapeTangent {
        Circle { r: r },
        Rect { 0: a, 1: b },
        Custom { 0: v },
        Polygon { lengths: l, scale: s },
    };
    f64: Law => LawTangent { Power { 0: f }, Linear { slope: s }, Table { 1: t, 3: x } };
    f64: Only => OnlyTangent { One { x: x, y: y } };
}

fn shapes() -> Vec<Shape> {
    vec![
        Shape::Circle { r: 1.3 },
        Shape::Circle { r: 0.3 },
        Shape::Rect(0.7, 1.9),
        Shape::Rect(1.7, 0.9),
        Shape::Point,
        Shape::Custom(Vec3 { x: 0.4, y: -1.2, z: 0.9 }),
        Shape::Polygon { sides: 2, lengths: vec![0.3, 1.1, 0.8], name: "p", scale: 1.7 },
        Shape::Polygon { sides: 1, lengths: vec![0.3, 1.1], name: "q", scale: 0.7 },
    ]
}

fn laws() -> Vec<Law> {
    vec![
        Law::Power(1.4, 3),
        Law::Power(-1.4, 0),
        Law::Linear { slope: 0.6, offset: 2.0 },
        Law::Table(1, [0.2, 1.5, -0.7], true, 0.9),
        Law::Table(2, [0.2, 1.5, -0.7], false, 0.9),
        Law::Off,
    ]
}

#[differentiate]
fn area(s: &Shape, scale: f64) -> f64 {
    match s {
        Shape::Circle { r } => scale * r * r,
        Shape::Rect(a, b) => a * b * scale.sin(),
        Shape::Point => scale,
        Shape::Custom(v) => v.x * v.y + v.z * scale,
        Shape::Polygon { sides, lengths, scale: own, .. } => {
            let mut sum = 0.0;
            for i in 0..*sides {
                sum += lengths[i] * lengths[i] * own;
            }
            sum * scale
        }
    }
}

#[differentiate]
fn by_value(s: Shape, scale: f64) -> f64 {
    match s {
        Shape::Circle { r: radius } => (radius * scale).exp(),
        Shape::Rect(a, _) => a * a,
        Shape::Custom(Vec3 { x, z: depth, .. }) => x * depth,
        Shape::Polygon { mut lengths, scale: own, .. } => {
            lengths[0] *= scale;
            lengths.iter().map(|l| l * l * own).sum()
        }
        Shape::Point => scale * scale,
    }
}

#[differentiate]
fn guarded(s: &Shape, limit: f64) -> f64 {
    match s {
        Shape::Circle { r } if *r > 1.0 => r * limit,
        Shape::Circle { r } => r * r * limit,
        Shape::Rect(a, b) if a > b => a / b,
        Shape::Rect(a, b) => b / a * limit,
        Shape::Polygon { sides: 2, name: "p", lengths, .. } => lengths[1] * limit,
        Shape::Polygon { scale: own @ 0.5..=0.9, .. } => own * own,
        _ => limit.sin(),
    }
}

#[differentiate]
fn alternatives(s: &Shape, limit: f64) -> f64 {
    match s {
        Shape::Circle { r: x } | Shape::Rect(_, x) | Shape::Custom(Vec3 { y: x, .. }) => {
            x * x * limit
        }
        Shape::Polygon { .. } | Shape::Point => limit,
    }
}

#[differentiate]
fn by_if_let(s: &Shape, limit: f64) -> f64 {
    if let Shape::Circle { r } = s {
        r * limit
    } else if let Shape::Rect(a, b) = s
        && a < b
    {
        a.powi(2) * b
    } else if let Shape::Polygon { lengths, .. } = s {
        lengths.iter().sum::<f64>() * limit
    } else {
        limit
    }
}

#[differentiate]
fn by_let_else(s: &Shape, limit: f64) -> f64 {
    let Shape::Rect(a, b) = s else {
        return limit * limit;
    };
    a * b * limit
}

#[differentiate]
fn by_matches(s: &Shape, limit: f64) -> f64 {
    let round = matches!(s, Shape::Circle { r } if *r > 1.0);
    let flat = matches!(s, Shape::Point | Shape::Rect(..));
    let base = if round { limit } else { limit * limit };
    if flat { base.sin() } else { base }
}

#[differentiate]
fn copied(law: Law, x: f64) -> f64 {
    match law {
        Law::Power(factor, n @ (1 | 3)) => factor * x.powi(n),
        Law::Power(factor, _) => factor,
        Law::Linear { slope, offset } => slope * x + offset * x * x,
        Law::Table(i, table, true, y) => table[i] * x * y,
        Law::Table(.., y) => y * x,
        Law::Off => 0.0,
    }
}

#[differentiate]
fn as_two(law: &Law, s: &Shape, x: f64) -> f64 {
    match (law, s) {
        (Law::Power(f, _), Shape::Circle { r }) => f * r * x,
        (Law::Linear { slope: a, .. }, Shape::Rect(_, b))
        | (Law::Power(a, _), Shape::Rect(b, _)) => a * b * x,
        (Law::Off, _) => x,
        (_, Shape::Point) => x * x,
        _ => 2.0 * x,
    }
}

#[differentiate]
fn irrefutable(o: &Only, x: f64) -> f64 {
    let Only::One { x: a, y } = o;
    let Only::One { x: c, .. } = *o;
    match o {
        Only::One { y: b, .. } => a * y * x + b * c,
    }
}

#[differentiate]
fn in_a_parameter(Only::One { x, y }: &Only, z: f64) -> f64 {
    x * y * z
}

#[differentiate]
fn bound_whole(s: &Shape, x: f64) -> f64 {
    match s {
        round @ Shape::Circle { r } => area(round, *r) * x,
        other => area(other, x) * x,
    }
}

#[differentiate]
fn within_expressions(law: &Law, x: f64) -> f64 {
    let factor = match law {
        Law::Power(f, n) => f * x.powi(*n),
        Law::Linear { slope, .. } => *slope,
        Law::Table(_, [a, b, c], _, _) => a * b + c,
        Law::Off => return x.sin(),
    };
    x * factor + if let Law::Power(f, _) = law { f * f } else { x }
}

/// Neither differentiable nor `Clone`.
enum Order {
    Low,
    High(usize),
}

fn order(n: usize) -> Order {
    if n == 0 { Order::Low } else { Order::High(n) }
}

#[differentiate]
fn by_a_constant(x: f64, n: usize) -> f64 {
    match order(n) {
        Order::Low => x,
        Order::High(k) => x * x * k as f64,
    }
}

#[differentiate]
fn held_back(law: &Law, x: f64) -> f64 {
    match law {
        Law::Power(f, _) => autodiff::stop_gradient(*f) * x * f,
        Law::Linear { slope, offset } => slope * offset * x,
        _ => x,
    }
}

#[test]
fn by_reference_and_by_value() {
    for s in shapes() {
        check!(area(&s, x); (s, x) in [(s.clone(), 0.7)]);
        check!(by_value(s, x); (s, x) in [(s.clone(), 0.7)]);
        check!(bound_whole(&s, x); (s, x) in [(s.clone(), 0.7)]);
    }
    for law in laws() {
        check!(copied(law, x); (law, x) in [(law, 0.7)]);
        check!(within_expressions(&law, x); (law, x) in [(law, 0.7)]);
    }
    let only = Only::One { x: 0.3, y: 1.7 };
    check!(irrefutable(&o, x); (o, x) in [(only, 0.7)]);
    check!(in_a_parameter(&o, x); (o, x) in [(only, 0.7)]);
}

#[test]
fn in_other_ways() {
    for s in shapes() {
        check!(guarded(&s, x); (s, x) in [(s.clone(), 0.7)]);
        check!(alternatives(&s, x); (s, x) in [(s.clone(), 0.7)]);
        check!(by_if_let(&s, x); (s, x) in [(s.clone(), 0.7)]);
        check!(by_let_else(&s, x); (s, x) in [(s.clone(), 0.7)]);
        check!(by_matches(&s, x); (s, x) in [(s.clone(), 0.7)]);
        for law in laws() {
            check!(as_two(&law, &s, x); (law, s, x) in [(law, s.clone(), 0.7)]);
        }
    }
}

#[test]
fn constants_stay_so() {
    for n in 0..3 {
        check!(by_a_constant(x, n); x in [0.7, -1.2]);
    }
    let (bar, x_bar) = held_back::grad(&Law::Power(1.5, 2), 0.7);
    assert_eq!((bar.Power.0, x_bar), (1.5 * 0.7, 1.5 * 1.5));
    let (bar, x_bar) = held_back::grad(&Law::Linear { slope: 1.5, offset: 3.0 }, 0.7);
    assert_eq!((bar.Linear.slope, x_bar), (3.0 * 0.7, 4.5));
    assert_eq!(bar.Power.0, 0.0);
}

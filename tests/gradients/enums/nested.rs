//! Enums in enums, in structs, and structs in enums.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, check_map, flat_enums, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
enum Unit {
    Metres(f64),
    Scaled { value: f64, by: f64 },
    Nothing,
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Span {
    from: Unit,
    to: Unit,
    weight: f64,
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
enum Item {
    Single(Unit),
    Between(Span, f64),
    Both { a: Unit, b: (Unit, f64) },
    Many(Vec<Unit>),
    Kind(Kind),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Old,
    New(u8),
}

flat_enums! {
    f64: Unit => UnitTangent { Metres { 0: m }, Scaled { value: v, by: b } };
    f64: Item => ItemTangent {
        Single { 0: u },
        Between { 0: s, 1: x },
        Both { a: a, b: b },
        Many { 0: all },
    };
}

flat_structs! {
    f64: Span => SpanTangent { from, to, weight };
}

// Of what has no tangent an enum's own is empty.
impl autodiff::Differentiable for Kind {
    type Tangent = ();
    type Shape = ();

    fn tangent_shape(&self) {}

    fn neutral((): &()) {}
}

const M: Unit = Unit::Metres(1.4);
const S: Unit = Unit::Scaled { value: 0.6, by: 2.3 };
const O: Unit = Unit::Nothing;

fn items() -> Vec<Item> {
    vec![
        Item::Single(M),
        Item::Single(S),
        Item::Single(O),
        Item::Between(Span { from: M, to: S, weight: 0.7 }, 1.1),
        Item::Between(Span { from: O, to: S, weight: 0.7 }, 1.1),
        Item::Both { a: S, b: (M, 0.9) },
        Item::Both { a: M, b: (O, 0.9) },
        Item::Many(vec![M, O, S, S]),
        Item::Kind(Kind::New(3)),
        Item::Kind(Kind::Old),
    ]
}

#[differentiate]
fn metres(u: &Unit) -> f64 {
    match *u {
        Unit::Metres(m) => m,
        Unit::Scaled { value, by } => value * by,
        Unit::Nothing => 0.0,
    }
}

#[differentiate]
fn in_one_pattern(item: &Item, x: f64) -> f64 {
    match item {
        Item::Single(Unit::Metres(m)) => m * m * x,
        Item::Single(Unit::Scaled { value, by: factor }) => value * factor * x,
        Item::Between(
            Span { from: Unit::Metres(a), to: Unit::Scaled { value: b, .. }, weight },
            y,
        ) => a * b * weight * y,
        Item::Between(Span { to, weight, .. }, y) => metres(to) * weight * y * x,
        Item::Both { a: Unit::Scaled { by, .. }, b: (Unit::Metres(m), y) } => by * m * y,
        Item::Both { a, b: (_, y) } => metres(a) * y * x,
        Item::Many(all) => all.iter().map(|u| metres(u) * metres(u)).sum::<f64>() * x,
        Item::Kind(Kind::New(n @ 2..)) => x.powi(i32::from(*n)),
        Item::Single(Unit::Nothing) | Item::Kind(_) => x,
    }
}

#[differentiate]
fn one_after_the_other(item: Item, x: f64) -> f64 {
    match item {
        Item::Single(u) => match u {
            Unit::Metres(m) if m > 1.0 => m * x,
            Unit::Scaled { value, .. } => value.exp(),
            _ => x,
        },
        Item::Between(span, y) => {
            let Span { from, to, weight } = span;
            let start = if let Unit::Metres(m) = from { m } else { y };
            let end = match to {
                Unit::Metres(m) | Unit::Scaled { value: m, .. } => m,
                Unit::Nothing => x,
            };
            (end - start) * weight
        }
        Item::Both { a: Unit::Metres(m), b: (u, _) }
        | Item::Both { a: u, b: (Unit::Metres(m), _) } => m * metres(&u) + x,
        Item::Many(all) => match all[2] {
            Unit::Scaled { value, by } => value * by * x,
            _ => x,
        },
        _ => 3.0 * x,
    }
}

#[differentiate]
fn in_a_struct(span: &Span, x: f64) -> f64 {
    let start = match span.from {
        Unit::Metres(m) => m,
        _ => x,
    };
    if let Span { to: Unit::Scaled { value, by }, weight, .. } = span {
        return (value * by - start) * weight;
    }
    metres(&span.to) + start * x
}

#[differentiate]
fn made_of_made(x: f64, y: f64) -> Item {
    let inner = Unit::Scaled { value: x * y, by: y };
    let span = Span { from: inner, to: Unit::Metres(x), weight: x.sin() };
    if x > y { Item::Between(span, x * y) } else { Item::Both { a: span.to, b: (inner, y * y) } }
}

#[differentiate]
fn made_and_matched(x: f64, y: f64) -> f64 {
    in_one_pattern(&made_of_made(x, y), y)
}

#[test]
fn patterns() {
    for item in items() {
        check!(in_one_pattern(&item, x); (item, x) in [(item.clone(), 0.7)]);
        check!(one_after_the_other(item, x); (item, x) in [(item.clone(), 0.7)]);
    }
    for (from, to) in [(M, S), (O, S), (S, M), (M, O)] {
        check!(in_a_struct(&s, x); (s, x) in [(Span { from, to, weight: 0.7 }, 1.3)]);
    }
}

#[test]
fn literals() {
    check_map!(made_of_made(x, y); (x, y) in [(0.7, 1.3), (1.3, 0.7)]);
    check!(made_and_matched(x, y); (x, y) in [(0.7, 1.3), (1.3, 0.7)]);
}

//! Generic enums, and generic functions over them.

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map, flat_enums, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
enum Law<T> {
    Linear(T),
    Quad(T, T),
    Table { at: usize, values: [T; 3] },
    Fixed([f64; 2]),
    Off,
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
enum Bounded<T: Float, const N: usize>
where
    T: Copy,
{
    Row([T; N]),
    Rows(Vec<[T; N]>, T),
    Name(String),
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Rule<T> {
    law: Law<T>,
    weight: T,
}

flat_enums! {
    f64: Law<f64> => LawTangent<f64> {
        Linear { 0: a },
        Quad { 0: a, 1: b },
        Table { values: v },
        Fixed { 0: c },
    };
    f32: Law<f32> => LawTangent<f32> { Linear { 0: a }, Quad { 0: a, 1: b }, Table { values: v } };
    f64: Bounded<f64, 2> => BoundedTangent<f64, 2> { Row { 0: r }, Rows { 0: all, 1: x } };
}

flat_structs! {
    f64: Rule<f64> => RuleTangent<f64> { law, weight };
}

fn laws<T: Float>() -> [Law<T>; 5] {
    let [a, b, c] = [0.4, 1.3, -0.9].map(T::from_f64);
    [
        Law::Linear(b),
        Law::Quad(a, c),
        Law::Table { at: 1, values: [a, b, c] },
        Law::Fixed([0.5, 2.0]),
        Law::Off,
    ]
}

#[differentiate]
fn value<T: Float>(law: &Law<T>, x: T) -> T {
    match law {
        Law::Linear(a) => *a * x,
        Law::Quad(a, b) => *a * x * x + *b * x.sin(),
        Law::Table { at, values } => values[*at] * x,
        Law::Fixed(_) => x,
        Law::Off => T::zero(),
    }
}

#[differentiate]
fn of_double(law: Law<f64>, x: f64) -> f64 {
    match law {
        Law::Linear(a) | Law::Quad(_, a) => a * x,
        Law::Table { values: [a, _, c], .. } => a * c * x,
        Law::Fixed([a, b]) => a * b * x,
        Law::Off => x,
    }
}

#[differentiate]
fn made<T: Float>(x: T, y: T, k: usize) -> Law<T> {
    match k {
        0 => Law::Linear(x * y),
        1 => Law::Quad(x, y.exp()),
        2 => Law::Table { at: 2, values: [x, y, x * y] },
        _ => Law::Off,
    }
}

#[differentiate]
fn made_and_used<T: Float>(x: T, y: T, k: usize) -> T {
    let law: Law<T> = made(x, y, k);
    let other = if k > 0 { Law::Linear(y) } else { Law::Quad(x, x) };
    value(&law, y) + value(&other, x)
}

#[differentiate]
fn bounded<T: Float, const N: usize>(b: &Bounded<T, N>, x: T) -> T {
    match b {
        Bounded::Row(row) => {
            let mut sum = x;
            for i in 0..N {
                sum += row[i] * row[i];
            }
            sum
        }
        Bounded::Rows(rows, y) => rows[1][0] * *y * x,
        Bounded::Name(_) => x,
    }
}

#[differentiate]
fn in_a_struct(rule: &Rule<f64>, x: f64) -> f64 {
    let Rule { law, weight } = rule;
    let base = if let Law::Quad(a, b) = rule.law { a * b } else { x };
    value(law, x) * weight + base
}

impl<T: Float> Law<T> {
    #[differentiate]
    fn slope(&self, x: T) -> T {
        match self {
            Self::Linear(a) => *a,
            Self::Quad(a, b) => (*a + *a) * x + *b * x.cos(),
            _ => x,
        }
    }
}

#[differentiate]
fn by_method(law: &Law<f64>, x: f64) -> f64 {
    law.slope(x) * x
}

#[test]
fn over_both_floats() {
    for law in laws::<f64>() {
        check!(value(&law, x); (law, x) in [(law, 0.7)]);
        check!(of_double(law, x); (law, x) in [(law, 0.7)]);
        check!(by_method(&law, x); (law, x) in [(law, 0.7)]);
        check!(in_a_struct(&r, x); (r, x) in [(Rule { law, weight: 1.7 }, 0.7)]);
    }
    for law in laws::<f32>().into_iter().filter(|law| !matches!(law, Law::Fixed(_))) {
        check!(value(&law, x); (law, x) in [(law, 0.7_f32)]);
    }
    for k in 0..4 {
        check_map!(made(x, y, k); (x, y) in [(0.7, 1.3)]);
        check!(made_and_used(x, y, k); (x, y) in [(0.7, 1.3)]);
        check!(made_and_used(x, y, k); (x, y) in [(0.7_f32, 1.3_f32)]);
    }
}

#[test]
fn with_bounds() {
    for b in [
        Bounded::Row([0.4, 1.3]),
        Bounded::Rows(vec![[0.4, 1.3], [0.9, -0.2]], 1.1),
        Bounded::Name("b".to_owned()),
    ] {
        check!(bounded(&b, x); (b, x) in [(b.clone(), 0.7)]);
    }
}

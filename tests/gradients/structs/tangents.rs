//! Tangents as values of their own.

use autodiff::{Accumulate, Differentiable, SetZero};

#[derive(Differentiable, Clone, Debug)]
struct Model {
    weights: Vec<f64>,
    name: &'static str,
    table: [[f64; 40]; 2],
    part: Part<f64>,
    parts: Vec<Part<f64>>,
    pair: (f64, usize, [f32; 1]),
}

#[derive(Differentiable, Clone, Debug)]
struct Part<T>(u8, T, bool, T);

#[derive(Differentiable)]
struct Plain {
    x: f64,
    table: [f64; 40],
    n: usize,
}

#[derive(Differentiable)]
struct Empty;

#[derive(Differentiable)]
struct OnlyConstants {
    n: usize,
    name: String,
}

fn model() -> Model {
    Model {
        weights: vec![1.0, 2.0],
        name: "model",
        table: [[0.5; 40]; 2],
        part: Part(1, 3.0, true, 4.0),
        parts: vec![Part(2, 5.0, false, 6.0)],
        pair: (7.0, 8, [9.0]),
    }
}

fn tangent(by: f64) -> ModelTangent {
    ModelTangent {
        weights: vec![by, 2.0 * by],
        table: [[by; 40]; 2],
        part: PartTangent((), by, (), by),
        parts: vec![PartTangent((), by, (), -by)],
        pair: (by, (), [1.5]),
    }
}

fn is_copy<T: Copy>() {}

#[test]
fn zero_and_default() {
    let zero = model().zero_tangent();
    assert_eq!(zero.weights, [0.0, 0.0]);
    assert_eq!(zero.table, [[0.0; 40]; 2]);
    assert_eq!(zero.part, PartTangent((), 0.0, (), 0.0));
    assert_eq!(zero.pair, (0.0, (), [0.0]));

    let default = ModelTangent::default();
    assert!(default.weights.is_empty() && default.parts.is_empty());
    assert_eq!(default.part, zero.part);
    assert_eq!(Empty.zero_tangent(), EmptyTangent {});
    let constants = OnlyConstants { n: 1, name: String::new() };
    assert_eq!(constants.zero_tangent(), OnlyConstantsTangent {});
}

#[test]
fn sums() {
    let mut sum = tangent(1.0) + tangent(10.0);
    assert_eq!(sum.weights, [11.0, 22.0]);
    assert_eq!(sum.parts, [PartTangent((), 11.0, (), -11.0)]);
    sum += tangent(0.5);
    assert_eq!(sum.part, PartTangent((), 11.5, (), 11.5));
    assert_eq!(sum.pair, (11.5, (), [4.5]));

    // The zero of any length, on either side.
    let default = || ModelTangent { pair: (0.0, (), [0.0]), ..ModelTangent::default() };
    assert_eq!(default() + tangent(1.0), tangent(1.0));
    assert_eq!(tangent(1.0) + default(), tangent(1.0));
    let total = [1.0, 2.0, 3.0].map(tangent).into_iter().fold(default(), |a, b| a + b);
    assert_eq!(total.weights, [6.0, 12.0]);
}

#[test]
#[should_panic(expected = "tangents of different lengths are added")]
fn sums_of_different_lengths() {
    let longer = ModelTangent { weights: vec![1.0; 3], ..tangent(1.0) };
    let _ = tangent(1.0) + longer;
}

#[test]
fn products() {
    let part = PartTangent::<f64>((), 1.0, (), -2.0);
    assert_eq!(part * 3.0, PartTangent((), 3.0, (), -6.0));
    let plain = PlainTangent { x: 2.0, table: [0.5; 40] };
    assert_eq!(plain * -1.0, PlainTangent { x: -2.0, table: [-0.5; 40] });
    // A step of gradient descent.
    let mut at = plain;
    at += plain * -0.5;
    assert_eq!(at, PlainTangent { x: 1.0, table: [0.25; 40] });
}

#[test]
fn traits() {
    is_copy::<PlainTangent>();
    is_copy::<PartTangent<f32>>();
    is_copy::<EmptyTangent>();

    assert_eq!(tangent(1.0).clone(), tangent(1.0));
    assert_ne!(tangent(1.0), tangent(2.0));
    assert_eq!(
        format!("{:?}", PartTangent::<f64>((), 1.0, (), 2.0)),
        "PartTangent((), 1.0, (), 2.0)"
    );
    assert_eq!(
        format!("{:?}", PlainTangent { x: 2.0, table: [0.5; 40] }),
        format!("PlainTangent {{ x: 2.0, table: {:?} }}", [0.5; 40]),
    );

    let mut sum = tangent(1.0);
    sum.accumulate(&tangent(2.0));
    assert_eq!(sum.weights, [3.0, 6.0]);
    sum.set_zero();
    assert_eq!(sum, model().zero_tangent());
}

#[test]
fn constants_are_units() {
    let mut tangent = PlainTangent::default();
    tangent.n = ();
    assert_eq!(tangent.n, ());
}

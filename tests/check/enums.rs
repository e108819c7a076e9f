//! Enums under the derive have the coordinates of the variant that they are in, their tangents those of all.

use autodiff::check::Error;
use autodiff::std_compat::autodiff_reverse;
use autodiff::{Coordinates, CoordinatesMut, Differentiable, Segment, Visitor, VisitorMut};
use autodiff::{check, differentiate};

#[derive(Differentiable, Clone, Debug)]
enum Layer<'a> {
    Dense { weights: Vec<f64>, bias: f64, inputs: usize },
    Scale(bool, f64, &'a str, [f32; 2]),
    Nested(Kind),
    Identity,
}

#[derive(Differentiable, Clone, Debug)]
enum Kind {
    Power(f64),
    Sine(f64, f64),
}

#[derive(Differentiable, Clone, Debug)]
enum Tree<T> {
    Leaf(T),
    Branch(T, Vec<Tree<T>>),
}

#[differentiate]
fn apply(layers: &[Layer<'_>], x: f64) -> f64 {
    let mut out = x;
    for layer in layers {
        out = match layer {
            Layer::Dense { weights, bias, inputs } => {
                weights.iter().take(*inputs).map(|w| w * out).sum::<f64>() + bias
            }
            Layer::Scale(flip, by, unit, [a, b]) => {
                assert!(!unit.is_empty());
                let scaled = out * by * f64::from(*a) + f64::from(*b);
                if *flip { -scaled } else { scaled }
            }
            Layer::Nested(Kind::Power(p)) => out.abs().powf(*p),
            Layer::Nested(Kind::Sine(a, w)) => a * (w * out).sin(),
            Layer::Identity => out,
        };
    }
    out
}

#[differentiate]
fn softened(kind: Kind, by: f64) -> Kind {
    match kind {
        Kind::Power(p) => Kind::Sine(p * by, p + by),
        Kind::Sine(a, w) => Kind::Power(a * w * by),
    }
}

#[differentiate]
fn total(tree: &Tree<f64>) -> f64 {
    match tree {
        Tree::Leaf(x) => x * x,
        Tree::Branch(x, branches) => {
            let mut sum = x.sin();
            for branch in branches {
                sum += total(branch) * x;
            }
            sum
        }
    }
}

#[autodiff_reverse(d_level, Duplicated, Duplicated, Active)]
fn level(kind: &Kind, x: &f64) -> f64 {
    match kind {
        Kind::Power(p) => x.powf(*p),
        Kind::Sine(a, w) => a * (w * x).sin(),
    }
}

fn layers() -> Vec<Layer<'static>> {
    vec![
        Layer::Dense { weights: vec![0.4, -1.1, 0.9], bias: 0.3, inputs: 2 },
        Layer::Identity,
        Layer::Scale(true, 0.8, "twice", [1.5, -0.25]),
        Layer::Nested(Kind::Sine(1.2, 0.7)),
        Layer::Nested(Kind::Power(1.5)),
    ]
}

fn tree() -> Tree<f64> {
    Tree::Branch(0.4, vec![Tree::Leaf(1.2), Tree::Branch(0.7, vec![Tree::Leaf(-0.3)])])
}

#[test]
fn every_coordinate_of_the_variant() {
    let report = check!(apply(&layers()[..], 0.7)).expect("derivatives are right");
    assert_eq!(report.compared, 2 * 11, "{report:?}");
    check!(total(&tree())).expect("derivatives are right");
    for kind in [Kind::Power(1.3), Kind::Sine(0.6, 1.7)] {
        check!(softened(kind, 0.8)).expect("derivatives are right");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let value = |layers: &Vec<Layer<'static>>| apply(layers, 0.7);
    let wrong = |layers: &Vec<Layer<'static>>| {
        let mut gradient = apply::grad(layers, 0.7).0;
        gradient[0].Dense.weights[1] += 0.1;
        gradient
    };
    let error = check::gradient(value, wrong, layers()).unwrap_err();
    assert!(error.to_string().contains("[0].Dense.weights[1]"), "{error}");
    let elsewhere = |layers: &Vec<Layer<'static>>| {
        let mut gradient = apply::grad(layers, 0.7).0;
        gradient[1].Nested.0.Power.0 = 0.1;
        gradient
    };
    let error = check::gradient(value, elsewhere, layers()).unwrap_err();
    assert!(matches!(error, Error::Shape { .. }), "{error}");
}

#[test]
fn coordinates_in_order() {
    struct List(Vec<String>);
    impl Visitor for List {
        fn enter(&mut self, segment: Segment) {
            self.0.push(segment.to_string());
        }
        fn single(&mut self, value: f32) {
            self.double(value.into());
        }
        fn double(&mut self, value: f64) {
            self.0.push(value.to_string());
        }
    }
    let mut list = List(Vec::new());
    Kind::Sine(1.5, 2.5).visit(&mut list);
    assert_eq!(list.0.concat(), ".Sine.01.5.12.5");
    let mut list = List(Vec::new());
    KindTangent { Power: KindTangentPower(1.5), ..Default::default() }.visit(&mut list);
    assert_eq!(list.0.concat(), ".Power.01.5.Sine.00.10");

    struct Doubled;
    impl VisitorMut for Doubled {
        fn single(&mut self, value: &mut f32) {
            *value *= 2.0;
        }
        fn double(&mut self, value: &mut f64) {
            *value *= 2.0;
        }
    }
    let mut kind = Kind::Power(1.5);
    kind.visit_mut(&mut Doubled);
    assert!(matches!(kind, Kind::Power(3.0)), "{kind:?}");
}

#[test]
fn shadows_of_the_same_variant() {
    let (mut bar, mut x_bar) = (Kind::Sine(0.5, 0.0), 0.0);
    let value = d_level(&Kind::Sine(1.2, 0.7), &mut bar, &0.4, &mut x_bar, 1.0);
    assert_eq!(value, 1.2 * (0.7_f64 * 0.4).sin());
    let Kind::Sine(a, w) = bar else { panic!("{bar:?}") };
    assert!((a - 0.5 - (0.28_f64).sin()).abs() < 1e-15, "{a}");
    assert!((w - 1.2 * 0.4 * (0.28_f64).cos()).abs() < 1e-15, "{w}");
    assert!((x_bar - 1.2 * 0.7 * (0.28_f64).cos()).abs() < 1e-15, "{x_bar}");
}

#[test]
#[should_panic(expected = "another variant")]
fn shadows_of_another_variant() {
    d_level(&Kind::Sine(1.2, 0.7), &mut Kind::Power(0.0), &0.4, &mut 0.0, 1.0);
}

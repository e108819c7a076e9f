//! Structs under the derive have the coordinates of their differentiated fields.

use autodiff::{Coordinates, CoordinatesMut, Differentiable, Float, Visitor, VisitorMut};
use autodiff::{check, differentiate};

#[derive(Differentiable, Clone, Debug)]
struct Network {
    name: String,
    layers: Vec<Dense>,
    #[differentiable(constant)]
    scale: f64,
}

#[derive(Differentiable, Clone, Debug)]
struct Dense(usize, [f64; 2], f32);

#[derive(Differentiable, Clone, Debug)]
struct Window<'a, T: Float, const N: usize> {
    weights: [T; N],
    data: &'a [T],
}

/// A type without coordinates, and a struct that holds it.
#[derive(Clone, Debug)]
struct Opaque(f64);

impl Differentiable for Opaque {
    type Tangent = f64;
    type Shape = ();

    fn tangent_shape(&self) {}

    fn neutral((): &()) -> f64 {
        -0.0
    }
}

#[derive(Differentiable, Clone, Debug)]
struct Around {
    opaque: Opaque,
    x: f64,
}

#[differentiate]
fn output(network: &Network, x: f64) -> f64 {
    let mut out = x * network.scale;
    for layer in &network.layers {
        out = (layer.1[0] * out + layer.1[1]).sin() * f64::from(layer.2) * layer.0 as f64;
    }
    out
}

#[differentiate]
fn beside(around: &Around) -> f64 {
    around.x * around.x
}

fn network() -> Network {
    let layers = vec![Dense(2, [0.5, -0.25], 0.75), Dense(1, [1.5, 0.5], 1.25)];
    Network { name: "network".to_owned(), layers, scale: 2.0 }
}

#[test]
fn derived_structs() {
    let network = network();
    let report = check!(output(&network, 0.3)).expect("derivatives are right");
    assert_eq!(report.compared, 2 * 7, "{report:?} of {}", network.name);
    let wrong = |network: &Network| {
        let mut gradient = output::grad(network, 0.3).0;
        gradient.layers[1].1[0] += 0.1;
        gradient
    };
    let value = |network: &Network| output(network, 0.3);
    let error = check::gradient(value, wrong, network).unwrap_err();
    assert!(error.to_string().contains(".layers[1].1[0]"), "{error}");
}

#[test]
fn derived_structs_of_all_kinds() {
    let data = [1.0_f32, 2.0];
    let window = Window { weights: [3.0_f32], data: &data };
    let mut seen = Seen(Vec::new());
    window.visit(&mut seen);
    assert_eq!(seen.0, [3.0, 1.0, 2.0]);
    let mut tangent = WindowTangent { weights: [3.0_f32], data: vec![1.0, 2.0] };
    tangent.visit_mut(&mut Doubled);
    assert_eq!((tangent.weights, tangent.data), ([6.0], vec![2.0, 4.0]));
    let around = Around { opaque: Opaque(1.0), x: 2.0 };
    assert_eq!((beside::grad(&around).x, around.opaque.0), (4.0, 1.0));
}

struct Seen(Vec<f64>);

impl Visitor for Seen {
    fn single(&mut self, value: f32) {
        self.0.push(f64::from(value));
    }

    fn double(&mut self, value: f64) {
        self.0.push(value);
    }
}

struct Doubled;

impl VisitorMut for Doubled {
    fn single(&mut self, value: &mut f32) {
        *value *= 2.0;
    }

    fn double(&mut self, value: &mut f64) {
        *value *= 2.0;
    }
}

//! Methods of enums.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, flat_enums};

#[derive(Differentiable, Clone, Debug, PartialEq)]
enum Layer {
    Dense { weights: Vec<f64>, bias: f64 },
    Scale(f64),
    Tanh,
}

flat_enums! {
    f64: Layer => LayerTangent { Dense { weights: w, bias: b }, Scale { 0: s } };
}

impl Layer {
    fn is_linear(&self) -> bool {
        !matches!(self, Layer::Tanh)
    }

    fn size(&self) -> usize {
        match self {
            Self::Dense { weights, .. } => weights.len(),
            _ => 1,
        }
    }
}

#[differentiate]
impl Layer {
    fn forward(&self, x: f64) -> f64 {
        match self {
            Self::Dense { weights, bias } => weights.iter().fold(*bias, |sum, w| sum * x + w),
            Layer::Scale(by) => by * x,
            Layer::Tanh => x.tanh(),
        }
    }

    fn penalty(&self, rate: f64) -> f64 {
        match self {
            Layer::Dense { weights, .. } => weights.iter().map(|w| w * w).sum::<f64>() * rate,
            Layer::Scale(by) => (*by).abs() * rate,
            Layer::Tanh => 0.0,
        }
    }

    fn shrink(&mut self, by: f64) {
        match self {
            Layer::Dense { weights, bias } => {
                weights.iter_mut().for_each(|w| *w *= by);
                *bias -= by;
            }
            Layer::Scale(own) => *own *= by,
            Layer::Tanh => *self = Layer::Scale(by),
        }
    }

    fn scaled(by: f64) -> Layer {
        Layer::Scale(by * by)
    }
}

#[differentiate]
fn network(layers: &[Layer], x: f64) -> f64 {
    let mut y = x;
    for layer in layers {
        y = layer.forward(y);
        if layer.is_linear() && layer.size() > 1 {
            y *= x;
        }
    }
    y
}

#[differentiate]
fn shrunk(layer: &Layer, by: f64) -> f64 {
    let mut own = layer.clone();
    own.shrink(by);
    own.forward(by) + own.penalty(0.1) * Layer::scaled(by).forward(by)
}

fn layers() -> Vec<Layer> {
    vec![Layer::Dense { weights: vec![0.3, -0.8, 1.1], bias: 0.2 }, Layer::Tanh, Layer::Scale(1.7)]
}

#[test]
fn siblings() {
    for layer in layers() {
        let (value, (bar, x_bar)) = layer.forward_value_and_grad(0.6);
        assert_eq!(value, layer.forward(0.6));
        let h = 1e-6;
        let slope = (layer.forward(0.6 + h) - layer.forward(0.6 - h)) / (2.0 * h);
        assert!((x_bar - slope).abs() < 1e-8, "{x_bar} {slope}");
        let expected = match &layer {
            Layer::Dense { .. } => {
                LayerTangentDense { weights: vec![0.36, 0.6, 1.0], bias: 0.6 * 0.6 * 0.6 }
            }
            _ => LayerTangentDense::default(),
        };
        assert!((bar.Dense.bias - expected.bias).abs() < 1e-12);
        for (got, want) in bar.Dense.weights.iter().zip(&expected.weights) {
            assert!((got - want).abs() < 1e-12);
        }
        check!(shrunk(&layer, by); (layer, by) in [(layer.clone(), 0.6)]);
    }
}

#[test]
fn called_in_a_loop() {
    check!(network(&layers, x); (layers, x) in [(layers(), 0.6)]);
}

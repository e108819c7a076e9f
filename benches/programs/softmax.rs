//! Softmax regression over a batch: the loss of a small classifier, as plain loops.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const FEATURES: usize = 64;
const CLASSES: usize = 10;
const IMAGES: usize = 128;

/// The mean cross-entropy between labels and softmax of the logits; a row of weights a class.
#[differentiate(wrt(weights, bias))]
fn softmax_loss(
    weights: &[[f64; FEATURES]; CLASSES],
    bias: &[f64; CLASSES],
    images: &[[f64; FEATURES]],
    labels: &[usize],
) -> f64 {
    let mut loss = 0.0;
    for (image, &label) in images.iter().zip(labels) {
        let mut logits = *bias;
        for (logit, row) in logits.iter_mut().zip(weights) {
            for (weight, x) in row.iter().zip(image) {
                *logit += weight * x;
            }
        }
        let largest = logits.iter().fold(f64::NEG_INFINITY, |max, &z| max.max(z));
        let sum: f64 = logits.iter().map(|z| (z - largest).exp()).sum();
        loss += largest + sum.ln() - logits[label];
    }
    loss / labels.len() as f64
}

/// Differentiates image by image, with nothing kept from one to the next. The largest logit is
/// held constant: what it adds to the gradient cancels.
fn softmax_loss_by_hand(
    weights: &[[f64; FEATURES]; CLASSES],
    bias: &[f64; CLASSES],
    images: &[[f64; FEATURES]],
    labels: &[usize],
    (weights_bar, bias_bar): (&mut [[f64; FEATURES]; CLASSES], &mut [f64; CLASSES]),
) -> f64 {
    let seed = 1.0 / labels.len() as f64;
    let mut loss = 0.0;
    for (image, &label) in images.iter().zip(labels) {
        let mut logits = *bias;
        for (logit, row) in logits.iter_mut().zip(weights) {
            for (weight, x) in row.iter().zip(image) {
                *logit += weight * x;
            }
        }
        let largest = logits.iter().fold(f64::NEG_INFINITY, |max, &z| max.max(z));
        let powers = logits.map(|z| (z - largest).exp());
        let sum: f64 = powers.iter().sum();
        loss += largest + sum.ln() - logits[label];

        let mut logits_bar = powers.map(|power| seed * (power / sum));
        logits_bar[label] -= seed;
        let shadows = weights_bar.iter_mut().zip(bias_bar.iter_mut());
        for (logit_bar, (row_bar, bias_bar)) in logits_bar.iter().zip(shadows) {
            *bias_bar += logit_bar;
            for (weight_bar, x) in row_bar.iter_mut().zip(image) {
                *weight_bar += logit_bar * x;
            }
        }
    }
    loss / labels.len() as f64
}

/// The gradients of weights and bias in one row of numbers.
fn parts(gradient: &mut [f64]) -> (&mut [[f64; FEATURES]; CLASSES], &mut [f64; CLASSES]) {
    let (weights, bias) = gradient.split_at_mut(CLASSES * FEATURES);
    let (weights, _) = weights.as_chunks_mut();
    let length = "a number for each weight";
    (weights.try_into().expect(length), bias.try_into().expect(length))
}

pub struct Softmax {
    weights: [[f64; FEATURES]; CLASSES],
    bias: [f64; CLASSES],
    images: Vec<[f64; FEATURES]>,
    labels: Vec<usize>,
}

impl Program for Softmax {
    const NAME: &'static str = "softmax";

    fn new() -> Self {
        let mut variables = spread(CLASSES * FEATURES, -0.1, 0.1);
        variables.extend(spread(CLASSES, -0.5, 0.5));
        let (weights, bias) = parts(&mut variables);
        Self {
            weights: *weights,
            bias: *bias,
            images: spread(IMAGES * FEATURES, 0.0, 1.0).as_chunks().0.to_vec(),
            labels: (0..IMAGES).map(|image| image * 7 % CLASSES).collect(),
        }
    }

    fn variables(&self) -> Vec<f64> {
        [self.weights.as_flattened(), &self.bias].concat()
    }

    fn primal(&self) -> f64 {
        softmax_loss(&self.weights, &self.bias, &self.images, &self.labels)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        softmax_loss::grad_into(
            &self.weights,
            &self.bias,
            &self.images,
            &self.labels,
            parts(gradient),
        )
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        softmax_loss_by_hand(&self.weights, &self.bias, &self.images, &self.labels, parts(gradient))
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (weights, bias) = variables.split_at(CLASSES * FEATURES);
        let mut loss = bias[0].constant(0.0);
        for (image, &label) in self.images.iter().zip(&self.labels) {
            let mut logits = [bias[0]; CLASSES];
            for (class, logit) in logits.iter_mut().enumerate() {
                *logit = bias[class];
                for (&weight, &x) in weights[class * FEATURES..].iter().zip(image) {
                    *logit = *logit + weight * x;
                }
            }
            let largest = logits.iter().fold(f64::NEG_INFINITY, |max, z| max.max(z.value()));
            let mut sum = bias[0].constant(0.0);
            for logit in logits {
                sum = sum + (logit - largest).exp();
            }
            loss = loss + (sum.ln() + largest - logits[label]);
        }
        loss / IMAGES as f64
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

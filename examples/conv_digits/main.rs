//! A network of convolutions that reads handwritten digits: `cargo run --release --example conv_digits`.
//!
//! Two layers of windows of 3 by 3, each followed by the largest of 2 by 2, and one of weights. The network is a
//! struct: its gradient is one of the same fields.

#[path = "../quickstart/digits.rs"]
#[allow(dead_code, reason = "what the other example shows of the images")]
mod digits;
#[path = "../training/mod.rs"]
mod training;

use std::error::Error;

use autodiff::nn::{Convolution, conv2d, cross_entropy, max_pool2d, relu};
use autodiff::{Differentiable, differentiate};
use digits::{CLASSES, Digits, PIXELS};
use ndarray::{Array1, Array2, Array4, Axis};
use training::{Adam, report, train, uniform};

const SIDE: usize = 8;
const CHANNELS: [usize; 2] = [12, 24];
/// Numbers for each image behind both layers, which halve its sides.
const SEEN: usize = CHANNELS[1] * (SIDE / 4) * (SIDE / 4);
const EPOCHS: usize = 40;
const BATCH: usize = 32;
const RATE: f64 = 4e-3;
/// Windows of 3 by 3 in each place.
const WINDOWS: Convolution = Convolution { stride: 1, padding: 1, dilation: 1, groups: 1 };

#[derive(Differentiable)]
struct Network {
    first: Array4<f64>,
    first_offset: Array1<f64>,
    second: Array4<f64>,
    second_offset: Array1<f64>,
    weights: Array2<f64>,
    offset: Array1<f64>,
}

/// What a layer makes of images: one channel for each window, half as high and wide.
#[differentiate(wrt(x, windows, offset))]
fn layer(x: &Array4<f64>, windows: &Array4<f64>, offset: &Array1<f64>) -> Array4<f64> {
    let seen: Array4<f64> = conv2d(x, windows, WINDOWS);
    let offset = offset.view().insert_axis(Axis(1)).insert_axis(Axis(2));
    let active: Array4<f64> = relu(&(seen + offset));
    max_pool2d(&active, 2, 2)
}

/// How much each digit is seen in each image.
#[differentiate(wrt(network))]
fn scores(network: &Network, images: &Array4<f64>) -> Array2<f64> {
    let first: Array4<f64> = layer(images, &network.first, &network.first_offset);
    let second: Array4<f64> = layer(&first, &network.second, &network.second_offset);
    let rows = second.into_shape_with_order((images.dim().0, SEEN)).unwrap();
    rows.dot(&network.weights) + &network.offset
}

/// The mean cross entropy of a batch.
#[differentiate(wrt(network))]
fn loss(network: &Network, images: &Array4<f64>, labels: &[usize]) -> f64 {
    let scores: Array2<f64> = scores(network, images);
    cross_entropy(&scores, labels)
}

impl Network {
    /// Weights whose sums have a variance of 2, as suits `relu` (K. He and others, 2015).
    fn initial() -> Self {
        let mut uniform = uniform(1);
        let mut of = |inputs: usize| {
            let bound = (6.0 / inputs as f64).sqrt();
            bound * uniform()
        };
        let [a, b] = CHANNELS;
        Self {
            first: Array4::from_shape_simple_fn((a, 1, 3, 3), || of(9)),
            first_offset: Array1::zeros(a),
            second: Array4::from_shape_simple_fn((b, a, 3, 3), || of(9 * a)),
            second_offset: Array1::zeros(b),
            weights: Array2::from_shape_simple_fn((SEEN, CLASSES), || of(SEEN)),
            offset: Array1::zeros(CLASSES),
        }
    }

    fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let first = self.first.iter_mut().chain(&mut self.first_offset);
        let second = self.second.iter_mut().chain(&mut self.second_offset);
        first.chain(second).chain(&mut self.weights).chain(&mut self.offset)
    }

    /// The share of the digits that are read right.
    fn accuracy(&self, digits: &Digits) -> Result<f64, Box<dyn Error>> {
        let scores = scores(self, &images(&digits.images)?);
        let best = scores.rows().into_iter().map(|row| {
            (0..CLASSES).max_by(|a, b| row[*a].total_cmp(&row[*b])).expect("there are classes")
        });
        let right = best.zip(&digits.labels).filter(|(best, label)| best == *label).count();
        Ok(right as f64 / digits.len() as f64)
    }
}

impl NetworkTangent {
    fn numbers(&self) -> Vec<f64> {
        let first = self.first.iter().chain(&self.first_offset);
        let second = self.second.iter().chain(&self.second_offset);
        first.chain(second).chain(&self.weights).chain(&self.offset).copied().collect()
    }
}

/// Images of one channel.
fn images(pixels: &[f64]) -> Result<Array4<f64>, Box<dyn Error>> {
    Ok(Array4::from_shape_vec((pixels.len() / PIXELS, 1, SIDE, SIDE), pixels.to_vec())?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (training, held_out) = Digits::load()?.split(5, 7);
    let mut network = Network::initial();
    let mut adam = Adam::default();
    let losses = train(EPOCHS, RATE, |_, rate| {
        let of_batch = |(pixels, labels)| {
            let (value, gradient) = loss::value_and_grad(&network, &images(pixels)?, labels);
            adam.step(network.numbers(), &gradient.numbers(), rate);
            Ok(value)
        };
        training.batches(BATCH).map(of_batch).collect()
    })?;
    report("conv_digits", &losses, (network.accuracy(&training)?, network.accuracy(&held_out)?))
}

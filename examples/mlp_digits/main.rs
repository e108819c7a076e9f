//! A network of two hidden layers that reads handwritten digits: `cargo run --release --example mlp_digits`.
//!
//! The loss is an ordinary function of arrays. Its gradients of all weights come from the attribute; what is done
//! with them, Adam, is in `examples/training`.

#[path = "../quickstart/digits.rs"]
#[allow(dead_code, reason = "what the other example shows of the images")]
mod digits;
#[path = "../training/mod.rs"]
mod training;

use std::error::Error;

use autodiff::differentiate;
use autodiff::nn::{cross_entropy, dropout, relu};
use digits::{CLASSES, Digits, PIXELS};
use ndarray::{Array1, Array2, ArrayView2, Zip};
use training::{Adam, report, train, uniform};

const HIDDEN: [usize; 2] = [128, 64];
const EPOCHS: usize = 60;
const BATCH: usize = 32;
const RATE: f64 = 2e-3;
const DROPOUT: f64 = 0.2;

/// The mean cross entropy of a batch: images in rows, and the digit that each shows.
#[differentiate(wrt(w1, b1, w2, b2, w3, b3))]
#[allow(clippy::too_many_arguments, reason = "each layer has two")]
fn loss(
    images: &Array2<f64>,
    labels: &[usize],
    seed: u64,
    w1: &Array2<f64>,
    b1: &Array1<f64>,
    w2: &Array2<f64>,
    b2: &Array1<f64>,
    w3: &Array2<f64>,
    b3: &Array1<f64>,
) -> f64 {
    let first: Array2<f64> = relu(&(images.dot(w1) + b1));
    let first: Array2<f64> = dropout(&first, DROPOUT, seed);
    let second: Array2<f64> = relu(&(first.dot(w2) + b2));
    let logits = second.dot(w3) + b3;
    cross_entropy(&logits, labels)
}

/// The weights and the offsets of each layer.
type Network = [(Array2<f64>, Array1<f64>); 3];

/// Weights whose sums have a variance of 2, as suits `relu` (K. He and others, 2015).
fn initial() -> Network {
    let sizes = [PIXELS, HIDDEN[0], HIDDEN[1], CLASSES];
    let mut uniform = uniform(1);
    [0, 1, 2].map(|layer| {
        let (inputs, outputs) = (sizes[layer], sizes[layer + 1]);
        let bound = (6.0 / inputs as f64).sqrt();
        let weights = Array2::from_shape_simple_fn((inputs, outputs), || bound * uniform());
        (weights, Array1::zeros(outputs))
    })
}

/// All numbers of a network.
fn numbers(network: &mut Network) -> impl Iterator<Item = &mut f64> {
    network.iter_mut().flat_map(|(w, b)| w.iter_mut().chain(b))
}

/// The share of the digits that the network reads right.
fn accuracy(network: &Network, digits: &Digits) -> f64 {
    let images = ArrayView2::from_shape((digits.len(), PIXELS), &digits.images);
    let mut rows = images.expect("as many pixels as images").to_owned();
    for (layer, (w, b)) in network.iter().enumerate() {
        rows = rows.dot(w) + b;
        if layer < 2 {
            rows.mapv_inplace(|x| x.max(0.0));
        }
    }
    let mut right = 0;
    Zip::from(rows.rows()).and(&Array1::from_vec(digits.labels.clone())).for_each(|row, label| {
        let best = (0..CLASSES).max_by(|a, b| row[*a].total_cmp(&row[*b]));
        right += usize::from(best == Some(*label));
    });
    right as f64 / digits.len() as f64
}

fn main() -> Result<(), Box<dyn Error>> {
    let (training, held_out) = Digits::load()?.split(5, 7);
    let mut network = initial();
    let mut adam = Adam::default();
    let losses = train(EPOCHS, RATE, |epoch, rate| {
        let of_batch = |(batch, (images, labels)): (usize, (&[f64], &[usize]))| {
            let images = Array2::from_shape_vec((labels.len(), PIXELS), images.to_vec())?;
            let seed = (epoch * 1_000 + batch) as u64;
            let [(w1, b1), (w2, b2), (w3, b3)] = &network;
            let (value, g) = loss::value_and_grad(&images, labels, seed, w1, b1, w2, b2, w3, b3);
            let layers = [(&g.0, &g.1), (&g.2, &g.3), (&g.4, &g.5)];
            let gradient: Vec<f64> =
                layers.into_iter().flat_map(|(w, b)| w.iter().chain(b)).copied().collect();
            adam.step(numbers(&mut network), &gradient, rate);
            Ok(value)
        };
        training.batches(BATCH).enumerate().map(of_batch).collect()
    })?;
    report("mlp_digits", &losses, (accuracy(&network, &training), accuracy(&network, &held_out)))
}

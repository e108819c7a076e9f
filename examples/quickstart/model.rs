//! Softmax regression: its loss, written as plain loops, and its training.

use autodiff::differentiate;

use crate::digits::{CLASSES, Digits, PIXELS};

/// The mean cross-entropy between the labels and the softmax of the scores.
///
/// `weights` holds one row of [`PIXELS`] for each class. The images and labels are data, so the
/// derivative is asked for with respect to the two parameters alone.
#[differentiate(wrt(weights, bias))]
pub fn loss(weights: &[f64], bias: &[f64], images: &[f64], labels: &[usize]) -> f64 {
    let mut total = 0.0;
    for (image, &label) in images.chunks(PIXELS).zip(labels.iter()) {
        let scores = logits(weights, bias, image);

        // Taking the largest score out first keeps `exp` from overflowing.
        let mut largest = scores[0];
        for &score in scores.iter() {
            largest = largest.max(score);
        }
        let mut sum = 0.0;
        for &score in scores.iter() {
            sum += (score - largest).exp();
        }
        total += largest + sum.ln() - scores[label];
    }
    total / labels.len() as f64
}

/// The score (logit) of every class for one image: the higher, the likelier.
#[differentiate(wrt(weights, bias))]
pub fn logits(weights: &[f64], bias: &[f64], image: &[f64]) -> [f64; CLASSES] {
    let mut scores = [0.0; CLASSES];
    for (class, score) in scores.iter_mut().enumerate() {
        *score = bias[class];
        for (pixel, &ink) in image.iter().enumerate() {
            *score += weights[class * PIXELS + pixel] * ink;
        }
    }
    scores
}

/// The parameters, and the velocities that gradient descent gives them.
pub struct Classifier {
    weights: Vec<f64>,
    bias: Vec<f64>,
    weights_velocity: Vec<f64>,
    bias_velocity: Vec<f64>,
}

impl Classifier {
    /// A classifier that knows nothing: all parameters zero, all digits equally likely.
    pub fn new() -> Self {
        Self {
            weights: vec![0.0; CLASSES * PIXELS],
            bias: vec![0.0; CLASSES],
            weights_velocity: vec![0.0; CLASSES * PIXELS],
            bias_velocity: vec![0.0; CLASSES],
        }
    }

    /// One step of gradient descent with momentum; returns the loss before it.
    pub fn step(&mut self, images: &[f64], labels: &[usize]) -> f64 {
        let (value, (weights_bar, bias_bar)) =
            loss::value_and_grad(&self.weights, &self.bias, images, labels);
        descend(&mut self.weights, &mut self.weights_velocity, &weights_bar);
        descend(&mut self.bias, &mut self.bias_velocity, &bias_bar);
        value
    }

    /// The digit an image most likely shows.
    pub fn predict(&self, image: &[f64]) -> usize {
        let scores = logits(&self.weights, &self.bias, image);
        (0..CLASSES)
            .max_by(|&a, &b| scores[a].total_cmp(&scores[b]))
            .expect("there are ten classes")
    }

    /// How many of the images are given their right digit.
    pub fn correct(&self, digits: &Digits) -> usize {
        (0..digits.len())
            .filter(|&index| self.predict(digits.image(index)) == digits.labels[index])
            .count()
    }
}

/// Moves parameters against their gradient, with momentum.
fn descend(parameters: &mut [f64], velocity: &mut [f64], gradient: &[f64]) {
    const LEARNING_RATE: f64 = 0.1;
    const MOMENTUM: f64 = 0.9;
    for ((parameter, velocity), gradient) in parameters.iter_mut().zip(velocity).zip(gradient) {
        *velocity = MOMENTUM * *velocity - LEARNING_RATE * gradient;
        *parameter += *velocity;
    }
}

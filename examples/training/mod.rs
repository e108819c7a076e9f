//! What the training of networks shares: where it starts, how it goes on, and a picture of how it went.

use std::error::Error;
use std::fs;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use plotters::prelude::*;

/// How strongly weights are pulled to zero.
const DECAY: f64 = 1e-4;

/// Numbers between -1 and 1, the same in each run.
pub fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization" (2015), of all numbers in a row.
#[derive(Default)]
pub struct Adam {
    means: Vec<f64>,
    squares: Vec<f64>,
    steps: i32,
}

impl Adam {
    /// Changes the weights against their gradient.
    pub fn step<'a>(
        &mut self,
        weights: impl Iterator<Item = &'a mut f64>,
        gradient: &[f64],
        rate: f64,
    ) {
        let (beta, gamma) = (0.9, 0.999);
        self.means.resize(gradient.len(), 0.0);
        self.squares.resize(gradient.len(), 0.0);
        self.steps += 1;
        let rate = rate * (1.0 - f64::powi(gamma, self.steps)).sqrt()
            / (1.0 - f64::powi(beta, self.steps));
        for (k, (weight, slope)) in weights.zip(gradient).enumerate() {
            let (mean, square) = (&mut self.means[k], &mut self.squares[k]);
            *mean += (1.0 - beta) * (slope - *mean);
            *square += (1.0 - gamma) * (slope * slope - *square);
            *weight -= rate * *mean / (square.sqrt() + 1e-8) + rate * DECAY * *weight;
        }
    }
}

/// Goes through the epochs, each slower than the one before: `epoch` is given its number and its rate, and gives
/// the losses of its batches.
pub fn train(
    epochs: usize,
    rate: f64,
    mut epoch: impl FnMut(usize, f64) -> Result<Vec<f64>, Box<dyn Error>>,
) -> Result<Vec<f64>, Box<dyn Error>> {
    let bar = ProgressBar::new(epochs as u64)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len}  {msg}")?);
    let mut means = Vec::new();
    for number in 0..epochs {
        let rate = rate * (1.0 - number as f64 / epochs as f64).max(0.05);
        let losses = epoch(number, rate)?;
        let mean = losses.iter().sum::<f64>() / losses.len() as f64;
        bar.set_message(format!("loss {mean:.4}"));
        bar.inc(1);
        means.push(mean);
    }
    bar.finish();
    Ok(means)
}

/// Says how many digits are read right, and draws the losses to a file of that name.
pub fn report(
    name: &str,
    losses: &[f64],
    (training, held_out): (f64, f64),
) -> Result<(), Box<dyn Error>> {
    println!("read right of the training images: {:.1} %", 100.0 * training);
    println!("read right of those held out:      {:.1} %", 100.0 * held_out);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/out");
    fs::create_dir_all(&folder)?;
    let picture = folder.join(name).with_extension("svg");
    draw(losses, &picture)?;
    println!("loss by epoch: {}", picture.display());
    Ok(())
}

/// The loss after each epoch, as a picture.
fn draw(losses: &[f64], to: &Path) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(to, (720, 400)).into_drawing_area();
    root.fill(&WHITE)?;
    let most = losses.iter().copied().fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(&root)
        .margin(16)
        .caption("mean cross entropy", ("sans-serif", 18))
        .x_label_area_size(32)
        .y_label_area_size(48)
        .build_cartesian_2d(0..losses.len(), 0.0..most)?;
    chart.configure_mesh().x_desc("epoch").draw()?;
    chart.draw_series(LineSeries::new(losses.iter().copied().enumerate(), &BLUE))?;
    root.present()?;
    Ok(())
}

//! What the training of networks shares: where it starts, how it goes on, and a picture of how it went.

use std::error::Error;
use std::path::Path;

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

/// The loss after each epoch, as a picture.
pub fn draw(losses: &[f64], to: &Path) -> Result<(), Box<dyn Error>> {
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

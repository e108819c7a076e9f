//! A first look at `autodiff`: a derivative every learner knows, a classifier trained on real
//! data, and a picture of what was differentiated.
//!
//! Run it with `cargo run --release --example quickstart`.

mod digits;
mod model;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use autodiff::differentiate;
use indicatif::{ProgressBar, ProgressStyle};

use digits::Digits;
use model::Classifier;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nquickstart failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    pull_back_q()?;
    train_classifier()?;
    draw_graph()
}

/// Q = 3a³ − b², element by element.
#[differentiate]
fn q(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b.iter()).map(|(a, b)| 3.0 * a.powi(3) - b.powi(2)).collect()
}

/// Q has two outputs, so the derivative starts from an outside gradient: here, of ones.
fn pull_back_q() -> Result<(), Box<dyn Error>> {
    heading("Q = 3a³ − b²");
    let a = [2.0, 3.0];
    let b = [6.0, 4.0];

    let (value, pullback) = q::vjp(&a, &b);
    let (a_bar, b_bar) = pullback(vec![1.0; value.len()]);

    println!("  a = {a:?}, b = {b:?}, outside gradient of ones");
    println!("  Q     = {value:?}");
    println!("  ∂Q/∂a = {a_bar:?}");
    println!("  ∂Q/∂b = {b_bar:?}");

    expect("∂Q/∂a = 9a²", &a_bar, &a.map(|a| 9.0 * a * a))?;
    expect("∂Q/∂b = −2b", &b_bar, &b.map(|b| -2.0 * b))
}

/// Checks a gradient against the formula found by hand.
fn expect(formula: &str, got: &[f64], expected: &[f64]) -> Result<(), Box<dyn Error>> {
    let agrees = got.len() == expected.len()
        && got
            .iter()
            .zip(expected)
            .all(|(got, expected)| (got - expected).abs() <= 1e-12 * expected.abs());
    if !agrees {
        return Err(format!("{formula} should be {expected:?}, but is {got:?}").into());
    }
    println!("  ✓ {formula}");
    Ok(())
}

/// Trains on four fifths of the digits; what counts is the accuracy on the fifth held out.
fn train_classifier() -> Result<(), Box<dyn Error>> {
    const EPOCHS: u64 = 60;
    const EPOCHS_A_REPORT: u64 = 10;
    const BATCH: usize = 32;
    const ONE_HELD_OUT_IN: usize = 5;
    const SEED: u64 = 1998;
    const LEAST_ACCURACY: f64 = 95.0;

    heading("Handwritten digits");
    let (training, held_out) = Digits::load()?.split(ONE_HELD_OUT_IN, SEED);
    println!("  {} images to learn from, {} held out", training.len(), held_out.len());

    let mut classifier = Classifier::new();
    // The bar hides itself where standard error is not a terminal; the reports stay.
    let bar = ProgressBar::new(EPOCHS).with_style(ProgressStyle::with_template(
        "  {bar:40.cyan/dim} epoch {pos}/{len}  {elapsed}",
    )?);
    for epoch in 1..=EPOCHS {
        let mut sum = 0.0;
        for (images, labels) in training.batches(BATCH) {
            sum += classifier.step(images, labels) * labels.len() as f64;
        }
        if epoch == 1 || epoch % EPOCHS_A_REPORT == 0 {
            let loss = sum / training.len() as f64;
            let accuracy = percent(classifier.correct(&training), training.len());
            bar.suspend(|| {
                println!("  epoch {epoch:>2}  loss {loss:.4}  training accuracy {accuracy:.1} %");
            });
        }
        bar.inc(1);
    }
    bar.finish_and_clear();

    show_predictions(&classifier, &held_out);

    let correct = classifier.correct(&held_out);
    let accuracy = percent(correct, held_out.len());
    if accuracy < LEAST_ACCURACY {
        return Err(format!(
            "held-out accuracy should be at least {LEAST_ACCURACY} %, but is {accuracy:.1} %"
        )
        .into());
    }
    println!("  ✓ held-out accuracy {accuracy:.1} % ({correct} of {})", held_out.len());
    Ok(())
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

/// Draws the first few images side by side, with the digit that each is taken for.
fn show_predictions(classifier: &Classifier, digits: &Digits) {
    const SHOWN: usize = 4;
    println!();
    for row in digits::rows() {
        let drawn: Vec<String> =
            (0..SHOWN).map(|index| digits::draw_row(digits.image(index), row)).collect();
        println!("  {}", drawn.join("  "));
    }
    let captions: Vec<String> = (0..SHOWN)
        .map(|index| {
            let prediction = classifier.predict(digits.image(index));
            format!("{:^16}", format!("read as {prediction}"))
        })
        .collect();
    println!("  {}\n", captions.join("  "));
}

/// The graph exists at compile time, so no call of the loss is needed to draw it.
fn draw_graph() -> Result<(), Box<dyn Error>> {
    heading("The graph of the loss");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/out");
    let path = folder.join("loss.svg");
    fs::create_dir_all(&folder)?;
    fs::write(&path, model::loss::GRAPH.to_svg())?;
    println!("  ✓ {}", path.display());
    Ok(())
}

fn heading(title: &str) {
    println!("\n{title}\n{}", "─".repeat(title.chars().count()));
}

//! Whole programs, each from its paper or textbook.

mod camera;
mod conjugate_gradient;
mod fft;
mod garch;
mod heat;
mod hodgkin_huxley;
mod kalman;
mod lennard_jones;
mod lstm;
mod page_rank;
mod soft_dtw;
mod spline;

use crate::harness::Flat;

/// Panics unless the gradient in single precision is that in double precision up to rounding.
#[track_caller]
fn assert_rounded(single: &impl Flat, double: &impl Flat) {
    let (got, paths, want) = (single.flatten(), single.paths(), double.flatten());
    assert_eq!(got.len(), want.len());
    let scale = want.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
    for ((path, got), want) in paths.iter().zip(got).zip(want) {
        let error = (got - want).abs();
        assert!(error <= 1e-4 * (want.abs() + 1e-2 * scale), "{path}: got {got}, expected {want}");
    }
}

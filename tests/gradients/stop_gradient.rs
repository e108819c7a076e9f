//! `stop_gradient`: the value passes, the derivative does not.
//!
//! Differences would see through it, so a function with it is held against its twin, in which the
//! stopped value is a constant parameter.

use autodiff::{differentiate, stop_gradient};

#[differentiate]
fn stopped_factor(x: f64) -> f64 {
    x * stop_gradient(x)
}

#[differentiate]
fn stopped_path(x: f64, y: f64) -> f64 {
    let held = autodiff::stop_gradient(x * y);
    held.sin() * x + y * y
}

#[differentiate(wrt(x, y))]
fn stopped_path_twin(x: f64, y: f64, held: f64) -> f64 {
    held.sin() * x + y * y
}

#[differentiate]
fn straight_through(x: f64) -> f64 {
    let rounded = x + stop_gradient(x.round() - x);
    rounded * rounded
}

#[differentiate(wrt(x))]
fn straight_through_twin(x: f64, correction: f64) -> f64 {
    (x + correction) * (x + correction)
}

#[differentiate]
fn normalised(a: f64, b: f64) -> f64 {
    let scale = stop_gradient(a.abs().max(b.abs()));
    scale * ((a / scale).powi(2) + (b / scale).powi(2)).sqrt()
}

#[differentiate(wrt(a, b))]
fn normalised_twin(a: f64, b: f64, scale: f64) -> f64 {
    scale * ((a / scale).powi(2) + (b / scale).powi(2)).sqrt()
}

/// A fixed point is found without derivatives; one more step carries them.
#[differentiate]
fn implicit_step(a: f64) -> f64 {
    let mut x = stop_gradient(a);
    for _ in 0..60 {
        x = stop_gradient((x + a).cos());
    }
    (x + a).cos()
}

#[differentiate(wrt(a))]
fn implicit_step_twin(a: f64, x: f64) -> f64 {
    (x + a).cos()
}

#[differentiate]
fn stopped_in_loop(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        y = if i % 2 == 0 { y * x } else { stop_gradient(y) + x };
    }
    y
}

#[differentiate]
fn all_stopped(x: f64, y: f64) -> f64 {
    stop_gradient(x * y)
}

#[differentiate]
fn single_precision(x: f32) -> f32 {
    x * x + stop_gradient(x) * x.exp()
}

#[differentiate]
fn generic<T: autodiff::Float>(x: T, y: T) -> T {
    x * stop_gradient(y) + y
}

#[test]
fn outside_differentiation_it_is_the_identity() {
    assert_eq!(stop_gradient(1.5), 1.5);
    assert_eq!(stopped_factor(3.0), 9.0);
    assert_eq!(all_stopped(2.0, 3.0), 6.0);
}

#[test]
fn derivatives_are_those_of_the_twin() {
    assert_eq!(stopped_factor::grad(3.0), 3.0);
    assert_eq!(stopped_factor::jvp(3.0, 2.0), (9.0, 6.0));

    for (x, y) in [(0.4, 1.1), (-1.3, 0.2)] {
        let held = x * y;
        assert_eq!(stopped_path::grad(x, y), stopped_path_twin::grad(x, y, held));
        assert_eq!(
            stopped_path::jvp(x, y, (0.3, -0.7)),
            stopped_path_twin::jvp(x, y, held, (0.3, -0.7))
        );

        let scale = f64::max(f64::abs(x), f64::abs(y));
        assert_eq!(normalised::grad(x, y), normalised_twin::grad(x, y, scale));
    }

    let x = 2.3_f64;
    assert_eq!(straight_through::grad(x), straight_through_twin::grad(x, x.round() - x));

    let a = 0.3_f64;
    let fixed_point = (0..60).fold(a, |x, _| (x + a).cos());
    assert_eq!(
        implicit_step::value_and_grad(a),
        implicit_step_twin::value_and_grad(a, fixed_point)
    );
}

#[test]
fn in_loops_and_at_the_end() {
    // i = 0: x·x, i = 1: stop(x·x) + x, i = 2: (stop(x·x) + x)·x, i = 3: stop(..) + x.
    assert_eq!(stopped_in_loop::grad(3.0, 1), 6.0);
    assert_eq!(stopped_in_loop::grad(3.0, 2), 1.0);
    assert_eq!(stopped_in_loop::grad(3.0, 3), 15.0);
    assert_eq!(stopped_in_loop::grad(3.0, 4), 1.0);

    assert_eq!(all_stopped::value_and_grad(2.0, 3.0), (6.0, (0.0, 0.0)));
    assert_eq!(all_stopped::jvp(2.0, 3.0, (1.0, 1.0)), (6.0, 0.0));

    let x = 0.5_f32;
    let want = 2.0 * x + x * x.exp();
    assert!((single_precision::grad(x) - want).abs() < 1e-6);
    assert_eq!(generic::grad(2.0, 5.0), (5.0, 1.0));
    assert_eq!(generic::grad(2.0_f32, 5.0), (5.0, 1.0));
}

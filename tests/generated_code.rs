//! What the generated code keeps for the backward sweep, read from the code itself: nothing where
//! nothing is needed, and no more than is.

use autodiff::differentiate;
use ndarray::Array1;

/// How many buffers the generated code opens, and how often it fills and empties them.
#[track_caller]
fn assert_kept(source: &str, buffers: usize) {
    for (what, count) in [
        ("Stack::", source.matches("Stack::").count()),
        (".push(", source.matches(".push(").count()),
        (".pop()", source.matches(".pop()").count()),
    ] {
        assert_eq!(count, buffers, "`{what}` in\n{source}");
    }
}

#[differentiate(source)]
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * y[i];
    }
    sum
}

#[differentiate(source)]
fn dot_by_iterators(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Nonlinear in the elements, which are at hand in the backward sweep, and linear in what is carried.
#[differentiate(source)]
fn log_likelihood(x: &[f64], mean: f64, deviation: f64) -> f64 {
    let mut sum = 0.0;
    for x in x {
        let z = (x - mean) / deviation;
        sum -= 0.5 * z * z + deviation.ln();
    }
    sum
}

/// The carried value is needed by nobody.
#[differentiate(source)]
fn exponential_average(x: &[f64], rate: f64) -> Vec<f64> {
    let mut out = vec![0.0; x.len()];
    let mut state = 1.0;
    for i in 0..x.len() {
        state = 0.9 * state + 0.1 * x[i];
        out[i] = state + rate;
    }
    out
}

#[differentiate(source)]
fn matrix_vector(a: &[[f64; 3]], x: &[f64; 3]) -> Vec<f64> {
    let mut out = vec![0.0; a.len()];
    for i in 0..a.len() {
        for j in 0..3 {
            out[i] += a[i][j] * x[j];
        }
    }
    out
}

#[test]
fn loops_that_need_nothing_keep_nothing() {
    assert_kept(dot::BACKWARD, 0);
    assert_kept(dot_by_iterators::BACKWARD, 0);
    assert_kept(log_likelihood::BACKWARD, 0);
    assert_kept(exponential_average::BACKWARD, 0);
    assert_kept(matrix_vector::BACKWARD, 0);

    let (x_bar, y_bar) = dot::grad(&[1.0, 2.0], &[3.0, 4.0]);
    assert_eq!((x_bar, y_bar), (vec![3.0, 4.0], vec![1.0, 2.0]));
    assert_eq!(dot_by_iterators::grad(&[1.0], &[3.0]), (vec![3.0], vec![1.0]));
    let (x_bar, mean_bar, deviation_bar) = log_likelihood::grad(&[3.0], 1.0, 2.0);
    assert_eq!((x_bar, mean_bar, deviation_bar), (vec![-0.5], 0.5, 0.0));
    let (_, pull) = exponential_average::vjp(&[1.0, 2.0], 0.5);
    let (x_bar, rate_bar) = pull(vec![0.0, 1.0]);
    assert!((x_bar[0] - 0.09).abs() < 1e-15 && (x_bar[1] - 0.1).abs() < 1e-15);
    assert_eq!(rate_bar, 1.0);
    let (_, pull) = matrix_vector::vjp(&[[1.0, 2.0, 3.0]], &[4.0, 5.0, 6.0]);
    assert_eq!(pull(vec![1.0]), (vec![[4.0, 5.0, 6.0]], [1.0, 2.0, 3.0]));
}

#[differentiate(source)]
fn logistic_map(start: f64, rate: f64, steps: usize) -> f64 {
    let mut x = start;
    for _ in 0..steps {
        x = rate * x * (1.0 - x);
    }
    x
}

/// Everything inside an iteration follows from what it began with.
#[differentiate(source)]
fn spring(angle: f64, length: f64, steps: usize) -> f64 {
    let (mut angle, mut speed) = (angle, 0.0);
    for _ in 0..steps {
        speed -= 0.01 * angle * angle * angle / length;
        angle += 0.01 * speed;
    }
    angle
}

#[differentiate(source)]
fn newton(square: f64) -> f64 {
    let mut x = 1.0;
    while (x * x - square).abs() > 1e-12 {
        x = 0.5 * (x + square / x);
    }
    x
}

#[test]
fn nonlinear_loops_keep_one_buffer() {
    assert_kept(logistic_map::BACKWARD, 1);
    assert!(logistic_map::BACKWARD.contains("Stack::with_capacity"), "{}", logistic_map::BACKWARD);
    assert_kept(spring::BACKWARD, 1);
    assert_kept(newton::BACKWARD, 1);

    // x₁ = r x (1 - x), x₂ = r x₁ (1 - x₁), and their derivatives by hand.
    let (value, (start_bar, rate_bar)) = logistic_map::value_and_grad(0.25, 2.0, 2);
    assert_eq!((value, start_bar, rate_bar), (0.46875, 0.5, 0.328_125));
    let (value, square_bar) = newton::value_and_grad(9.0);
    assert!((value - 3.0).abs() < 1e-12 && (square_bar - 1.0 / 6.0).abs() < 1e-12);
    let difference = (spring(1.0 + 1e-6, 2.0, 50) - spring(1.0 - 1e-6, 2.0, 50)) / 2e-6;
    assert!((spring::grad(1.0, 2.0, 50).0 - difference).abs() < 1e-8);
}

/// What is known before the loop is not kept in it, nor is it computed again in each iteration.
#[differentiate(source)]
fn scaled(x: &[f64], rate: f64) -> f64 {
    let factor = rate.exp();
    let mut sum = 0.0;
    for x in x {
        sum += factor * x * x;
    }
    sum
}

#[test]
fn what_no_iteration_changes_is_computed_once() {
    assert_kept(scaled::BACKWARD, 0);
    assert_eq!(scaled::BACKWARD.matches(".exp()").count(), 1, "{}", scaled::BACKWARD);
    assert_eq!(scaled::grad(&[3.0], 0.0), (vec![6.0], 9.0));
}

/// Constants and what does not reach the result leave no trace.
#[differentiate(source, wrt(x))]
fn partly(x: f64, data: &[f64]) -> f64 {
    let mut norm = 0.0;
    for d in data {
        norm += d.tanh() * d.tanh();
    }
    let _unused = x.cosh();
    x * norm
}

#[test]
fn constant_work_does_not_reach_the_backward_sweep() {
    let (_, backward) = partly::BACKWARD.split_once("= ad_seed;").expect("a seed");
    assert!(!backward.contains("for ") && !backward.contains("tanh"), "{backward}");
    assert!(!partly::BACKWARD.contains("sinh"), "{}", partly::BACKWARD);
    assert_eq!(partly::grad(2.0, &[0.0]), 0.0);
}

/// Adjoints carry the user's names, and nothing is `unsafe`.
#[test]
fn the_code_is_to_be_read() {
    for source in [logistic_map::BACKWARD, log_likelihood::BACKWARD, matrix_vector::BACKWARD] {
        assert!(source.contains("_bar") && !source.contains("unsafe"), "{source}");
        assert!(source.lines().all(|line| line.chars().count() <= 120), "{source}");
    }
    assert!(logistic_map::BACKWARD.starts_with("fn logistic_map_backward("));
    assert!(!logistic_map::BACKWARD.contains("__private"), "{}", logistic_map::BACKWARD);
}

#[differentiate(source)]
fn chain(a: &Array1<f64>, x: &Array1<f64>, b: &Array1<f64>) -> f64 {
    ((a * x + b).mapv(f64::tanh) * (-(x * x)).exp()).sum()
}

/// Both sweeps of what a framework runs ten kernels for.
#[test]
fn an_expression_of_arrays_is_one_loop() {
    let source = chain::BACKWARD;
    assert_eq!(source.matches("for ").count(), 1, "{source}");
    assert_eq!(source.matches(".tanh()").count(), 1, "{source}");
    assert_eq!(source.matches(".exp()").count(), 1, "{source}");
    assert!(!source.contains("blank") && !source.contains("zero_tangent"), "{source}");
    assert_kept(source, 0);
}

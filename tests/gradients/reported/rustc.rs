//! Reports on nightly's `std::autodiff` and on Enzyme's branch of rustc.

use std::f64::consts::FRAC_PI_2;

use autodiff::differentiate;
use autodiff::std_compat::{autodiff_forward, autodiff_reverse};

use crate::harness::{Case, check, check_in_place};

/// Panics unless each number of `got` is that of `want` up to rounding.
#[track_caller]
fn assert_close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        Case::new("reported", "").assert_close("closed form", *got, *want, 1e-12, 1.0);
    }
}

// rust-lang/rust 152724: reverse mode of width 2 through `map`, `windows` and `sum` did not compile, or
// was wrong in debug builds.
#[autodiff_reverse(d_summed, 2, Duplicated, Const, Duplicated)]
#[autodiff_forward(along_summed, Dual, Const, Dual)]
fn summed(x: &[f64; 3], args: &[f64; 3], y: &mut [f64; 2]) {
    y[0] = x.iter().map(|x| args[0] * x.powi(2)).sum();
    y[1] = x
        .windows(2)
        .map(|w| (args[1] - w[0]).powi(2) + args[2] * (w[1] - w[0].powi(2)).powi(2))
        .sum();
}

#[differentiate(wrt(x, y))]
fn summed_in_place(x: &[f64; 3], args: &[f64; 3], y: &mut [f64; 2]) {
    y[0] = x.iter().map(|x| args[0] * x.powi(2)).sum();
    y[1] = x
        .windows(2)
        .map(|w| (args[1] - w[0]).powi(2) + args[2] * (w[1] - w[0].powi(2)).powi(2))
        .sum();
}

/// The rows of the Jacobian of `summed`.
fn slopes_of_summed(x: [f64; 3], [a, b, c]: [f64; 3]) -> [[f64; 3]; 2] {
    let mut second = [0.0; 3];
    for i in 0..2 {
        let residual = x[i + 1] - x[i] * x[i];
        second[i] += -2.0 * (b - x[i]) - 4.0 * c * x[i] * residual;
        second[i + 1] += 2.0 * c * residual;
    }
    [x.map(|x| 2.0 * a * x), second]
}

#[test]
fn two_seeds_through_chains_that_sum() {
    let (x, args) = ([3.0, 5.0, 7.0], [2.0, 1.0, 100.0]);
    let [first, second] = slopes_of_summed(x, args);
    let (mut dx1, mut dx2) = ([0.0; 3], [0.0; 3]);
    let (mut y, mut dy1, mut dy2) = ([0.0; 2], [1.0, 0.0], [0.0, 1.0]);
    d_summed(&x, &mut dx1, &mut dx2, &args, &mut y, &mut dy1, &mut dy2);
    let mut plain = [0.0; 2];
    summed(&x, &args, &mut plain);
    assert_eq!(y, plain);
    assert_close(&dx1, &first);
    assert_close(&dx2, &second);
    for i in 0..3 {
        let (mut dx, mut dy) = ([0.0; 3], [0.0; 2]);
        dx[i] = 1.0;
        along_summed(&x, &dx, &args, &mut y, &mut dy);
        assert_close(&dy, &[first[i], second[i]]);
    }
    check_in_place!(summed_in_place(&x, &[2.0, 1.0, 100.0], &mut y); mut y; (x, y) in [
        (x, [0.0, 0.0]), ([0.5, -1.5, 2.0], [1.0, 2.0])
    ]);
}

// rust-lang/rust 152724: a root found by Newton's method, whose function and slope were handed over as
// function pointers, had wrong derivatives in forward mode in debug builds.
#[differentiate]
fn kepler(eccentric: f64, eccentricity: f64, mean: f64) -> f64 {
    eccentric - eccentricity * eccentric.sin() - mean
}

#[differentiate]
fn kepler_slope(eccentric: f64, eccentricity: f64) -> f64 {
    1.0 - eccentricity * eccentric.cos()
}

#[differentiate]
fn eccentric_anomaly(axis: f64, eccentricity: f64, time: f64, mu: f64) -> f64 {
    let mean = (mu / axis.powi(3)).sqrt() * time;
    let (mut root, mut step, mut iterations) = (mean, 1.0, 0);
    while f64::abs(step) > 1e-14 && iterations < 50 {
        step = kepler(root, eccentricity, mean) / kepler_slope(root, eccentricity);
        root = root - step;
        iterations += 1;
    }
    root
}

#[test]
fn a_root_by_newton_has_the_slope_of_the_implicit_function() {
    let (a, e, t, mu) = (1.0, 0.5, FRAC_PI_2, 1.0);
    check!(eccentric_anomaly(a, e, t, mu); (a, e, t, mu) in [(1.0, 0.5, FRAC_PI_2, 1.0), (1.3, 0.2, 0.7, 0.9)]);
    let root = eccentric_anomaly(a, e, t, mu);
    let along_mean = 1.0 / (1.0 - e * root.cos());
    let rate = (mu / a.powi(3)).sqrt();
    let (da, de, dt, dmu) = eccentric_anomaly::grad(a, e, t, mu);
    let want = [
        -1.5 * rate * t / a * along_mean,
        root.sin() * along_mean,
        rate * along_mean,
        0.5 * rate * t / mu * along_mean,
    ];
    assert_close(&[da, de, dt, dmu], &want);
}

// rust-lang/rust 152470: the derivatives of Rosenbrock's function.
#[autodiff_reverse(d_rosenbrock, Active, Active, Const, Const, Active)]
#[autodiff_forward(along_rosenbrock, Dual, Dual, Const, Const, Dual)]
fn rosenbrock(x: f64, y: f64, a: f64, b: f64) -> f64 {
    (a - x).powi(2) + b * (y - x.powi(2)).powi(2)
}

#[test]
fn rosenbrock_by_the_attributes_of_std() {
    assert_eq!(rosenbrock(3.0, 5.0, 1.0, 100.0), 1604.0);
    assert_eq!(d_rosenbrock(3.0, 5.0, 1.0, 100.0, 1.0), (1604.0, 4804.0, -800.0));
    assert_eq!(along_rosenbrock(3.0, 1.0, 5.0, 0.0, 1.0, 100.0), (1604.0, 4804.0));
    assert_eq!(along_rosenbrock(3.0, 0.0, 5.0, 1.0, 1.0, 100.0), (1604.0, -800.0));
}

// rust-lang/rust 160470: the compiler crashed on slices of integers that are constant, between slices of
// numbers that are not.
#[autodiff_reverse(
    d_evaluated,
    Const,
    Const,
    Const,
    Const,
    Duplicated,
    Const,
    Const,
    Duplicated,
    Duplicated
)]
#[autodiff_forward(along_evaluated, Const, Const, Const, Const, Dual, Const, Const, Dual, Dual)]
fn evaluated(
    operations: &[u32],
    left: &[u32],
    right: &[u32],
    constants: &[f64],
    x: &[f64],
    params: &[f64],
    factors: &[f64],
    registers: &mut [f64],
    out: &mut [f64],
) {
    let _ = (left, right, params, registers);
    out[0] = constants[0] + f64::from(operations[0]) * x[0] + factors[0];
}

#[test]
fn constant_slices_of_integers_beside_active_slices() {
    let (mut registers, mut registers_bar) = ([7.0, 8.0], [0.0, 0.0]);
    let (mut out, mut out_bar, mut x_bar) = ([0.0], [1.0], [0.0, 0.0]);
    d_evaluated(
        &[3],
        &[0],
        &[1],
        &[0.5],
        &[2.0, 4.0],
        &mut x_bar,
        &[],
        &[0.25],
        &mut registers,
        &mut registers_bar,
        &mut out,
        &mut out_bar,
    );
    assert_eq!((out, x_bar, out_bar), ([6.75], [3.0, 0.0], [0.0]));
    let (mut out, mut dout, mut dregisters) = ([0.0], [9.0], [0.0, 0.0]);
    along_evaluated(
        &[3],
        &[0],
        &[1],
        &[0.5],
        &[2.0, 4.0],
        &[1.0, 5.0],
        &[],
        &[0.25],
        &mut registers,
        &mut dregisters,
        &mut out,
        &mut dout,
    );
    assert_eq!((out, dout, registers), ([6.75], [3.0], [7.0, 8.0]));
    let mut plain = [0.0];
    evaluated(&[3], &[0], &[1], &[0.5], &[2.0, 4.0], &[], &[0.25], &mut [], &mut plain);
    assert_eq!(plain, [6.75]);
}

// rust-lang/rust 160567: a function that has a derivative and does nothing made forward mode over it fail.
#[autodiff_reverse(nothing_in_reverse, Duplicated)]
#[autodiff_forward(nothing_forward, Dual)]
fn nothing(_out: &mut [f64]) {}

#[differentiate]
fn nothing_in_place(_out: &mut [f64]) {}

#[differentiate]
fn calls_nothing(out: &mut [f64]) {
    nothing_in_place(out);
}

#[test]
fn a_function_that_does_nothing_leaves_its_shadow_alone() {
    let (mut out, mut shadow) = ([1.0], [3.0]);
    nothing_in_reverse(&mut out, &mut shadow);
    nothing_forward(&mut out, &mut shadow);
    nothing(&mut out);
    assert_eq!((out, shadow), ([1.0], [3.0]));
    check_in_place!(calls_nothing(&mut u); mut u; u in [vec![1.0, -2.0]]);
}

// rust-lang/rust 160806: a loop whose one branch leaves by `continue` before `split_at_mut` crashed the
// compiler.
#[differentiate]
fn eliminate(rows: &mut [f64], width: usize) {
    let count = rows.len() / width;
    for i in 1..count {
        let pivot = rows[(i - 1) * width];
        if pivot > 0.0 {
            rows[i * width] *= pivot;
        } else {
            rows[i * width] -= pivot;
            continue;
        }
        let (above, below) = rows.split_at_mut(i * width);
        for j in 1..width {
            below[j] += above[(i - 1) * width + j] * below[0];
        }
    }
}

#[test]
fn continue_before_a_split_borrow() {
    check_in_place!(eliminate(&mut rows, 2); mut rows; rows in [
        vec![1.5, 2.0, 0.5, -1.0, 3.0, 0.25],
        vec![-1.5, 2.0, 0.5, -1.0, 3.0, 0.25],
        vec![1.5, 2.0, -0.5, -1.0, 3.0, 0.25],
    ]);
}

// rust-lang/rust 143516: forward mode of an array taken apart by a pattern.
#[autodiff_forward(density, Const, Dual, Dual)]
#[autodiff_forward(along_shape, Dual, Const, DualOnly)]
fn extreme_value(parameters: &[f64; 3], x: f64) -> f64 {
    let [location, scale, shape] = *parameters;
    (-(1.0 + shape * (x - location) / scale).powf(-1.0 / shape)).exp()
}

#[differentiate]
fn extreme_value_in_both_modes(parameters: &[f64; 3], x: f64) -> f64 {
    let [location, scale, shape] = *parameters;
    (-(1.0 + shape * (x - location) / scale).powf(-1.0 / shape)).exp()
}

#[test]
fn an_array_taken_apart_by_a_pattern() {
    let (parameters, x) = ([0.1, 1.2, 0.3], 1.0);
    let [location, scale, shape] = parameters;
    let base: f64 = 1.0 + shape * (x - location) / scale;
    let value = extreme_value(&parameters, x);
    let slope = value * base.powf(-1.0 / shape - 1.0) / scale;
    let (same, got) = density(&parameters, x, 1.0);
    assert_close(&[same, got], &[value, slope]);
    assert_close(&[along_shape(&parameters, &[1.0, 0.0, 0.0], x)], &[-slope]);
    check!(extreme_value_in_both_modes(&p, x); (p, x) in [([0.1, 1.2, 0.3], 1.0), ([0.0, 1.0, 0.1], 1.0)]);
}

// EnzymeAD/rust 174: forward mode of a `Vec` that is collected and then summed crashed the compiler.
#[differentiate]
fn collected(x: &[f64], y: f64) -> f64 {
    let quotients: Vec<_> = x.iter().map(|x| x / y).collect();
    quotients.iter().sum()
}

#[autodiff_forward(along_collected, Const, Dual, Dual)]
fn collected_by_std(x: &[f64], y: f64) -> f64 {
    let quotients: Vec<_> = x.iter().map(|x| x / y).collect();
    quotients.iter().sum()
}

#[test]
fn a_vec_that_is_collected_and_summed() {
    check!(collected(&x, y); (x, y) in [(vec![1.0, 2.0, -4.0], 0.5), (vec![0.3], -2.0)]);
    assert_eq!(along_collected(&[1.0, 2.0, 5.0], 2.0, 1.0), (4.0, -2.0));
    assert_eq!(collected_by_std(&[1.0, 2.0, 5.0], 2.0), 4.0);
}

// rust-lang/rust 154822: a product of the elements of an array failed in debug builds.
#[differentiate]
fn through_a_reference(x: &[f64; 2], y: &mut f64) {
    *y = x[0] * x[0] + x[1] * x[0];
}

#[test]
fn a_number_written_through_a_reference() {
    let (mut x_bar, mut y, mut y_bar) = ([0.0; 2], 0.0, 1.0);
    through_a_reference::vjp_into(&[2.0, 2.0], &mut y, (), (&mut x_bar, &mut y_bar));
    assert_eq!((y, x_bar, y_bar), (8.0, [6.0, 2.0], 0.0));
    check_in_place!(through_a_reference(&x, &mut y); mut y; (x, y) in [([2.0, 2.0], 0.0)]);
}

// rust-lang/rust 140032: generic functions.
#[differentiate]
fn squared<T: autodiff::Float>(x: &T) -> T {
    *x * *x
}

#[test]
fn a_generic_function_in_both_precisions() {
    assert_eq!(squared::grad(&3.0_f32), 6.0);
    assert_eq!(squared::grad(&3.0_f64), 6.0);
    assert_eq!(squared::jvp(&3.0_f64, 1.0), (9.0, 6.0));
}

// rust-lang/rust 139557: functions in an `impl`.
#[derive(autodiff::Differentiable, Clone)]
struct Ogden {
    stiffness: f64,
}

impl Ogden {
    #[differentiate(wrt(j))]
    fn energy(&self, j: f64) -> f64 {
        self.stiffness * 0.25 * (j * j - 1.0 - 2.0 * j.ln())
    }
}

#[test]
fn a_method_has_a_derivative() {
    let (material, j) = (Ogden { stiffness: 1.0 }, 0.8);
    let pressure = 0.5 * (j * j - 1.0);
    assert_close(&[material.energy_grad(j) * j], &[pressure]);
    let (_, along) = material.energy_jvp(j, 1.0);
    assert_close(&[along * j], &[pressure]);
}

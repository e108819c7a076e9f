//! Heat in a rod by the method of J. Crank and P. Nicolson (1947), each step solved by L. Thomas's
//! elimination: W. Press et al., *Numerical Recipes*, sections 19.2 (equation 19.2.13) and 2.4.

use autodiff::{Float, differentiate};

use crate::harness::{check, check_map};

/// A tridiagonal matrix, row by row: left of, on and right of the diagonal.
type Rows<T> = [[T; 3]];

/// Solves in place for the right-hand side `x`.
#[differentiate]
fn thomas<T: Float>(rows: &Rows<T>, x: &mut [T]) {
    let n = x.len();
    let mut upper = Vec::with_capacity(n);
    let mut pivot = rows[0][1];
    x[0] /= pivot;
    for i in 1..n {
        upper.push(rows[i - 1][2] / pivot);
        pivot = rows[i][1] - rows[i][0] * upper[i - 1];
        x[i] = (x[i] - rows[i][0] * x[i - 1]) / pivot;
    }
    for (i, factor) in upper.iter().enumerate().rev() {
        x[i] = x[i] - *factor * x[i + 1];
    }
}

/// One step; `number` is the diffusivity times time step by squared distance, between the points and
/// their right neighbours. The ends are held.
#[differentiate]
fn step<T: Float>(u: &mut Vec<T>, number: &[T]) {
    let n = u.len();
    let half = T::from_f64(0.5);
    let mut rows = vec![[T::zero(), T::one(), T::zero()]; n];
    let mut rhs = u.clone();
    for i in 1..n - 1 {
        let (left, right) = (half * number[i - 1], half * number[i]);
        rows[i] = [-left, T::one() + left + right, -right];
        rhs[i] += right * (u[i + 1] - u[i]) - left * (u[i] - u[i - 1]);
    }
    thomas(&rows, &mut rhs);
    *u = rhs;
}

#[differentiate]
fn evolve<T: Float>(start: &[T], number: &[T], steps: usize) -> Vec<T> {
    let mut u = start.to_vec();
    for _ in 0..steps {
        step(&mut u, number);
    }
    u
}

/// The misfit of the temperatures that are measured at some points, while the rod cools: what an
/// inverse problem makes small.
#[differentiate(wrt(start, number))]
fn misfit<T: Float>(start: &[T], number: &[T], probes: &[usize], measured: &[Vec<T>]) -> T {
    let mut u = start.to_vec();
    let mut misfit = T::zero();
    for at_time in measured {
        step(&mut u, number);
        misfit += probes.iter().zip(at_time).map(|(&i, &t)| (u[i] - t).powi(2)).sum::<T>();
    }
    misfit
}

#[test]
fn diffusion() {
    let start = vec![0.0, 1.0, 0.3, -0.5, 0.2, 0.1];
    let number = vec![0.4, 0.9, 1.5, 0.2, 0.6];
    for steps in [1, 4] {
        check_map!(evolve(&start, &number, steps); (start, number) in [
            (start.clone(), number.clone()),
            (vec![1.0, 0.0, 0.4], vec![0.3, 0.7]),
        ]);
    }
    let measured = vec![vec![0.5, 0.1], vec![0.4, 0.0], vec![0.2, 0.1]];
    check!(misfit(&start, &number, &[1, 3], &measured); (start, number) in [(start, number)]);
}

#[test]
fn diffusion_in_single_precision() {
    check_map!(evolve(&start, &number, 3); (start, number) in [
        (vec![0.0_f32, 1.0, 0.3, -0.5, 0.2], vec![0.4, 0.9, 0.5, 0.2]),
    ]);
}

/// A sine decays by the same factor in each step.
#[test]
fn a_mode_decays() {
    let n = 9;
    let wave = |i: usize| (std::f64::consts::PI * i as f64 / (n - 1) as f64).sin();
    let start: Vec<f64> = (0..n).map(wave).collect();
    let number = vec![0.7; n - 1];
    let s = 0.7 * (1.0 - (std::f64::consts::PI / (n - 1) as f64).cos());
    let factor = (1.0 - s) / (1.0 + s);
    let (end, pullback) = evolve::vjp(&start, &number, 5);
    let (start_bar, _) = pullback(start.clone());
    for i in 0..n {
        assert!((end[i] - factor.powi(5) * wave(i)).abs() < 1e-14);
    }
    // The transposed steps have the same mode, apart from the ends that are held.
    for i in 1..n - 1 {
        assert!((start_bar[i] - factor.powi(5) * wave(i)).abs() < 1e-14);
    }
}

//! Functions that change their arguments, differentiated themselves and called by others.

#![allow(clippy::needless_range_loop, clippy::ptr_arg, reason = "such code is what is tested")]

use autodiff::differentiate;

use crate::harness::{check, check_in_place, check_map};

#[differentiate]
fn heat_step(u: &mut [f64], dt: f64) {
    let old = u.to_vec();
    for i in 1..u.len() - 1 {
        u[i] = old[i] + dt * (old[i - 1] - 2.0 * old[i] + old[i + 1]);
    }
}

/// Reads what it has just written, as Gauss-Seidel does.
#[differentiate]
fn gauss_seidel_sweep(u: &mut [f64], source: &[f64]) {
    for i in 1..u.len() - 1 {
        u[i] = 0.5 * (u[i - 1] + u[i + 1] + source[i] * u[i]);
    }
}

#[differentiate]
fn scale_and_sum(p: &mut [f64], factor: f64) -> f64 {
    let mut total = 0.0;
    for v in p.iter_mut() {
        *v *= factor;
        total += *v * *v;
    }
    total
}

#[differentiate]
fn p_sum(p: &mut [f64]) -> f64 {
    for i in 1..p.len() {
        p[i] += p[i - 1] * p[i - 1];
    }
    p.iter().sum()
}

#[differentiate]
fn decay(x: &mut f64, rate: f64) {
    *x *= (-rate).exp();
}

#[differentiate]
fn exchange(a: &mut f64, b: &mut f64) -> f64 {
    let sum = *a + *b;
    let kept = *a;
    *a = *b * sum;
    *b = kept.sin();
    sum * kept
}

#[differentiate]
fn normalise(x: &mut [f64; 3]) {
    let norm = (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt();
    for i in 0..3 {
        x[i] /= norm;
    }
}

#[differentiate]
fn cholesky_in_place<const N: usize>(a: &mut [[f64; N]; N]) -> f64 {
    let mut log_determinant = 0.0;
    for j in 0..N {
        for k in 0..j {
            a[j][j] -= a[j][k] * a[j][k];
        }
        a[j][j] = a[j][j].sqrt();
        log_determinant += 2.0 * a[j][j].ln();
        for i in j + 1..N {
            for k in 0..j {
                a[i][j] -= a[i][k] * a[j][k];
            }
            a[i][j] /= a[j][j];
        }
    }
    log_determinant
}

/// Written through a grown buffer that belongs to the caller: its length stays.
#[differentiate]
fn integrate_in_place(x: &mut Vec<f64>, dt: f64) {
    let mut level = 0.0;
    for i in 0..x.len() {
        level += dt * x[i];
        x[i] = level * level;
    }
}

#[differentiate]
fn sort_ascending(x: &mut [f64]) {
    let n = x.len();
    for end in (1..n).rev() {
        for i in 0..end {
            if x[i] > x[i + 1] {
                x.swap(i, i + 1);
            }
        }
    }
}

#[differentiate]
fn leapfrog(position: &mut [f64; 2], velocity: &mut [f64; 2], dt: f64, stiffness: f64) {
    for i in 0..2 {
        velocity[i] -= 0.5 * dt * stiffness * position[i].sin();
        position[i] += dt * velocity[i];
        velocity[i] -= 0.5 * dt * stiffness * position[i].sin();
    }
}

/// What is overwritten without being read leaves no adjoint behind.
#[differentiate]
fn overwrite(target: &mut [f64], source: &[f64]) {
    for (t, s) in target.iter_mut().zip(source) {
        *t = s * s;
    }
}

#[differentiate]
fn axpy(alpha: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] += alpha * x[i];
    }
}

#[differentiate]
fn reset_front(x: &mut [f64], value: f64) -> f64 {
    let before = x[0] * x[1];
    x[..2].fill(value);
    x[2] *= x[0];
    before
}

#[differentiate]
fn relax_f32(u: &mut [f32], rate: f32) {
    for i in 1..u.len() {
        u[i] += rate * (u[i - 1] - u[i]);
    }
}

// Callers: in loops, on parts of a buffer, on locals and on the caller's own in-place argument.

#[differentiate]
fn diffuse(initial: &[f64], dt: f64, steps: usize) -> Vec<f64> {
    let mut u = initial.to_vec();
    for _ in 0..steps {
        heat_step(&mut u, dt);
    }
    u
}

#[differentiate]
fn smoothed_energy(source: &[f64], sweeps: usize) -> f64 {
    let mut u = vec![0.1; source.len()];
    for _ in 0..sweeps {
        gauss_seidel_sweep(&mut u, source);
    }
    u.iter().map(|v| v * v).sum()
}

#[differentiate]
fn accumulated_scaling(x: &[f64], factor: f64) -> f64 {
    let mut p = x.to_vec();
    let mut total = 0.0;
    for k in 0..3 {
        total += scale_and_sum(&mut p, factor) * (k + 1) as f64;
    }
    total * p[0]
}

#[differentiate]
fn decayed(start: f64, rate: f64, steps: usize) -> f64 {
    let mut x = start;
    for _ in 0..steps {
        decay(&mut x, rate);
        x += 0.1 * rate;
    }
    x
}

#[differentiate]
fn one_element_decays(x: &[f64; 3], rate: f64) -> f64 {
    let mut y = *x;
    decay(&mut y[1], rate);
    let decayed = y[1];
    decay(&mut y[2], decayed);
    y[0] * y[1] + y[2]
}

#[differentiate]
fn halves_scaled_apart(x: &[f64], a: f64, b: f64) -> f64 {
    let mut y = x.to_vec();
    let middle = y.len() / 2;
    let front = scale_and_sum(&mut y[..middle], a);
    let back = scale_and_sum(&mut y[middle..], b);
    front * back + y[0] * y[middle]
}

#[differentiate]
fn two_heat_steps(u: &mut [f64], dt: f64) {
    heat_step(u, dt);
    u[0] *= dt;
    heat_step(&mut u[..], 0.5 * dt);
}

#[differentiate]
fn median_of_five(x: [f64; 5]) -> f64 {
    let mut sorted = x;
    sort_ascending(&mut sorted);
    sorted[2] * sorted[2] + 0.1 * sorted[4]
}

#[differentiate]
fn pendulum_pair(angles: [f64; 2], stiffness: f64, steps: usize) -> ([f64; 2], [f64; 2]) {
    let mut position = angles;
    let mut velocity = [0.0, 0.1];
    for _ in 0..steps {
        leapfrog(&mut position, &mut velocity, 0.05, stiffness);
    }
    (position, velocity)
}

#[differentiate]
fn swept_residual(a: &[[f64; 3]; 3], b: &[f64; 3], alpha: f64) -> f64 {
    let mut residual = [b[0], b[1], b[2]];
    for i in 0..3 {
        let mut image = [0.0; 3];
        for j in 0..3 {
            image[j] = a[j][i] * residual[i];
        }
        axpy(-alpha, &image, &mut residual);
    }
    residual.iter().map(|r| r * r).sum::<f64>()
}

#[test]
fn changed_slices() {
    let u = vec![1.0, -2.0, 0.5, 3.0];
    check_in_place!(heat_step(&mut u, dt); mut u; (u, dt) in [(u.clone(), 0.2)]);
    check_in_place!(gauss_seidel_sweep(&mut u, &source); mut u; (u, source) in [
        (u.clone(), vec![0.3, 0.7, -1.1, 0.4]),
    ]);
    check_in_place!(sort_ascending(&mut x); mut x; x in [u.clone(), vec![3.0, 2.0, 1.0], vec![]]);
    check_in_place!(overwrite(&mut x, &source); mut x; (x, source) in [
        (u.clone(), vec![0.3, 0.7, -1.1, 0.4]),
        (u.clone(), vec![0.3, 0.7]),
    ]);
    check_in_place!(axpy(alpha, &x, &mut y); mut y; (alpha, x, y) in [
        (0.7, u.clone(), vec![0.3, 0.7, -1.1, 0.4]),
    ]);
    check_in_place!(relax_f32(&mut u, rate); mut u; (u, rate) in [(vec![1.0, -2.0, 0.5], 0.25)]);
    check_in_place!(two_heat_steps(&mut u, dt); mut u; (u, dt) in [(u.clone(), 0.2)]);
}

#[test]
fn changed_arrays_vectors_and_scalars() {
    check_in_place!(normalise(&mut x); mut x; x in [[1.0, -2.0, 0.5]]);
    check_in_place!(integrate_in_place(&mut x, dt); mut x; (x, dt) in [(vec![1.0, -2.0, 0.5], 0.3)]);
    check_in_place!(decay(&mut x, rate); mut x; (x, rate) in [(1.5, 0.3)]);
    check_in_place!(leapfrog(&mut position, &mut velocity, dt, stiffness); mut position, velocity;
        (position, velocity, dt, stiffness) in [([0.4, -0.7], [0.1, 0.9], 0.2, 1.3)]);
}

#[test]
fn changed_with_a_value_returned() {
    let p = vec![1.0, -2.0, 0.5];
    check_in_place!(scale_and_sum(&mut p, factor); mut p; (p, factor) in [(p.clone(), 0.7)]);
    check_in_place!(p_sum(&mut p); mut p; p in [p.clone(), vec![0.6, 0.9]]);
    check_in_place!(exchange(&mut a, &mut b); mut a, b; (a, b) in [(0.4, -1.3)]);
    check_in_place!(cholesky_in_place(&mut a); mut a; a in [
        [[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]],
    ]);
    check_in_place!(reset_front(&mut x, value); mut x; (x, value) in [(p.clone(), 0.7)]);
}

#[test]
fn called_by_others() {
    let u = vec![1.0, -2.0, 0.5, 3.0];
    check_map!(diffuse(&u, dt, 3); (u, dt) in [(u.clone(), 0.2)]);
    check!(smoothed_energy(&source, 3); source in [u.clone()]);
    check!(accumulated_scaling(&x, factor); (x, factor) in [(u.clone(), 0.7)]);
    check!(decayed(start, rate, 4); (start, rate) in [(1.5, 0.3)]);
    check!(one_element_decays(&x, rate); (x, rate) in [([1.0, -2.0, 0.5], 0.3)]);
    check!(halves_scaled_apart(&x, a, b); (x, a, b) in [(u.clone(), 0.7, -1.2)]);
    check!(median_of_five(x); x in [[1.0, -2.0, 0.5, 3.0, 0.7]]);
    check_map!(pendulum_pair(angles, stiffness, 4); (angles, stiffness) in [([0.4, -0.7], 1.3)]);
    check!(swept_residual(&a, &b, alpha); (a, b, alpha) in [
        ([[1.0, 2.0, 0.5], [3.0, -4.0, 1.5], [0.2, 0.7, -1.0]], [1.0, -2.0, 0.5], 0.3),
    ]);
}

/// Without shadows, what an in-place function returns has a slope along what stood there on entry.
#[test]
fn returned_value_alone() {
    // [1, 2, 3] becomes [1, 3, 12]; the sum is 16.
    let start = [1.0, 2.0, 3.0];
    let gradient = [1.0 + 2.0 + 12.0, 1.0 + 6.0, 1.0];

    let mut p = start;
    assert_eq!(p_sum::value_and_grad(&mut p), (16.0, gradient.to_vec()));
    assert_eq!(p, [1.0, 3.0, 12.0]);

    let mut p = start;
    let (value, pull) = p_sum::vjp(&mut p);
    assert_eq!((value, pull(2.0)), (16.0, gradient.map(|v| 2.0 * v).to_vec()));
    assert_eq!(p, [1.0, 3.0, 12.0]);

    let mut p = start;
    let (value, tangent) = p_sum::jvp(&mut p, vec![1.0, 10.0, 100.0]);
    assert_eq!((value, tangent), (16.0, 15.0 + 70.0 + 100.0));
    assert_eq!(p, [1.0, 3.0, 12.0]);
}

//! Loops that keep records, so many that their number is a constant of the program; the graph; calls.

use autodiff::{Float, differentiate};

use crate::by_num_traits::check_two;
use crate::differences::assert_gradient;

#[differentiate]
fn logistic_map(start: f64, rate: f64) -> f64 {
    let mut x = start;
    for _ in 0..20 {
        x = rate * x * (1.0 - x);
    }
    x
}

const STEPS: usize = 300;

#[differentiate]
fn oscillator(position: f64, velocity: f64) -> f64 {
    let (mut position, mut velocity) = (position, velocity);
    for step in 1..=STEPS {
        let damping = 1.0 / step as f64;
        velocity -= 0.01 * libm::sin(position) + 0.01 * damping * velocity * velocity;
        position += 0.01 * velocity;
    }
    position
}

/// `x` after each of `N` rotations by an angle that depends on it.
#[differentiate]
fn turned<T: Float, const N: usize>(mut x: [T; N], angle: T) -> T {
    for i in 0..N {
        for j in i + 1..N {
            let a = angle * x[i] * x[j];
            (x[i], x[j]) = (a.cos() * x[i] - a.sin() * x[j], a.sin() * x[i] + a.cos() * x[j]);
        }
    }
    let mut sum = T::zero();
    for (i, &x) in x.iter().enumerate() {
        sum += T::from_f64(i as f64 + 1.0) * x;
    }
    sum
}

#[differentiate]
fn step(state: &mut [f64; 3], dt: f64) {
    let [x, y, z] = *state;
    state[0] += dt * 10.0 * (y - x);
    state[1] += dt * (x * (28.0 - z) - y);
    state[2] += dt * (x * y - 8.0 / 3.0 * z);
}

#[differentiate]
fn lorenz(start: [f64; 3], dt: f64) -> f64 {
    let mut state = start;
    for _ in 0..30 {
        step(&mut state, dt);
    }
    state[0] * state[1] + state[2]
}

#[differentiate]
fn matrix_power<const N: usize>(a: &[[f64; N]; N], x: [f64; N]) -> f64 {
    let mut x = x;
    for _ in 0..4 {
        let mut y = [0.0; N];
        for i in 0..N {
            for j in 0..N {
                y[i] += a[i][j] * x[j] * x[j];
            }
        }
        x = y;
    }
    x.iter().sum()
}

#[differentiate]
fn power(x: f64, n: u32) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

#[differentiate]
fn until(x: f64, limit: f64) -> f64 {
    let mut sum = 0.0;
    let mut k = 0;
    // Nothing is kept: the derivative of a sum needs none of its terms.
    while f64::from(k) < limit {
        sum += x;
        k += 1;
    }
    sum
}

pub fn check() {
    check_two! {
        logistic_map: [0.3, 2.5];
        oscillator: [1.0, 0.2];
    }

    let (x, angle) = ([0.4, -0.7, 1.2, 0.9], 0.6);
    let (x_bar, angle_bar) = turned::grad(x, angle);
    assert_gradient(|x| turned(x, angle), x, x_bar);
    assert_gradient(|[angle]| turned(x, angle), [angle], [angle_bar]);

    let (start, dt) = ([1.0, 2.0, 20.0], 0.01);
    let (start_bar, dt_bar) = lorenz::grad(start, dt);
    assert_gradient(|start| lorenz(start, dt), start, start_bar);
    assert_gradient(|[dt]| lorenz(start, dt), [dt], [dt_bar]);

    let (a, x) = ([[0.3, -0.4], [0.5, 0.6]], [0.9, 1.1]);
    let (a_bar, x_bar) = matrix_power::grad(&a, x);
    assert_gradient(|x| matrix_power(&a, x), x, x_bar);
    assert_gradient(
        |[b, c]| matrix_power(&[[0.3, b], [c, 0.6]], x),
        [-0.4, 0.5],
        [a_bar[0][1], a_bar[1][0]],
    );

    assert_gradient(|[x]| power(x, 5), [1.3], [power::grad(1.3, 5)]);
    assert_gradient(|[x]| until(x, 4.5), [1.3], [until::grad(1.3, 4.5).0]);

    // The graph is data: it needs no heap.
    let graph = logistic_map::GRAPH;
    assert!(graph.nodes().iter().any(|node| node.grad_fn() == Some("MulBackward")));
    assert_eq!(graph.leaves().filter(|leaf| leaf.requires_grad()).count(), 2);
}

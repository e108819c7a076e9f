//! Programs as people write them with `nalgebra`.

use autodiff::{Differentiable, differentiate};
use nalgebra::{
    Matrix2, Matrix2x4, Matrix3, Matrix4, Matrix4x2, SMatrix, Vector2, Vector3, Vector4,
};

use super::{m, v, w};
use crate::harness::{check, check_map, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug)]
struct Belief {
    mean: Vector4<f64>,
    covariance: Matrix4<f64>,
}

flat_structs! { f64: Belief => BeliefTangent { mean, covariance }; }

/// A Kalman filter of a body in a plane: the likelihood of what is measured, with the covariance in Joseph's
/// form. R. Kalman, "A New Approach to Linear Filtering and Prediction Problems" (1960).
#[differentiate]
fn likelihood(
    start: Belief,
    dt: f64,
    process: f64,
    noise: &Matrix2<f64>,
    measured: &[Vector2<f64>],
) -> f64 {
    let mut step = Matrix4::identity();
    step[(0, 2)] = dt;
    step[(1, 3)] = dt;
    let drift = Matrix4::from_diagonal_element(process * dt);
    let seen = Matrix2x4::new(1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0);
    let Belief { mut mean, mut covariance } = start;
    let mut log = 0.0;
    for z in measured {
        mean = step * mean;
        covariance = step * covariance * step.transpose() + drift;
        let innovation = z - seen * mean;
        let spread = seen * covariance * seen.transpose() + noise;
        let inverse = spread.try_inverse().unwrap();
        let gain: Matrix4x2<f64> = covariance * seen.transpose() * inverse;
        log -= 0.5 * (innovation.dot(&(inverse * innovation)) + spread.determinant().ln());
        mean += gain * innovation;
        let rest = Matrix4::identity() - gain * seen;
        covariance = rest * covariance * rest.transpose() + gain * noise * gain.transpose();
    }
    log
}

/// Rodrigues' formula.
#[differentiate]
fn rotation(r: &Vector3<f64>) -> Matrix3<f64> {
    let angle = r.norm();
    let axis = (r / angle).cross_matrix();
    Matrix3::identity() + axis * angle.sin() + axis * axis * (1.0 - angle.cos())
}

/// Euler's equations of a rigid body, by Heun's method: the angular velocity and the angular momentum.
#[differentiate]
fn tumbling(
    inertia: &Matrix3<f64>,
    start: Vector3<f64>,
    torque: Vector3<f64>,
    dt: f64,
    steps: usize,
) -> (Vector3<f64>, Vector3<f64>) {
    let inverse = inertia.try_inverse().expect("inertia is positive");
    let rate = |w: Vector3<f64>| inverse * (torque - w.cross(&(inertia * w)));
    let mut velocity = start;
    let mut attitude = Matrix3::identity();
    for _ in 0..steps {
        let first = rate(velocity);
        let second = rate(velocity + first * dt);
        attitude = attitude * rotation(&(velocity * dt));
        velocity += (first + second) * (0.5 * dt);
    }
    (velocity, attitude * inertia * velocity)
}

/// The error of reprojection of points seen by a camera with radial distortion.
#[differentiate]
fn reprojection(
    turn: &Vector3<f64>,
    shift: Vector3<f64>,
    focal: f64,
    distortion: Vector2<f64>,
    points: &[Vector3<f64>],
    pixels: &[Vector2<f64>],
) -> f64 {
    let turned = rotation(turn);
    let mut error = 0.0;
    for (point, pixel) in points.iter().zip(pixels) {
        let seen = turned * point + shift;
        let flat = Vector2::new(-seen.x, -seen.y) / seen.z;
        let squared = flat.norm_squared();
        let factor = 1.0 + squared * (distortion.x + distortion.y * squared);
        error += (flat * (focal * factor) - pixel).norm_squared();
    }
    error
}

/// The loss of a small network of two layers.
#[differentiate]
fn network(
    first: &SMatrix<f64, 4, 2>,
    bias: Vector4<f64>,
    second: Vector4<f64>,
    inputs: &[Vector2<f64>],
    targets: &[f64],
) -> f64 {
    let mut loss = 0.0;
    for k in 0..inputs.len() {
        let mut hidden = first * inputs[k] + bias;
        for i in 0..4 {
            hidden[i] = hidden[i].tanh();
        }
        loss += (second.dot(&hidden) - targets[k]).powi(2);
    }
    loss / inputs.len() as f64
}

#[test]
fn kalman_filter() {
    let mean = Vector4::new(0.1, -0.2, 1.0, 0.5);
    let covariance = Matrix4::new(
        1.3, 0.1, 0.2, 0.0, 0.1, 1.1, 0.0, 0.3, 0.2, 0.0, 0.9, 0.1, 0.0, 0.3, 0.1, 1.4,
    );
    let noise = Matrix2::new(0.4, 0.1, 0.1, 0.3);
    let measured = vec![Vector2::new(0.3, 0.1), Vector2::new(0.6, 0.2), Vector2::new(0.7, 0.6)];
    check!(
        likelihood(start, dt, process, &noise, &measured);
        (start, dt, process, noise, measured) in
            [(Belief { mean, covariance }, 0.3, 0.2, noise, measured)]
    );
}

#[test]
fn rigid_body() {
    let inertia = Matrix3::new(2.0, 0.1, -0.2, 0.1, 1.4, 0.3, -0.2, 0.3, 0.9);
    check_map!(rotation(&r); r in [v()]);
    check_map!(
        tumbling(&inertia, start, torque, dt, 4);
        (inertia, start, torque, dt) in [(inertia, v(), w(), 0.1)]
    );
}

#[test]
fn camera() {
    let points = vec![v(), w(), m() * v()];
    let pixels = vec![Vector2::new(0.1, 0.4), Vector2::new(-0.3, 0.2), Vector2::new(0.5, -0.1)];
    check!(
        reprojection(&turn, shift, focal, distortion, &points, &pixels);
        (turn, shift, focal, distortion, points, pixels) in [(
            w(), Vector3::new(0.1, 0.2, -4.0), 1.3, Vector2::new(0.05, -0.02), points, pixels,
        )]
    );
}

#[test]
fn small_network() {
    let first = SMatrix::<f64, 4, 2>::new(0.3, -1.1, 0.8, 0.7, 0.4, -0.2, 1.3, 0.9);
    let inputs = vec![Vector2::new(0.3, 0.7), Vector2::new(-0.4, 0.2)];
    check!(
        network(&first, bias, second, &inputs, &targets);
        (first, bias, second, inputs, targets) in [(
            first, Vector4::new(0.1, 0.2, -0.3, 0.4), Vector4::new(0.9, -0.7, 0.3, 0.5),
            inputs, vec![0.3, -0.6],
        )]
    );
}

//! Second derivatives of functions that call methods, functions of types and operators.

use autodiff::{Float, differentiate};

use super::assert_second;
use super::declared::{Pendulum, Shape, Track, Vector};

#[differentiate(hessian)]
fn swung(x: &[f64], steps: usize) -> f64 {
    let mut pendulum = Pendulum::new(x[0], x[1]);
    let mut total = 0.0;
    for step in 0..steps {
        pendulum.step(x[2]);
        if step % 2 == 0 {
            total += pendulum.energy() * x[1];
        }
    }
    let (pushed, work) = pendulum.pushed(x[0] * x[2]);
    total + work * pushed.energy()
}

/// In a branch outside of loops, where forward sweeps run again.
#[differentiate(hessian)]
fn at_times(x: &[f64], often: bool) -> f64 {
    let mut pendulum = Pendulum::new(x[0], x[1]);
    let mut energy = x[2];
    if often {
        pendulum.step(x[2]);
        energy *= pendulum.energy() * Pendulum::new(x[1], x[2]).energy();
    }
    energy * pendulum.angle
}

#[differentiate(hessian)]
fn along_a_track(x: &[f64]) -> f64 {
    let mut track = Track { points: x.to_vec(), name: String::new() };
    let before = track.energy(&x[1..]);
    track.advance(x[0] * 0.3);
    let mut other = track.clone();
    other.advance(before);
    other.energy(&track.points) + before
}

#[differentiate(hessian)]
fn by_value(x: &[f64]) -> f64 {
    let a = Vector { x: x[0], y: x[1] };
    let b = Vector { x: x[1] * x[2], y: x[2] };
    let c = (a + b) * x[0] + -b;
    let d = x[1] * c / (a + a);
    d.norm() * d.area(x[2]) + (a * 2.0).norm()
}

#[differentiate(hessian)]
fn in_place(x: &[f64], steps: usize) -> f64 {
    let mut a = Vector { x: x[0], y: x[1] };
    let b = Vector { x: x[2], y: x[0] * x[2] };
    for _ in 0..steps {
        a += b * 0.5;
        a -= &b;
        if a.x > 0.2 {
            a = &a - &b;
        }
    }
    a.norm() * x[1]
}

#[differentiate(hessian)]
fn of_any_float<T: Float>(x: &[T]) -> T {
    let a = Vector { x: x[0] * x[1], y: x[1] };
    let b = Vector { x: x[2], y: x[0] };
    let c = &(a + b) - &a;
    c.norm() * (a + c).norm()
}

/// Of the type of a number that a function gives only rustc knows.
#[differentiate(hessian)]
fn by_numbers(x: &[f64]) -> f64 {
    let norm = Vector { x: x[0], y: x[1] }.norm();
    let mut ratio = norm / (1.0 + norm * x[2]);
    ratio *= norm - x[0];
    -ratio % 0.7 - ratio * norm
}

#[test]
fn methods_have_second_derivatives() {
    for steps in 0..4 {
        check_second!(swung(x, steps); vec![1.1, 0.8, 0.3]);
    }
    for often in [false, true] {
        check_second!(at_times(x, often); vec![1.1, 0.8, 0.3]);
    }
    check_second!(along_a_track(x); vec![0.6, 0.8, -0.4]);
}

#[test]
fn operators_have_second_derivatives() {
    check_second!(by_value(x); vec![0.9, 0.7, 0.4]);
    for steps in 0..4 {
        check_second!(in_place(x, steps); vec![0.9, 0.7, 0.4]);
    }
    check_second!(of_any_float(x); vec![0.9, 0.7, 0.4]);
    check_second!(by_numbers(x); vec![0.9, 0.7, 0.4]);
}

#[test]
fn a_method_has_its_own() {
    let pendulum = Pendulum::new(1.2, 0.0);
    let along = autodiff::Differentiable::zero_tangent(&pendulum);
    assert_eq!(pendulum.energy_hvp(along.clone()), along);
    let vector = Vector { x: 3.0, y: 4.0 };
    let hessian = vector.area_hessian(0.0);
    assert_eq!(hessian, ndarray::array![[0.0, 1.0, 4.0], [1.0, 0.0, 3.0], [4.0, 3.0, 12.0]]);
}

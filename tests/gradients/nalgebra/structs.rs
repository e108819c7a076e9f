//! Matrices as fields of structs.

use autodiff::{Differentiable, differentiate};
use nalgebra::{Matrix3, Vector3};

use super::{m, v, w};
use crate::harness::{check, check_map, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Body {
    position: Vector3<f64>,
    inertia: Matrix3<f64>,
    mass: f64,
    id: usize,
}
flat_structs! { f64: Body => BodyTangent { position, inertia, mass }; }
#[differentiate]
fn of_bodies(bodies: &[Body], f: Vector3<f64>) -> f64 {
    let mut e = 0.0;
    for b in bodies {
        e += b.position.norm_squared() * b.mass + b.position.dot(&(b.inertia * f));
    }
    e
}
#[differentiate]
fn moved(b: Body, dt: f64) -> Body {
    let mut c = b;
    c.position += b.inertia * b.position * dt;
    c.mass *= c.position.x;
    Body { inertia: c.inertia * dt, ..c }
}
#[derive(Differentiable, Clone, Copy, Debug)]
struct Pose {
    rotation: Matrix3<f64>,
    translation: Vector3<f64>,
}
flat_structs! { f64: Pose => PoseTangent { rotation, translation }; }
impl Pose {
    #[differentiate]
    fn apply(&self, p: &Vector3<f64>) -> Vector3<f64> {
        self.rotation * p + self.translation
    }
    #[differentiate]
    fn inverse(&self) -> Pose {
        let rotation = self.rotation.transpose();
        Pose { rotation, translation: -(rotation * self.translation) }
    }
}
#[differentiate]
fn there_and_back(pose: &Pose, p: Vector3<f64>) -> f64 {
    let q = pose.apply(&p);
    let back = pose.inverse();
    back.apply(&q).x * q.norm() + pose.translation.x * pose.rotation[(0, 1)] + pose.rotation.m12
}

/// Types with the names of `nalgebra`, and functions of their own.
mod namesakes {
    use autodiff::{Differentiable, differentiate};

    #[derive(Differentiable, Clone, Copy, Debug)]
    pub struct Vector2 {
        pub x: f64,
        pub y: f64,
    }

    impl Vector2 {
        #[differentiate]
        pub fn new(x: f64, y: f64) -> Self {
            Self { x: x * y, y }
        }

        #[differentiate]
        pub fn norm(&self) -> f64 {
            self.x.abs() + self.y.abs()
        }

        #[differentiate]
        pub fn dot(self, other: &Self) -> f64 {
            self.x * other.y
        }
    }
}

#[differentiate]
fn of_namesakes(x: f64, y: f64) -> f64 {
    let a = namesakes::Vector2::new(x, y);
    let b = namesakes::Vector2::new(y, 2.0);
    a.norm() * a.dot(&b) + b.dot(&a)
}

#[test]
fn namesakes_have_their_own() {
    check!(of_namesakes(x, y); (x, y) in [(0.7, 1.3)]);
}

#[test]
fn fields() {
    let body = Body { position: v(), inertia: m(), mass: 1.4, id: 3 };
    check!(of_bodies(&bodies, f); (bodies, f) in [
        (vec![body, Body { position: w(), ..body }], w()),
    ]);
    check_map!(moved(b, dt); (b, dt) in [(body, 0.4)]);
    let pose = Pose { rotation: m(), translation: w() };
    check!(there_and_back(&pose, p); (pose, p) in [(pose, v())]);
}

/// What every derived tangent can do.
#[test]
fn tangents_are_vectors() {
    let one = PoseTangent { rotation: m(), translation: w() };
    let mut sum = one.clone() + one.clone() * 2.0;
    sum += PoseTangent::default();
    assert_eq!(sum.translation, w() + w() * 2.0);
    assert_eq!(sum.rotation, m() + m() * 2.0);
}

/// By its own checker, which goes by coordinates.
#[test]
fn checked_by_coordinates() {
    #[differentiate]
    fn bent(v: Vector3<f64>, m: &Matrix3<f64>) -> f64 {
        (m * v).norm() * v.x.sin()
    }
    let m = m();
    autodiff::check!(bent(v(), &m)).unwrap();
}

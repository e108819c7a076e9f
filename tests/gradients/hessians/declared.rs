//! Types whose declarations a function in another file cannot read.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use autodiff::{Differentiable, Float, differentiate};

#[derive(Differentiable, Clone, Debug)]
pub struct Pendulum {
    pub angle: f64,
    pub speed: f64,
    length: f64,
}

#[differentiate(hessian)]
impl Pendulum {
    pub fn new(length: f64, angle: f64) -> Self {
        Self { angle, speed: 0.0, length: length * length }
    }

    pub fn step(&mut self, dt: f64) {
        self.speed -= dt * self.angle.sin() / self.length;
        self.angle += dt * self.speed;
    }

    pub fn energy(&self) -> f64 {
        let v = self.length * self.speed;
        0.5 * v * v + self.length * (1.0 - self.angle.cos())
    }

    /// Takes itself, and gives a number besides.
    pub fn pushed(self, by: f64) -> (Self, f64) {
        let work = by * self.speed;
        (Self { speed: self.speed + by * by, ..self }, work)
    }
}

/// Its pullbacks read the numbers again.
#[derive(Differentiable, Clone, Debug)]
pub struct Track {
    pub points: Vec<f64>,
    #[differentiable(constant)]
    pub name: String,
}

impl Track {
    #[differentiate(hessian)]
    pub fn advance(&mut self, dt: f64) {
        for v in self.points.iter_mut() {
            *v += dt * v.sin() * *v;
        }
    }

    #[differentiate(hessian)]
    pub fn energy(&self, weights: &[f64]) -> f64 {
        self.points.iter().zip(weights).map(|(v, w)| v * v * v * w).sum()
    }
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
pub struct Vector<T> {
    pub x: T,
    pub y: T,
}

#[differentiate(hessian)]
impl<T: Float> Vector<T> {
    pub fn norm(&self) -> T {
        (self.x * self.x + self.y * self.y).sqrt()
    }
}

#[differentiate(hessian)]
impl<T: Float> Add for Vector<T> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

impl<T: Float> Sub<&Vector<T>> for &Vector<T> {
    type Output = Vector<T>;

    #[differentiate(hessian)]
    fn sub(self, other: &Vector<T>) -> Vector<T> {
        Vector { x: self.x - other.x * other.y, y: self.y - other.y }
    }
}

#[differentiate(hessian)]
impl Mul<f64> for Vector<f64> {
    type Output = Self;

    fn mul(self, by: f64) -> Self {
        Self { x: self.x * by, y: self.y * by * by }
    }
}

#[differentiate(hessian)]
impl Mul<Vector<f64>> for f64 {
    type Output = Vector<f64>;

    fn mul(self, of: Vector<f64>) -> Vector<f64> {
        Vector { x: of.x * self, y: of.y * self.sin() }
    }
}

#[differentiate(hessian)]
impl Div for Vector<f64> {
    type Output = Self;

    fn div(self, by: Self) -> Self {
        Self { x: self.x / by.x, y: self.y / by.y }
    }
}

#[differentiate(hessian)]
impl Neg for Vector<f64> {
    type Output = Self;

    fn neg(self) -> Self {
        Self { x: -self.x * self.y, y: self.y.cos() }
    }
}

#[differentiate(hessian)]
impl AddAssign for Vector<f64> {
    fn add_assign(&mut self, by: Self) {
        self.x += by.x * self.y;
        self.y += by.y;
    }
}

#[differentiate(hessian)]
impl SubAssign<&Vector<f64>> for Vector<f64> {
    fn sub_assign(&mut self, by: &Self) {
        self.x -= by.x * by.x;
        self.y -= self.y * by.y;
    }
}

pub trait Shape {
    fn area(&self, scale: f64) -> f64;
}

impl Shape for Vector<f64> {
    #[differentiate(hessian)]
    fn area(&self, scale: f64) -> f64 {
        self.x * self.y * scale.exp()
    }
}

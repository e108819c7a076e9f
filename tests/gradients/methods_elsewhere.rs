//! Types with methods whose declarations a function in another file cannot read.

use std::ops::{Add, Mul};

use autodiff::{Differentiable, differentiate};

#[derive(Differentiable, Clone, Debug)]
pub struct Pendulum {
    pub angle: f64,
    pub speed: f64,
    length: f64,
}

impl Pendulum {
    #[differentiate]
    pub fn new(length: f64, angle: f64) -> Self {
        Self { angle, speed: 0.0, length }
    }

    #[differentiate]
    pub fn step(&mut self, dt: f64) {
        self.speed -= dt * self.angle.sin() / self.length;
        self.angle += dt * self.speed;
    }

    #[differentiate]
    pub fn energy(&self) -> f64 {
        let v = self.length * self.speed;
        0.5 * v * v + self.length * (1.0 - self.angle.cos())
    }
}

/// Its pullbacks read the numbers again.
#[derive(Differentiable, Clone, Debug)]
pub struct Track {
    pub points: Vec<f64>,
}

impl Track {
    #[differentiate]
    pub fn advance(&mut self, dt: f64) {
        for v in self.points.iter_mut() {
            *v += dt * v.sin() * *v;
        }
    }

    #[differentiate]
    pub fn energy(&self) -> f64 {
        self.points.iter().map(|v| v * v * v).sum()
    }
}

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Quaternion {
    pub w: f64,
    pub x: f64,
    pub y: f64,
    pub z: f64,
}

#[differentiate]
impl Mul for Quaternion {
    type Output = Quaternion;
    fn mul(self, o: Quaternion) -> Quaternion {
        Quaternion {
            w: self.w * o.w - self.x * o.x - self.y * o.y - self.z * o.z,
            x: self.w * o.x + self.x * o.w + self.y * o.z - self.z * o.y,
            y: self.w * o.y - self.x * o.z + self.y * o.w + self.z * o.x,
            z: self.w * o.z + self.x * o.y - self.y * o.x + self.z * o.w,
        }
    }
}

impl Mul<f64> for Quaternion {
    type Output = Quaternion;
    #[differentiate]
    fn mul(self, k: f64) -> Quaternion {
        Quaternion { w: self.w * k, x: self.x * k, y: self.y * k, z: self.z * k }
    }
}

impl Add for Quaternion {
    type Output = Quaternion;
    #[differentiate]
    fn add(self, o: Quaternion) -> Quaternion {
        Quaternion { w: self.w + o.w, x: self.x + o.x, y: self.y + o.y, z: self.z + o.z }
    }
}

impl Quaternion {
    pub const HALF_TURN: Quaternion = Quaternion { w: 0.0, x: 0.6, y: 0.0, z: 0.8 };

    #[differentiate]
    pub fn dot(&self, o: &Quaternion) -> f64 {
        self.w * o.w + self.x * o.x + self.y * o.y + self.z * o.z
    }

    #[differentiate]
    pub fn norm_squared(self) -> f64 {
        self.w * self.w + self.x * self.x + self.y * self.y + self.z * self.z
    }
}

impl Pendulum {
    #[differentiate]
    pub fn distance(&self, other: &Pendulum) -> f64 {
        (self.length - other.length).hypot(self.angle - other.angle)
    }
}

/// Methods named as elementary functions are.
#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Complex {
    pub re: f64,
    pub im: f64,
}

impl Complex {
    #[differentiate]
    pub fn polar(radius: f64, angle: f64) -> Complex {
        Complex { re: radius * angle.cos(), im: radius * angle.sin() }
    }

    #[differentiate]
    pub fn exp(self) -> Complex {
        Complex::polar(self.re.exp(), self.im)
    }

    #[differentiate]
    pub fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }
}

impl std::ops::MulAssign for Complex {
    #[differentiate]
    fn mul_assign(&mut self, o: Complex) {
        (self.re, self.im) = (self.re * o.re - self.im * o.im, self.re * o.im + self.im * o.re);
    }
}

impl std::ops::SubAssign<&Complex> for Complex {
    #[differentiate]
    fn sub_assign(&mut self, o: &Complex) {
        self.re -= o.re;
        self.im -= o.im * o.re;
    }
}

/// A number of which a function in another file does not know that it is one.
#[differentiate]
pub fn doubled(x: f64) -> f64 {
    2.0 * x
}

//! Structs with tangents, methods, operators, rules of one's own.

use core::ops::Mul;

use autodiff::{Differentiable, differentiate, stop_gradient};

use crate::differences::assert_gradient;

#[derive(Differentiable, Clone, Copy)]
struct Pendulum {
    angle: f64,
    lengths: [f64; 2],
    steps: u32,
}

impl Pendulum {
    #[differentiate]
    fn energy(&self, mass: f64) -> f64 {
        mass * self.lengths[0] * (1.0 - libm::cos(self.angle)) * self.lengths[1]
    }
}

#[differentiate]
fn energy(angle: f64, lengths: [f64; 2]) -> f64 {
    let pendulum = Pendulum { angle, lengths, steps: 3 };
    pendulum.energy(f64::from(pendulum.steps)) * stop_gradient(2.0)
}

#[derive(Differentiable, Clone, Copy)]
struct Complex(f64, f64);

impl Mul for Complex {
    type Output = Complex;

    #[differentiate]
    fn mul(self, other: Complex) -> Complex {
        Complex(self.0 * other.0 - self.1 * other.1, self.0 * other.1 + self.1 * other.0)
    }
}

#[differentiate]
fn cubed(re: f64, im: f64) -> f64 {
    let z = Complex(re, im);
    let cube = z * z * z;
    cube.0 - 2.0 * cube.1
}

#[differentiate(vjp = root_vjp)]
fn root(a: f64) -> f64 {
    let mut x = a;
    while (x * x - a).abs() > 1e-14 * a {
        x = 0.5 * (x + a / x);
    }
    x
}

fn root_vjp(a: f64) -> (f64, impl FnOnce(f64) -> f64) {
    let x = root(a);
    (x, move |seed| seed / (2.0 * x))
}

pub fn check() {
    let (angle, lengths) = (0.4, [1.5, 0.7]);
    let (angle_bar, lengths_bar) = energy::grad(angle, lengths);
    assert_gradient(|[angle]| energy(angle, lengths), [angle], [angle_bar]);
    assert_gradient(|lengths| energy(angle, lengths), lengths, lengths_bar);

    let pendulum = Pendulum { angle, lengths, steps: 1 };
    let (tangent, _) = pendulum.energy_grad(2.0);
    let twice = tangent + tangent * 1.0;
    assert_gradient(|[angle]| Pendulum { angle, ..pendulum }.energy(4.0), [angle], [twice.angle]);

    let (re, im) = cubed::grad(0.7, -0.4);
    assert_gradient(|[re, im]| cubed(re, im), [0.7, -0.4], [re, im]);
    assert_gradient(|[a]| root(a), [2.0], [root::grad(2.0)]);
}

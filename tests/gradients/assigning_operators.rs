//! `+=` and its like of the user's types, which may do other things than `+`; and operators by value of
//! types that are not `Copy`.

use std::ops::{Add, AddAssign, DivAssign, Mul, MulAssign, Neg, RemAssign, Sub, SubAssign};

use autodiff::{Differentiable, differentiate};

use crate::harness::check;
use crate::methods_elsewhere::{Complex, doubled};

#[derive(Differentiable, Clone, Copy, Debug)]
struct Pair {
    x: f64,
    y: f64,
}

impl Add for Pair {
    type Output = Pair;
    #[differentiate]
    fn add(self, o: Pair) -> Pair {
        Pair { x: self.x + o.x, y: self.y + o.y }
    }
}

impl Mul<f64> for Pair {
    type Output = Pair;
    #[differentiate]
    fn mul(self, k: f64) -> Pair {
        Pair { x: self.x * k, y: self.y * k }
    }
}

impl Mul for Pair {
    type Output = Pair;
    #[differentiate]
    fn mul(self, o: Pair) -> Pair {
        Pair { x: self.x * o.x - self.y * o.y, y: self.x * o.y + self.y * o.x }
    }
}

impl Pair {
    #[differentiate]
    fn exp(self) -> Pair {
        Pair { x: self.x.exp() * self.y.cos(), y: self.x.exp() * self.y.sin() }
    }
}

/// Not what `+` does.
impl AddAssign for Pair {
    #[differentiate]
    fn add_assign(&mut self, o: Pair) {
        self.x += 2.0 * o.x * self.y;
        self.y -= o.y * o.x;
    }
}

#[differentiate]
impl SubAssign<&Pair> for Pair {
    fn sub_assign(&mut self, o: &Pair) {
        self.x -= o.x * self.x;
        self.y -= o.y.sin();
    }
}

impl MulAssign<f64> for Pair {
    #[differentiate]
    fn mul_assign(&mut self, k: f64) {
        self.x *= k;
        self.y *= k * k;
    }
}

impl DivAssign<usize> for Pair {
    #[differentiate]
    fn div_assign(&mut self, n: usize) {
        self.x /= n as f64;
    }
}

impl RemAssign<f64> for Pair {
    #[differentiate(wrt(self))]
    fn rem_assign(&mut self, k: f64) {
        self.y %= k;
    }
}

#[derive(Differentiable, Clone, Debug)]
struct Body {
    at: Pair,
    trail: Vec<Pair>,
}

#[differentiate]
fn variables(x: f64, y: f64) -> f64 {
    let mut a = Pair { x, y };
    let b = Pair { x: y, y: x * y };
    a += b;
    a += b * x;
    a *= y;
    a -= &b;
    a /= 3;
    a %= 0.7;
    a.x * a.y
}

#[differentiate]
fn in_a_loop(x: f64, y: f64, n: usize) -> f64 {
    let mut a = Pair { x, y };
    for i in 0..n {
        a += Pair { x: y * 0.3, y: x } * (0.2 * i as f64);
        if i % 2 == 0 {
            a *= x;
        } else {
            a -= &Pair { x: 0.1 * x, y };
        }
    }
    a.x + a.y * a.x
}

#[differentiate]
fn fields_and_elements(x: f64, y: f64) -> f64 {
    let mut body = Body { at: Pair { x, y }, trail: vec![Pair { x: y, y: x }; 3] };
    for i in 0..3 {
        body.at += body.trail[i];
        body.trail[i] += body.at;
        body.trail[i] *= y + 0.5;
    }
    let last = body.trail[2];
    body.at -= &last;
    body.at.x * last.y + body.at.y * last.x
}

#[differentiate]
fn through_a_reference(at: &mut Pair, k: f64) {
    *at += Pair { x: k, y: 2.0 };
    *at *= k;
}

#[differentiate]
fn changed_by_a_call(x: f64, y: f64) -> f64 {
    let mut at = Pair { x, y };
    through_a_reference(&mut at, x * y);
    at.x + 3.0 * at.y
}

/// The type is known where the struct is declared alone: `Complex` is not declared here.
#[differentiate]
fn of_a_type_elsewhere(x: f64, y: f64) -> f64 {
    let mut z = Complex::polar(x, y);
    z *= Complex::polar(y, 0.5 * x);
    z *= z;
    let w = Complex::exp(z);
    w.re + Complex::abs(w) * z.im
}

#[differentiate]
fn by_a_reference(z: Complex, by: &Complex, more: &[Complex]) -> f64 {
    let mut z = z;
    z -= by;
    for w in more {
        z *= *w;
        z -= w;
    }
    z.re * z.im
}

#[differentiate]
fn by_references(x: f64, y: f64) -> f64 {
    let z = Complex::polar(x, y);
    by_a_reference(z, &Complex::polar(y, x), &[z, Complex::polar(y, 0.3)])
}

/// Numbers of which only rustc knows that they are.
#[differentiate]
fn of_numbers(x: f64, y: f64) -> f64 {
    let mut sum = doubled(x);
    sum += doubled(y);
    sum *= y;
    for i in 0..3 {
        sum -= doubled(x) * i as f64;
        sum /= doubled(1.5);
    }
    sum += &x;
    sum.exp() + doubled(x).max(doubled(y)).sqrt()
}

/// What an operator gives has the methods of its own type.
#[differentiate]
fn methods_of_results(x: f64, y: f64) -> f64 {
    let a = Pair { x, y };
    let b = (a * a * 0.5).exp();
    let c = (a * b + a).exp();
    c.x * b.y + (a + b).exp().x
}

#[derive(Differentiable, Clone, Debug)]
struct Wave {
    values: Vec<f64>,
}

#[differentiate]
impl Add for Wave {
    type Output = Wave;
    fn add(self, o: Wave) -> Wave {
        let mut values = self.values;
        for (v, w) in values.iter_mut().zip(&o.values) {
            *v += w * w;
        }
        Wave { values }
    }
}

#[differentiate]
impl Sub<f64> for Wave {
    type Output = Wave;
    fn sub(self, k: f64) -> Wave {
        Wave { values: self.values.iter().map(|v| v - k * v).collect() }
    }
}

#[differentiate]
impl Neg for Wave {
    type Output = Wave;
    fn neg(self) -> Wave {
        Wave { values: self.values.iter().map(|v| -v).collect() }
    }
}

impl AddAssign for Wave {
    #[differentiate]
    fn add_assign(&mut self, o: Wave) {
        for i in 0..self.values.len() {
            self.values[i] += 3.0 * o.values[i] * self.values[i];
        }
    }
}

impl MulAssign<f64> for Wave {
    #[differentiate]
    fn mul_assign(&mut self, k: f64) {
        self.values.iter_mut().for_each(|v| *v *= k);
    }
}

#[differentiate]
fn moved_operands(x: &[f64], k: f64) -> f64 {
    let a = Wave { values: x.to_vec() };
    let b = a.clone() - k;
    let c = b.clone() + a.clone();
    let mut d = -(a + b) + (c - 2.0);
    d += Wave { values: x.to_vec() };
    d *= k;
    d += d.clone();
    d.values.iter().map(|v| v * v).sum()
}

#[differentiate]
fn moved_in_a_loop(x: &[f64], k: f64) -> f64 {
    let start = Wave { values: x.to_vec() };
    let mut wave = start.clone();
    for i in 0..3 {
        wave = -wave + (start.clone() - k * i as f64);
        if i == 1 {
            wave *= k;
        }
    }
    wave.values.iter().sum()
}

#[test]
fn of_structs() {
    let points = [(0.3, 0.4), (-0.8, 0.6), (1.1, -0.9)];
    check!(variables(x, y); (x, y) in points);
    check!(in_a_loop(x, y, 5); (x, y) in points);
    check!(fields_and_elements(x, y); (x, y) in points);
    check!(changed_by_a_call(x, y); (x, y) in points);
    check!(of_a_type_elsewhere(x, y); (x, y) in points);
    check!(by_references(x, y); (x, y) in points);
    check!(methods_of_results(x, y); (x, y) in points);
}

#[test]
fn of_numbers_known_to_rustc_alone() {
    check!(of_numbers(x, y); (x, y) in [(0.3, 0.4), (0.9, 0.6)]);
}

#[test]
fn of_types_that_are_moved() {
    let points = [(vec![0.3, 0.5], 0.7), (vec![-0.4, 1.2], -0.3)];
    check!(moved_operands(&x, k); (x, k) in points.clone());
    check!(moved_in_a_loop(&x, k); (x, k) in points);
}

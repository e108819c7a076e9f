//! Numbers under a name that is declared where it cannot be read: rustc alone knows their type.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, check_map, flat_structs};

macro_rules! declared_elsewhere {
    () => {
        pub type Real = f64;
        pub type Triple = [f64; 3];
    };
}

mod types {
    declared_elsewhere!();
}

use types::{Real, Triple};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Point {
    x: Real,
    y: Real,
}

flat_structs! {
    f64: Point => PointTangent { x, y };
}

impl Point {
    #[differentiate]
    fn norm(&self) -> Real {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    #[differentiate]
    fn scale(&mut self, k: Real) {
        self.x *= k;
        self.y *= k;
    }

    #[differentiate]
    fn scaled(self, k: Real) -> Point {
        Point { x: self.x * k, y: self.y / k }
    }
}

#[differentiate]
fn product(a: Real, b: Real) -> Real {
    a * b + a.sin()
}

#[differentiate]
fn update(a: &mut Real, b: Real) {
    *a *= b;
    *a += b * b;
}

#[differentiate]
fn typed_literal(x: Real, n: usize) -> Real {
    let mut s: Real = 0.0;
    for i in 0..n {
        s += x * s.sin() + x.powi(i as i32);
    }
    s
}

#[differentiate]
fn branches(x: Real, y: Real) -> Real {
    let mut a = x;
    let b = if a > y { product(a, y) } else { y * y };
    while a < 10.0 {
        a = a * 1.5 + b * b;
    }
    a * b
}

#[differentiate]
fn deviation(v: &[Real]) -> Real {
    let mean = v.iter().sum::<Real>() / v.len() as Real;
    v.iter().map(|x| (x - mean).powi(2)).sum::<Real>().sqrt()
}

#[differentiate]
fn layer(v: &[Real], w: &[Vec<Real>]) -> Vec<Real> {
    w.iter().map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum::<Real>().tanh()).collect()
}

#[differentiate]
fn tuples(x: Real) -> Real {
    let mut p = (x, 1.0);
    for _ in 0..3 {
        p = (p.0 * p.1 + x, p.1 + p.0 * 0.1);
    }
    let mut q = p.0;
    update(&mut q, p.1);
    q * p.0
}

#[differentiate]
fn arrays(x: Triple, k: Real) -> Real {
    let mut y = x;
    for i in 0..3 {
        y[i] = y[i] * k + x[(i + 1) % 3];
    }
    y[0] * y[1] + y[2]
}

#[differentiate]
fn copies(x: Real) -> Real {
    let a = product(x, x);
    let b = product(a, a);
    let c = a;
    let mut d = b;
    d += c * a;
    product(c, d) + product(d, c) * c + std::primitive::f64::sin(x)
}

#[differentiate]
fn structs(p: Point, k: Real) -> Real {
    let mut q = p;
    for _ in 0..3 {
        q.scale(k);
        q = q.scaled(p.x);
    }
    q.norm() + p.y * q.x
}

#[differentiate]
fn distances(points: &[Point]) -> Real {
    let mut sum = 0.0;
    for (i, p) in points.iter().enumerate() {
        sum += p.norm();
        for q in &points[..i] {
            sum += Point { x: p.x - q.x, y: p.y - q.y }.norm().ln();
        }
    }
    sum
}

#[test]
fn numbers() {
    for n in 0..4 {
        check!(typed_literal(x, n); x in [0.7, -0.4]);
    }
    check!(branches(x, y); (x, y) in [(0.7, 0.4), (0.3, 0.9)]);
    check!(tuples(x); x in [0.7, -0.4]);
    check!(copies(x); x in [0.7, -0.4]);
}

#[test]
fn sequences() {
    check!(deviation(&v); v in [vec![0.7, 1.3, -0.4]]);
    check!(arrays(x, k); (x, k) in [([0.7, 1.3, -0.4], 0.6)]);
    check_map!(layer(&v, &w); (v, w) in [
        (vec![0.7, 1.3, -0.4], vec![vec![0.3, 0.2, 0.1], vec![1.0, -1.0, 0.5]]),
    ]);
}

#[test]
fn fields() {
    let (p, q, r) = (Point { x: 0.7, y: 1.2 }, Point { x: -0.3, y: 0.2 }, Point { x: 1.0, y: 3.0 });
    check!(structs(p, k); (p, k) in [(p, 0.4)]);
    check!(distances(&points); points in [vec![p, q, r]]);
}

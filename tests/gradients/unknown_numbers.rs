//! Numbers whose type only rustc knows, where generated code needs more of it than the function does.

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::check;

#[derive(Differentiable, Clone, Copy, Debug, Default)]
struct Point<T: Float> {
    x: T,
    y: T,
}

impl<T: Float> Point<T> {
    #[differentiate]
    fn norm(self) -> T {
        self.x.hypot(self.y)
    }
}

/// A vector of what a method of a generic struct gives, on one path alone.
#[differentiate]
fn repeated(x: f64, n: usize) -> f64 {
    if n == 0 {
        return x;
    }
    let size = Point { x, y: 2.0 }.norm();
    let all = vec![size.sin(); n];
    let mut held = Point { x: all[0] * all[n - 1], y: size };
    held.x *= size;
    held.x + all.iter().sum::<f64>() + held.y
}

/// An array of structs over a type parameter.
#[differentiate]
fn repeated_structs<T: Float>(x: T, y: T) -> T {
    let point = Point { x: x * y, y };
    [point.clone(); 3].iter().fold(x, |s, p| s * p.y + p.x)
}

/// The base is a literal without a type, and so is what takes a sign.
#[differentiate]
fn of_literals(x: f32) -> f32 {
    let point = Point { x, y: 1.5 };
    let size = 2.0 - point.norm().sin();
    size.log(3.1).tanh() + size.copysign(1.0) + size.powf(0.5)
}

/// Of a parameter's type, and nothing is pushed.
#[differentiate]
fn never_pushed<T: Float>(x: T) -> T {
    let n = 4;
    let mut all: Vec<T> = Vec::new();
    for i in 0..n {
        if n < 2 {
            all.push(x * T::from_f64(i as f64));
        }
    }
    x * x + all.iter().map(|v| v.sin()).sum::<T>()
}

#[test]
fn of_unknown_types() {
    for n in [0, 3] {
        check!(repeated(x, n); x in [0.7, -1.2]);
    }
    check!(repeated_structs(x, y); (x, y) in [(0.7, 0.4), (-1.2, 1.5)]);
    check!(of_literals(x); x in [0.7_f32]);
    check!(never_pushed(x); x in [0.7]);
}

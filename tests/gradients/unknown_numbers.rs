//! Numbers whose type only rustc knows, where generated code needs more of it than the function does.

use autodiff::{Differentiable, Float, differentiate, stop_gradient};

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

impl<T: Float> std::ops::Mul<T> for Point<T> {
    type Output = Self;

    #[differentiate]
    fn mul(self, by: T) -> Self {
        Point { x: self.x * by, y: self.y * by }
    }
}

/// What a loop reads of it on one path is added to by an operator that is also the struct's.
#[differentiate]
fn read_in_a_loop(x: &[f64], w: f64, k: usize) -> f64 {
    let point = Point { x: w, y: x[0] };
    let size = point.x.sin();
    let mut n: usize = 0;
    0.5 * loop {
        n += 1;
        if n > 2 {
            break (k as f64 * 0.1).mul_add(size, 0.3);
        }
        if point.x > x[1] {
            break x[0];
        }
    }
}

/// What a loop keeps is a literal without a type.
#[differentiate]
fn of_kept_literals(x: &[f32], w: f32) -> f32 {
    let mut y = x.to_vec();
    let none = 0.0;
    for v in y.iter_mut().rev() {
        *v = 0.5 * none;
        *v = w.log(1.7 + 1.7 + (*v).sin());
    }
    y[0] * y[1]
}

/// A literal's type is that of a variable that it is exchanged with.
#[differentiate]
fn exchanged(x: &[f32], b: bool) -> f32 {
    let mut s: f32 = 0.0;
    let mut t = 0.5;
    if b {
        (s, t) = (t, s);
    }
    for v in x {
        t += stop_gradient(t).sin();
        s -= (1.5 + t.sin()) * v;
    }
    s + t
}

#[derive(Differentiable, Clone, Copy)]
struct Triple<T: Float> {
    a: T,
    b: T,
    c: T,
}

#[derive(Differentiable, Clone)]
struct Whole<T: Float> {
    scale: T,
    inner: Triple<T>,
    list: Vec<T>,
}

impl<T: Float> Triple<T> {
    /// What a loop breaks with is no number that is known, and no iteration reads that of the last.
    #[differentiate]
    fn broken_out(&self, other: &Triple<T>) -> T {
        let n: usize = 6;
        let mut left = {
            let mut count: usize = 0;
            loop {
                count += 1;
                if count > 2 {
                    break {
                        let mut whole = Whole {
                            scale: T::from_f64(1.5),
                            inner: Triple { a: other.a, b: other.b, c: other.c },
                            list: vec![T::from_f64(0.25); n],
                        };
                        whole.list[2] *= self.a;
                        whole.inner.a = self.b;
                        whole.list[2] + whole.inner.a * whole.scale
                    };
                }
                if n >= 3 {
                    break {
                        let Triple { a, .. } = Triple { a: self.a, c: other.b, ..*other };
                        a * T::from_f64(0.5)
                    };
                }
            }
        };
        left += T::from_f64(0.5);
        left
    }
}

#[differentiate]
fn breaks(x: &[f64]) -> f64 {
    let of = Triple { a: x[0], b: x[1], c: x[2] };
    let other = Triple { a: x[1], b: x[2], c: x[0] };
    of.broken_out(&other)
}

#[differentiate]
fn of_any<T: Float>(x: T, y: T) -> T {
    x * y + T::from_f64(0.5)
}

/// What a generic function gives is of the type of the numbers that it is given.
#[differentiate]
fn of_known_literals(x: f64) -> f64 {
    let start: f64 = 0.0;
    let sign =
        of_any(stop_gradient(start), stop_gradient(start)).copysign((1.5_f64 + x.cos()).log2());
    sign * x + of_any(start, 2.0_f64).max(x)
}

/// What the closure gives is of the type that it says, whoever made it.
#[differentiate]
fn of_said_type(x: &[f32]) -> f32 {
    let mut sum = 0.0;
    for v in x.iter().map(|v| of_any(*v, 0.5)) {
        sum += [1.5_f32, v].map(|_: f32| -> f32 { v }).iter().sum::<f32>();
    }
    sum
}

#[test]
fn of_unknown_types() {
    check!(of_said_type(&x); x in [vec![0.7_f32, -1.2]]);
    check!(of_known_literals(x); x in [0.7, -1.2]);
    for b in [false, true] {
        check!(exchanged(&x, b); x in [vec![0.3_f32, 0.8]]);
    }
    check!(breaks(&x); x in [vec![0.3, 0.8, -0.6]]);
    for n in [0, 3] {
        check!(repeated(x, n); x in [0.7, -1.2]);
    }
    check!(repeated_structs(x, y); (x, y) in [(0.7, 0.4), (-1.2, 1.5)]);
    check!(of_literals(x); x in [0.7_f32]);
    check!(never_pushed(x); x in [0.7]);
    check!(of_kept_literals(&x, w); (x, w) in [(vec![0.3_f32, 0.8], 1.2)]);
    check!(read_in_a_loop(&x, w, 2); (x, w) in [(vec![0.2, 0.4], 0.3), (vec![0.2, 0.1], 0.3)]);
}

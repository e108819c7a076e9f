//! Generic functions, structs, methods and constants as numeric code has them, in both precisions.

use std::fmt::{Debug, Display};
use std::iter::{Product, Sum};
use std::marker::PhantomData;
use std::ops::{Add, AddAssign, Mul};

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map};

#[differentiate]
fn product_of_matrices<T: Float, const N: usize, const K: usize, const M: usize>(
    a: &[[T; K]; N],
    b: &[[T; M]; K],
) -> [[T; M]; N] {
    let mut c = [[T::zero(); M]; N];
    for (i, row) in c.iter_mut().enumerate() {
        for (j, entry) in row.iter_mut().enumerate() {
            *entry = (0..K).map(|k| a[i][k] * b[k][j]).fold(T::zero(), |sum, v| sum + v);
        }
    }
    c
}

#[differentiate]
fn scaled_by_sizes<T: Float, const N: usize, const M: usize>(
    a: &[[T; M]; N],
    x: &[T; M],
) -> [T; N] {
    let mut y = [T::zero(); N];
    for i in 0..N {
        for j in 0..M {
            y[i] += a[i][j] * x[j];
        }
    }
    y.map(|v| v * T::from(N * M + 1).unwrap())
}

#[differentiate]
fn log_determinant<T: Float, const N: usize>(a: [[T; N]; N]) -> T {
    let mut l = [[T::zero(); N]; N];
    for i in 0..N {
        for j in 0..=i {
            let mut s = a[i][j];
            for k in 0..j {
                s -= l[i][k] * l[j][k];
            }
            l[i][j] = if i == j { s.sqrt() } else { s / l[j][j] };
        }
    }
    let mut sum = T::zero();
    for i in 0..N {
        sum += l[i][i].ln();
    }
    sum * T::from(2.0).unwrap()
}

#[differentiate]
fn trapezoids<T, const N: usize>(f: [T; N], h: T) -> T
where
    T: Float,
{
    let half = T::one() / (T::one() + T::one());
    f.windows(2).map(|w| (w[0] + w[1]) * half * h).fold(T::zero(), |a, b| a + b)
}

#[differentiate]
fn polynomial<T: Float, const N: usize>(c: [T; N], x: T) -> T {
    c.iter().rev().fold(T::zero(), |sum, &c| sum * x + c)
}

#[differentiate]
fn runge_kutta<T: Float, const N: usize>(start: [T; N], dt: T, steps: usize) -> [T; N] {
    let mut y = start;
    let two = T::one() + T::one();
    for _ in 0..steps {
        let slope = |y: &[T; N]| -> [T; N] {
            let mut slope = [T::zero(); N];
            for i in 0..N {
                slope[i] = -y[(i + 1) % N] * y[i];
            }
            slope
        };
        let first = slope(&y);
        let mut middle = y;
        for i in 0..N {
            middle[i] = y[i] + dt / two * first[i];
        }
        let second = slope(&middle);
        for i in 0..N {
            y[i] = y[i] + dt * (first[i] + two * second[i]) / (two + T::one());
        }
    }
    y
}

#[differentiate]
fn softmax<T: Float + Sum>(x: &[T]) -> Vec<T> {
    let max = x.iter().copied().fold(T::neg_infinity(), T::max);
    let exponentials: Vec<T> = x.iter().map(|&v| (v - max).exp()).collect();
    let sum: T = exponentials.iter().copied().sum();
    exponentials.into_iter().map(|v| v / sum).collect()
}

#[differentiate]
fn mean_and_variance<T: Float + Sum + Debug + Send>(x: &[T]) -> (T, T) {
    let n = T::from(x.len()).unwrap();
    let mean = x.iter().copied().sum::<T>() / n;
    let variance = x.iter().map(|&v| (v - mean).powi(2)).sum::<T>() / (n - T::one());
    (mean, variance)
}

#[differentiate]
fn ends<T: Float + Product>(x: &[T]) -> T {
    let max = x.iter().copied().max_by(|a, b| a.partial_cmp(b).unwrap()).unwrap();
    max * max + x.iter().copied().product::<T>()
}

#[differentiate]
fn borrowed_for_as_long<'a, T: Float>(x: &'a [T], y: &'a [T]) -> T
where
    T: 'a,
{
    x.iter().zip(y.iter()).map(|(&a, &b)| a * b).fold(T::zero(), |a, b| a + b)
}

#[differentiate]
fn with_many_bounds<T>(x: T, y: T) -> T
where
    T: Float + AddAssign + Display + Send + Sync + 'static + Product + Sum,
{
    let mut z = x;
    z += y * x;
    z *= y;
    z.max(T::zero())
}

#[differentiate]
fn square<T: Float>(x: T) -> T {
    x * x
}

#[differentiate]
fn calls<T: Float>(x: T, y: T) -> T {
    let cube = |v: T| v * square(v);
    square(x) * square::<T>(y) + calls_further(x, cube(y))
}

#[differentiate]
fn calls_further<T>(x: T, y: T) -> T
where
    T: Float,
{
    square(x * y)
}

#[differentiate]
fn of_constants(x: f64, n: impl Into<usize>, scale: impl Into<f64>) -> f64 {
    let (n, scale) = (n.into(), scale.into());
    let mut power = scale;
    for _ in 0..n {
        power *= x;
    }
    power
}

#[differentiate]
fn converted<T: Float, C: Into<T>, U>(x: T, c: C, _unit: PhantomData<U>) -> T {
    let c: T = c.into();
    x * x * c
}

#[differentiate]
fn permuted(x: &[f64], order: impl Fn(usize) -> usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[order(i)];
    }
    sum
}

#[differentiate]
fn permuted_by_reference(x: &[f64], order: &impl Fn(usize) -> usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[order(i)];
    }
    sum
}

#[derive(Differentiable, Clone, Copy, Debug)]
struct Vector<T: Float> {
    x: T,
    y: T,
}

impl<T: Float> Vector<T> {
    #[differentiate]
    fn dot(&self, other: &Vector<T>) -> T {
        self.x * other.x + self.y * other.y
    }

    #[differentiate]
    fn norm(&self) -> T {
        self.dot(self).sqrt()
    }
}

#[differentiate]
impl<T: Float> Add for Vector<T> {
    type Output = Vector<T>;
    fn add(self, other: Vector<T>) -> Vector<T> {
        Vector { x: self.x + other.x, y: self.y + other.y }
    }
}

#[differentiate]
impl<T: Float> Mul<T> for Vector<T> {
    type Output = Vector<T>;
    fn mul(self, k: T) -> Vector<T> {
        Vector { x: self.x * k, y: self.y * k }
    }
}

#[differentiate]
fn vectors<T: Float>(x: T, y: T) -> T {
    let v = Vector { x, y };
    let w = v * y + v;
    w.norm() + v.dot(&w)
}

#[derive(Differentiable, Clone, Debug)]
struct Layer<T: Float, const I: usize, const O: usize> {
    weights: [[T; I]; O],
    biases: [T; O],
}

#[differentiate]
fn forward<T: Float, const I: usize, const O: usize>(layer: &Layer<T, I, O>, x: &[T; I]) -> [T; O] {
    let mut y = layer.biases;
    for o in 0..O {
        for i in 0..I {
            y[o] += layer.weights[o][i] * x[i];
        }
        y[o] = y[o].tanh();
    }
    y
}

#[differentiate]
fn network<T: Float>(weights: [[T; 2]; 3], x: [T; 2]) -> T {
    let layer = Layer { weights, biases: [T::one(); 3] };
    let y = forward(&layer, &x);
    y.iter().copied().fold(T::zero(), |a, b| a + b * b)
}

#[test]
fn arrays_of_any_length() {
    check_map!(product_of_matrices(&a, &b); (a, b) in [
        ([[0.4, 1.1]], [[0.3, 0.2, 0.1], [0.5, 0.6, 0.7]])
    ]);
    check_map!(scaled_by_sizes(&a, &x); (a, x) in [
        ([[0.4_f32, 1.0, 0.2], [0.1, 0.7, 0.9]], [0.3_f32, 0.4, 0.5])
    ]);
    check!(log_determinant(a); a in [[[2.0, 0.3, 0.1], [0.3, 1.5, 0.2], [0.1, 0.2, 1.0]]]);
    check!(trapezoids(f, h); (f, h) in [([0.4, 1.1, 0.2], 0.1)]);
    check!(polynomial(c, x); (c, x) in [([1.4, 0.3, 0.7], 0.6)]);
    check!(polynomial(c, x); (c, x) in [([1.4_f32, 0.3, 0.7], 0.6_f32)]);
    check_map!(runge_kutta(x, dt, 3); (x, dt) in [([1.4, 0.3, 0.7], 0.1)]);
}

#[test]
fn slices() {
    check_map!(softmax(&x); x in [vec![1.4, 0.3, 0.7]]);
    check_map!(softmax(&x); x in [vec![1.4_f32, 0.3, 0.7]]);
    check_map!(mean_and_variance(&x); x in [vec![1.4, 0.3, 0.7]]);
    check!(ends(&x); x in [vec![0.4, 1.1, 0.3]]);
    check!(borrowed_for_as_long(&x, &y); (x, y) in [(vec![1.4, 0.3], vec![0.7, 0.1])]);
}

#[test]
fn bounds_and_calls() {
    check!(with_many_bounds(x, y); (x, y) in [(0.4, 1.1)]);
    check!(calls(x, y); (x, y) in [(0.4, 1.1)]);
    check!(calls(x, y); (x, y) in [(0.4_f32, 1.1_f32)]);
}

#[test]
fn constants_of_any_type() {
    check!(of_constants(x, 3_u8, 2.5_f32); x in [1.4]);
    check!(converted(x, 2.5_f32, PhantomData::<u8>); x in [0.4]);
    check!(permuted(&x, |i| 2 - i); x in [vec![1.4, 0.3, 0.7]]);
    let order = |i: usize| 2 - i;
    check!(permuted_by_reference(&x, &order); x in [vec![1.4, 0.3, 0.7]]);
}

#[test]
fn structs_and_operators() {
    check!(vectors(x, y); (x, y) in [(0.4, 1.1)]);
    check!(vectors(x, y); (x, y) in [(0.4_f32, 1.1_f32)]);
    check!(network(w, x); (w, x) in [([[0.4, 1.1], [0.3, -0.2], [0.2, 0.7]], [0.3, 0.8])]);
    check!(network(w, x); (w, x) in [
        ([[0.4_f32, 1.1], [0.3, -0.2], [0.2, 0.7]], [0.3_f32, 0.8])
    ]);
}

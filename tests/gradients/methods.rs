//! Methods, functions of types and operators: called from differentiated functions, and their own
//! derivatives.

use std::ops::{Add, Div, Mul, Neg, Sub};

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::check;
use crate::methods_elsewhere::{Pendulum, Quaternion, Track};
use crate::reference_operators::Grid;

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Vec3 {
    x: f64,
    y: f64,
    z: f64,
}

impl Add for Vec3 {
    type Output = Vec3;
    #[differentiate]
    fn add(self, other: Vec3) -> Vec3 {
        Vec3 { x: self.x + other.x, y: self.y + other.y, z: self.z + other.z }
    }
}

impl Sub for Vec3 {
    type Output = Self;
    #[differentiate]
    fn sub(self, other: Self) -> Self::Output {
        Self { x: self.x - other.x, y: self.y - other.y, z: self.z - other.z }
    }
}

impl Mul<f64> for Vec3 {
    type Output = Vec3;
    #[differentiate]
    fn mul(self, k: f64) -> Vec3 {
        Vec3 { x: self.x * k, y: self.y * k, z: self.z * k }
    }
}

impl Mul<Vec3> for f64 {
    type Output = Vec3;
    #[differentiate]
    fn mul(self, v: Vec3) -> Vec3 {
        v * self
    }
}

/// The inner product, as an operator that is not what its name says of numbers.
impl Mul for Vec3 {
    type Output = f64;
    #[differentiate]
    fn mul(self, other: Vec3) -> f64 {
        self.dot(&other)
    }
}

impl Div<i32> for Vec3 {
    type Output = Vec3;
    #[differentiate]
    fn div(self, n: i32) -> Vec3 {
        self * (1.0 / n as f64)
    }
}

#[differentiate]
impl Neg for Vec3 {
    type Output = Vec3;
    fn neg(self) -> Vec3 {
        Vec3::new(-self.x, -self.y, -self.z)
    }
}

impl Vec3 {
    #[differentiate]
    fn new(x: f64, y: f64, z: f64) -> Self {
        Vec3 { x, y, z }
    }

    #[differentiate]
    fn dot(&self, other: &Vec3) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    #[differentiate]
    fn cross(self, o: Vec3) -> Self {
        Self {
            x: self.y * o.z - self.z * o.y,
            y: self.z * o.x - self.x * o.z,
            z: self.x * o.y - self.y * o.x,
        }
    }

    #[differentiate]
    fn norm(&self) -> f64 {
        self.dot(self).sqrt()
    }

    #[differentiate]
    fn scale(&mut self, k: f64) {
        self.x *= k;
        self.y *= k * k;
        self.z = self.z * k + self.x;
    }

    fn is_short(&self) -> bool {
        self.x.abs() + self.y.abs() + self.z.abs() < 1e-3
    }
}

#[differentiate]
fn operators(a: &[f64; 3], b: &[f64; 3], k: f64) -> f64 {
    let a = Vec3::new(a[0], a[1], a[2]);
    let b = Vec3 { x: b[0], y: b[1], z: b[2] };
    let c = (a + b * k) - 2.0 * a;
    let d = -c / 3;
    d * b + (c.cross(b) * a).sin() + c.norm()
}

#[test]
fn operators_of_structs() {
    check!(operators(&a, &b, k); (a, b, k) in [
        ([1.0, 2.0, 3.0], [0.5, -2.0, 1.0], 0.7),
        ([-0.3, 0.4, 0.9], [1.5, 0.2, -1.0], -1.2),
    ]);
}

#[differentiate]
fn in_place(x: &[f64], k: f64) -> f64 {
    let mut u = Vec3::new(x[0] * k, x[1], k);
    u.scale(k);
    let mut sum = 0.0;
    for i in 0..x.len() {
        u.scale(1.0 + 0.1 * x[i]);
        if u.is_short() {
            continue;
        }
        sum += u.norm();
    }
    sum + u.dot(&Vec3::new(x[2], 1.0, x[1]))
}

#[test]
fn methods_that_change_their_receiver() {
    check!(in_place(&x, k); (x, k) in [(vec![1.0, 2.0, 3.0], 0.7), (vec![0.5, -1.0, 0.3, 2.0], 1.1)]);
}

#[derive(Differentiable, Clone, Debug)]
struct Layer<T> {
    weights: Vec<Vec<T>>,
    biases: Vec<T>,
    steps: usize,
}

impl<T: Float> Layer<T> {
    #[differentiate]
    fn forward(&self, x: &[T]) -> Vec<T> {
        let mut y = self.biases.clone();
        for (i, row) in self.weights.iter().enumerate() {
            for (j, w) in row.iter().enumerate() {
                y[i] = y[i] + *w * x[j];
            }
        }
        for y in y.iter_mut() {
            *y = y.tanh();
        }
        y
    }

    #[differentiate]
    fn loss(&self, x: &[T]) -> T {
        let mut state = x.to_vec();
        for _ in 0..self.steps {
            state = self.forward(&state);
        }
        let mut sum = T::zero();
        for s in &state {
            sum += *s * *s;
        }
        sum
    }
}

#[differentiate]
fn network(w: &[Vec<f64>], b: &[f64], x: &[f64]) -> f64 {
    let layer = Layer { weights: w.to_vec(), biases: b.to_vec(), steps: 3 };
    layer.loss(x)
}

#[test]
fn methods_of_generic_structs() {
    let w = vec![vec![0.3, -0.8], vec![0.6, 0.4]];
    check!(network(&w, &b, &x); (w, b, x) in [(w.clone(), vec![0.1, -0.2], vec![0.5, 1.5])]);
    let layer = Layer { weights: w.clone(), biases: vec![0.1, -0.2], steps: 3 };
    let (layer_bar, x_bar) = layer.loss_grad(&[0.5, 1.5]);
    let (w_bar, b_bar, x_again) = network::grad(&w, &[0.1, -0.2], &[0.5, 1.5]);
    assert_eq!((&layer_bar.weights, &layer_bar.biases), (&w_bar, &b_bar));
    assert_eq!(x_bar, x_again);
    let single = Layer { weights: vec![vec![0.5_f32]], biases: vec![0.1], steps: 1 };
    let (value, (bar, _)) = single.loss_value_and_grad(&[1.0]);
    let y = 0.6_f32.tanh();
    assert_eq!(value, y * y);
    assert!((bar.biases[0] - 2.0 * y * (1.0 - y * y)).abs() < 1e-6);
}

#[test]
fn derivatives_beside_a_method() {
    let (a, b) = (Vec3::new(1.0, 2.0, 3.0), Vec3::new(0.5, -2.0, 1.0));
    let (value, pull) = a.dot_vjp(&b);
    assert_eq!(value, a.dot(&b));
    let (a_bar, b_bar) = pull(2.0);
    assert_eq!(a_bar, Vec3Tangent { x: 1.0, y: -4.0, z: 2.0 });
    assert_eq!(b_bar, Vec3Tangent { x: 2.0, y: 4.0, z: 6.0 });
    let along = Vec3Tangent { x: 1.0, ..Default::default() };
    assert_eq!(a.dot_jvp(&b, (along, Vec3Tangent::default())), (value, 0.5));
    let mut shadows = (along, Vec3Tangent::default());
    a.dot_grad_into(&b, (&mut shadows.0, &mut shadows.1));
    assert_eq!(shadows.0, Vec3Tangent { x: 1.5, y: -2.0, z: 1.0 });
    let (norm, bar) = a.norm_value_and_grad();
    assert_eq!(bar, Vec3Tangent { x: 1.0 / norm, y: 2.0 / norm, z: 3.0 / norm });

    let mut u = a;
    let (mut u_bar, mut k_bar) = (Vec3Tangent { x: 1.0, y: 1.0, z: 1.0 }, 0.0);
    u.scale_vjp_into(0.5, (), (&mut u_bar, &mut k_bar));
    assert_eq!(u, Vec3 { x: 0.5, y: 0.5, z: 2.0 });
    assert_eq!((u_bar, k_bar), (Vec3Tangent { x: 1.0, y: 0.25, z: 0.5 }, 7.0));
    assert!(Vec3::norm_graph().nodes().iter().any(|node| node.op == "sqrt"));
}

trait Potential {
    fn energy(&self, r: f64) -> f64;
    fn cutoff(&self) -> f64 {
        2.5
    }
}

#[derive(Differentiable, Clone, Debug)]
struct LennardJones {
    depth: f64,
    size: f64,
}

impl Potential for LennardJones {
    #[differentiate]
    fn energy(&self, r: f64) -> f64 {
        let s = (self.size / r).powi(6);
        4.0 * self.depth * (s * s - s)
    }
}

#[differentiate]
fn chain_energy(depth: f64, size: f64, r: &[f64]) -> f64 {
    let potential = LennardJones { depth, size };
    let mut sum = 0.0;
    for r in r {
        if *r < potential.cutoff() {
            sum += potential.energy(*r);
        }
    }
    sum
}

#[test]
fn methods_of_traits() {
    check!(chain_energy(depth, size, &r); (depth, size, r) in [(0.7, 1.1, vec![1.0, 1.3, 3.0])]);
    let (bar, r_bar) = LennardJones { depth: 1.0, size: 1.0 }.energy_grad(1.0);
    assert_eq!((bar.depth, r_bar), (0.0, -24.0));
}

/// Without a tangent of its own, `self` is constant.
struct Spring {
    stiffness: f64,
}

impl Spring {
    #[differentiate]
    fn energy(&self, x: f64) -> f64 {
        0.5 * self.stiffness * x * x
    }
}

#[differentiate]
fn springs(x: f64) -> f64 {
    let spring = Spring { stiffness: 3.0 };
    spring.energy(x) + spring.energy(2.0 * x)
}

#[test]
fn constant_receivers() {
    assert_eq!(Spring { stiffness: 3.0 }.energy_grad(2.0), 6.0);
    check!(springs(x); x in [0.5, -1.5]);
}

/// What a call may change is not what the next is given, though both name the same.
#[differentiate]
fn advanced_twice(x: &[f64], dt: f64, n: usize) -> f64 {
    let mut track = Track { points: x.to_vec() };
    let mut sum = 0.0;
    for _ in 0..n {
        track.advance(dt);
        sum += track.energy();
        for v in &track.points {
            sum *= 1.0 + 0.1 * v * v;
        }
        track.advance(0.2 * sum.sin());
        sum += 0.1 * track.energy() * track.energy();
    }
    sum + track.energy()
}

#[differentiate]
fn declared_elsewhere(length: f64, angle: f64, n: usize) -> f64 {
    let mut pendulum = Pendulum::new(length, angle);
    let mut sum = 0.0;
    for _ in 0..n {
        pendulum.step(0.05);
        sum += pendulum.energy();
    }
    sum + pendulum.angle * length
}

#[differentiate]
fn rotated(q: &[f64; 4], k: f64) -> f64 {
    let q = Quaternion { w: q[0], x: q[1], y: q[2], z: q[3] };
    let p = q * q + q * k;
    let r = p * q;
    r.norm_squared() + r.w * r.z
}

/// A constant has the methods of its type.
#[differentiate]
fn about_a_constant(q: &[f64; 4]) -> f64 {
    let q = Quaternion { w: q[0], x: q[1], y: q[2], z: q[3] };
    let along = Quaternion::HALF_TURN.dot(&q);
    along * along * Quaternion::HALF_TURN.norm_squared() + (Quaternion::HALF_TURN * q).x
}

#[differentiate]
fn by_reference(a: &[f64], b: &[f64], k: f64) -> f64 {
    let a = Grid::of(a, 2);
    let b = Grid::of(b, 2);
    let product = &a * &b;
    let sum = &product * k + &(k * &a);
    let all = -&(&sum - &b * &product);
    all.get(0, 1) * all.get(1, 0) + all.get(0, 0)
}

/// What is added to the adjoint of a field, in one branch and in another, is of one type, which only rustc knows.
#[differentiate]
fn pushed_at_times(x: &[f64], length: f64, angle: f64, k: usize) -> f64 {
    let mut pendulum = Pendulum::new(length, angle);
    let mut y = x.to_vec();
    let mut i = 0;
    loop {
        i += 1;
        if i >= 4 {
            break;
        }
        match k % 3 {
            0 => y[..1].fill(pendulum.angle.atan2(1.5 + pendulum.speed.abs())),
            1 => pendulum.step(0.1 * x[0]),
            _ => {}
        }
    }
    y[0] * y[0] + pendulum.angle * pendulum.speed
}

/// One part of what changes is shown to a method of another: then neither can be changed by it.
#[differentiate]
fn shown_to_each_other(length: f64, angle: f64) -> f64 {
    let mut all = [Pendulum::new(length, angle), Pendulum::new(angle, length)];
    let mut sum = 0.0;
    for i in 0..2 {
        all[i].step(0.05);
        sum += all[i].distance(&all[1 - i]) + all[0].distance(&all[0]);
    }
    sum * all[1].angle
}

#[test]
fn types_of_another_file() {
    check!(advanced_twice(&x, dt, 2); (x, dt) in [(vec![0.4, -0.7, 0.3], 0.1)]);
    check!(declared_elsewhere(length, angle, 4); (length, angle) in [(1.2, 0.4), (0.8, -1.0)]);
    for k in 0..3 {
        check!(
            pushed_at_times(&x, length, angle, k);
            (x, length, angle) in [(vec![0.7, 0.4], 1.2, 0.4), (vec![0.3], 0.8, -1.0)]
        );
    }
    let (a, b) = (vec![0.5, -1.25, 2.0, 0.75], vec![1.5, 0.25, -0.5, 1.0]);
    check!(by_reference(&a, &b, k); (a, b, k) in [(a.clone(), b.clone(), 1.5)]);
    check!(shown_to_each_other(length, angle); (length, angle) in [(1.2, 0.4), (0.8, -1.0)]);
    check!(about_a_constant(&q); q in [[0.3, -0.5, 0.8, 0.1]]);
    check!(rotated(&q, k); (q, k) in [([0.3, -0.5, 0.8, 0.1], 0.7)]);
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Fit {
    slope: f64,
    offset: f64,
}

impl Fit {
    #[differentiate(wrt(self))]
    fn residual(&self, x: f64) -> f64 {
        (self.slope * x + self.offset).powi(2)
    }

    #[differentiate(wrt(x))]
    fn sensitivity(&self, x: f64) -> f64 {
        (self.slope * x + self.offset).powi(2)
    }

    #[differentiate(wrt(x, self))]
    fn both(&self, x: f64) -> f64 {
        (self.slope * x + self.offset).powi(2)
    }

    #[differentiate(wrt(self))]
    fn shift(&mut self, by: f64) {
        self.offset *= by * self.slope;
    }
}

#[test]
fn the_receiver_is_chosen_like_any_parameter() {
    let fit = Fit { slope: 2.0, offset: 1.0 };
    let (x, residual) = (3.0, 7.0);
    let of_fit = FitTangent { slope: 2.0 * residual * x, offset: 2.0 * residual };
    assert_eq!(fit.residual_grad(x), of_fit);
    assert_eq!(fit.residual_jvp(x, FitTangent { slope: 1.0, offset: 0.0 }).1, of_fit.slope);
    assert_eq!(fit.sensitivity_grad(x), 2.0 * residual * 2.0);
    assert_eq!(fit.both_grad(x), (of_fit, 2.0 * residual * 2.0));
    let (mut shifted, mut bar) = (fit.clone(), FitTangent { slope: 0.5, offset: 1.0 });
    shifted.shift_vjp_into(3.0, (), &mut bar);
    assert_eq!(shifted.offset, 6.0);
    assert_eq!(bar, FitTangent { slope: 3.5, offset: 6.0 });
}

/// A receiver that is changed is shown to other methods on the way.
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Chain {
    links: Vec<f64>,
    stiffness: f64,
}

impl Chain {
    #[differentiate]
    fn pull(&self, i: usize) -> f64 {
        self.stiffness * (self.links[i + 1] - self.links[i])
    }

    #[differentiate]
    fn relax(&mut self, by: f64) -> f64 {
        let mut total = 0.0;
        for i in 0..self.links.len() - 1 {
            let pull = self.pull(i);
            self.links[i] += by * pull;
            total += pull * pull;
        }
        total
    }
}

#[differentiate]
fn relaxed(links: &[f64], stiffness: f64, by: f64) -> f64 {
    let mut chain = Chain { links: links.to_vec(), stiffness };
    let mut total = 0.0;
    for _ in 0..3 {
        total += chain.relax(by);
    }
    total * chain.links[0]
}

#[test]
fn a_receiver_that_changes_is_shown_to_other_methods() {
    let links = vec![0.5, 1.75, -0.25];
    check!(relaxed(&links, stiffness, by); (links, stiffness, by) in [(links.clone(), 1.5, 0.2)]);
}

/// Under the attribute as a whole, with functions that have nothing to be differentiated.
#[derive(autodiff::Differentiable, Clone, Debug)]
struct Bank {
    weights: Vec<f64>,
}

#[differentiate]
impl Bank {
    fn of_size(n: usize) -> Self {
        Bank { weights: vec![0.5; n] }
    }

    fn describe(name: &str) -> String {
        format!("bank {name}")
    }

    fn loss(&self, x: f64) -> f64 {
        let ones = Bank::of_size(self.weights.len());
        let mut sum = 0.0;
        for (w, one) in self.weights.iter().zip(&ones.weights) {
            sum += (w * x).sin() * one;
        }
        sum
    }
}

#[test]
fn constructors_stand_beside_differentiated_methods() {
    let layer = Bank::of_size(2);
    let (of_layer, of_x) = layer.loss_grad(0.8);
    let slope = 0.5 * (0.4_f64).cos();
    assert!((of_layer.weights[1] - 0.8 * slope).abs() < 1e-15);
    assert!((of_x - 2.0 * 0.5 * slope).abs() < 1e-15);
    assert_eq!(Bank::describe("1"), "bank 1");
}

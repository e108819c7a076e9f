//! Functions generic over the scalar, and functions in modules and function bodies.

use std::ops::Add;

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map};

#[differentiate]
fn square<T: Float>(x: T) -> T {
    x * x
}

#[differentiate]
fn logistic<T: Float>(x: T) -> T {
    T::one() / (T::one() + (-x).exp())
}

#[differentiate]
fn rational<T: Float>(x: T, y: T) -> T {
    let two = T::from_f64(2.0);
    let half = T::from_f64(0.5);
    (x.powi(3) - two * y) / (half + y * y) + x % two
}

#[differentiate]
fn spelled_out<T: Float>(x: T, y: T) -> T {
    let angle = T::atan2(y, x);
    let radius = T::hypot(x, y);
    radius.ln() * T::sin(angle) + T::sqrt(radius).max(angle)
}

#[differentiate]
fn methods<T: Float>(x: T, y: T) -> T {
    let a = x.sin() * x.cos() + x.tan() - x.tanh() * x.cosh() / y.sinh();
    let b = y.exp() + y.ln() * y.log2() - y.log10() + y.log(T::from_f64(3.0)) + y.exp2();
    let c = x.asin() + x.acos() * x.atan() + x.asinh() - x.atanh() + (x + T::from_f64(2.0)).acosh();
    let d = y.powf(x) + y.cbrt() * x.recip() + x.exp_m1() - y.ln_1p() + x.mul_add(y, a);
    let e = x.abs() * x.signum() + y.min(x) + x.clamp(-y, y) + y.floor() + x.fract();
    let (s, k) = y.sin_cos();
    a * b + c * d - e + s / k
}

#[differentiate]
fn with_where_clause<T>(x: T, n: usize) -> T
where
    T: Float,
{
    let mut sum = T::zero();
    let mut term = T::one();
    for k in 1..=n {
        term *= x / T::from_f64(k as f64);
        sum += term;
    }
    sum
}

#[differentiate]
fn bounded_inline<T: Float + std::fmt::Display>(x: T, name: &str) -> T {
    assert!(x.is_finite(), "{name} = {x}");
    if x > T::zero() { x.sqrt() } else { -x }
}

#[differentiate]
fn generic_newton<T: Float>(a: T) -> T {
    let mut x = T::one() + a;
    let tolerance = T::epsilon().sqrt() * a;
    while (x * x - a).abs() > tolerance {
        x = (x + a / x) / T::from_f64(2.0);
    }
    (x + a / x) * T::from_f64(0.5)
}

#[differentiate]
fn generic_tuple<T: Float>(p: (T, T), angle: T) -> (T, T) {
    let (s, c) = (angle.sin(), angle.cos());
    (c * p.0 - s * p.1, s * p.0 + c * p.1)
}

#[differentiate]
fn generic_match<T: Float>(x: T, n: u8) -> T {
    match n {
        0 => T::one(),
        1 => x,
        2..=4 => x.powi(i32::from(n)),
        _ => T::zero() - x,
    }
}

#[differentiate(wrt(x))]
fn two_scalars<T: Float, U: Float>(x: T, y: U, scale: T) -> T {
    let factor = if y > U::zero() { scale } else { T::one() };
    x * x * factor
}

#[differentiate]
fn constant_generic<T: Float, N: Into<f64> + Copy>(x: T, n: N) -> T {
    x * T::from_f64(n.into())
}

#[differentiate]
fn const_parameter<const N: usize>(x: f64, coefficients: [i32; N]) -> f64 {
    let mut sum = 0.0;
    for k in (0..N).rev() {
        sum = sum * x + f64::from(coefficients[k]);
    }
    sum
}

mod physics {
    pub mod gas {
        use autodiff::differentiate;

        const R: f64 = 8.314;

        /// The pressure of a van der Waals gas.
        #[differentiate]
        pub fn pressure(volume: f64, temperature: f64, a: f64, b: f64) -> f64 {
            R * temperature / (volume - b) - a / volume.powi(2)
        }

        #[differentiate]
        pub(in crate::generics) fn ideal(volume: f64, temperature: f64) -> f64 {
            self::R * temperature / volume
        }
    }

    pub(super) mod optics {
        use autodiff as ad;

        #[ad::differentiate]
        pub fn thin_lens(object: f64, focal: f64) -> f64 {
            1.0 / (1.0 / focal - 1.0 / object)
        }
    }

    pub use gas::pressure;
    pub use gas::pressure as van_der_waals;
}

/// Two functions of one name in two modules, and a type that shares it elsewhere.
mod first {
    #[autodiff::differentiate]
    #[must_use]
    #[inline]
    pub fn shared(x: f64) -> f64 {
        x * x
    }
}

mod second {
    #[autodiff::differentiate]
    #[allow(clippy::suboptimal_flops)]
    pub fn shared(x: f64) -> f64 {
        x.sin() - x
    }
}

#[test]
fn in_double_precision() {
    check!(square(x); x in [0.4, -1.3]);
    check!(logistic(x); x in [0.4, -1.3]);
    check!(rational(x, y); (x, y) in [(0.4, 1.1)]);
    check!(spelled_out(x, y); (x, y) in [(0.4, 1.1), (1.5, -0.8)]);
    check!(methods(x, y); (x, y) in [(0.4, 1.1), (-0.6, 1.3)]);
    check!(with_where_clause(x, 6); x in [0.4, -1.3]);
    check!(bounded_inline(x, "x"); x in [0.4, -1.3]);
    check!(generic_newton(a); a in [0.4, 2.0]);
    check_map!(generic_tuple(p, a); (p, a) in [((0.4, 1.1), 0.3)]);
    for n in [0, 1, 3, 8] {
        check!(generic_match(x, n); x in [0.4, -1.3]);
    }
    check!(two_scalars(x, 1.0_f32, 3.0); x in [0.4]);
    check!(constant_generic(x, 3_u8); x in [0.4]);
}

#[test]
fn in_single_precision() {
    check!(square(x); x in [0.4_f32, -1.3]);
    check!(logistic(x); x in [0.4_f32, -1.3]);
    check!(rational(x, y); (x, y) in [(0.4_f32, 1.1)]);
    check!(spelled_out(x, y); (x, y) in [(0.4_f32, 1.1)]);
    check!(methods(x, y); (x, y) in [(0.4_f32, 1.1)]);
    check!(with_where_clause(x, 6); x in [0.4_f32, -1.3]);
    check!(generic_newton(a); a in [2.0_f32]);
    check_map!(generic_tuple(p, a); (p, a) in [((0.4_f32, 1.1), 0.3)]);
    check!(two_scalars(x, -1.0_f64, 3.0); x in [0.4_f32]);
}

#[test]
fn with_const_parameters() {
    check!(const_parameter(x, [1, -2, 5]); x in [0.4, -1.3]);
    check!(const_parameter(x, []); x in [0.4]);
}

#[test]
fn in_modules() {
    use physics::{gas, optics::thin_lens, van_der_waals};

    check!(gas::pressure(v, t, a, b); (v, t, a, b) in [(2.0, 3.0, 0.4, 0.1)]);
    check!(gas::ideal(v, t); (v, t) in [(2.0, 3.0)]);
    check!(self::physics::pressure(v, t, a, b); (v, t, a, b) in [(2.0, 3.0, 0.4, 0.1)]);
    check!(van_der_waals(v, t, a, b); (v, t, a, b) in [(2.0, 3.0, 0.4, 0.1)]);
    check!(thin_lens(o, f); (o, f) in [(3.0, 1.0)]);
    check!(first::shared(x); x in [0.4]);
    check!(second::shared(x); x in [0.4]);
}

#[test]
fn in_function_bodies() {
    const OFFSET: f64 = 0.5;

    #[differentiate]
    fn inner(x: f64, y: f64) -> f64 {
        (x + OFFSET) * y.sin()
    }

    check!(inner(x, y); (x, y) in [(0.4, 1.1)]);
    {
        #[differentiate]
        fn inner(x: f64) -> f64 {
            x.powi(3)
        }

        check!(inner(x); x in [0.4]);
    }

    fn enclosing() -> f64 {
        #[differentiate]
        fn inner(x: f64) -> f64 {
            x * 2.5
        }

        inner::grad(1.0)
    }

    assert_eq!(enclosing(), 2.5);
}

/// A line that is made by `Self`, of which the declaration leaves the parameters out.
#[derive(Differentiable, Clone, Copy, Debug)]
struct Line<T: Float>(T, T);

impl<T: Float> Add for Line<T> {
    type Output = Self;

    #[differentiate]
    fn add(self, other: Self) -> Self {
        let shift = Self::shift(self.1, other.1);
        Self(self.0 + other.0, shift)
    }
}

impl<T: Float> Line<T> {
    #[differentiate]
    fn shift(a: T, b: T) -> T {
        a.hypot(b)
    }

    #[differentiate]
    fn through(x: T, y: T) -> Self {
        Self(y / x, x * y)
    }

    #[differentiate]
    fn at(&self, x: T) -> T {
        self.0 * x + self.1
    }

    #[differentiate(wrt(self, xs))]
    fn all_at(&self, xs: &[T], shift: T) -> Vec<T> {
        xs.iter().map(|&x| self.0 * (x + shift) + self.1).collect()
    }

    /// Lends to a function that only looks what it may change.
    #[differentiate]
    fn advance(&self, xs: &mut [T]) {
        let moved = self.all_at(xs, T::one());
        let longest = longest(xs);
        for (x, moved) in xs.iter_mut().zip(moved) {
            *x *= moved + longest;
        }
    }
}

#[differentiate]
fn longest<T: Float>(xs: &[T]) -> T {
    xs.iter().fold(T::zero(), |longest, x| longest.max(x.abs()))
}

#[differentiate]
fn lines<T: Float>(x: T, y: T) -> T {
    let line = Line::through(x, y) + Line::through(y, x);
    // Of what methods give, the macro knows no types.
    let values = line.all_at(&[x, y], T::from_f64(0.3));
    let sum: T = values.iter().map(|&v| v * v).sum();
    let total = |xs: &[T]| -> T { xs.iter().map(|&x| line.at(x)).sum() };
    let distance = (line.at(x) - x).hypot(line.at(y));
    sum.sqrt() * distance.powi(2) + total(&[x, y]) + line.at(x).atan2(line.at(y)).abs()
}

#[differentiate]
fn advanced<T: Float>(x: T, y: T) -> T {
    let mut xs = [x, y, x * y];
    Line::through(x, y).advance(&mut xs);
    xs.iter().copied().sum()
}

#[test]
fn types_with_parameters_left_out() {
    check!(lines(x, y); (x, y) in [(0.6, 1.3), (1.5, -0.4)]);
    check!(lines(x, y); (x, y) in [(0.6_f32, 1.3)]);
    check!(advanced(x, y); (x, y) in [(0.6, 1.3), (1.5, -0.4)]);
    // Of a parameter that is not named there is no derivative.
    let (_, pullback) = Line(2.0, 1.0).all_at_vjp(&[3.0, 5.0], 0.5);
    assert_eq!(pullback(vec![1.0, 10.0]), (LineTangent(58.5, 11.0), vec![2.0, 20.0]));
}

//! The nerve of A. Hodgkin and A. Huxley, "A quantitative description of membrane current and its
//! application to conduction and excitation in nerve" (1952), equations 7, 15, 16 and 26, 12, 13, 20,
//! 21, 23, 24, by Runge and Kutta's method of order four.

use std::ops::{Add, Mul};

use autodiff::{Differentiable, Float, differentiate};

use super::assert_rounded;
use crate::harness::{check, check_map, flat_structs};

/// The displacement of the potential in mV, and the gates.
#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Membrane<T: Float> {
    v: T,
    n: T,
    m: T,
    h: T,
}

impl<T: Float> Add for Membrane<T> {
    type Output = Self;

    #[differentiate]
    fn add(self, other: Self) -> Self {
        Self { v: self.v + other.v, n: self.n + other.n, m: self.m + other.m, h: self.h + other.h }
    }
}

impl<T: Float> Mul<T> for Membrane<T> {
    type Output = Self;

    #[differentiate]
    fn mul(self, k: T) -> Self {
        Self { v: self.v * k, n: self.n * k, m: self.m * k, h: self.h * k }
    }
}

/// A conductance and the potential at which its current turns.
#[derive(Differentiable, Clone, Copy, Debug)]
struct Channel<T: Float> {
    conductance: T,
    reversal: T,
}

#[derive(Differentiable, Clone, Debug)]
struct Nerve<T: Float> {
    capacitance: T,
    sodium: Channel<T>,
    potassium: Channel<T>,
    leak: Channel<T>,
}

/// `x / (exp x - 1)`, and its series where that is 0 / 0.
#[differentiate]
fn bernoulli<T: Float>(x: T) -> T {
    if x.abs() < T::from_f64(1e-4) {
        T::one() - x / T::from_f64(2.0) + x * x / T::from_f64(12.0)
    } else {
        x / x.exp_m1()
    }
}

impl<T: Float> Nerve<T> {
    #[differentiate]
    fn rhs(&self, state: Membrane<T>, current: T) -> Membrane<T> {
        let Membrane { v, n, m, h } = state;
        let c = |x: f64| T::from_f64(x);
        let alpha_n = c(0.1) * bernoulli((c(10.0) - v) / c(10.0));
        let beta_n = c(0.125) * (-v / c(80.0)).exp();
        let alpha_m = bernoulli((c(25.0) - v) / c(10.0));
        let beta_m = c(4.0) * (-v / c(18.0)).exp();
        let alpha_h = c(0.07) * (-v / c(20.0)).exp();
        let beta_h = (((c(30.0) - v) / c(10.0)).exp() + T::one()).recip();

        let through =
            |channel: Channel<T>, open: T| channel.conductance * open * (v - channel.reversal);
        let ions = through(self.sodium, m.powi(3) * h)
            + through(self.potassium, n.powi(4))
            + through(self.leak, T::one());
        let gate = |open: T, alpha: T, beta: T| alpha * (T::one() - open) - beta * open;
        Membrane {
            v: (current - ions) / self.capacitance,
            n: gate(n, alpha_n, beta_n),
            m: gate(m, alpha_m, beta_m),
            h: gate(h, alpha_h, beta_h),
        }
    }

    #[differentiate(wrt(self, y, current))]
    fn step(&self, y: Membrane<T>, current: T, dt: T) -> Membrane<T> {
        let half = dt * T::from_f64(0.5);
        let two = T::from_f64(2.0);
        let k1 = self.rhs(y, current);
        let k2 = self.rhs(y + k1 * half, current);
        let k3 = self.rhs(y + k2 * half, current);
        let k4 = self.rhs(y + k3 * dt, current);
        y + (k1 + k2 * two + k3 * two + k4) * (dt / T::from_f64(6.0))
    }
}

/// The state after a current has been injected for all steps but the last quarter.
#[differentiate(wrt(nerve, rest, current))]
fn respond<T: Float>(
    nerve: &Nerve<T>,
    rest: Membrane<T>,
    current: T,
    dt: T,
    steps: usize,
) -> Membrane<T> {
    let mut y = rest;
    for step in 0..steps {
        let injected = if 4 * step < 3 * steps { current } else { T::zero() };
        y = nerve.step(y, injected, dt);
    }
    y
}

/// The squared error against a recorded trace.
#[differentiate(wrt(nerve))]
fn misfit<T: Float>(nerve: &Nerve<T>, rest: Membrane<T>, recorded: &[T], dt: T) -> T {
    let mut y = rest;
    recorded
        .iter()
        .map(|&recorded| {
            y = nerve.step(y, T::from_f64(10.0), dt);
            (y.v - recorded).powi(2)
        })
        .sum::<T>()
        / T::from_f64(recorded.len() as f64)
}

flat_structs! {
    f64: Membrane<f64> => MembraneTangent<f64> { v, n, m, h };
    f64: Channel<f64> => ChannelTangent<f64> { conductance, reversal };
    f64: Nerve<f64> => NerveTangent<f64> { capacitance, sodium, potassium, leak };
    f32: Membrane<f32> => MembraneTangent<f32> { v, n, m, h };
    f32: Channel<f32> => ChannelTangent<f32> { conductance, reversal };
    f32: Nerve<f32> => NerveTangent<f32> { capacitance, sodium, potassium, leak };
}

/// The squid's, table 3.
fn squid<T: Float>() -> Nerve<T> {
    let channel = |conductance: f64, reversal: f64| Channel {
        conductance: T::from_f64(conductance),
        reversal: T::from_f64(reversal),
    };
    Nerve {
        capacitance: T::one(),
        sodium: channel(120.0, 115.0),
        potassium: channel(36.0, -12.0),
        leak: channel(0.3, 10.613),
    }
}

#[test]
fn nerves() {
    let rest = Membrane { v: 0.3, n: 0.3177, m: 0.0529, h: 0.5961 };
    let firing = Membrane { v: 60.0, n: 0.5, m: 0.9, h: 0.3 };
    check_map!(respond(&nerve, rest, current, 0.05, 8); (nerve, rest, current) in [
        (squid(), rest, 20.0),
        (squid(), firing, 5.0),
    ]);
    let recorded = [0.5, 1.1, 1.7, 2.2];
    check!(misfit(&nerve, rest, &recorded, 0.05); nerve in [squid()]);
}

#[test]
fn nerves_in_single_precision() {
    let recorded = [0.5, 1.1, 1.7, 2.2];
    let rest = Membrane { v: 60.0, n: 0.5, m: 0.9, h: 0.3 };
    let single = Membrane::<f32> { v: 60.0, n: 0.5, m: 0.9, h: 0.3 };
    assert_rounded(
        &misfit::grad(&squid(), single, &recorded.map(|v| v as f32), 0.05),
        &misfit::grad(&squid(), rest, &recorded, 0.05),
    );
}

#[test]
fn bernoulli_at_zero() {
    check!(bernoulli(x); x in [-2.0, 0.01, 3.0]);
    assert_eq!(bernoulli::grad(0.0), -0.5);
}

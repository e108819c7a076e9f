//! The harness itself, on companions written by hand.

use crate::harness::check;

/// What the attribute would put beside `weighted`, with the slope along `x` times `BIAS`.
struct Companion<const BIAS: i8> {}

#[allow(non_camel_case_types)]
mod right {
    pub type weighted = super::Companion<1>;

    pub fn weighted(weights: &[f64], x: f64) -> f64 {
        weights.iter().sum::<f64>() * x * x
    }
}

#[allow(non_camel_case_types)]
mod wrong {
    pub use super::right::weighted as function;
    pub type weighted = super::Companion<-1>;

    pub fn weighted(weights: &[f64], x: f64) -> f64 {
        function(weights, x)
    }
}

impl<const BIAS: i8> Companion<BIAS> {
    fn vjp(weights: &[f64], x: f64) -> (f64, impl FnOnce(f64) -> (Vec<f64>, f64)) {
        let slope = f64::from(BIAS) * 2.0 * x * weights.iter().sum::<f64>();
        let pullback = move |seed| (vec![seed * x * x; weights.len()], seed * slope);
        (right::weighted(weights, x), pullback)
    }

    fn jvp(weights: &[f64], x: f64, tangent: (Vec<f64>, f64)) -> (f64, f64) {
        let (value, (weights_bar, x_bar)) = Self::value_and_grad(weights, x);
        (value, weights_bar[0] * tangent.0[0] + x_bar * tangent.1)
    }

    fn grad(weights: &[f64], x: f64) -> (Vec<f64>, f64) {
        Self::value_and_grad(weights, x).1
    }

    fn value_and_grad(weights: &[f64], x: f64) -> (f64, (Vec<f64>, f64)) {
        let (value, pullback) = Self::vjp(weights, x);
        (value, pullback(1.0))
    }

    fn grad_into(weights: &[f64], x: f64, shadows: (&mut [f64], &mut f64)) -> f64 {
        Self::vjp_into(weights, x, 1.0, shadows)
    }

    fn vjp_into(weights: &[f64], x: f64, seed: f64, shadows: (&mut [f64], &mut f64)) -> f64 {
        let (value, pullback) = Self::vjp(weights, x);
        let (weights_bar, x_bar) = pullback(seed);
        for (shadow, added) in shadows.0.iter_mut().zip(weights_bar) {
            *shadow += added;
        }
        *shadows.1 += x_bar;
        value
    }
}

#[test]
fn accepts_the_right_derivative() {
    check!(right::weighted(&w, x); (w, x) in [(vec![0.5], 1.5), (vec![-2.0], 0.7)]);
}

#[test]
#[should_panic(expected = "weighted: vjp at ([0.5], 1.5), slope of result along (w, x).1")]
fn names_the_argument_of_a_wrong_derivative() {
    check!(wrong::weighted(&w, x); (w, x) in [(vec![0.5], 1.5)]);
}

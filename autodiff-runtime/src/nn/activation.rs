//! Functions of each element.

use autodiff_macros::differentiate;
use ndarray::{Array, Dimension};

use super::erf;
use crate::Float;

/// `max(x, 0)`; the derivative at 0 is 0.
///
/// ```
/// use autodiff::nn::relu;
/// use ndarray::array;
///
/// assert_eq!(relu(&array![-1.0, 2.0]), array![0.0, 2.0]);
/// assert_eq!(relu::vjp(&array![-1.0, 2.0]).1(array![1.0, 1.0]), array![0.0, 1.0]);
/// ```
#[differentiate(hessian)]
pub fn relu<T: Float, D: Dimension>(x: &Array<T, D>) -> Array<T, D> {
    x.mapv(|x| if x > T::zero() { x } else { T::zero() })
}

/// `x` above 0, and `slope · x` elsewhere.
#[differentiate(hessian, wrt(x))]
pub fn leaky_relu<T: Float, D: Dimension>(x: &Array<T, D>, slope: T) -> Array<T, D> {
    x.mapv(|x| if x > T::zero() { x } else { slope * x })
}

/// `x` above 0, and `scale · (exp(x) - 1)` elsewhere (D. Clevert and others, 2015).
#[differentiate(hessian, wrt(x))]
pub fn elu<T: Float, D: Dimension>(x: &Array<T, D>, scale: T) -> Array<T, D> {
    x.mapv(|x| if x > T::zero() { x } else { scale * x.exp_m1() })
}

/// `1 / (1 + exp(-x))`, without overflow on either side.
#[differentiate(hessian, simd)]
pub fn sigmoid<T: Float, D: Dimension>(x: &Array<T, D>) -> Array<T, D> {
    x.mapv(|x| {
        let power = autodiff::simd::exp(-x.abs());
        let of_magnitude = T::one() / (T::one() + power);
        if x < T::zero() { power * of_magnitude } else { of_magnitude }
    })
}

/// `x · sigmoid(x)`, also called swish.
#[differentiate(hessian, simd)]
pub fn silu<T: Float, D: Dimension>(x: &Array<T, D>) -> Array<T, D> {
    x.mapv(|x| {
        let power = autodiff::simd::exp(-x.abs());
        let of_magnitude = x / (T::one() + power);
        if x < T::zero() { power * of_magnitude } else { of_magnitude }
    })
}

/// `ln(1 + exp(x))`, without overflow.
#[differentiate(hessian, simd)]
pub fn softplus<T: Float, D: Dimension>(x: &Array<T, D>) -> Array<T, D> {
    x.mapv(|x| {
        let (above, below) = if x > T::zero() { (x, -x) } else { (T::zero(), x) };
        above + autodiff::simd::ln_1p(autodiff::simd::exp(below))
    })
}

/// `x · Φ(x)`, where `Φ` is the normal distribution (D. Hendrycks and K. Gimpel, 2016).
#[differentiate]
pub fn gelu<T: Float, D: Dimension>(x: &Array<T, D>) -> Array<T, D> {
    let half = T::from_f64(0.5);
    let scale = T::from_f64(core::f64::consts::FRAC_1_SQRT_2);
    x.mapv(|x| half * x * (T::one() + erf(x * scale)))
}

/// The approximation of [`gelu`] by `tanh`, as it is in many networks.
#[differentiate(hessian, simd)]
pub fn gelu_tanh<T: Float, D: Dimension>(x: &Array<T, D>) -> Array<T, D> {
    let half = T::from_f64(0.5);
    let scale = T::from_f64(core::f64::consts::FRAC_2_SQRT_PI * core::f64::consts::FRAC_1_SQRT_2);
    let cubic = T::from_f64(0.044715);
    x.mapv(|x| half * x * (T::one() + autodiff::simd::tanh(scale * (x + cubic * x * x * x))))
}

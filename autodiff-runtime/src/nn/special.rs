//! The error function.

use autodiff_macros::differentiate;

use crate::Float;

/// The error function, `2 / √π` times the integral of `exp(-t²)` from 0 to `x`.
///
/// ```
/// use autodiff::nn::erf;
///
/// assert!((erf(0.5) - 0.5204998778130465_f64).abs() < 1e-15);
/// assert!((erf::grad(0.5) - 0.8787825789354449_f64).abs() < 1e-15);
/// ```
#[differentiate(vjp = erf_vjp, jvp = erf_jvp)]
pub fn erf<T: Float>(x: T) -> T {
    T::from_f64(libm::erf(x.to_f64().unwrap_or(f64::NAN)))
}

fn slope<T: Float>(x: T) -> T {
    T::from_f64(core::f64::consts::FRAC_2_SQRT_PI) * (-(x * x)).exp()
}

fn erf_vjp<T: Float>(x: T) -> (T, impl FnOnce(T) -> T) {
    (erf(x), move |seed| seed * slope(x))
}

fn erf_jvp<T: Float>(x: T, dot: T) -> (T, T) {
    (erf(x), dot * slope(x))
}

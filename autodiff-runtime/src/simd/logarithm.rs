//! Logarithms: `ln x = k ln 2 + ln m`, with whole `k` and `m` from `1/√2` to `√2`, as fdlibm takes them.

use super::Format;
use super::format::Constants;

/// `k`, and `m`, of a positive number.
#[inline(always)]
fn reduced<T: Format>(x: T) -> (T, T) {
    let Constants { least_normal, to_normal, to_normal_exponent, .. } = *T::CONSTANTS;
    let is_small = x < least_normal;
    let (k, m) = T::exponent_and_rest(if is_small { x * to_normal } else { x });
    (if is_small { k - to_normal_exponent } else { k }, m)
}

/// `f - h + s (h + R)`, in parts: `f = m - 1`, `h = f² / 2`, and the last term, whose sum is `ln m`.
#[inline(always)]
fn parts<T: Format>(m: T) -> (T, T, T) {
    let Constants { one, two, half, .. } = *T::CONSTANTS;
    let f = m - one;
    let s = f / (two + f);
    let h = half * f * f;
    (f, h, s * (h + T::log_series(s * s)))
}

/// The logarithm of `x` if that is positive and finite, or else what belongs to zero, numbers below, infinity and
/// NaN.
#[inline(always)]
fn or_special<T: Format>(x: T, finite: T) -> T {
    let Constants { zero, infinity, nan, .. } = *T::CONSTANTS;
    let defined = if x < infinity { finite } else { x };
    let positive = if x > zero { defined } else { -infinity };
    // Of NaN no comparison holds.
    if x >= zero { positive } else { nan }
}

/// The natural logarithm.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::ln(1.0), 0.0);
/// assert_eq!(simd::ln(0.0_f32), f32::NEG_INFINITY);
/// assert!(simd::ln(-1.0_f64).is_nan());
/// ```
#[inline(always)]
pub fn ln<T: Format>(x: T) -> T {
    let [long, short] = T::CONSTANTS.ln_2;
    let (k, m) = reduced(x);
    let (f, h, rest) = parts(m);
    or_special(x, k * long - ((h - (rest + k * short)) - f))
}

/// `ln(1 + x)`, to all digits near zero.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::ln_1p(1e-20), 1e-20);
/// assert_eq!(simd::ln_1p(-1.0_f64), f64::NEG_INFINITY);
/// ```
#[inline(always)]
pub fn ln_1p<T: Format>(x: T) -> T {
    let Constants { one, ln_2: [long, short], tiny, .. } = *T::CONSTANTS;
    let u = one + x;
    let (k, m) = T::exponent_and_rest(u);
    let (f, h, rest) = parts(m);
    // What rounding lost of 1 + x, relative to it; the larger of the two is exact to subtract from.
    let lost = (if x < one { x - (u - one) } else { one - (u - x) }) / u;
    let finite = k * long - ((h - (rest + (k * short + lost))) - f);
    if T::magnitude(x) < tiny { x } else { or_special(u, finite) }
}

/// The logarithm to the base 2, exact of powers of 2.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::log2(0.125), -3.0);
/// ```
#[inline(always)]
pub fn log2<T: Format>(x: T) -> T {
    let (k, m) = reduced(x);
    let (f, h, rest) = parts(m);
    or_special(x, k + (f - (h - rest)) * T::CONSTANTS.log2_e)
}

/// The logarithm to the base 10.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::log10(1.0), 0.0);
/// ```
#[inline(always)]
pub fn log10<T: Format>(x: T) -> T {
    let Constants { log10_e, log10_2: [long, short], .. } = *T::CONSTANTS;
    let (k, m) = reduced(x);
    let (f, h, rest) = parts(m);
    or_special(x, k * long + (k * short + (f - (h - rest)) * log10_e))
}

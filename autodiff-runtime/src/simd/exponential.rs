//! Exponential and hyperbolic functions: `e^x = 2^n e^r`, with whole `n` and `r` up to `ln 2 / 2` in magnitude.

use super::Format;
use super::format::Constants;

/// `x`, taken into the range that the formula is for; NaN stays.
#[inline(always)]
fn within<T: Format>(x: T, [low, high]: [T; 2]) -> T {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// `n + shift`, and `e^r - 1` as the sum of `r` and what is smaller.
#[inline(always)]
fn reduced<T: Format>(x: T) -> (T, T, T) {
    let Constants { shift, log2_e, ln_2: [long, short], .. } = *T::CONSTANTS;
    let shifted = x * log2_e + shift;
    let n = shifted - shift;
    let first = x - n * long;
    let r = first - n * short;
    let lost = (first - r) - n * short;
    (shifted, r, r * r * T::exp_series(r) + lost)
}

/// `2^n y`, which may be too small or too large for one factor.
#[inline(always)]
fn scaled<T: Format>(y: T, shifted: T) -> T {
    let Constants { shift, half, .. } = *T::CONSTANTS;
    let n = shifted - shift;
    let first = n * half + shift;
    let second = (n - (first - shift)) + shift;
    y * T::power_of_two(first) * T::power_of_two(second)
}

/// `e^x`.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::exp(0.0), 1.0);
/// assert_eq!(simd::exp(f32::NEG_INFINITY), 0.0);
/// ```
#[inline(always)]
pub fn exp<T: Format>(x: T) -> T {
    let (shifted, r, rest) = reduced(within(x, T::CONSTANTS.exp_range));
    scaled(T::CONSTANTS.one + (r + rest), shifted)
}

/// `2^x`, exact of whole numbers.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::exp2(-3.0), 0.125);
/// ```
#[inline(always)]
pub fn exp2<T: Format>(x: T) -> T {
    let Constants { shift, one, ln_2_whole, exp2_range, .. } = *T::CONSTANTS;
    let x = within(x, exp2_range);
    let shifted = x + shift;
    let r = (x - (shifted - shift)) * ln_2_whole;
    scaled(one + (r + r * r * T::exp_series(r)), shifted)
}

/// `p (1 + r + rest) - one`, rounded once or nearly.
#[inline(always)]
fn less_one<T: Format>(p: T, r: T, rest: T, one: T) -> T {
    let (whole, part) = (p - one, p * r);
    let sum = whole + part;
    sum + ((part - (sum - whole)) + p * rest)
}

/// A quarter of `e^x - 1`, which does not overflow where its double does not.
#[inline(always)]
fn quarter_of_exp_m1<T: Format>(x: T) -> T {
    let Constants { two, half, .. } = *T::CONSTANTS;
    let (shifted, r, rest) = reduced(x);
    less_one(T::power_of_two(shifted - two), r, rest, half * half)
}

/// `e^x - 1`, to all digits near zero.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::exp_m1(1e-20), 1e-20);
/// ```
#[inline(always)]
pub fn exp_m1<T: Format>(x: T) -> T {
    let Constants { two, exp_m1_range, tiny, .. } = *T::CONSTANTS;
    let quarter = quarter_of_exp_m1(within(x, exp_m1_range));
    if T::magnitude(x) < tiny { x } else { quarter * two * two }
}

/// The hyperbolic sine.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::sinh(-0.0_f64).to_bits(), (-0.0_f64).to_bits());
/// ```
#[inline(always)]
pub fn sinh<T: Format>(x: T) -> T {
    let Constants { two, exp_m1_range, tiny, .. } = *T::CONSTANTS;
    let above = quarter_of_exp_m1(within(x, exp_m1_range));
    let below = quarter_of_exp_m1(within(-x, exp_m1_range));
    let sinh = (above - below) * two;
    if T::magnitude(x) < tiny { x } else { sinh }
}

/// The hyperbolic cosine.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::cosh(0.0), 1.0);
/// ```
#[inline(always)]
pub fn cosh<T: Format>(x: T) -> T {
    let Constants { one, two, eighth, exp_m1_range, .. } = *T::CONSTANTS;
    let (shifted, r, rest) = reduced(within(T::magnitude(x), exp_m1_range));
    let quarter = T::power_of_two(shifted - two) * (one + (r + rest));
    quarter * two + eighth / quarter
}

/// The hyperbolic tangent.
///
/// # Examples
///
/// ```
/// # use autodiff_runtime::simd;
/// assert_eq!(simd::tanh(-40.0), -1.0);
/// ```
#[inline(always)]
pub fn tanh<T: Format>(x: T) -> T {
    let Constants { one, two, zero, tanh_small, tanh_limit, tiny, .. } = *T::CONSTANTS;
    let magnitude = T::magnitude(x);
    // tanh y = t / (t + 2), with t = e^(2y) - 1. Near zero that of -|x| is the one whose denominator loses
    // less.
    let twice = within(magnitude, [zero, tanh_limit]) * two;
    let (shifted, r, rest) = reduced(if magnitude < tanh_small { -twice } else { twice });
    let t = less_one(T::power_of_two(shifted), r, rest, one);
    if magnitude < tiny { x } else { T::with_sign(t / (t + two), x) }
}

//! The elementary functions to about 100 bits: sums of two `f64` (T. Dekker, *A floating-point technique for
//! extending the available precision*, 1971).

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number as an unevaluated sum, of which the second part is at most half a unit in the first's last place.
#[derive(Clone, Copy, Debug)]
pub struct Double(pub f64, pub f64);

const LN_2: Double = Double(std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17);
const LN_2_REST: f64 = 5.707_708_438_416_212e-34;
const LN_10: Double = Double(std::f64::consts::LN_10, -2.170_756_223_382_249_4e-16);

fn two_sum(a: f64, b: f64) -> Double {
    let s = a + b;
    let t = s - a;
    Double(s, (a - (s - t)) + (b - t))
}

fn quick_two_sum(a: f64, b: f64) -> Double {
    let s = a + b;
    Double(s, b - (s - a))
}

fn two_product(a: f64, b: f64) -> Double {
    let split = |x: f64| {
        let t = 134_217_729.0 * x;
        let high = t - (t - x);
        (high, x - high)
    };
    let p = a * b;
    let ((a1, a2), (b1, b2)) = (split(a), split(b));
    Double(p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2)
}

impl From<f64> for Double {
    fn from(x: f64) -> Self {
        Double(x, 0.0)
    }
}

impl Add for Double {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (high, low) = (two_sum(self.0, other.0), two_sum(self.1, other.1));
        let first = quick_two_sum(high.0, high.1 + low.0);
        quick_two_sum(first.0, first.1 + low.1)
    }
}

impl Neg for Double {
    type Output = Self;

    fn neg(self) -> Self {
        Double(-self.0, -self.1)
    }
}

impl Sub for Double {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Double {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let p = two_product(self.0, other.0);
        quick_two_sum(p.0, p.1 + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Double {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = self.0 / other.0;
        let rest = self - other * first.into();
        let second = rest.0 / other.0;
        let rest = rest - other * second.into();
        quick_two_sum(first, second) + (rest.0 / other.0).into()
    }
}

impl Double {
    /// Times a power of two that leaves it a normal number.
    fn scaled(self, factor: f64) -> Self {
        Double(self.0 * factor, self.1 * factor)
    }
}

/// `n`, and `e^r - 1`, with `x = n ln 2 + r`.
fn reduced(x: Double) -> (i32, Double) {
    let n = (x.0 / LN_2.0).round();
    let n_ln_2 = LN_2 * n.into() + (LN_2_REST * n).into();
    let r = x - n_ln_2;
    // By Taylor's series of the 16th part, four times (1 + y)² - 1 = y (2 + y).
    let r = r.scaled(1.0 / 16.0);
    let mut sum = Double(0.0, 0.0);
    for k in (1..=18).rev() {
        sum = (r + r * sum) / f64::from(k).into();
    }
    for _ in 0..4 {
        sum = sum * (Double(2.0, 0.0) + sum);
    }
    (n as i32, sum)
}

fn power(n: i32) -> f64 {
    2.0_f64.powi(n)
}

/// `e^x / 2^n`, and `n`.
fn exponential(x: Double) -> (Double, i32) {
    let (n, y) = reduced(x);
    (y + 1.0.into(), n)
}

/// `x - 1` for `e^x`, within the range of `f64`.
fn exp_m1_of(x: Double) -> Double {
    let (n, y) = reduced(x);
    if n == 0 { y } else { y.scaled(power(n)) + (Double::from(power(n)) - 1.0.into()) }
}

/// The logarithm: one step of Halley's method.
fn logarithm(x: Double) -> Double {
    let first = if (x.0 - 1.0).abs() < 0.5 { (x - 1.0.into()).0.ln_1p() } else { x.0.ln() };
    let (power_of_e, n) = exponential(first.into());
    // Both scaled down, that neither overflows.
    let scale = |k: i32| power(-k / 2) * power(-k - (-k / 2));
    let (x, power_of_e) = (x.scaled(scale(n)), power_of_e);
    let difference = if n == 0 && (x.0 - 1.0).abs() < 0.5 {
        (x - 1.0.into()) - exp_m1_of(first.into())
    } else {
        x - power_of_e
    };
    Double::from(first) + difference.scaled(2.0) / (x + power_of_e)
}

/// A reference value, as `value * 2^exponent`.
pub type Scaled = (Double, i32);

pub fn exp(x: f64) -> Scaled {
    exponential(x.into())
}

pub fn exp2(x: f64) -> Scaled {
    let n = x.round();
    let (y, more) = exponential(LN_2 * (x - n).into());
    (y, n as i32 + more)
}

pub fn exp_m1(x: f64) -> Scaled {
    if x > 50.0 {
        let (y, n) = exponential(x.into());
        return (y - power(-n.min(1000)).into(), n);
    }
    (exp_m1_of(x.into()), 0)
}

pub fn ln(x: f64) -> Scaled {
    (logarithm(x.into()), 0)
}

pub fn ln_1p(x: f64) -> Scaled {
    (logarithm(two_sum(1.0, x)), 0)
}

pub fn log2(x: f64) -> Scaled {
    (logarithm(x.into()) / LN_2, 0)
}

pub fn log10(x: f64) -> Scaled {
    (logarithm(x.into()) / LN_10, 0)
}

pub fn tanh(x: f64) -> Scaled {
    let t = exp_m1_of(two_sum(x.clamp(-40.0, 40.0), x.clamp(-40.0, 40.0)));
    (t / (t + 2.0.into()), 0)
}

pub fn sinh(x: f64) -> Scaled {
    if x.abs() > 50.0 {
        let (y, n) = exponential(x.abs().into());
        return (if x < 0.0 { -y } else { y }, n - 1);
    }
    let t = exp_m1_of(x.into());
    ((t + t / (t + 1.0.into())).scaled(0.5), 0)
}

pub fn cosh(x: f64) -> Scaled {
    let (y, n) = exponential(x.abs().into());
    if x.abs() > 50.0 {
        return (y, n - 1);
    }
    let y = y.scaled(power(n));
    ((y + Double::from(1.0) / y).scaled(0.5), 0)
}

/// How far a number is from the reference, in units of the last place of a format with so many digits and such
/// a least exponent.
pub fn error(got: f64, (value, exponent): Scaled, digits: i32, least: i32) -> f64 {
    let magnitude = value.0.abs();
    if magnitude == 0.0 {
        return if got == 0.0 { 0.0 } else { f64::INFINITY };
    }
    let own = ((magnitude.to_bits() >> 52) as i32 - 1023 + exponent).max(least);
    // Both in units of the last place.
    let unit = own - (digits - 1);
    let times = |x: f64, k: i32| x * power(k / 2) * power(k - k / 2);
    let (high, low) = (times(value.0, exponent - unit), times(value.1, exponent - unit));
    ((times(got, -unit) - high) - low).abs()
}

/// As [`error`], of `f64`.
pub fn error_f64(got: f64, reference: Scaled) -> f64 {
    error(got, reference, 53, -1022)
}

/// As [`error`], of `f32`.
pub fn error_f32(got: f32, reference: Scaled) -> f64 {
    error(f64::from(got), reference, 24, -126)
}

//! Dual numbers: a value as the function computes it, bit for bit, and beside it its slope in one
//! direction, always in double precision.
//!
//! The rules are written down once more here, where they can be in another form than the compiler's
//! table has them. Where no derivative exists, they follow the same convention.

use std::cell::Cell;
use std::iter::{Product, Sum};
use std::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

macro_rules! dual {
    ($Dual:ident, $T:ident) => {
        #[doc = concat!("A `", stringify!($T), "` with its slope.")]
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $Dual {
            /// What the function computes.
            pub value: $T,
            /// Its derivative.
            pub slope: f64,
            /// The sum of the magnitudes of all that adds up to the slope: what its rounding error is
            /// relative to.
            pub reach: f64,
            /// More than the greatest derivative of it by anything that it was computed from: what adjoints
            /// may come to on the way.
            pub peak: f64,
        }

        impl From<$T> for $Dual {
            fn from(value: $T) -> Self {
                Self { value, slope: 0.0, reach: 0.0, peak: 0.0 }
            }
        }

        impl PartialEq for $Dual {
            fn eq(&self, other: &Self) -> bool {
                self.value == other.value
            }
        }

        impl PartialOrd for $Dual {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                self.value.partial_cmp(&other.value)
            }
        }

        impl $Dual {
            #![allow(missing_docs, reason = "the methods of floats")]
            #![allow(clippy::should_implement_trait, reason = "the methods of floats")]

            pub const INFINITY: Self = Self::constant($T::INFINITY);
            pub const NEG_INFINITY: Self = Self::constant($T::NEG_INFINITY);
            pub const EPSILON: Self = Self::constant($T::EPSILON);
            pub const MAX: Self = Self::constant($T::MAX);

            const fn constant(value: $T) -> Self {
                Self { value, slope: 0.0, reach: 0.0, peak: 0.0 }
            }

            /// A value that depends on nothing, whatever `self` depends on.
            fn flat(self, value: $T) -> Self {
                Self::constant(value)
            }

            fn x(self) -> f64 {
                f64::from(self.value)
            }

            /// A function of one argument with that partial derivative.
            fn of(self, value: $T, partial: f64) -> Self {
                Self {
                    value,
                    slope: along(partial, self.slope),
                    reach: along(partial.abs(), self.reach),
                    peak: summit(partial.abs() * (1.0 + self.peak), f64::from($T::MAX)),
                }
            }

            /// The same, where the derivative may be computed as a difference of numbers of magnitude one.
            fn of_difference(self, value: $T, partial: f64) -> Self {
                Self { reach: self.reach * (1.0 + partial.abs()), ..self.of(value, partial) }
            }

            /// A function of two arguments with these partial derivatives.
            fn of_two(self, other: Self, value: $T, a: f64, b: f64) -> Self {
                Self {
                    value,
                    slope: along(a, self.slope) + along(b, other.slope),
                    reach: along(a.abs(), self.reach) + along(b.abs(), other.reach),
                    peak: summit(
                        a.abs() * (1.0 + self.peak) + b.abs() * (1.0 + other.peak),
                        f64::from($T::MAX),
                    ),
                }
            }

            pub fn abs(self) -> Self {
                self.of(self.value.abs(), if self.value < 0.0 { -1.0 } else { 1.0 })
            }
            pub fn signum(self) -> Self {
                self.flat(self.value.signum())
            }
            pub fn floor(self) -> Self {
                self.flat(self.value.floor())
            }
            pub fn ceil(self) -> Self {
                self.flat(self.value.ceil())
            }
            pub fn round(self) -> Self {
                self.flat(self.value.round())
            }
            pub fn round_ties_even(self) -> Self {
                self.flat(self.value.round_ties_even())
            }
            pub fn trunc(self) -> Self {
                self.flat(self.value.trunc())
            }
            pub fn fract(self) -> Self {
                self.of(self.value.fract(), 1.0)
            }
            pub fn div_euclid(self, other: Self) -> Self {
                self.flat(self.value.div_euclid(other.value))
            }
            pub fn rem_euclid(self, other: Self) -> Self {
                let quotient = self.value.div_euclid(other.value);
                self.of_two(other, self.value.rem_euclid(other.value), 1.0, -f64::from(quotient))
            }
            pub fn recip(self) -> Self {
                self.of(self.value.recip(), -1.0 / (self.x() * self.x()))
            }
            pub fn midpoint(self, other: Self) -> Self {
                self.of_two(other, self.value.midpoint(other.value), 0.5, 0.5)
            }
            pub fn to_degrees(self) -> Self {
                self.of(self.value.to_degrees(), 180.0 / std::f64::consts::PI)
            }
            pub fn to_radians(self) -> Self {
                self.of(self.value.to_radians(), std::f64::consts::PI / 180.0)
            }
            pub fn mul_add(self, b: Self, c: Self) -> Self {
                let product = self.of_two(b, self.value * b.value, b.x(), self.x());
                product.of_two(c, self.value.mul_add(b.value, c.value), 1.0, 1.0)
            }
            pub fn copysign(self, sign: Self) -> Self {
                let value = self.value.copysign(sign.value);
                let flipped = (self.value < 0.0) != sign.value.is_sign_negative();
                self.of(value, if flipped { -1.0 } else { 1.0 })
            }
            pub fn max(self, other: Self) -> Self {
                let (a, b) = chosen(self.value > other.value, self.value == other.value);
                self.of_two(other, self.value.max(other.value), a, b)
            }
            pub fn min(self, other: Self) -> Self {
                let (a, b) = chosen(self.value < other.value, self.value == other.value);
                self.of_two(other, self.value.min(other.value), a, b)
            }
            pub fn clamp(self, low: Self, high: Self) -> Self {
                let value = self.value.clamp(low.value, high.value);
                if self.value > high.value {
                    high.of(value, 1.0)
                } else if self.value < low.value && low.value < high.value {
                    low.of(value, 1.0)
                } else if low.value < self.value && self.value < high.value {
                    self.of(value, 1.0)
                } else {
                    self.flat(value)
                }
            }

            pub fn sqrt(self) -> Self {
                self.of(self.value.sqrt(), 0.5 * self.x().powf(-0.5))
            }
            pub fn cbrt(self) -> Self {
                self.of(self.value.cbrt(), self.x().abs().powf(-2.0 / 3.0) / 3.0)
            }
            pub fn hypot(self, other: Self) -> Self {
                let length = (self.x() * self.x() + other.x() * other.x()).sqrt();
                self.of_two(
                    other,
                    self.value.hypot(other.value),
                    self.x() / length,
                    other.x() / length,
                )
            }
            pub fn exp(self) -> Self {
                self.of(self.value.exp(), self.x().exp())
            }
            pub fn exp2(self) -> Self {
                self.of(self.value.exp2(), 2.0_f64.ln() * 2.0_f64.powf(self.x()))
            }
            pub fn exp_m1(self) -> Self {
                self.of_difference(self.value.exp_m1(), self.x().exp())
            }
            pub fn ln(self) -> Self {
                self.of(self.value.ln(), self.x().recip())
            }
            pub fn ln_1p(self) -> Self {
                self.of(self.value.ln_1p(), (1.0 + self.x()).recip())
            }
            pub fn log2(self) -> Self {
                self.of(self.value.log2(), (self.x() * 2.0_f64.ln()).recip())
            }
            pub fn log10(self) -> Self {
                self.of(self.value.log10(), (self.x() * 10.0_f64.ln()).recip())
            }
            pub fn log(self, base: Self) -> Self {
                let (ln_x, ln_base) = (self.x().ln(), base.x().ln());
                self.of_two(
                    base,
                    self.value.log(base.value),
                    1.0 / (self.x() * ln_base),
                    -ln_x / (base.x() * ln_base * ln_base),
                )
            }
            pub fn powi(self, n: i32) -> Self {
                let partial =
                    if n == 0 { 0.0 } else { f64::from(n) * self.x().powf(f64::from(n) - 1.0) };
                self.of(self.value.powi(n), partial)
            }
            pub fn powf(self, n: Self) -> Self {
                let power = self.x().powf(n.x());
                self.of_two(
                    n,
                    self.value.powf(n.value),
                    n.x() * power / self.x(),
                    power * self.x().ln(),
                )
            }

            pub fn sin(self) -> Self {
                self.of(self.value.sin(), self.x().cos())
            }
            pub fn cos(self) -> Self {
                self.of(self.value.cos(), -self.x().sin())
            }
            pub fn sin_cos(self) -> (Self, Self) {
                (self.sin(), self.cos())
            }
            pub fn tan(self) -> Self {
                self.of(self.value.tan(), self.x().cos().powi(-2))
            }
            pub fn asin(self) -> Self {
                self.of_difference(self.value.asin(), (1.0 - self.x() * self.x()).sqrt().recip())
            }
            pub fn acos(self) -> Self {
                self.of_difference(self.value.acos(), -(1.0 - self.x() * self.x()).sqrt().recip())
            }
            pub fn atan(self) -> Self {
                self.of(self.value.atan(), (1.0 + self.x() * self.x()).recip())
            }
            pub fn atan2(self, other: Self) -> Self {
                let squared = self.x() * self.x() + other.x() * other.x();
                self.of_two(
                    other,
                    self.value.atan2(other.value),
                    other.x() / squared,
                    -self.x() / squared,
                )
            }
            pub fn sinh(self) -> Self {
                self.of(self.value.sinh(), 0.5 * (self.x().exp() + (-self.x()).exp()))
            }
            pub fn cosh(self) -> Self {
                self.of_difference(self.value.cosh(), 0.5 * (self.x().exp() - (-self.x()).exp()))
            }
            pub fn tanh(self) -> Self {
                self.of_difference(self.value.tanh(), self.x().cosh().powi(-2))
            }
            pub fn asinh(self) -> Self {
                self.of(self.value.asinh(), self.x().hypot(1.0).recip())
            }
            pub fn acosh(self) -> Self {
                self.of(self.value.acosh(), (self.x() * self.x() - 1.0).sqrt().recip())
            }
            pub fn atanh(self) -> Self {
                self.of(self.value.atanh(), (1.0 - self.x() * self.x()).recip())
            }

            pub fn is_nan(self) -> bool {
                self.value.is_nan()
            }
            pub fn is_finite(self) -> bool {
                self.value.is_finite()
            }
            pub fn is_sign_negative(self) -> bool {
                self.value.is_sign_negative()
            }
        }

        impl Neg for $Dual {
            type Output = $Dual;
            fn neg(self) -> $Dual {
                self.of(-self.value, -1.0)
            }
        }

        impl Neg for &$Dual {
            type Output = $Dual;
            fn neg(self) -> $Dual {
                -*self
            }
        }

        dual!(@operator $Dual, Add add AddAssign add_assign, |a, b| a.of_two(b, a.value + b.value, 1.0, 1.0));
        dual!(@operator $Dual, Sub sub SubAssign sub_assign, |a, b| a.of_two(b, a.value - b.value, 1.0, -1.0));
        dual!(@operator $Dual, Mul mul MulAssign mul_assign, |a, b| a.of_two(b, a.value * b.value, b.x(), a.x()));
        dual!(@operator $Dual, Div div DivAssign div_assign,
            |a, b| a.of_two(b, a.value / b.value, b.x().recip(), -a.x() / (b.x() * b.x())));
        dual!(@operator $Dual, Rem rem RemAssign rem_assign,
            |a, b| a.of_two(b, a.value % b.value, 1.0, -f64::from((a.value / b.value).trunc())));

        // As std does for floats: from -0.0, which is neutral.
        impl Sum for $Dual {
            fn sum<I: Iterator<Item = $Dual>>(iter: I) -> $Dual {
                iter.fold($Dual::from(-0.0), |a, b| a + b)
            }
        }

        impl<'a> Sum<&'a $Dual> for $Dual {
            fn sum<I: Iterator<Item = &'a $Dual>>(iter: I) -> $Dual {
                iter.copied().sum()
            }
        }

        impl Product for $Dual {
            fn product<I: Iterator<Item = $Dual>>(iter: I) -> $Dual {
                iter.fold($Dual::from(1.0), |a, b| a * b)
            }
        }

        impl<'a> Product<&'a $Dual> for $Dual {
            fn product<I: Iterator<Item = &'a $Dual>>(iter: I) -> $Dual {
                iter.copied().product()
            }
        }
    };

    (@operator $Dual:ident, $Op:ident $op:ident $Assign:ident $assign:ident,
        |$a:ident, $b:ident| $result:expr) => {
        impl $Op for $Dual {
            type Output = $Dual;
            fn $op(self, other: $Dual) -> $Dual {
                let ($a, $b) = (self, other);
                $result
            }
        }
        impl $Op<&$Dual> for $Dual {
            type Output = $Dual;
            fn $op(self, other: &$Dual) -> $Dual {
                self.$op(*other)
            }
        }
        impl $Op<$Dual> for &$Dual {
            type Output = $Dual;
            fn $op(self, other: $Dual) -> $Dual {
                (*self).$op(other)
            }
        }
        impl $Op<&$Dual> for &$Dual {
            type Output = $Dual;
            fn $op(self, other: &$Dual) -> $Dual {
                (*self).$op(*other)
            }
        }
        impl $Assign for $Dual {
            fn $assign(&mut self, other: $Dual) {
                *self = self.$op(other);
            }
        }
        impl $Assign<&$Dual> for $Dual {
            fn $assign(&mut self, other: &$Dual) {
                *self = self.$op(*other);
            }
        }
    };
}

/// What a slope becomes behind that partial derivative. What carries no derivative stays without one,
/// even where the derivative is infinite.
fn along(partial: f64, slope: f64) -> f64 {
    let product = partial * slope;
    // Of a slope of zero too: in reverse, the zero may be that of a number that nothing depends on.
    if !product.is_finite() {
        OVERFLOWN.set(true);
    }
    if slope == 0.0 { 0.0 } else { product }
}

/// A peak, noted where an adjoint may overflow: the zero that it is multiplied by next makes it a NaN.
fn summit(peak: f64, most: f64) -> f64 {
    if peak.is_nan() || peak > most {
        OVERFLOWN.set(true);
    }
    peak
}

thread_local! {
    static OVERFLOWN: Cell<bool> = const { Cell::new(false) };
}

/// Whether a slope was not finite since the last call, or an adjoint may not be, be it of a number that
/// nothing depends on: in reverse, it is multiplied by the zero that is the adjoint of such a number.
pub fn has_overflown() -> bool {
    OVERFLOWN.take()
}

/// How much of each of two arguments is in the one that was chosen.
fn chosen(first: bool, equal: bool) -> (f64, f64) {
    if equal {
        (0.5, 0.5)
    } else if first {
        (1.0, 0.0)
    } else {
        (0.0, 1.0)
    }
}

dual!(Dual32, f32);
dual!(Dual64, f64);

#[cfg(test)]
mod tests {
    use super::Dual64;

    /// Slopes against differences, at a point where all are smooth.
    #[test]
    fn rules() {
        type Row = (&'static str, fn(Dual64) -> Dual64);

        let rows: &[Row] = &[
            ("abs", |x| x.abs()),
            ("fract", |x| x.fract()),
            ("rem_euclid", |x| (x * Dual64::from(7.0)).rem_euclid(x * x)),
            ("rem", |x| (x * Dual64::from(7.0)) % (x * x)),
            ("recip", |x| x.recip()),
            ("midpoint", |x| x.midpoint(x * x)),
            ("to_degrees", |x| x.to_degrees()),
            ("to_radians", |x| x.to_radians()),
            ("mul_add", |x| x.mul_add(x, x)),
            ("copysign", |x| x.copysign(Dual64::from(-1.0))),
            ("max", |x| x.max(x * x)),
            ("min", |x| x.min(x * x)),
            ("clamp", |x| (x * x).clamp(x - Dual64::from(1.0), x)),
            ("sqrt", |x| x.sqrt()),
            ("cbrt", |x| x.cbrt()),
            ("hypot", |x| x.hypot(x * x)),
            ("exp", |x| x.exp()),
            ("exp2", |x| x.exp2()),
            ("exp_m1", |x| x.exp_m1()),
            ("ln", |x| x.ln()),
            ("ln_1p", |x| x.ln_1p()),
            ("log2", |x| x.log2()),
            ("log10", |x| x.log10()),
            ("log", |x| x.log(x + Dual64::from(2.0))),
            ("powi", |x| x.powi(-3)),
            ("powf", |x| x.powf(x)),
            ("sin", |x| x.sin()),
            ("cos", |x| x.cos()),
            ("tan", |x| x.tan()),
            ("asin", |x| (x * Dual64::from(0.5)).asin()),
            ("acos", |x| (x * Dual64::from(0.5)).acos()),
            ("atan", |x| x.atan()),
            ("atan2", |x| x.atan2(x * x)),
            ("sinh", |x| x.sinh()),
            ("cosh", |x| x.cosh()),
            ("tanh", |x| x.tanh()),
            ("asinh", |x| x.asinh()),
            ("acosh", |x| (x + Dual64::from(1.0)).acosh()),
            ("atanh", |x| (x * Dual64::from(0.5)).atanh()),
            ("div", |x| x / (x + Dual64::from(1.0))),
            ("sub", |x| -(x - x * x)),
        ];
        let (at, h) = (1.3, 1e-5);
        for &(name, f) in rows {
            let slope = f(Dual64 { value: at, slope: 1.0, reach: 1.0, peak: 0.0 }).slope;
            let difference = (f((at + h).into()).value - f((at - h).into()).value) / (2.0 * h);
            assert!(
                (slope - difference).abs() < 1e-7 * (1.0 + slope.abs()),
                "{name}: {slope}, {difference}"
            );
        }
    }
}

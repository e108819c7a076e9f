//! What the formulas need to know of `f32` and `f64`.

use core::ops::{Add, Div, Mul, Neg, Sub};

/// `f32` and `f64`, as the formulas see them.
pub trait Format:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// The numbers in the formulas.
    #[doc(hidden)]
    const CONSTANTS: &'static Constants<Self>;

    /// Two to the power of `n`, given `n + CONSTANTS.shift`; a normal number or infinity.
    #[doc(hidden)]
    fn power_of_two(shifted: Self) -> Self;

    /// `k` and `m`, of a positive normal number that is `2^k m`, with `m` from 1/√2 to √2.
    #[doc(hidden)]
    fn exponent_and_rest(x: Self) -> (Self, Self);

    /// The number with its sign taken away.
    #[doc(hidden)]
    fn magnitude(x: Self) -> Self;

    /// The first number with the sign of the second.
    #[doc(hidden)]
    fn with_sign(x: Self, of: Self) -> Self;

    /// `((e^r - 1) - r) / r²`, for `r` up to `ln 2 / 2` in magnitude, by a polynomial that is the nearest
    /// there (Chebyshev).
    #[doc(hidden)]
    fn exp_series(r: Self) -> Self;

    /// `(ln((1 + s) / (1 - s)) - 2s) / s`, given `s²`, for `s` up to 0.1716 in magnitude: the polynomial of
    /// `e_log.c` of fdlibm, © 1993 Sun Microsystems.
    #[doc(hidden)]
    fn log_series(z: Self) -> Self;
}

/// The numbers in the formulas, as far as they depend on the format.
#[doc(hidden)]
pub struct Constants<T> {
    pub zero: T,
    pub one: T,
    pub two: T,
    pub half: T,
    pub eighth: T,
    pub infinity: T,
    pub nan: T,
    /// The sum of this number and another of up to `2^51`, or `2^22`, has the nearest whole number in its
    /// last digits.
    pub shift: T,
    pub log2_e: T,
    pub log10_e: T,
    /// `ln 2` in two parts, of which the first is short: its product with an exponent is exact.
    pub ln_2: [T; 2],
    /// `log10 2`, likewise.
    pub log10_2: [T; 2],
    pub ln_2_whole: T,
    /// The least normal number, and a power of two that makes normal numbers of all below, and its exponent.
    pub least_normal: T,
    pub to_normal: T,
    pub to_normal_exponent: T,
    /// Beyond these, `e^x` is zero or infinite.
    pub exp_range: [T; 2],
    /// The same of `2^x`.
    pub exp2_range: [T; 2],
    /// Beyond these, `e^x - 1` is -1 or infinite, and so are `e^x / 2 - 1` and `e^x / 2`.
    pub exp_m1_range: [T; 2],
    /// Below, `tanh` is taken of `-|x|`.
    pub tanh_small: T,
    /// Above, `tanh` is 1.
    pub tanh_limit: T,
    /// Below, `e^x - 1` is `x`, and so are all odd functions of this kind.
    pub tiny: T,
}

/// `c₀ + x (c₁ + x (c₂ + …))`.
macro_rules! polynomial {
    ($x:expr; $c:expr) => { $c };
    ($x:expr; $c:expr, $($rest:expr),+) => { $c + $x * polynomial!($x; $($rest),+) };
}

macro_rules! format {
    (
        $float:ident, $bits:ident, exp [$($exp:expr),+], log [$($log:expr),+],
        $($own:ident: $value:expr),+ $(,)?
    ) => {
        impl Format for $float {
            const CONSTANTS: &'static Constants<$float> = &{
                /// Two to the power of so many more than the mantissa has digits.
                const fn power(more: u32) -> $float {
                    ((1 as $bits) << ($float::MANTISSA_DIGITS - 1 + more)) as $float
                }

                Constants {
                    zero: 0.0,
                    one: 1.0,
                    two: 2.0,
                    half: 0.5,
                    eighth: 0.125,
                    infinity: $float::INFINITY,
                    nan: $float::NAN,
                    shift: 1.5 * power(0),
                    log2_e: core::$float::consts::LOG2_E,
                    log10_e: core::$float::consts::LOG10_E,
                    ln_2_whole: core::$float::consts::LN_2,
                    least_normal: $float::MIN_POSITIVE,
                    to_normal: power(2),
                    to_normal_exponent: ($float::MANTISSA_DIGITS + 1) as $float,
                    tanh_small: 0.25,
                    tiny: 1.0 / power(2),
                    $($own: $value,)+
                }
            };

            #[inline(always)]
            fn power_of_two(shifted: Self) -> Self {
                let exponent = shifted.to_bits() << ($float::MANTISSA_DIGITS - 1);
                Self::from_bits(exponent.wrapping_add((1.0 as $float).to_bits()))
            }

            #[inline(always)]
            fn exponent_and_rest(x: Self) -> (Self, Self) {
                const MANTISSA: u32 = $float::MANTISSA_DIGITS - 1;
                const BIAS: $float = ($float::MAX_EXP - 1) as $float;
                const ONE: $bits = (1.0 as $float).to_bits();
                const LEAST: $bits = core::$float::consts::FRAC_1_SQRT_2.to_bits();
                let up = x.to_bits().wrapping_add(ONE - LEAST);
                let exponent = up >> MANTISSA;
                let rest = (up & ((1 << MANTISSA) - 1)).wrapping_add(LEAST);
                // A conversion that vectors have: the exponent in the last digits of a power of two.
                let whole: $float = ((1 as $bits) << MANTISSA) as $float;
                let k = Self::from_bits(whole.to_bits() | exponent) - (whole + BIAS);
                (k, Self::from_bits(rest))
            }

            #[inline(always)]
            fn magnitude(x: Self) -> Self {
                Self::from_bits(x.to_bits() & ($bits::MAX >> 1))
            }

            #[inline(always)]
            fn with_sign(x: Self, of: Self) -> Self {
                let sign = $bits::MAX ^ ($bits::MAX >> 1);
                Self::from_bits((x.to_bits() & !sign) | (of.to_bits() & sign))
            }

            #[inline(always)]
            fn exp_series(r: Self) -> Self {
                polynomial!(r; $($exp),+)
            }

            #[inline(always)]
            fn log_series(z: Self) -> Self {
                z * (polynomial!(z; $($log),+))
            }
        }
    };
}

format! {
    f64, u64,
    exp [
        0.5, 0.166_666_666_666_666_7, 0.041_666_666_666_666_67, 0.008_333_333_333_326_084,
        0.001_388_888_888_888_371_1, 0.000_198_412_698_750_022_8, 2.480_158_732_567_746e-5,
        2.755_725_517_000_089e-6, 2.755_727_347_871_858e-7, 2.510_531_272_962_210_3e-8,
        2.091_475_532_589_32e-9
    ],
    log [
        6.666_666_666_666_735e-1, 3.999_999_999_940_942e-1, 2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1, 1.818_357_216_161_805e-1, 1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1
    ],
    ln_2: [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10],
    log10_2: [3.010_299_956_636_117_7e-1, 3.694_239_077_158_931e-13],
    exp_range: [-746.0, 710.0],
    exp2_range: [-1076.0, 1024.5],
    exp_m1_range: [-60.0, 710.6],
    tanh_limit: 20.0,
}

format! {
    f32, u32,
    exp [
        0.5, 0.166_666_67, 0.041_666_463, 0.008_333_31, 0.001_393_373_1, 0.000_198_910_8
    ],
    log [0.666_666_6, 0.400_009_72, 0.284_987_87, 0.242_790_79],
    ln_2: [6.931_457_5e-1, 1.428_606_8e-6],
    log10_2: [3.010_292e-1, 7.903_415e-7],
    exp_range: [-104.0, 89.0],
    exp2_range: [-150.5, 128.5],
    exp_m1_range: [-30.0, 89.6],
    tanh_limit: 10.0,
}

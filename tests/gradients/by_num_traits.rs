//! Functions that are generic by `num_traits`: its functions, constants and conversions, by all the ways
//! that they are called in.

use autodiff::differentiate;
use num_traits::{Float, FloatConst, FromPrimitive, NumCast, Pow, Signed, ToPrimitive};
use num_traits::{cast, clamp};

use crate::harness::{check, check_map};

#[differentiate]
fn of_its_float_alone<T: Float>(x: T, y: T) -> T {
    x.sin() * y + T::one() / (x * x + y)
}

#[differentiate]
fn slice_of_its_float<T: Float>(x: &[T]) -> T {
    let mut sum = T::zero();
    for &v in x {
        sum = sum + v * v.exp();
    }
    sum.sqrt()
}

#[differentiate]
fn array_of_its_float<T: Float, const N: usize>(x: [T; N]) -> [T; N] {
    let mut y = x;
    for i in 1..N {
        y[i] = y[i - 1] * x[i] + y[i];
    }
    y
}

#[differentiate]
fn numbers<T: autodiff::Float>(x: T, y: T) -> T {
    let two = T::from(2.0).unwrap();
    let half = <T as NumCast>::from(0.5_f32).expect("it fits");
    let third = T::one() / T::from(3).unwrap();
    x * two + y.powi(2) * half * third + T::epsilon() * x + T::max_value().recip() * y
}

#[differentiate]
fn constants<T: autodiff::Float + FloatConst>(x: T) -> T {
    (x * T::PI()).sin() + T::E() * x + T::LN_2() * x.powf(T::FRAC_PI_2())
}

const HALF: f64 = 0.5;

#[differentiate]
fn conversions<T: autodiff::Float>(x: T, n: usize) -> T {
    let two: T = cast(2.0).unwrap();
    let mut sum = num_traits::zero::<T>();
    for i in 0..n {
        sum = sum + T::from(i).unwrap() * x.powi(i as i32) * T::from(HALF).unwrap();
        sum += <T as NumCast>::from(i + 1).unwrap() / (x + two);
        sum += NumCast::from(i as f64).unwrap();
    }
    sum * num_traits::cast::<f64, T>(1.5).unwrap() + num_traits::one::<T>()
}

#[differentiate]
fn primitives<T: autodiff::Float + FromPrimitive>(x: T, n: usize) -> T {
    let c = T::from_usize(n).unwrap();
    let d = <T as FromPrimitive>::from_f64(0.5).unwrap();
    let e: T = FromPrimitive::from_i32(3).unwrap();
    x * c + d * x * x + e
}

#[differentiate]
fn decided_as_f64<T: autodiff::Float + ToPrimitive>(x: T) -> T {
    if x.to_f64().unwrap() > 1.0 {
        x * x
    } else if x.is_sign_negative() {
        -x
    } else {
        x.exp()
    }
}

#[differentiate]
fn ends_of_the_range<T: autodiff::Float>(x: T) -> T {
    if x < T::min_positive_value() {
        T::nan()
    } else if x > T::infinity() {
        T::max_value()
    } else {
        x * x
    }
}

#[differentiate]
fn less_common_methods<T: autodiff::Float>(x: T, y: T) -> T {
    let given = if x.is_nan() || x.is_infinite() { T::zero() } else { x };
    x.recip() + x.exp_m1() + y.ln_1p() + x.to_degrees() + y.to_radians() + x.mul_add(y, x)
        - x.signum() * y
        + x.abs_sub(y)
        + given
        + x.fract()
        + x.trunc() * y
        + y.copysign(x)
}

#[differentiate]
fn remainder<T: autodiff::Float>(x: T, y: T) -> T {
    x % y
}

#[differentiate]
fn by_path<T: autodiff::Float>(x: T, y: T) -> T {
    Float::sin(x) * num_traits::Float::cos(y) + <T as Float>::exp(x) + <T>::tanh(x * y)
        - num_traits::Float::powi(y, 3) * <T as num_traits::Float>::max(x, y)
}

#[differentiate]
fn by_path_of_f64(x: f64, y: f64) -> f64 {
    num_traits::Inv::inv(x) + num_traits::MulAdd::mul_add(x, y, x) + <f64 as Float>::sin(x)
        - num_traits::abs(y) * num_traits::signum(x) * <f64>::cos(y)
}

#[differentiate]
fn powers(x: f64, y: f64) -> f64 {
    num_traits::Pow::pow(x, y) + Pow::pow(y, 3_i32)
}

#[differentiate]
fn generic_power<T: autodiff::Float + Pow<T, Output = T>>(x: T, y: T) -> T {
    Pow::pow(x, y) * x.sin()
}

/// `abs` and `signum` are methods of both bounds: no method can be called by its name alone.
#[differentiate]
fn offered_twice<T: autodiff::Float + Signed>(x: T, y: T) -> T {
    Float::abs(x) * y + Signed::signum(&y) * Signed::abs(&x) + x.exp() * num_traits::abs(y)
        - Float::max(x, y) * y.sin()
}

#[differentiate]
fn clamped<T: autodiff::Float>(x: T, y: T) -> T {
    clamp(x * y, -T::one(), T::one()) * x
        + num_traits::clamp_min(x, y)
        + num_traits::clamp_max(x, y) * y
}

#[differentiate]
fn clamped_by_numbers(x: f64, y: f64) -> f64 {
    clamp(x, -1.0, 1.0) * y
}

macro_rules! in_both_precisions {
    ($($f:ident($($arg:expr),*); ($x:ident, $y:ident) in [$(($a:literal, $b:literal)),*];)*) => {$(
        check!($f($($arg),*); ($x, $y) in [$(($a, $b)),*]);
        check!($f($($arg),*); ($x, $y) in [$(($a as f32, $b as f32)),*]);
    )*};
    ($($f:ident($($arg:expr),*); $x:ident in [$($a:literal),*];)*) => {$(
        check!($f($($arg),*); $x in [$($a),*]);
        check!($f($($arg),*); $x in [$($a as f32),*]);
    )*};
}

#[test]
fn its_float_is_a_bound() {
    in_both_precisions! {
        of_its_float_alone(x, y); (x, y) in [(0.4, 1.1)];
    }
    check!(slice_of_its_float(&x); x in [vec![0.4, 1.1]]);
    check!(slice_of_its_float(&x); x in [vec![0.4_f32, 1.1]]);
    check_map!(array_of_its_float(x); x in [[0.4, 1.1, 0.7]]);
    check_map!(array_of_its_float(x); x in [[0.4_f32, 1.1, 0.7]]);
}

#[test]
fn numbers_are_made_of_others() {
    in_both_precisions! {
        numbers(x, y); (x, y) in [(0.4, 1.1)];
    }
    in_both_precisions! {
        constants(x); x in [0.4];
        conversions(x, 4); x in [0.4];
        primitives(x, 3); x in [0.4];
        decided_as_f64(x); x in [0.4, 1.4, -0.4];
        ends_of_the_range(x); x in [0.4];
    }
}

#[test]
fn functions_are_called_in_all_ways() {
    in_both_precisions! {
        less_common_methods(x, y); (x, y) in [(0.4, 1.1), (1.5, 0.8)];
        remainder(x, y); (x, y) in [(3.8, 1.1), (-3.8, 1.1)];
        by_path(x, y); (x, y) in [(0.4, 1.1), (1.5, 0.8)];
        generic_power(x, y); (x, y) in [(1.4, 1.1)];
        offered_twice(x, y); (x, y) in [(0.4, 1.1), (-0.4, 0.3)];
        clamped(x, y); (x, y) in [(0.4, 1.1), (1.4, 1.1), (-1.4, 0.9)];
    }
    check!(by_path_of_f64(x, y); (x, y) in [(0.4, 1.1), (0.6, -0.3)]);
    check!(powers(x, y); (x, y) in [(1.4, 1.1)]);
    check!(clamped_by_numbers(x, y); (x, y) in [(0.4, 1.1), (1.4, 1.1), (-1.4, 0.2)]);
}

/// Bounds in the wrong order are no error in a release build, and what they give is what the function gives.
#[test]
#[cfg(not(debug_assertions))]
fn bounds_in_the_wrong_order_give_what_the_function_gives() {
    #[differentiate]
    fn clamped(x: f64, low: f64, high: f64) -> f64 {
        clamp(x, low, high)
    }

    assert_eq!(clamped::value_and_grad(0.5, 1.0, 0.0).0, clamped(0.5, 1.0, 0.0));
}

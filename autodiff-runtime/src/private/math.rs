//! The elementary functions by path, for generated code where `core` has no methods of these names, or where
//! the bounds of a type parameter offer a method twice: the user's module may have a trait in scope that
//! offers them, or two, or none.

use num_traits::Float;

macro_rules! functions {
    ($($name:ident($x:ident $(, $y:ident: $Y:ty)*);)*) => {$(
        #[doc = concat!("`", stringify!($name), "`.")]
        #[inline(always)]
        pub fn $name<T: Float>($x: T $(, $y: $Y)*) -> T {
            Float::$name($x $(, $y)*)
        }
    )*};
}

functions! {
    abs(x);
    signum(x);
    copysign(x, sign: T);
    max(x, y: T);
    min(x, y: T);
    clamp(x, min: T, max: T);
    recip(x);
    to_degrees(x);
    to_radians(x);
    abs_sub(x, y: T);
    floor(x);
    ceil(x);
    round(x);
    trunc(x);
    fract(x);
    mul_add(x, a: T, b: T);
    powi(x, n: i32);
    powf(x, n: T);
    sqrt(x);
    cbrt(x);
    hypot(x, y: T);
    exp(x);
    exp2(x);
    exp_m1(x);
    ln(x);
    ln_1p(x);
    log2(x);
    log10(x);
    log(x, base: T);
    sin(x);
    cos(x);
    tan(x);
    asin(x);
    acos(x);
    atan(x);
    atan2(x, y: T);
    sinh(x);
    cosh(x);
    tanh(x);
    asinh(x);
    acosh(x);
    atanh(x);
}

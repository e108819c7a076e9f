//! The functions of the crate `libm` that have a derivative, for generated code to compare with those that
//! the user's paths mean: what is imported under one name from two places must be the same.

pub use ::libm::{
    acos, acosf, acosh, acoshf, asin, asinf, asinh, asinhf, atan, atan2, atan2f, atanf, atanh,
    atanhf, cbrt, cbrtf, ceil, ceilf, copysign, copysignf, cos, cosf, cosh, coshf, exp, exp2,
    exp2f, expf, expm1, expm1f, fabs, fabsf, fdim, fdimf, floor, floorf, fma, fmaf, fmax, fmaxf,
    fmin, fminf, fmod, fmodf, hypot, hypotf, log, log1p, log1pf, log2, log2f, log10, log10f, logf,
    pow, powf, rint, rintf, round, roundf, sin, sincos, sincosf, sinf, sinh, sinhf, sqrt, sqrtf,
    tan, tanf, tanh, tanhf, trunc, truncf,
};

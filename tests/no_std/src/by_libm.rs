//! Elementary functions as functions of the crate `libm`, under all the names that they may have.

use autodiff::differentiate;
use libm as m;
use libm::{cos as cosine, log1p};

use crate::by_num_traits::check_two;

#[differentiate]
fn by_path(x: f64, y: f64) -> f64 {
    libm::sin(x * y) * libm::exp(-x) + libm::pow(y, x) - ::libm::fmod(x, y)
}

#[differentiate]
fn by_other_names(x: f64, y: f64) -> f64 {
    m::tanh(x) * cosine(y) + log1p(x * x) / m::sqrt(y)
}

#[differentiate]
fn single(x: f32, y: f32) -> f32 {
    libm::sinf(x * y) * libm::expf(-x) + libm::powf(y, 2.5) - libm::fabsf(x) * m::hypotf(x, y)
}

#[differentiate]
fn everything(x: f64, y: f64) -> f64 {
    let a = m::sin(x) * m::cos(x) + m::tan(x) - m::tanh(x) * m::cosh(x) / m::sinh(y);
    let b = m::exp(y) + m::log(y) * m::log2(y) - m::log10(y) + m::exp2(y) + m::sqrt(y);
    let c = m::asin(x) + m::acos(x) * m::atan(x) + m::asinh(x) - m::atanh(x) + m::acosh(x + 2.0);
    let d = m::pow(y, x) + m::cbrt(y) + m::expm1(x) - m::log1p(y) + m::fma(x, y, a);
    let e = m::fabs(x) + m::fmin(x, y) + m::floor(y) + m::fmax(x, 0.1) + m::ceil(y);
    let f = m::hypot(x, y) + m::atan2(y, x) + m::trunc(x) * m::round(y) + m::copysign(x, y);
    a * b + c * d - e + f + m::fdim(y, x) + m::rint(x)
}

mod all_of_it {
    use autodiff::differentiate;
    use libm::*;

    #[differentiate]
    pub fn imported(x: f64, y: f64) -> f64 {
        atan(x) * exp2(y)
    }
}

#[differentiate]
fn as_values(x: f64, y: f64) -> f64 {
    [x, y].map(libm::exp).iter().copied().map(libm::atan).sum::<f64>()
}

pub fn check() {
    check_two! {
        by_path: [0.4, 1.3], [1.7, 0.9];
        by_other_names: [0.4, 1.3], [1.7, 0.9];
        single: [0.4, 1.3], [-1.1, 0.6];
        everything: [0.4, 1.1], [-0.6, 1.3];
        all_of_it::imported: [0.4, 1.3];
        as_values: [0.4, -1.3];
    }
}

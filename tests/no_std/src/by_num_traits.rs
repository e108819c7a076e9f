//! Elementary functions as methods of `num_traits::Float`.

use autodiff::differentiate;
use num_traits::Float;

#[differentiate]
fn wave(x: f64, w: f64) -> f64 {
    let phase = x * w;
    phase.sin() * (-x).exp() + x.powi(3) - w.powf(1.5) % (x + 2.0)
}

#[differentiate]
fn every_method(x: f64, y: f64) -> f64 {
    let a = x.sin() * x.cos() + x.tan() - x.tanh() * x.cosh() / y.sinh();
    let b = y.exp() + y.ln() * y.log2() - y.log10() + y.log(3.0) + y.exp2() + y.sqrt();
    let c = x.asin() + x.acos() * x.atan() + x.asinh() - x.atanh() + (x + 2.0).acosh();
    let d = y.powf(x) + y.cbrt() * x.recip() + x.exp_m1() - y.ln_1p() + x.mul_add(y, a);
    let e = x.abs() * x.signum() + y.min(x) + x.clamp(-y, y) + y.floor() + x.fract() + y.ceil();
    let (s, k) = y.sin_cos();
    let f = x.hypot(y) + y.atan2(x) + x.trunc() * y.round() + y.to_degrees() - x.to_radians();
    a * b + c * d - e + s / k + f + Float::sin(x) * x.copysign(y).max(0.1)
}

#[differentiate]
fn single(x: f32, y: f32) -> f32 {
    (x * y).tanh() + (x - y).exp() * y.sqrt() + x.powi(2)
}

// The derivative calls functions that the user's module does not know, by any trait.
mod without_a_trait {
    use autodiff::differentiate;

    #[differentiate]
    pub fn polynomial(x: f64, y: f64) -> f64 {
        let z = x * y - 3.0 * x;
        if z > 0.0 { z * z / y } else { x.abs() - y.max(x) + y % x }
    }

    #[differentiate]
    pub fn generic<T: autodiff::Float>(x: T, y: T) -> T {
        let angle = T::atan2(y, x);
        x.hypot(y).ln() * T::sin(angle) + (x * y).exp().sqrt() % (T::one() + T::one() + x)
    }
}

// Another crate's trait has the same names: what is written is what is called. (Where `std` is linked to
// another crate, its methods come before.)
#[allow(dead_code)]
mod of_another_trait {
    use autodiff::differentiate;

    pub trait Rough {
        fn sin(self) -> f32;
    }

    impl Rough for f32 {
        fn sin(self) -> f32 {
            libm::sinf(self) + 1.0
        }
    }

    #[differentiate]
    pub fn shifted(x: f32) -> f32 {
        x.sin() * x
    }

    pub fn check() {
        assert_eq!(shifted::value_and_grad(0.5).0.to_bits(), shifted(0.5).to_bits());
    }
}

macro_rules! check_two {
    ($($function:path: $($at:expr),+;)*) => {$($({
        use $function as f;
        let [x, y] = $at;
        let (value, (dx, dy)) = f::value_and_grad(x, y);
        assert_eq!(value.to_bits(), f(x, y).to_bits());
        crate::differences::assert_gradient(|[x, y]| f(x, y), [x, y], [dx, dy]);
        let (same, slope) = f::jvp(x, y, (1.0, 2.0));
        assert_eq!(value.to_bits(), same.to_bits());
        crate::differences::assert_close(slope, dx + 2.0 * dy);
    })+)*};
}
pub(crate) use check_two;

pub fn check() {
    check_two! {
        wave: [0.4, 1.3], [1.7, 2.9];
        every_method: [0.4, 1.1], [-0.6, 1.3];
        single: [0.4, 1.3], [-1.1, 0.6];
        without_a_trait::polynomial: [0.5, 3.5], [0.5, 1.25];
        without_a_trait::generic: [0.4_f64, 1.3];
        without_a_trait::generic: [0.4_f32, 1.3];
    }
    of_another_trait::check();
}

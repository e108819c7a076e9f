//! Where the attributes may stand.

use autodiff::std_compat::*;

fn nested(x: f64) -> f64 {
    #[autodiff_forward(d_inner, Dual, DualOnly)]
    #[autodiff_reverse(d_inner_reverse, Active, Active)]
    fn inner(y: f64) -> f64 {
        y * y
    }
    assert_eq!(d_inner_reverse(x, 1.0), (inner(x), 2.0 * x));
    d_inner(x, 1.0)
}

#[test]
fn functions_inside_functions() {
    assert_eq!(nested(3.25), 6.5);
}

mod deep {
    pub(crate) mod deeper {
        /// Has a derivative that is as public as itself.
        #[autodiff::std_compat::autodiff_reverse(d_cube, Active, Active)]
        pub(crate) fn cube(x: f64) -> f64 {
            x * x * x
        }
    }

    pub(crate) use deeper::{cube, d_cube};
}

#[test]
fn derivatives_are_as_visible_as_the_function() {
    assert_eq!(deep::d_cube(2.0, 1.0), (8.0, 12.0));
    assert_eq!(deep::cube::grad(2.0), 12.0);
    assert_eq!(deep::cube(2.0), 8.0);
}

macro_rules! declare {
    ($f:ident, $df:ident) => {
        #[autodiff::std_compat::autodiff_reverse($df, Active, Active)]
        fn $f(x: f64) -> f64 {
            x * x
        }
    };
}
declare!(from_macro, d_from_macro);

#[test]
fn attributes_inside_macros() {
    assert_eq!(d_from_macro(2.0, 1.0), (from_macro(2.0), 4.0));
}

#[autodiff_reverse(d_generic, Duplicated, Active)]
fn generic<T: autodiff::Float>(x: &T) -> T {
    *x * *x
}

#[autodiff_forward(d_norm, Dual, Dual)]
#[autodiff_reverse(d_norm_reverse, Duplicated, Active)]
fn norm<T, const N: usize>(x: &[T; N]) -> T
where
    T: autodiff::Float,
{
    let mut sum = T::zero();
    for x in x {
        sum += *x * *x;
    }
    sum.sqrt()
}

#[test]
fn generic_functions() {
    let (mut single, mut double) = (0.0, 0.0);
    assert_eq!(d_generic::<f32>(&3.0, &mut single, 1.0), 9.0);
    assert_eq!(d_generic::<f64>(&3.0, &mut double, 1.0), generic(&3.0));
    assert_eq!((single, double), (6.0_f32, 6.0_f64));

    assert_eq!(d_norm(&[3.0_f32, 4.0], &[1.0, 0.0]), (5.0, 0.6));
    let mut dx = [0.0_f64; 2];
    assert_eq!(d_norm_reverse(&[3.0, 4.0], &mut dx, 1.0), 5.0);
    crate::assert_close(&dx, &[0.6, 0.8]);
}

#[cfg(test)]
#[autodiff_reverse(d_configured, Active, Active)]
fn configured(x: f64) -> f64 {
    x + x
}

#[cfg(not(test))]
#[autodiff_reverse(d_configured, Active, Active)]
fn configured(x: f64) -> f64 {
    x
}

#[test]
fn configured_functions() {
    assert_eq!(d_configured(1.0, 1.0), (configured(1.0), 2.0));
}

#[autodiff_reverse(d_captured, Duplicated, Duplicated, Active)]
fn captured(x: &f64, dx_0: &f64) -> f64 {
    let dret = x * dx_0;
    dret * *x
}

#[test]
fn parameters_may_have_the_names_of_shadows() {
    let (mut dx, mut dy) = (0.0, 0.0);
    assert_eq!(d_captured(&2.0, &mut dx, &3.0, &mut dy, 1.0), 12.0);
    assert_eq!((dx, dy), (12.0, 4.0));
    assert_eq!(captured(&2.0, &3.0), 12.0);
}

#[autodiff_forward(d_mutated, Dual, Dual, Dual)]
fn mutated(mut x: f64, (a, b): (f64, f64)) -> f64 {
    x *= a;
    x + b
}

#[test]
fn parameters_may_be_mutable_or_patterns() {
    assert_eq!(d_mutated(2.0, 1.0, (3.0, 4.0), (0.0, 1.0)), (10.0, 4.0));
    assert_eq!(mutated(2.0, (3.0, 4.0)), 10.0);
}

#[autodiff_reverse(d_with_constants, Const, Active, Const, Const, Active)]
fn with_constants(name: &str, x: f64, n: usize, scale: impl Fn(usize) -> f64) -> f64 {
    assert!(!name.is_empty());
    scale(n) * x * x
}

#[test]
fn constants_of_any_type() {
    let scale = |n: usize| n as f64;
    assert_eq!(d_with_constants("x", 3.0, 2, scale, 1.0), (18.0, 12.0));
    assert_eq!(with_constants("x", 3.0, 2, scale), 18.0);
}

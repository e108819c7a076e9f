//! Functions and modules under names that others have too: std's, and those of functions elsewhere.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn swap(a: &mut f64, b: &mut f64) {
    *a += *b;
    *b *= 2.0;
}

#[differentiate]
fn max(a: f64, b: f64) -> f64 {
    a * b + a
}

#[differentiate]
fn take(a: &mut f64) -> f64 {
    *a *= 3.0;
    *a
}

#[differentiate]
fn abs(x: f64) -> f64 {
    x * 5.0
}

mod f64 {
    use autodiff::differentiate;

    type Number = std::primitive::f64;

    #[differentiate]
    pub fn sin(x: Number) -> Number {
        x * x
    }
}

mod mem {
    use autodiff::differentiate;

    #[differentiate]
    pub fn swap(a: &mut f64, b: &mut f64) {
        *a *= *b;
    }
}

mod outer {
    pub mod iter {
        use autodiff::differentiate;

        #[differentiate]
        pub fn repeat(a: f64) -> f64 {
            a * a
        }
    }

    pub mod stage {
        use autodiff::differentiate;

        #[differentiate]
        pub fn step(x: f64) -> f64 {
            x.exp() * x
        }
    }
}

use outer::{iter, stage};

/// Calls its namesake.
#[differentiate]
fn step(x: std::primitive::f64) -> std::primitive::f64 {
    stage::step(x) * x + outer::stage::step(x * x)
}

#[differentiate]
fn functions(x: std::primitive::f64) -> std::primitive::f64 {
    let (mut a, mut b) = (x, x * x);
    swap(&mut a, &mut b);
    max(a, b) + take(&mut b) * b + abs(x)
}

#[differentiate]
fn modules(x: std::primitive::f64) -> std::primitive::f64 {
    let (mut a, mut b) = (x, 2.0 * x);
    mem::swap(&mut a, &mut b);
    std::mem::swap(&mut a, &mut b);
    a * b * b
        + iter::repeat(x)
        + outer::iter::repeat(x) * f64::sin(x)
        + ::std::primitive::f64::cos(x)
}

#[differentiate]
fn both(x: std::primitive::f64) -> std::primitive::f64 {
    stage::step(x) - step(x)
}

#[test]
fn each_is_its_own() {
    check!(functions(x); x in [0.7, -0.4]);
    check!(modules(x); x in [0.7, -0.4]);
    check!(step(x); x in [0.7, -0.4]);
    check!(both(x); x in [0.7, -0.4]);
}

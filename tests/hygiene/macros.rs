//! Differentiated functions that a `macro_rules!` macro writes.

use autodiff::differentiate;

use crate::assert_derivative;

/// Every name comes from the call.
macro_rules! power {
    ($(#[$attribute:meta])* $vis:vis fn $name:ident($x:ident: $ty:ty) = $exponent:literal) => {
        $(#[$attribute])*
        #[differentiate]
        $vis fn $name($x: $ty) -> $ty {
            $x.powi($exponent)
        }
    };
}

power! {
    /// The third power.
    #[must_use]
    pub(crate) fn third(x: f64) = 3
}
power!(fn fifth(y: f32) = 5);

#[test]
fn names_from_the_call() {
    assert_eq!(third::grad(2.0), 12.0);
    assert_eq!(fifth::grad(2.0), 80.0);
}

/// Every name comes from the macro itself.
macro_rules! polynomial {
    ($name:ident, $($coefficient:expr),*) => {
        #[differentiate]
        fn $name(x: f64) -> f64 {
            let mut sum = 0.0;
            let mut x_bar = 1.0;
            $(
                sum += $coefficient * x_bar;
                x_bar *= x;
            )*
            let _ = x_bar;
            sum
        }
    };
}

polynomial!(quadratic, 1.0, 2.0 + 1.0, -1.0 - 1.0);

#[test]
fn names_from_the_macro() {
    // The groups without delimiters around `2.0 + 1.0` bind tighter than the product.
    assert_eq!(quadratic(2.0), 1.0 + 3.0 * 2.0 - 2.0 * 4.0);
    assert_eq!(quadratic::grad(2.0), 3.0 - 4.0 * 2.0);
}

/// Expressions, blocks, types, patterns and statements from the call.
macro_rules! parts {
    ($name:ident, $x:pat, $ty:ty, $body:block, $factor:expr, $op:tt, $last:ident) => {
        #[differentiate]
        fn $name($x: $ty) -> f64 {
            let $last = $body;
            $factor $op $last
        }
    };
}

parts!(parts_of_all_kinds, x, f64, { x.sin() }, x + 1.0, *, last);

#[test]
fn fragments() {
    let x = 0.7;
    assert_derivative(parts_of_all_kinds::grad(x), parts_of_all_kinds, x);
    assert_derivative(parts_of_all_kinds::jvp(x, 1.0).1, parts_of_all_kinds, x);
}

/// A whole item, passed on.
macro_rules! differentiated {
    ($item:item) => {
        #[differentiate]
        $item
    };
}

differentiated! {
    fn passed_on(x: f64, x_bar: f64) -> f64 {
        x * x_bar.exp()
    }
}

#[test]
fn whole_items() {
    assert_eq!(passed_on::grad(3.0, 0.0), (1.0, 3.0));
}

/// A macro that writes a function in a body, next to variables of the same names.
macro_rules! slope_at {
    ($point:expr, $x:ident => $body:expr) => {{
        #[differentiate]
        fn f($x: f64) -> f64 {
            $body
        }
        f::grad($point)
    }};
}

#[test]
fn expressions_of_the_caller() {
    let x = 2.0;
    assert_eq!(slope_at!(x, x => x * x * x), 12.0);
    assert_eq!(slope_at!(slope_at!(x, x => x * x), y => 0.5 * y * y), 4.0);
}

/// Many functions by one call.
macro_rules! each {
    ($($name:ident: $method:ident),*) => {$(
        #[differentiate]
        fn $name(x: f64) -> f64 {
            x.$method()
        }
    )*};
}

each!(sine: sin, cosine: cos, exponential: exp);

#[test]
fn repetitions() {
    assert_eq!(sine::grad(0.0), 1.0);
    assert_eq!(cosine::grad(0.0), 0.0);
    assert_eq!(exponential::grad(0.0), 1.0);
}

//! What of `num_traits` has no derivative: calls by path say so as methods do.

use autodiff::differentiate;
use num_traits::{Float, Pow};

#[differentiate]
fn decoded<T: autodiff::Float>(x: T) -> T {
    let (mantissa, _, _) = Float::integer_decode(x);
    x * T::from(mantissa).unwrap()
}

#[differentiate]
fn power(x: f64) -> f64 {
    num_traits::pow(x, 3)
}

#[differentiate]
fn power_by_a_method(x: f64) -> f64 {
    x.pow(3)
}

#[differentiate]
fn converted<T: autodiff::Float, U: autodiff::Float>(x: T, y: U) -> T {
    x * T::from(y).unwrap()
}

#[differentiate]
fn of_an_integer_of_another_type(x: f64, n: u8) -> f64 {
    Pow::pow(x, n)
}

#[differentiate]
fn cast_to_another_type(x: f64) -> f32 {
    num_traits::cast::<f64, f32>(x).unwrap()
}

fn main() {}

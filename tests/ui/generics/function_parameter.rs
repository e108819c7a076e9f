//! A function that a generic parameter stands for is not known.

use autodiff::{Float, differentiate};

#[differentiate]
fn applied<T: Float, F: Fn(T) -> T>(x: T, f: F) -> T {
    f(x) * x
}

fn main() {}

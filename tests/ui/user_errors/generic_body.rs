use autodiff::differentiate;

use autodiff::Float;

#[differentiate]
fn f<T: Float>(x: T, n: usize) -> T {
    x * n
}

fn main() {}

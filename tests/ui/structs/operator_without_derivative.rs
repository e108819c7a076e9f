use autodiff::{Differentiable, differentiate};

#[derive(Differentiable, Clone, Copy)]
struct Complex(f64, f64);

impl std::ops::Add for Complex {
    type Output = Complex;

    fn add(self, other: Complex) -> Complex {
        Complex(self.0 + other.0, self.1 + other.1)
    }
}

#[differentiate]
fn f(a: Complex, b: Complex) -> f64 {
    let sum = a + b;
    sum.0 * sum.1
}

fn main() {}

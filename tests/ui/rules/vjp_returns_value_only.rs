use autodiff::differentiate;

fn square_vjp(x: f64) -> f64 {
    x * x
}

#[differentiate(vjp = square_vjp)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {}

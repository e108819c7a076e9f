use autodiff::differentiate;

fn square_vjp(x: f64, y: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * y, move |seed| 2.0 * x * seed)
}

#[differentiate(vjp = square_vjp)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {}

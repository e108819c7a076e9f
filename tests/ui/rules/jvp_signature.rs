use autodiff::differentiate;

fn square_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * x, move |seed| 2.0 * x * seed)
}

fn square_jvp(x: f64) -> (f64, f64) {
    (x * x, 2.0 * x)
}

#[differentiate(vjp = square_vjp, jvp = square_jvp)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {}

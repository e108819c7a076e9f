use autodiff::differentiate;

fn square_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f32) {
    (x * x, move |seed| (2.0 * x * seed) as f32)
}

#[differentiate(vjp = square_vjp)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {}

use autodiff::differentiate;

fn product_vjp(x: f64, y: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * y, move |seed| y * seed)
}

#[differentiate(vjp = product_vjp)]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

fn main() {}

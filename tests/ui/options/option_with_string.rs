use autodiff::differentiate;

#[differentiate(vjp = "square_vjp")]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}

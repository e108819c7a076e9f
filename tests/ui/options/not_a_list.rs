use autodiff::differentiate;

#[differentiate(wrt(x) vjp = g)]
fn f(x: f64, y: f64) -> f64 {
    x * y
}

fn main() {}

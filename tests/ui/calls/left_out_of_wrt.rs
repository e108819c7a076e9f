use autodiff::differentiate;

#[differentiate(wrt(x))]
fn g(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate]
fn f(x: f64) -> f64 {
    g(2.0, x)
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64], k: f64) -> f64 {
    x[k] * 2.0
}

fn main() {}

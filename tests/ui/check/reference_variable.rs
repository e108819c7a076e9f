use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    x[0] * x[0]
}

fn main() {
    let x: &[f64] = &[1.0];
    let _ = autodiff::check!(f(x));
}

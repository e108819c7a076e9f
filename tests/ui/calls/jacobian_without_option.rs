use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> Vec<f64> {
    x.iter().map(|v| v * v).collect()
}

fn main() {
    f::jacobian(&[1.0, 2.0]);
}

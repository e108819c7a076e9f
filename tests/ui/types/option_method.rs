use autodiff::differentiate;

#[differentiate]
fn f(x: f64, y: f64) -> f64 {
    Some(x).xor(Some(y)).unwrap_or(1.0)
}

fn main() {}

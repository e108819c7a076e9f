use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut iter = x.iter();
    let first = iter.find(|v| **v > 0.0).unwrap();
    let next = iter.find(|v| **v > 0.0).unwrap();
    first * next
}

fn main() {}

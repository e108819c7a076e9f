use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut iter = x.iter();
    let first: f64 = iter.by_ref().take(1).sum();
    first * iter.sum::<f64>()
}

fn main() {}

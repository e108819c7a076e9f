use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut iter = x.iter();
    let head: f64 = iter.by_ref().take(2).sum();
    let tail: f64 = iter.sum();
    head * tail
}

fn main() {}

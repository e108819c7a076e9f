use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut iter = x.iter();
    let first = iter.next().unwrap();
    first * first
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: f64, n: usize) -> f64 {
    let y = x * x;
    n
}

fn main() {}

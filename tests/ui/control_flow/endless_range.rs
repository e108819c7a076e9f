use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    (0..).map(|i| x * i as f64).sum()
}

fn main() {}

use autodiff::differentiate;

#[differentiate(source = true)]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}

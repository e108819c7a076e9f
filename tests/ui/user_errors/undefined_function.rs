use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    scale(x) + x
}

fn main() {}

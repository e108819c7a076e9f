use autodiff::differentiate;

fn value(x: Option<f64>) -> f64 {
    x.unwrap_or(0.0)
}

#[differentiate]
fn f(x: f64) -> f64 {
    value(Some(x))
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: f64, text: &str) -> f64 {
    x * text.parse::<f64>()?
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: f64, text: &str) -> f64 {
    let scale: f64 = text.parse::<f64>().ok()?;
    let shift: f64 = "one";
    x * scale + shift
}

fn main() {}

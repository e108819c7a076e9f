use autodiff::differentiate;

#[differentiate]
fn f(x: f64, text: &str) -> f64 {
    let a = text.parse::<f64>()?;
    let b = square!(x);
    let c = unsafe { x };
    a + b + c
}

fn main() {}

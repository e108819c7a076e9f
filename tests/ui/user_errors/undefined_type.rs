use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let y: Meters = x;
    x * x
}

fn main() {}

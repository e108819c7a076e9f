use autodiff::differentiate;

#[differentiate]
fn f(x: Vec<f64>) -> f64 {
    let y = x;
    x[0] * y[0]
}

fn main() {}

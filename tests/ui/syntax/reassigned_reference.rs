use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64], y: &[f64]) -> f64 {
    let mut data = x;
    if y.len() > x.len() {
        data = y;
    }
    data[0] * data[0]
}

fn main() {}

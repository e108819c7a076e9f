use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let (a | a) = x;
    a * a
}

fn main() {}

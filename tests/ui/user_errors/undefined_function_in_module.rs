use autodiff::differentiate;

mod activation {}

#[differentiate]
fn f(x: f64) -> f64 {
    activation::relu(x) + x
}

fn main() {}

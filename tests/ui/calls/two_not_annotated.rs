use autodiff::differentiate;

fn g(x: f64) -> f64 {
    x
}

fn h(x: f64) -> f64 {
    x
}

#[differentiate]
fn f(x: f64) -> f64 {
    g(x) + h(x)
}

fn main() {}

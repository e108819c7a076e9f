use autodiff::differentiate;

fn square(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn f(x: f64) -> f64 {
    let g: fn(f64) -> f64 = square;
    g(x)
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    x * "two"
}

#[differentiate]
fn g(x: f64) -> f64 {
    f(x) * 2.0
}

fn main() {
    let (value, slope) = f::value_and_grad(1.0);
    println!("{}", value + slope + g::grad(1.0));
}

use autodiff::differentiate;

#[differentiate]
fn f(x: f64, y: f64) -> (f64, f64) {
    (x * y, x)
}

fn main() {
    f::value_and_grad(1.0, 2.0);
}

use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> [f64; 2] {
    [x, x * x]
}

fn main() {
    f::grad(1.0);
}

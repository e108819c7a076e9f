use autodiff::differentiate;

#[differentiate]
fn f(g: &dyn Fn(f64) -> f64, x: f64) -> f64 {
    x * x
}

fn main() {}

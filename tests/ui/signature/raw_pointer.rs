use autodiff::differentiate;

#[differentiate]
fn f(x: *const f64, y: f64) -> f64 {
    y * y
}

fn main() {}

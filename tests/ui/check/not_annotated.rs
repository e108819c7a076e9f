fn f(x: f64) -> f64 {
    x * x
}

fn main() {
    let _ = autodiff::check!(f(1.0));
}

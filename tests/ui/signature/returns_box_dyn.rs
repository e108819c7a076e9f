use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> Box<dyn Fn(f64) -> f64> {
    Box::new(move |y| x * y)
}

fn main() {}

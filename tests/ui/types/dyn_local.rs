use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let y: Box<dyn std::any::Any> = Box::new(x);
    *y.downcast::<f64>().unwrap()
}

fn main() {}

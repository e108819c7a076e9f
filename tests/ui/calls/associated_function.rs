use autodiff::differentiate;

struct Model;

impl Model {
    fn predict(x: f64) -> f64 {
        x * x
    }
}

#[differentiate]
fn f(x: f64) -> f64 {
    Model::predict(x)
}

fn main() {}

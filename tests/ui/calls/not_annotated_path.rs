use autodiff::differentiate;

mod physics {
    pub fn energy(x: &[f64]) -> f64 {
        x[0] * x[0]
    }
}

#[differentiate]
fn f(x: &[f64]) -> f64 {
    physics::energy(x)
}

fn main() {}

use autodiff::differentiate;

mod physics {
    pub fn energy(x: f64, y: f64) -> f64 {
        x * y
    }
}

use physics::energy;

#[differentiate]
fn f(x: f64, y: f64) -> f64 {
    energy(x, y) + x
}

fn main() {}

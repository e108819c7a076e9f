use autodiff::differentiate;

#[differentiate]
mod model {
    pub fn f(x: f64) -> f64 {
        x
    }
}

fn main() {}

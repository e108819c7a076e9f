use autodiff::differentiate;

struct Model {
    weight: f64,
}

impl Model {
    #[differentiate]
    fn loss(&self, x: f64) -> f64 {
        self.weight * x
    }
}

fn main() {}

use autodiff::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Problem<'a> {
    data: &'a [f64],
    weight: f64,
}

impl Problem<'_> {
    #[differentiate]
    fn loss(&self, x: f64) -> f64 {
        self.data[0] * x + self.weight
    }
}

fn main() {}

use autodiff::differentiate;

#[differentiate(wrt(self))]
fn cube(x: f64) -> f64 {
    x * x * x
}

struct Model {
    rate: f64,
}

impl Model {
    #[differentiate(wrt(y))]
    fn grown(&self, x: f64) -> f64 {
        x * self.rate
    }
}

fn main() {
    cube::grad(1.0);
    Model { rate: 1.0 }.grown(1.0);
}

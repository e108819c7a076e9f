use autodiff::differentiate;

trait Twice {
    fn twice(self) -> f64;
}

impl Twice for f64 {
    fn twice(self) -> f64 {
        2.0 * self
    }
}

#[differentiate]
fn f(x: f64) -> f64 {
    <f64 as Twice>::twice(x)
}

fn main() {}

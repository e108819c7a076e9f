use autodiff::differentiate;

trait Loss {
    #[differentiate]
    fn loss(x: f64) -> f64;
}

fn main() {}

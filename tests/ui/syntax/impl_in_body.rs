use autodiff::differentiate;

trait Twice {
    fn twice(&self) -> f64;
}

#[differentiate]
fn f(x: f64, n: usize) -> f64 {
    impl Twice for usize {
        fn twice(&self) -> f64 {
            2.0 * *self as f64
        }
    }
    x * n.twice()
}

fn main() {}

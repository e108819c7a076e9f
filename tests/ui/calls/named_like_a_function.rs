//! A method with the name of an elementary function, of a type that cannot be told from a float's.

use autodiff::differentiate;

mod inner {
    use autodiff::{Differentiable, differentiate};

    #[derive(Differentiable, Clone, Copy)]
    pub struct Level {
        pub x: f64,
    }

    impl Level {
        pub fn abs(self) -> f64 {
            3.0 * self.x
        }
    }

    #[differentiate]
    pub fn level(x: f64) -> Level {
        Level { x }
    }
}

#[differentiate]
fn f(x: f64) -> f64 {
    inner::level(x).abs()
}

fn main() {}

//! Only a matrix is known to have entries.

use autodiff::{Differentiable, differentiate};

macro_rules! pair {
    ($name:ident) => {
        #[derive(Differentiable, Clone, Copy)]
        struct $name {
            x: f64,
            y: f64,
        }

        impl $name {
            fn map(&self, f: impl Fn(f64) -> f64) -> f64 {
                f(self.x) + f(self.y)
            }
        }
    };
}

pair!(Pair);

#[differentiate]
fn f(v: Pair) -> f64 {
    v.map(|x| x * x)
}

fn main() {}

use autodiff::{Differentiable, differentiate};

macro_rules! vector {
    ($name:ident) => {
        #[derive(Differentiable, Clone, Copy)]
        struct $name {
            x: f64,
            y: f64,
        }

        impl $name {
            fn len(&self) -> f64 {
                (self.x * self.x + self.y * self.y).sqrt()
            }
        }
    };
}

vector!(Vector);

#[differentiate]
fn f(v: &Vector, x: f64) -> f64 {
    v.len() * x
}

fn main() {}

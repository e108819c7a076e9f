use autodiff::{Differentiable, differentiate};

#[derive(Differentiable)]
enum Length {
    Metres(f64),
    Pair(f64, f64),
}

#[differentiate]
fn f(length: &mut Length, x: f64) {
    match length {
        Length::Metres(m) | Length::Pair(_, m) => *m *= x,
    }
}

fn main() {}

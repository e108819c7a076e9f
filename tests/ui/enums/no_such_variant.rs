use autodiff::{Differentiable, differentiate};

#[derive(Differentiable)]
enum Length {
    Metres(f64),
    Nothing,
}

#[differentiate]
fn f(length: &Length) -> f64 {
    match length {
        Length::Metres(m) => *m,
        Length::Feet(x) => *x,
        Length::Nothing => 0.0,
    }
}

fn main() {}

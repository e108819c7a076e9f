use autodiff::{Differentiable, differentiate};

#[derive(Differentiable)]
enum Length {
    Metres { value: f64 },
    Nothing,
}

#[differentiate]
fn f(x: f64) -> Length {
    if x > 0.0 { Length::Metres { value: x, unit: 1.0 } } else { Length::Nothing }
}

fn main() {}

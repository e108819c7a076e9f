use autodiff::differentiate;

#[derive(Clone, Copy)]
enum Length {
    Metres(f64),
    Nothing,
}

#[differentiate]
fn f(x: f64) -> f64 {
    let length = if x > 0.0 { Length::Metres(x) } else { Length::Nothing };
    match length {
        Length::Metres(m) => m * m,
        Length::Nothing => 0.0,
    }
}

fn main() {}

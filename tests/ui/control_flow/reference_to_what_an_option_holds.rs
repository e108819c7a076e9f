use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut best = Some(x);
    if let Some(value) = &mut best {
        *value += x * x;
    }
    best.unwrap_or(0.0)
}

fn main() {}

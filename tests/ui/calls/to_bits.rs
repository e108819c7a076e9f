use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let bits = x.to_bits();
    x * (bits % 7) as f64
}

fn main() {}

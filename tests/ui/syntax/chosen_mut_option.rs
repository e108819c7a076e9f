use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut a = x;
    if let Some(r) = if x > 0.0 { Some(&mut a) } else { None } {
        *r *= 2.0;
    }
    a * a
}

fn main() {}

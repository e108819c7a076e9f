use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut a = x;
    if let Some(r) = Some(&mut a) {
        *r *= 2.0;
    }
    a * a
}

fn main() {}

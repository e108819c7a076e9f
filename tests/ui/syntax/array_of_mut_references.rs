use autodiff::differentiate;

#[differentiate]
fn f(x: f64, y: f64) -> f64 {
    let (mut a, mut b) = (x, y);
    for p in [&mut a, &mut b] {
        *p += 1.0;
    }
    a * b
}

fn main() {}

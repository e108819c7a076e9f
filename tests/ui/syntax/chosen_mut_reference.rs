use autodiff::differentiate;

#[differentiate]
fn f(x: f64, first: bool) -> f64 {
    let (mut a, mut b) = ([x, 1.0], [x, 2.0]);
    let chosen = if first { &mut a } else { &mut b };
    chosen[0] *= 2.0;
    a[0] * b[0]
}

fn main() {}

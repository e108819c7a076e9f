use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let first = &mut v[0];
    v[1] = 2.0;
    *first *= 3.0;
    v[0] * v[1]
}

fn main() {}

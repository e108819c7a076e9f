use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut v = vec![0.0; 3];
    v.fill_with(|| x);
    v[0]
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let mut b = x.to_vec();
    a.append(&mut b);
    a[0]
}

fn main() {}

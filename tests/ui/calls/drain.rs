use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut rest = x.to_vec();
    rest.drain(1..);
    rest[0] * rest[0]
}

fn main() {}

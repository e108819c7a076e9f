use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut stack = x.to_vec();
    let last = stack.pop().unwrap();
    last * last
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: f64, n: &[usize]) -> f64 {
    let mut total = x;
    let mut rest = n.to_vec();
    while let Some(k) = rest.pop() {
        total *= k as f64;
    }
    total
}

fn main() {}

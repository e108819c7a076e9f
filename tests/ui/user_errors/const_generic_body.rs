use autodiff::differentiate;

#[differentiate]
fn f<const N: usize>(x: &[f64; N]) -> f64 {
    let n: f64 = N;
    x[0] * n
}

fn main() {}

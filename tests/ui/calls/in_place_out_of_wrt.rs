use autodiff::differentiate;

#[differentiate(wrt(x))]
fn f(x: &[f64; 2], buffer: &mut [f64]) -> f64 {
    buffer[0] = x[0] * x[1];
    buffer[0] * x[0]
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: &mut [f64], k: usize) {
    x[0] *= k;
}

fn main() {}

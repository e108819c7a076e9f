use autodiff::differentiate;

fn double_vjp(x: &mut [f64]) {
    x[0] *= 2.0;
}

#[differentiate(vjp = double_vjp)]
fn double(x: &mut [f64]) {
    x[0] *= 2.0;
}

fn main() {}

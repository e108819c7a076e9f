use autodiff::differentiate;

#[differentiate]
fn double(x: &mut [f64]) {
    for v in x.iter_mut() {
        *v *= 2.0;
    }
}

fn main() {
    double::grad(&mut [1.0]);
}

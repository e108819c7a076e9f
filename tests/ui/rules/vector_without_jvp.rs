use autodiff::differentiate;

fn pair_vjp(x: f64) -> ((f64, f64), impl FnOnce((f64, f64)) -> f64) {
    ((x, x), |(a, b)| a + b)
}

#[differentiate(vjp = pair_vjp)]
fn pair(x: f64) -> (f64, f64) {
    (x, x)
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn product(x: f64) -> f64 {
    let all = std::array::from_fn(|i| x + i as f64);
    let [a, b, c] = all;
    a * b * c
}

fn main() {
    product::grad(1.0);
}

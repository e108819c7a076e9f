use autodiff::differentiate;

#[differentiate]
fn f(x: &Missing) -> f64 {
    x.weight
}

fn main() {}

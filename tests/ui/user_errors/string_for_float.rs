use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let name: f64 = "two";
    x * name
}

fn main() {}

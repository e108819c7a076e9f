use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let a = {
        const FACTOR: f64 = 2.0;
        FACTOR * x
    };
    let b = {
        const FACTOR: f64 = 3.0;
        FACTOR * x
    };
    a * b
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let y: Result<f64, ()> = Ok(x);
    match y {
        Ok(y) => y * y,
        Err(()) => 0.0,
    }
}

fn main() {}

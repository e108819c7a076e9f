use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for v in x {
        if *v < 0.0 {
            continue 'outer;
        }
        sum += v;
    }
    sum
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut iter = x.iter();
    let mut total = 0.0;
    for v in &mut iter {
        total += v;
        if total > 1.0 {
            break;
        }
    }
    for v in iter {
        total *= v;
    }
    total
}

fn main() {}

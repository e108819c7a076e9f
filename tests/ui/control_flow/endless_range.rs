use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut total = 0.0;
    for i in 0.. {
        if i > 10 {
            break;
        }
        total += x * i as f64;
    }
    total
}

fn main() {}

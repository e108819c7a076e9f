use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut total = x;
    let mut i = 0;
    while {
        i += 1;
        i < 4
    } {
        total *= x;
    }
    total
}

fn main() {}

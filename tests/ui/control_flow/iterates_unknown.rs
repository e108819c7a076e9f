use autodiff::differentiate;

struct Countdown;

impl Iterator for Countdown {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        None
    }
}

#[differentiate]
fn f(x: f64) -> f64 {
    let mut total = x;
    for i in Countdown {
        total *= i as f64;
    }
    total
}

fn main() {}

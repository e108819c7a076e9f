use autodiff::differentiate;

#[differentiate]
fn f(x: f64, n: usize) -> f64 {
    let mut y = x;
    #[checkpoint(every = 3)]
    if n > 2 {
        y = y.sin();
    }
    y
}

fn main() {}

use autodiff::differentiate;

struct Wrapper(f64);

#[differentiate]
fn f(x: f64) -> f64 {
    let Wrapper(inner) = Wrapper(x);
    inner * inner
}

fn main() {}

use autodiff::differentiate;

#[differentiate]
fn f<T: Clone>(x: T) -> T {
    x.clone()
}

fn main() {}

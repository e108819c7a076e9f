use autodiff::differentiate;

#[differentiate]
fn f<T: std::ops::Mul<Output = T> + Copy>(x: T, y: T) -> T {
    x * y
}

fn main() {}

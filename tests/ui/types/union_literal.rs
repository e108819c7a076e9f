use autodiff::differentiate;

union Bits {
    float: f64,
    int: u64,
}

#[differentiate]
fn f(x: f64) -> f64 {
    let b = Bits { float: x };
    unsafe { b.float }
}

fn main() {}

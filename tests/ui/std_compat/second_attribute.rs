use autodiff::std_compat::{autodiff_forward, autodiff_reverse};

#[autodiff_reverse(pulled, Active, Active)]
#[autodiff_forward(pushed, Duall, Dual)]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}

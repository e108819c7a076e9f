use autodiff::std_compat::{autodiff_forward as pushforward, autodiff_reverse};

#[autodiff_reverse(pulled, Active, Active)]
#[pushforward(pushed, Dual, Dual)]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {
    pulled(1.0, 1.0);
    pushed(1.0, 1.0);
}

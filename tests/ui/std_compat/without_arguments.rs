use autodiff::std_compat::autodiff_reverse;

#[autodiff_reverse]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}

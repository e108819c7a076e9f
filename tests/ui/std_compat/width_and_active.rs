use autodiff::std_compat::autodiff_reverse;

#[autodiff_reverse(df, 2, Active, Active)]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}

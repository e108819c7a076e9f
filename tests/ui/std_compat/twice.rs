use autodiff::std_compat::autodiff_reverse;
use autodiff::differentiate;

#[autodiff_reverse(df, Active, Active)]
#[differentiate]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {
    df(1.0, 1.0);
}

use autodiff::std_compat::autodiff_reverse;

#[autodiff_reverse(df, Duplicate, Active)]
fn f(x: &f64) -> f64 {
    x * x
}

fn main() {}

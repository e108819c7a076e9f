use autodiff::std_compat::autodiff_reverse;

#[autodiff_reverse(df, Active, Active, Active)]
fn f(x: f64, n: i32) -> f64 {
    x.powi(n)
}

fn main() {}

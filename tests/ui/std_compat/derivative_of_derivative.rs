use autodiff::std_compat::autodiff_reverse;

#[autodiff_reverse(df, Duplicated, Active)]
fn f(x: &f64) -> f64 {
    x * x * x
}

#[autodiff_reverse(ddf, Duplicated, Duplicated)]
fn slope(x: &f64, dx: &mut f64) {
    df(x, dx, 1.0);
}

fn main() {}

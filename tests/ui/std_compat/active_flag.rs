use autodiff::std_compat::autodiff_reverse;

#[autodiff_reverse(df, Duplicated, Duplicated, Active)]
fn f(x: &f64, y: &mut f64) -> bool {
    *y = x * x;
    *y > 1.0
}

fn main() {}

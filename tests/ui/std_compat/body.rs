use autodiff::std_compat::autodiff_reverse;

#[autodiff_reverse(df, Active, Active)]
fn f(x: f64) -> f64 {
    unsafe { x * x }
}

fn g() -> (f64, f64) {
    df(1.0, 1.0)
}

fn main() {}

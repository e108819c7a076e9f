use autodiff::std_compat::autodiff_forward;

#[autodiff_forward(df, Dual, Dual, Const)]
fn f(x: f64, y: &mut f64) {
    *y = x * x;
}

fn main() {}

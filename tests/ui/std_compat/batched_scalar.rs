use autodiff::std_compat::autodiff_forward;

#[autodiff_forward(df, 4, Dualv, Dual)]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}

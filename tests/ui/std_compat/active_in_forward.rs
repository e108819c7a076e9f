use autodiff::std_compat::autodiff_forward;

#[autodiff_forward(df, Active, Active)]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}

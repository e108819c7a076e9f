use autodiff::std_compat::autodiff_forward;

#[autodiff_forward(df, 2, Dual, Dual)]
fn f(x: f64) -> Number {
    x * x
}

type Number = f64;

fn main() {}

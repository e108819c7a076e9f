use autodiff::std_compat::autodiff_forward;

#[autodiff_forward(df, Dual)]
struct S(f64);

fn main() {}

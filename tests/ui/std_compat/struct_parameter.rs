use autodiff::std_compat::autodiff_forward;

#[autodiff_forward(df, Dual, Dual)]
fn f(x: &Opaque) -> f64 {
    x.0 * x.0
}

struct Opaque(f64);

fn main() {}

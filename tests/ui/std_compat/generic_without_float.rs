use autodiff::std_compat::autodiff_reverse;

#[autodiff_reverse(df, Duplicated, Active)]
fn f<T: std::ops::Mul<Output = T> + Copy>(x: &T) -> T {
    *x * *x
}

fn main() {}

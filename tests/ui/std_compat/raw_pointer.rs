use autodiff::std_compat::autodiff_reverse;

#[autodiff_reverse(df, DuplicatedOnly, Duplicated)]
fn f(x: *const f32, y: &mut f32) {
    _ = x;
    *y *= 2.0;
}

fn main() {}

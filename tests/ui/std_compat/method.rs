use autodiff::std_compat::autodiff_reverse;

struct S(f64);

impl S {
    #[autodiff_reverse(df, Duplicated, Active)]
    fn f(&self) -> f64 {
        self.0 * self.0
    }
}

fn main() {}

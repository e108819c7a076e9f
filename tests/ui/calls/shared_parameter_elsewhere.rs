use autodiff::differentiate;

// As of another file.
macro_rules! elsewhere {
    () => {
        #[differentiate]
        pub fn total(x: &[f64]) -> f64 {
            x[0] * x[1]
        }
    };
}

mod other {
    use autodiff::differentiate;

    elsewhere!();
}

#[differentiate]
fn scale(x: &mut [f64]) -> f64 {
    let sum = other::total(x);
    x[0] *= sum;
    sum + other::total(&*x)
}

fn main() {}

use autodiff::differentiate;

macro_rules! double {
    ($v:ident) => {
        for entry in $v.iter_mut() {
            *entry *= 2.0;
        }
    };
}

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    double!(v);
    v[0] * v[0]
}

fn main() {}

use autodiff::differentiate;

use std::rc::Rc;

#[differentiate]
fn f(x: f64) -> f64 {
    let shared = Rc::new(x);
    *shared * 2.0
}

fn main() {}

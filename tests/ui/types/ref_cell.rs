use autodiff::differentiate;

use std::cell::RefCell;

#[differentiate]
fn f(x: f64) -> f64 {
    let cell = RefCell::new(x);
    *cell.borrow_mut() *= 2.0;
    let y = *cell.borrow();
    y
}

fn main() {}

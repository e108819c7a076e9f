use autodiff::differentiate;

use std::collections::HashMap;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut map = HashMap::new();
    map.insert("x", x);
    map["x"] * 2.0
}

fn main() {}

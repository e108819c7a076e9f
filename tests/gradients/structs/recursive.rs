//! Structs that hold themselves, and hold nothing constant for it.

use autodiff::differentiate;

use crate::harness::check;

/// All in it is constant.
struct Tree {
    weight: u32,
    children: Vec<Tree>,
    parent: Option<Box<Tree>>,
}

/// By way of another.
struct Path {
    steps: Vec<Step>,
    length: f64,
}

struct Step {
    back: Vec<Path>,
    number: usize,
}

#[differentiate]
fn weighted(tree: &Tree, x: f64) -> f64 {
    let mut sum = f64::from(tree.weight) * x;
    for child in &tree.children {
        sum += f64::from(child.weight) * x * x;
    }
    sum
}

#[differentiate(wrt(x))]
fn along(path: &Path, x: f64) -> f64 {
    path.length * x.powi(path.steps[0].number as i32)
}

#[test]
fn recursion_is_followed_once() {
    let child = |weight| Tree { weight, children: Vec::new(), parent: None };
    let tree = Tree { weight: 2, children: vec![child(3), child(5)], parent: None };
    check!(weighted(&tree, x); x in [0.4]);
    let path = Path { steps: vec![Step { back: Vec::new(), number: 3 }], length: 1.5 };
    check!(along(&path, x); x in [0.4]);
}

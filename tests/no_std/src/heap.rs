//! What needs the heap.

use alloc::vec::Vec;

use autodiff::differentiate;

use crate::by_num_traits::check_two;
use crate::differences::assert_gradient;

#[differentiate]
fn newton(a: f64, start: f64) -> f64 {
    let mut x = start;
    while (x * x - a).abs() > 1e-3 {
        x = 0.5 * (x + a / x);
    }
    x
}

#[differentiate]
fn log_sum_exp(x: &[f64]) -> f64 {
    let exponentials: Vec<f64> = x.iter().map(|x| libm::exp(*x)).collect();
    libm::log(exponentials.iter().sum())
}

#[differentiate(wrt(start))]
fn checkpointed(start: f64, steps: usize) -> f64 {
    let mut x = start;
    #[checkpoint(snapshots = 3)]
    for _ in 0..steps {
        x = 0.9 * libm::sin(x) + 0.2;
    }
    x
}

pub fn check() {
    check_two! {
        newton: [2.0, 1.0];
    }
    let x = [0.4, -0.7, 1.2];
    let x_bar = log_sum_exp::grad(&x);
    assert_gradient(|x| log_sum_exp(&x), x, [x_bar[0], x_bar[1], x_bar[2]]);
    assert_gradient(|[x]| checkpointed(x, 20), [0.3], [checkpointed::grad(0.3, 20)]);
    assert!(newton::GRAPH.to_dot().starts_with("digraph \"newton\" {"));
}

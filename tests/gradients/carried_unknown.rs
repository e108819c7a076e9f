//! Variables of which it is known that they are numbers outside a loop alone: inside, they are whatever a
//! call gives.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn bent(x: f64, k: usize) -> f64 {
    x.sin() + k as f64
}

#[differentiate]
fn multiplied(x: f64, n: usize) -> f64 {
    let mut k = 0.0;
    for i in 0..n {
        k += bent(x, i);
        for j in 0..2 {
            k *= bent(x, j);
        }
    }
    k
}

#[differentiate]
fn replaced(x: f64, n: usize) -> f64 {
    let mut k = x;
    for i in 0..n {
        let mut j = 0;
        while j < 3 {
            k = bent(k, i) * k;
            j += 1;
        }
        k -= 0.5;
    }
    k * x
}

#[differentiate]
fn chosen(x: f64, n: usize) -> f64 {
    let mut k = 1.0;
    for i in 0..n {
        if i % 2 == 0 {
            for j in 0..i {
                k *= bent(x, j);
            }
        } else {
            k /= x;
        }
    }
    k
}

#[differentiate]
fn checkpointed(x: f64, n: usize) -> f64 {
    let mut k = 0.0;
    #[checkpoint(every = 2)]
    for i in 0..n {
        k += bent(x, i);
        for j in 0..2 {
            k *= bent(x, j);
        }
    }
    k
}

#[test]
fn loops() {
    for n in 0..4 {
        check!(multiplied(x, n); x in [0.7]);
        check!(replaced(x, n); x in [0.7]);
        check!(chosen(x, n); x in [0.7]);
        check!(checkpointed(x, n); x in [0.7]);
    }
}

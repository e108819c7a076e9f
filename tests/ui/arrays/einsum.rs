//! Labels that do not fit the arrays.

use autodiff::{differentiate, einsum};
use ndarray::{Array1, Array2};

fn plain(a: &Array2<f64>) {
    einsum!("ij,jk->ik", a);
    einsum!("i1->i", a);
    einsum!("ij->ii", a);
    einsum!("ij->k", a);
}

#[differentiate]
fn of_other_rank(a: &Array2<f64>, x: &Array1<f64>) -> f64 {
    einsum!("ij,ij->", a, x)
}

fn main() {}

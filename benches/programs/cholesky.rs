//! The log-determinant of a 32 x 32 matrix by Cholesky's method: triangular loops that overwrite
//! what they read.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const N: usize = 32;

/// The logarithm of the determinant of a positive definite matrix, of which the lower triangle
/// is read.
#[differentiate]
fn log_determinant(a: &[[f64; N]; N]) -> f64 {
    let mut l = *a;
    let mut sum = 0.0;
    for i in 0..N {
        for j in 0..i {
            for k in 0..j {
                l[i][j] -= l[i][k] * l[j][k];
            }
            l[i][j] /= l[j][j];
        }
        for k in 0..i {
            l[i][i] -= l[i][k] * l[i][k];
        }
        l[i][i] = l[i][i].sqrt();
        sum += l[i][i].ln();
    }
    2.0 * sum
}

/// The finished factor alone is what the reverse sweep reads: no overwritten value is wanted
/// again. Its inner loops are whole-row updates, free of the primal's chains of additions.
fn log_determinant_by_hand(a: &[[f64; N]; N], a_bar: &mut [[f64; N]; N]) -> f64 {
    let mut l = *a;
    let mut sum = 0.0;
    for i in 0..N {
        let (above, rest) = l.split_at_mut(i);
        let row = &mut rest[0];
        for (j, above) in above.iter().enumerate() {
            let mut entry = row[j];
            for k in 0..j {
                entry -= row[k] * above[k];
            }
            row[j] = entry / above[j];
        }
        let mut pivot = row[i];
        for entry in &row[..i] {
            pivot -= entry * entry;
        }
        row[i] = pivot.sqrt();
        sum += row[i].ln();
    }

    let mut l_bar = [[0.0; N]; N];
    for i in (0..N).rev() {
        let row = &l[i];
        let (above_bar, rest_bar) = l_bar.split_at_mut(i);
        let row_bar = &mut rest_bar[0];

        let pivot_bar = (row_bar[i] + 2.0 / row[i]) / (2.0 * row[i]);
        for (entry_bar, entry) in row_bar[..i].iter_mut().zip(row) {
            *entry_bar -= 2.0 * pivot_bar * entry;
        }
        a_bar[i][i] += pivot_bar;

        for j in (0..i).rev() {
            let (above, above_bar) = (&l[j], &mut above_bar[j]);
            let entry_bar = row_bar[j] / above[j];
            above_bar[j] -= entry_bar * row[j];
            for (row_bar, above) in row_bar[..j].iter_mut().zip(above) {
                *row_bar -= entry_bar * above;
            }
            for (above_bar, row) in above_bar[..j].iter_mut().zip(row) {
                *above_bar -= entry_bar * row;
            }
            a_bar[i][j] += entry_bar;
        }
    }
    2.0 * sum
}

/// The gradient's entries as the shadow of the matrix.
fn shadow(gradient: &mut [f64]) -> &mut [[f64; N]; N] {
    let (rows, _) = gradient.as_chunks_mut();
    rows.try_into().expect("the matrix has N rows")
}

pub struct Cholesky {
    a: [[f64; N]; N],
}

impl Program for Cholesky {
    const NAME: &'static str = "cholesky-32";

    /// Symmetric and diagonally dominant, hence positive definite.
    fn new() -> Self {
        let entries = spread(N * N, -0.5, 0.5);
        let mut a = [[0.0; N]; N];
        for (i, row) in a.iter_mut().enumerate() {
            for (j, entry) in row.iter_mut().enumerate() {
                *entry = entries[i.max(j) * N + i.min(j)];
            }
            row[i] = N as f64 / 2.0 + 1.0;
        }
        Self { a }
    }

    fn variables(&self) -> Vec<f64> {
        self.a.concat()
    }

    fn primal(&self) -> f64 {
        log_determinant(&self.a)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        log_determinant::grad_into(&self.a, shadow(gradient))
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        log_determinant_by_hand(&self.a, shadow(gradient))
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let mut l = variables.to_vec();
        let mut sum = variables[0].constant(0.0);
        for i in 0..N {
            for j in 0..=i {
                let mut entry = l[i * N + j];
                for k in 0..j {
                    entry = entry - l[i * N + k] * l[j * N + k];
                }
                l[i * N + j] = if i == j { entry.sqrt() } else { entry / l[j * N + j] };
            }
            sum = sum + l[i * N + i].ln();
        }
        sum * 2.0
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

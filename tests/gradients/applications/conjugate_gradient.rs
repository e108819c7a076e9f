//! The method of conjugate gradients of M. Hestenes and E. Stiefel (1952), after J. Shewchuk, "An
//! Introduction to the Conjugate Gradient Method Without the Agonizing Pain" (1994), appendix B2, on a
//! sparse matrix.

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map, flat_structs};

/// A sparse matrix by compressed rows.
#[derive(Differentiable, Clone, Debug)]
struct Csr<T: Float> {
    starts: Vec<usize>,
    columns: Vec<usize>,
    entries: Vec<T>,
}

impl<T: Float> Csr<T> {
    #[differentiate]
    fn multiply(&self, x: &[T]) -> Vec<T> {
        self.starts
            .windows(2)
            .map(|bounds| {
                let (start, end) = (bounds[0], bounds[1]);
                let row = self.entries[start..end].iter().zip(&self.columns[start..end]);
                row.map(|(&a, &j)| a * x[j]).sum()
            })
            .collect()
    }
}

#[differentiate]
fn dot<T: Float>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).map(|(&a, &b)| a * b).sum()
}

#[differentiate]
fn axpy<T: Float>(alpha: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += alpha * x;
    }
}

/// Solves `a x = b`, to a residual of `tolerance` times that at zero.
#[differentiate(wrt(a, b))]
fn solve<T: Float>(a: &Csr<T>, b: &[T], tolerance: T) -> Vec<T> {
    let mut x = vec![T::zero(); b.len()];
    let mut residual = b.to_vec();
    let mut direction = residual.clone();
    let mut delta = dot(&residual, &residual);
    let target = tolerance * tolerance * delta;
    for _ in 0..b.len() {
        if delta <= target {
            break;
        }
        let image = a.multiply(&direction);
        let alpha = delta / dot(&direction, &image);
        axpy(alpha, &direction, &mut x);
        axpy(-alpha, &image, &mut residual);
        let previous = std::mem::replace(&mut delta, dot(&residual, &residual));
        let beta = delta / previous;
        for (d, &r) in direction.iter_mut().zip(&residual) {
            *d = r + beta * *d;
        }
    }
    x
}

/// The work of the load `b` on what it deforms: `b · a⁻¹ b`.
#[differentiate]
fn compliance<T: Float>(a: &Csr<T>, b: &[T]) -> T {
    dot(&solve(a, b, T::epsilon()), b)
}

flat_structs! {
    f64: Csr<f64> => CsrTangent<f64> { entries };
    f32: Csr<f32> => CsrTangent<f32> { entries };
}

/// A chain of springs that are fixed to the ground.
fn chain<T: Float>(stiffness: &[f64]) -> Csr<T> {
    let n = stiffness.len();
    let mut a = Csr { starts: vec![0], columns: vec![], entries: vec![] };
    for i in 0..n {
        let neighbours = [i.checked_sub(1), Some(i), Some(i + 1).filter(|&j| j < n)];
        for j in neighbours.into_iter().flatten() {
            a.columns.push(j);
            a.entries.push(T::from_f64(if i == j { 2.0 + stiffness[i] } else { -1.0 }));
        }
        a.starts.push(a.columns.len());
    }
    a
}

#[test]
fn solutions() {
    // Stopped early, where the solution depends on every step; and at the end.
    for tolerance in [0.25, 1e-8] {
        check_map!(solve(&a, &b, tolerance); (a, b) in [
            (chain(&[1.0, 0.5, 2.0, 0.7]), vec![1.0, -0.5, 0.3, 2.0]),
            (chain(&[0.2, 3.0, 0.4]), vec![0.5, 1.5, -1.0]),
        ]);
    }
    check!(compliance(&a, &b); (a, b) in [(chain::<f32>(&[1.0, 0.5, 2.0]), vec![1.0, -0.5, 0.3])]);
}

/// `d(b · a⁻¹ b) = 2 x · db - x · da x`, with `x = a⁻¹ b`, for a symmetric `da`: the method is for such.
#[test]
fn compliance_has_a_closed_form() {
    let a = chain::<f64>(&[1.0, 0.5, 2.0, 0.7, 1.1]);
    let b = [1.0, -0.5, 0.3, 2.0, 0.1];
    let x = solve(&a, &b, 1e-15);
    let (a_bar, b_bar) = compliance::grad(&a, &b);
    for i in 0..b.len() {
        assert!((b_bar[i] - 2.0 * x[i]).abs() < 1e-11);
        let entry = |row: usize, column: usize| {
            let mut of_row = a.starts[row]..a.starts[row + 1];
            a_bar.entries[of_row.find(|&at| a.columns[at] == column).unwrap()]
        };
        for &j in &a.columns[a.starts[i]..a.starts[i + 1]] {
            assert!((entry(i, j) + entry(j, i) + 2.0 * x[i] * x[j]).abs() < 1e-11);
        }
    }
}

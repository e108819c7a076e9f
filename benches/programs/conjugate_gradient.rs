//! The method of conjugate gradients on a sparse matrix: J. Shewchuk, "An Introduction to the Conjugate
//! Gradient Method Without the Agonizing Pain" (1994), appendix B2. Short vector operations between
//! sums that all that follows waits for.
//!
//! As in Newton's method, the derivative is that of the iteration.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const N: usize = 128;
const ITERATIONS: usize = 12;

/// A sparse matrix, by compressed rows.
struct Pattern {
    starts: Vec<usize>,
    columns: Vec<usize>,
}

#[differentiate]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `y = A x`.
#[differentiate]
fn multiply(entries: &[f64], starts: &[usize], columns: &[usize], x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        let mut sum = 0.0;
        for k in starts[i]..starts[i + 1] {
            sum += entries[k] * x[columns[k]];
        }
        y[i] = sum;
    }
}

/// `b · x`, with `A x = b` solved by some iterations.
#[differentiate]
fn compliance(entries: &[f64], b: &[f64], starts: &[usize], columns: &[usize]) -> f64 {
    let mut x = vec![0.0; b.len()];
    let mut r = b.to_vec();
    let mut d = b.to_vec();
    let mut q = vec![0.0; b.len()];
    let mut delta = dot(&r, &r);
    for _ in 0..ITERATIONS {
        multiply(entries, starts, columns, &d, &mut q);
        let alpha = delta / dot(&d, &q);
        for (x, d) in x.iter_mut().zip(&d) {
            *x += alpha * d;
        }
        for (r, q) in r.iter_mut().zip(&q) {
            *r -= alpha * q;
        }
        let before = delta;
        delta = dot(&r, &r);
        let beta = delta / before;
        for (d, r) in d.iter_mut().zip(&r) {
            *d = r + beta * *d;
        }
    }
    dot(b, &x)
}

/// Keeps directions, their images and residuals of each iteration.
fn compliance_by_hand(
    entries: &[f64],
    b: &[f64],
    pattern: &Pattern,
    (entries_bar, b_bar): (&mut [f64], &mut [f64]),
) -> f64 {
    let n = b.len();
    let rows = || pattern.starts.windows(2).map(|ends| ends[0]..ends[1]);
    // Iteration by iteration: direction, image, the residual that comes out.
    let mut kept = Vec::with_capacity(3 * n * ITERATIONS);
    let mut steps = Vec::with_capacity(ITERATIONS);
    let mut x = vec![0.0; n];
    let mut r = b.to_vec();
    let mut d = b.to_vec();
    let mut delta = dot(&r, &r);
    for _ in 0..ITERATIONS {
        let at = kept.len();
        kept.extend_from_slice(&d);
        kept.extend(rows().map(|row| row.map(|k| entries[k] * d[pattern.columns[k]]).sum::<f64>()));
        let q = &kept[at + n..];
        let curvature = dot(&d, q);
        let alpha = delta / curvature;
        for ((x, r), (d, q)) in x.iter_mut().zip(&mut r).zip(d.iter().zip(q)) {
            *x += alpha * d;
            *r -= alpha * q;
        }
        kept.extend_from_slice(&r);
        let after = dot(&r, &r);
        let beta = after / delta;
        for (d, r) in d.iter_mut().zip(&r) {
            *d = r + beta * *d;
        }
        steps.push([delta, curvature, alpha, beta]);
        delta = after;
    }
    let value = dot(b, &x);

    for (b_bar, x) in b_bar.iter_mut().zip(&x) {
        *b_bar += x;
    }
    // The adjoint of the solution stays `b`: it is added to alone.
    let x_bar = b;
    let mut r_bar = x;
    r_bar.fill(0.0);
    let mut d_bar = vec![0.0; n];
    let mut q_bar = vec![0.0; n];
    let mut delta_bar = 0.0;
    for (vectors, &[delta, curvature, alpha, beta]) in kept.chunks_exact(3 * n).zip(&steps).rev() {
        let (d, vectors) = vectors.split_at(n);
        let (q, r) = vectors.split_at(n);
        let beta_bar = dot(&d_bar, d);
        let after_bar = delta_bar + beta_bar / delta;
        delta_bar = -beta_bar * beta / delta;
        let mut alpha_bar = 0.0;
        for i in 0..n {
            r_bar[i] += d_bar[i] + 2.0 * after_bar * r[i];
            alpha_bar += x_bar[i] * d[i] - r_bar[i] * q[i];
        }
        let curvature_bar = -alpha_bar * alpha / curvature;
        delta_bar += alpha_bar / curvature;
        for i in 0..n {
            q_bar[i] = curvature_bar * d[i] - alpha * r_bar[i];
            d_bar[i] = beta * d_bar[i] + alpha * x_bar[i] + curvature_bar * q[i];
        }
        for (row, q_bar) in rows().zip(&q_bar) {
            for k in row {
                entries_bar[k] += q_bar * d[pattern.columns[k]];
                d_bar[pattern.columns[k]] += q_bar * entries[k];
            }
        }
    }
    for i in 0..n {
        b_bar[i] += r_bar[i] + d_bar[i] + 2.0 * delta_bar * b[i];
    }
    value
}

pub struct ConjugateGradient {
    pattern: Pattern,
    entries: Vec<f64>,
    b: Vec<f64>,
}

impl Program for ConjugateGradient {
    const NAME: &'static str = "cg-128";

    /// A chain with links between points that are eight apart too.
    fn new() -> Self {
        let diagonal = spread(N, 4.1, 5.0);
        let mut pattern = Pattern { starts: vec![0], columns: Vec::new() };
        let mut entries = Vec::new();
        for (i, &on_diagonal) in diagonal.iter().enumerate() {
            for j in [i.wrapping_sub(8), i.wrapping_sub(1), i, i + 1, i + 8] {
                if j < N {
                    pattern.columns.push(j);
                    entries.push(if i == j { on_diagonal } else { -1.0 });
                }
            }
            pattern.starts.push(entries.len());
        }
        Self { pattern, entries, b: spread(N, -1.0, 1.0) }
    }

    fn variables(&self) -> Vec<f64> {
        [&self.entries[..], &self.b].concat()
    }

    fn primal(&self) -> f64 {
        let Pattern { starts, columns } = &self.pattern;
        compliance(&self.entries, &self.b, starts, columns)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let Pattern { starts, columns } = &self.pattern;
        let shadows = gradient.split_at_mut(self.entries.len());
        compliance::grad_into(&self.entries, &self.b, starts, columns, shadows)
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let shadows = gradient.split_at_mut(self.entries.len());
        compliance_by_hand(&self.entries, &self.b, &self.pattern, shadows)
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (entries, b) = variables.split_at(self.entries.len());
        let zero = b[0].constant(0.0);
        let dot = |a: &[S], b: &[S]| a.iter().zip(b).fold(zero, |sum, (&a, &b)| sum + a * b);
        let mut x = vec![zero; N];
        let mut r = b.to_vec();
        let mut d = b.to_vec();
        let mut delta = dot(&r, &r);
        for _ in 0..ITERATIONS {
            let row = |ends: &[usize]| {
                let entry = |k: usize| entries[k] * d[self.pattern.columns[k]];
                (ends[0]..ends[1]).fold(zero, |sum, k| sum + entry(k))
            };
            let q: Vec<S> = self.pattern.starts.windows(2).map(row).collect();
            let alpha = delta / dot(&d, &q);
            for i in 0..N {
                x[i] = x[i] + alpha * d[i];
                r[i] = r[i] - alpha * q[i];
            }
            let before = delta;
            delta = dot(&r, &r);
            let beta = delta / before;
            for i in 0..N {
                d[i] = r[i] + beta * d[i];
            }
        }
        dot(b, &x)
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}

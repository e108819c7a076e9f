//! Arrays of arrays: matrices, stacks of matrices, rows borrowed, copied and swapped.

#![allow(clippy::needless_range_loop, reason = "such code is what is tested")]

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn determinant2(a: [[f64; 2]; 2]) -> f64 {
    a[0][0] * a[1][1] - a[0][1] * a[1][0]
}

#[differentiate]
fn determinant3(a: &[[f64; 3]; 3]) -> f64 {
    let [[a, b, c], [d, e, f], [g, h, i]] = *a;
    a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
}

#[differentiate]
fn inverse2(a: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let determinant = a[0][0] * a[1][1] - a[0][1] * a[1][0];
    let scale = 1.0 / determinant;
    [[a[1][1] * scale, -a[0][1] * scale], [-a[1][0] * scale, a[0][0] * scale]]
}

#[differentiate]
fn matrix_vector<const R: usize, const C: usize>(a: &[[f64; C]; R], x: &[f64; C]) -> [f64; R] {
    let mut y = [0.0; R];
    for i in 0..R {
        for j in 0..C {
            y[i] += a[i][j] * x[j];
        }
    }
    y
}

#[differentiate]
fn matrix_product<const R: usize, const K: usize, const C: usize>(
    a: &[[f64; K]; R],
    b: &[[f64; C]; K],
) -> [[f64; C]; R] {
    let mut product = [[0.0; C]; R];
    for i in 0..R {
        for j in 0..C {
            let mut entry = 0.0;
            for k in 0..K {
                entry += a[i][k] * b[k][j];
            }
            product[i][j] = entry;
        }
    }
    product
}

#[differentiate]
fn transpose<const R: usize, const C: usize>(a: [[f64; C]; R]) -> [[f64; R]; C] {
    let mut t = [[0.0; R]; C];
    for (i, row) in a.iter().enumerate() {
        for (j, v) in row.iter().enumerate() {
            t[j][i] = *v;
        }
    }
    t
}

#[differentiate]
fn quadratic_form<const N: usize>(a: &[[f64; N]; N], x: &[f64; N]) -> f64 {
    let mut total = 0.0;
    for i in 0..N {
        let row = &a[i];
        let mut inner = 0.0;
        for j in 0..N {
            inner += row[j] * x[j];
        }
        total += x[i] * inner;
    }
    total
}

#[differentiate]
fn frobenius_f32(a: [[f32; 3]; 2]) -> f32 {
    let mut total = 0.0f32;
    for row in a {
        for v in row {
            total += v * v;
        }
    }
    total.sqrt()
}

/// The log-determinant of a symmetric positive matrix by its Cholesky factor.
#[differentiate]
fn log_determinant<const N: usize>(a: &[[f64; N]; N]) -> f64 {
    let mut l = [[0.0; N]; N];
    let mut total = 0.0;
    for i in 0..N {
        for j in 0..=i {
            let mut entry = a[i][j];
            for k in 0..j {
                entry -= l[i][k] * l[j][k];
            }
            if i == j {
                l[i][i] = entry.sqrt();
                total += 2.0 * l[i][i].ln();
            } else {
                l[i][j] = entry / l[j][j];
            }
        }
    }
    total
}

/// Doolittle's elimination in place on a copy; the determinant is the product of the pivots.
#[differentiate]
fn determinant_by_lu<const N: usize>(mut a: [[f64; N]; N]) -> f64 {
    for k in 0..N {
        for i in k + 1..N {
            a[i][k] /= a[k][k];
            for j in k + 1..N {
                a[i][j] -= a[i][k] * a[k][j];
            }
        }
    }
    let mut determinant = 1.0;
    for k in 0..N {
        determinant *= a[k][k];
    }
    determinant
}

/// Gaussian elimination with partial pivoting: rows change places as the data command.
#[differentiate]
fn solve3(mut a: [[f64; 3]; 3], mut b: [f64; 3]) -> [f64; 3] {
    for k in 0..3 {
        let mut pivot = k;
        for i in k + 1..3 {
            if a[i][k].abs() > a[pivot][k].abs() {
                pivot = i;
            }
        }
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..3 {
            let factor = a[i][k] / a[k][k];
            for j in k..3 {
                a[i][j] -= factor * a[k][j];
            }
            b[i] -= factor * b[k];
        }
    }
    for k in (0..3).rev() {
        for j in k + 1..3 {
            b[k] -= a[k][j] * b[j];
        }
        b[k] /= a[k][k];
    }
    b
}

#[differentiate]
fn laplacian_energy<const R: usize, const C: usize>(u: &[[f64; C]; R]) -> f64 {
    let mut energy = 0.0;
    for i in 1..R - 1 {
        for j in 1..C - 1 {
            let laplacian = u[i - 1][j] + u[i + 1][j] + u[i][j - 1] + u[i][j + 1] - 4.0 * u[i][j];
            energy += laplacian * laplacian;
        }
    }
    0.5 * energy
}

#[differentiate]
fn trilinear(t: &[[[f64; 2]; 3]; 2], x: [f64; 2], y: [f64; 3], z: [f64; 2]) -> f64 {
    let mut total = 0.0;
    for i in 0..2 {
        for j in 0..3 {
            for k in 0..2 {
                total += t[i][j][k] * x[i] * y[j] * z[k];
            }
        }
    }
    total
}

#[differentiate]
fn rotation(roll: f64, pitch: f64, yaw: f64) -> [[f64; 3]; 3] {
    let (sr, cr) = roll.sin_cos();
    let (sp, cp) = pitch.sin_cos();
    let (sy, cy) = yaw.sin_cos();
    [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ]
}

/// Predict and update of a constant-velocity Kalman filter with a position measurement.
#[differentiate]
fn kalman_step(
    x: [f64; 2],
    p: [[f64; 2]; 2],
    dt: f64,
    measured: f64,
    noise: f64,
) -> ([f64; 2], [[f64; 2]; 2]) {
    let predicted = [x[0] + dt * x[1], x[1]];
    let p00 = p[0][0] + dt * (p[0][1] + p[1][0]) + dt * dt * p[1][1];
    let p01 = p[0][1] + dt * p[1][1];
    let p10 = p[1][0] + dt * p[1][1];
    let p11 = p[1][1] + 0.01 * dt;
    let innovation = measured - predicted[0];
    let variance = p00 + noise * noise;
    let gain = [p00 / variance, p10 / variance];
    let state = [predicted[0] + gain[0] * innovation, predicted[1] + gain[1] * innovation];
    let covariance = [
        [(1.0 - gain[0]) * p00, (1.0 - gain[0]) * p01],
        [p10 - gain[1] * p00, p11 - gain[1] * p01],
    ];
    (state, covariance)
}

/// Whole rows are copied over one another; a row written later must not reach the copy.
#[differentiate]
fn rows_copied_and_replaced(mut a: [[f64; 2]; 3], scale: f64) -> f64 {
    let first = a[0];
    a[0] = a[2];
    a[2] = [scale * first[1], first[0] * a[1][0]];
    a[1][1] *= a[0][0];
    let mut total = 0.0;
    for (i, row) in a.iter().enumerate() {
        total += row[0] * row[1] * (i + 1) as f64;
    }
    total + first[0] * first[1]
}

/// A slice of points: the energy of all pairs.
#[differentiate]
fn pair_energy(points: &[[f64; 3]], softening: f64) -> f64 {
    let mut energy = 0.0;
    for i in 0..points.len() {
        for j in 0..i {
            let mut squared = softening * softening;
            for k in 0..3 {
                let difference = points[i][k] - points[j][k];
                squared += difference * difference;
            }
            energy -= 1.0 / squared.sqrt();
        }
    }
    energy
}

#[differentiate]
fn centroid(points: &[[f64; 2]]) -> [f64; 2] {
    let mut sum = [0.0, 0.0];
    for point in points {
        sum[0] += point[0];
        sum[1] += point[1] * point[0];
    }
    let count = points.len() as f64;
    [sum[0] / count, sum[1] / count]
}

#[test]
fn scalars_of_matrices() {
    check!(determinant2(a); a in [[[1.0, 2.0], [3.0, -4.0]]]);
    check!(determinant3(&a); a in [[[1.0, 2.0, 0.5], [3.0, -4.0, 1.5], [0.2, 0.7, -1.0]]]);
    check!(quadratic_form(&a, &x); (a, x) in [([[1.0, 2.0], [3.0, -4.0]], [0.3, 0.7])]);
    check!(frobenius_f32(a); a in [[[1.0, 2.0, -0.5], [0.25, -1.0, 1.5]]]);
    check!(log_determinant(&a); a in [[[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]]]);
    check!(determinant_by_lu(a); a in [[[2.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]]]);
    check!(laplacian_energy(&u); u in [[[1.0, 2.0, 0.5, 0.1], [3.0, -4.0, 1.5, 0.2], [0.2, 0.7, -1.0, 0.3]]]);
    check!(trilinear(&t, x, y, z); (t, x, y, z) in [(
        [[[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]], [[0.7, -0.6], [1.5, 0.1], [-2.0, 0.4]]],
        [0.3, 0.9],
        [1.0, -2.0, 0.5],
        [0.8, -0.4],
    )]);
}

#[test]
fn rows_and_points() {
    check!(rows_copied_and_replaced(a, scale); (a, scale) in [([[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]], 1.7)]);
    check!(pair_energy(&points, softening); (points, softening) in [
        (vec![[1.0, 2.0, 0.5], [0.3, -0.4, 1.5], [0.2, 0.7, -1.0]], 0.3),
        (vec![[1.0, 2.0, 0.5]], 0.3),
    ]);
    check_map!(centroid(&points); points in [vec![[1.0, 2.0], [0.3, -0.4], [0.2, 0.7]]]);
}

#[test]
fn matrices_of_matrices() {
    check_map!(inverse2(a); a in [[[1.0, 2.0], [3.0, -4.0]]]);
    check_map!(matrix_vector(&a, &x); (a, x) in [([[1.0, 2.0, 0.5], [3.0, -4.0, 1.5]], [0.3, 0.7, -1.1])]);
    check_map!(matrix_product(&a, &b); (a, b) in [(
        [[1.0, 2.0, 0.5], [3.0, -4.0, 1.5]],
        [[0.3, 0.7], [-1.1, 0.2], [0.9, -0.8]],
    )]);
    check_map!(transpose(a); a in [[[1.0, 2.0, 0.5], [3.0, -4.0, 1.5]]]);
    check_map!(solve3(a, b); (a, b) in [
        ([[1.0, 2.0, 0.5], [3.0, -4.0, 1.5], [0.2, 0.7, -1.0]], [0.3, 0.7, -1.1]),
        ([[0.2, 0.7, -1.0], [1.0, 2.0, 0.5], [3.0, -4.0, 1.5]], [1.0, 2.0, 3.0]),
    ]);
    check_map!(rotation(roll, pitch, yaw); (roll, pitch, yaw) in [(0.3, -0.5, 1.2)]);
    check_map!(kalman_step(x, p, dt, measured, noise); (x, p, dt, measured, noise) in [
        ([1.0, -0.5], [[2.0, 0.3], [0.1, 1.5]], 0.25, 1.4, 0.6),
    ]);
}

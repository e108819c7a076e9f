//! Bundle adjustment: the reprojection error of a camera with radial distortion, as in S. Agarwal,
//! N. Snavely, S. Seitz, R. Szeliski, "Bundle Adjustment in the Large" (2010), section 2, with
//! Rodrigues' rotation; and a fit by D. Marquardt's algorithm (1963), for which the derivative is
//! the Jacobian.

use autodiff::{Differentiable, Float, differentiate};

use super::assert_rounded;
use crate::harness::{Flat, check, check_map, flat_structs};

#[derive(Differentiable, Clone, Debug)]
struct Camera<T: Float> {
    /// The axis times the angle.
    rotation: [T; 3],
    translation: [T; 3],
    focal: T,
    /// Of the second and of the fourth power of the radius.
    distortion: [T; 2],
}

#[differentiate]
fn dot<T: Float>(a: &[T; 3], b: &[T; 3]) -> T {
    a.iter().zip(b).map(|(&a, &b)| a * b).sum()
}

#[differentiate]
fn cross<T: Float>([a, b, c]: [T; 3], [x, y, z]: [T; 3]) -> [T; 3] {
    [b * z - c * y, c * x - a * z, a * y - b * x]
}

#[differentiate]
fn add<T: Float>([a, b, c]: [T; 3], [x, y, z]: [T; 3]) -> [T; 3] {
    [a + x, b + y, c + z]
}

#[differentiate]
fn scaled<T: Float>(a: [T; 3], k: T) -> [T; 3] {
    a.map(|a| a * k)
}

/// Rodrigues' formula, and its first order where the angle vanishes.
#[differentiate]
fn rotate<T: Float>(rotation: [T; 3], point: [T; 3]) -> [T; 3] {
    let squared = dot(&rotation, &rotation);
    if squared <= T::epsilon() {
        return add(point, cross(rotation, point));
    }
    let angle = squared.sqrt();
    let axis = rotation.map(|r| -> T { r / angle });
    let (sin, cos) = angle.sin_cos();
    let along = dot(&axis, &point) * (T::one() - cos);
    add(add(scaled(point, cos), scaled(cross(axis, point), sin)), scaled(axis, along))
}

impl<T: Float> Camera<T> {
    /// The pixel of a point; the camera looks along its negative axis.
    #[differentiate]
    fn project(&self, point: [T; 3]) -> [T; 2] {
        let mut seen = rotate(self.rotation, point);
        for (coordinate, shift) in seen.iter_mut().zip(self.translation) {
            *coordinate += shift;
        }
        let [x, y, z] = seen;
        let (x, y) = (-x / z, -y / z);
        let squared = x * x + y * y;
        let [k1, k2] = self.distortion;
        let scale = self.focal * (T::one() + squared * (k1 + k2 * squared));
        [scale * x, scale * y]
    }
}

/// The residuals of all points, two numbers each.
#[differentiate(wrt(camera, points))]
fn residuals<T: Float>(camera: &Camera<T>, points: &[[T; 3]], pixels: &[[T; 2]]) -> Vec<T> {
    points
        .iter()
        .zip(pixels)
        .flat_map(|(&point, pixel)| {
            let [u, v] = camera.project(point);
            [u - pixel[0], v - pixel[1]]
        })
        .collect()
}

/// Half the sum of Huber's losses, which forgives outliers.
#[differentiate(wrt(camera))]
fn robust_cost<T: Float>(camera: &Camera<T>, points: &[[T; 3]], pixels: &[[T; 2]], width: T) -> T {
    let mut cost = T::zero();
    for (&point, &[u, v]) in points.iter().zip(pixels) {
        let [x, y] = camera.project(point);
        let distance = (x - u).hypot(y - v);
        cost += match distance {
            d if d <= width => d * d / T::from_f64(2.0),
            d => width * (d - width / T::from_f64(2.0)),
        };
    }
    cost
}

flat_structs! {
    f64: Camera<f64> => CameraTangent<f64> { rotation, translation, focal, distortion };
    f32: Camera<f32> => CameraTangent<f32> { rotation, translation, focal, distortion };
}

const POINTS: [[f64; 3]; 5] =
    [[0.4, -0.3, 1.0], [-0.6, 0.5, 0.2], [0.1, 0.8, -0.5], [0.9, 0.2, 0.3], [-0.7, -0.4, 0.1]];

fn camera() -> Camera<f64> {
    Camera {
        rotation: [0.1, -0.2, 0.3],
        translation: [0.1, 0.2, -4.0],
        focal: 5.0,
        distortion: [-0.1, 0.03],
    }
}

#[test]
fn reprojection() {
    let unturned = Camera { rotation: [0.0; 3], ..camera() };
    let pixels = POINTS.map(|[x, y, _]| [x + 0.2, y - 0.1]);
    check_map!(residuals(&camera, &points, &pixels); (camera, points) in [
        (camera(), POINTS.to_vec()),
        (Camera { rotation: [2.0, 1.0, -0.5], ..camera() }, POINTS[..2].to_vec()),
    ]);
    for width in [0.5, 1.4] {
        check!(robust_cost(&camera, &POINTS, &pixels, width); camera in [camera()]);
    }

    // Where the angle vanishes, a rotation is its cross product: d/dr (r × p) = -[p]ₓ.
    let [x, y, z] = POINTS[0];
    let minus_cross = [[0.0, z, -y], [-z, 0.0, x], [y, -x, 0.0]];
    for (i, row) in minus_cross.iter().enumerate() {
        let (_, pullback) = rotate::vjp(unturned.rotation, POINTS[0]);
        let mut seed = [0.0; 3];
        seed[i] = 1.0;
        assert_eq!(pullback(seed).0, *row);
    }
}

#[test]
fn reprojection_in_single_precision() {
    let single = Camera::<f32> {
        rotation: [0.1, -0.2, 0.3],
        translation: [0.1, 0.2, -4.0],
        focal: 5.0,
        distortion: [-0.1, 0.03],
    };
    let pixels = POINTS.map(|[x, y, _]| [x + 0.2, y - 0.1]);
    let rounded =
        |points: &[[f64; 2]]| points.iter().map(|p| p.map(|c| c as f32)).collect::<Vec<_>>();
    let points = POINTS.map(|p| p.map(|c| c as f32));
    let seed = [0.5, -1.0, 0.3, 0.8, -0.4, 1.0, 0.9, 0.1, -0.7, 0.2];
    let (camera, rounded) = (camera(), rounded(&pixels));
    let (_, of_single) = residuals::vjp(&single, &points, &rounded);
    let (_, of_double) = residuals::vjp(&camera, &POINTS, &pixels);
    assert_rounded(&of_single(seed.map(|s| s as f32).to_vec()), &of_double(seed.to_vec()));
}

/// Solves `a x = b` for symmetric positive definite `a`, by Gauss's elimination.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            for j in k..n {
                a[i][j] -= factor * a[k][j];
            }
            b[i] -= factor * b[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k][k];
    }
    b
}

#[test]
fn marquardt_finds_the_camera() {
    let points: Vec<[f64; 3]> =
        POINTS.iter().flat_map(|&[x, y, z]| [[x, y, z], [y, z, -x], [z, -x, y]]).collect();
    let pixels: Vec<[f64; 2]> = points.iter().map(|&point| camera().project(point)).collect();
    let mut guess = Camera {
        rotation: [0.0, -0.1, 0.2],
        translation: [0.0, 0.1, -4.3],
        focal: 4.6,
        distortion: [0.0, 0.0],
    };
    let mut damping = 1e-3;
    for _ in 0..60 {
        let r = residuals(&guess, &points, &pixels);
        let rows: Vec<Vec<f64>> = (0..r.len())
            .map(|i| residuals::vjp(&guess, &points, &pixels).1(r.unit(i)).0.flatten())
            .collect();
        let n = rows[0].len();
        let gradient: Vec<f64> =
            (0..n).map(|j| rows.iter().zip(&r).map(|(row, r)| row[j] * r).sum()).collect();
        let normal = (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| {
                        let sum: f64 = rows.iter().map(|row| row[i] * row[j]).sum();
                        if i == j { sum * (1.0 + damping) } else { sum }
                    })
                    .collect()
            })
            .collect();
        let step = solve(normal, gradient);
        let moved: Vec<f64> = guess.flatten().iter().zip(step).map(|(x, s)| x - s).collect();
        let moved = guess.with(&moved);
        let cost = |r: &[f64]| r.iter().map(|r| r * r).sum::<f64>();
        if cost(&residuals(&moved, &points, &pixels)) < cost(&r) {
            guess = moved;
            damping *= 0.3;
        } else {
            damping *= 4.0;
        }
    }
    for (found, wanted) in guess.flatten().into_iter().zip(camera().flatten()) {
        assert!((found - wanted).abs() < 1e-6, "{guess:?}");
    }
}

//! `jacobian`, in either mode, against the tangents of each coordinate and closed forms.

use autodiff::{Float, differentiate};
use ndarray::{Array1, Array2, array};

#[differentiate(jacobian)]
fn polar(v: [f64; 2]) -> [f64; 2] {
    [v[0].hypot(v[1]), v[1].atan2(v[0])]
}

#[differentiate(jacobian)]
fn stretched(x: &[f64], k: f64) -> Vec<f64> {
    x.windows(2).map(|w| k * w[0] * w[1]).collect()
}

#[differentiate(jacobian, wrt(x))]
fn of_one(x: &[f64], k: f64) -> f64 {
    x.iter().map(|x| k * x * x).sum()
}

#[differentiate(jacobian)]
fn of_numbers(x: f64, y: f64) -> (f64, f64, f64) {
    (x * y, x.sin(), y * y)
}

#[differentiate(jacobian)]
fn generic<T: Float>(x: &[T; 3]) -> Vec<T> {
    vec![x[0] * x[1], x[2].exp()]
}

#[differentiate(jacobian)]
fn of_arrays(w: &Array2<f64>, x: &Array1<f64>) -> Array1<f64> {
    w.dot(x).mapv(f64::sin)
}

#[differentiate(jacobian)]
fn owned(x: Vec<f32>) -> Vec<f32> {
    x.iter().map(|x| x * x).collect()
}

struct Scale(f64);

impl Scale {
    #[differentiate(jacobian, wrt(x))]
    fn apply(&self, x: &[f64]) -> Vec<f64> {
        x.iter().map(|x| self.0 * x * x).collect()
    }
}

#[track_caller]
fn assert_close(got: &Array2<f64>, expected: &Array2<f64>) {
    assert_eq!(got.dim(), expected.dim());
    let far = (got - expected).mapv(f64::abs).fold(0.0, |far: f64, d| far.max(*d));
    assert!(far < 1e-12, "{got}\n{expected}");
}

#[test]
fn closed_forms() {
    let (x, y) = (0.6_f64, 0.8_f64);
    let expected = array![[x, y], [-y, x]];
    assert_close(&polar::jacobian([x, y]), &expected);
    let (x, k) = ([0.3, -1.1, 0.8, 0.7], 2.0);
    let (by_x, by_k) = stretched::jacobian(&x, k);
    let expected = array![
        [k * x[1], k * x[0], 0.0, 0.0],
        [0.0, k * x[2], k * x[1], 0.0],
        [0.0, 0.0, k * x[3], k * x[2]]
    ];
    assert_close(&by_x, &expected);
    assert_close(&by_k, &array![[x[0] * x[1]], [x[1] * x[2]], [x[2] * x[3]]]);
    assert_close(&of_one::jacobian(&x, k), &array![[1.2, -4.4, 3.2, 2.8]]);
    let (by_x, by_y) = of_numbers::jacobian(0.4, 0.9);
    assert_close(&by_x, &array![[0.9], [0.4_f64.cos()], [0.0]]);
    assert_close(&by_y, &array![[0.4], [0.0], [1.8]]);
    assert_close(
        &generic::jacobian(&[0.4, 0.9, 0.5]),
        &array![[0.9, 0.4, 0.0], [0.0, 0.0, 0.5_f64.exp()]],
    );
    assert_eq!(owned::jacobian(vec![1.5, 2.0]), array![[3.0, 0.0], [0.0, 4.0]]);
    assert_close(&Scale(3.0).apply_jacobian(&[0.5]), &array![[3.0]]);
}

#[test]
fn both_modes() {
    let (w, x) = (array![[0.3, -1.1], [0.8, 0.7], [0.4, -0.2]], array![0.9, -0.4]);
    let forward = of_arrays::jacobian_fwd(&w, &x);
    let reverse = of_arrays::jacobian_rev(&w, &x);
    assert_close(&forward.0, &reverse.0);
    assert_close(&forward.1, &reverse.1);
    assert_eq!(forward.0.dim(), (3, 6));
    let inner = w.dot(&x);
    let by_x = Array2::from_shape_fn((3, 2), |(i, j)| inner[i].cos() * w[[i, j]]);
    assert_close(&forward.1, &by_x);
    assert_eq!(stretched::jacobian(&[], 1.0).0.dim(), (0, 0));
}

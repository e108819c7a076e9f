//! Arrays in signatures: views, arrays of `f32`, generic ones, among other parameters, in structs, and handed
//! on to other functions.

use autodiff::{Differentiable, Float, differentiate};
use ndarray::{
    ArcArray, ArcArray1, Array, Array1, Array2, ArrayD, ArrayView1, ArrayView2, ArrayViewD,
    CowArray, Ix1, Ix2, IxDyn, array,
};

use super::{m23, m32, v2, v3, w3};
use crate::harness::{check, check_map};

#[differentiate]
fn of_views(a: ArrayView2<'_, f64>, x: ArrayView1<f64>) -> f64 {
    a.dot(&x).mapv(f64::exp).sum()
}

#[differentiate]
fn of_f32(a: &Array1<f32>) -> f32 {
    (a * a).sum() * 0.5
}

#[differentiate]
fn generic<T: Float + ndarray::ScalarOperand>(a: &Array1<T>, b: &Array1<T>) -> T {
    (a * b).mapv(|x| x * x).sum()
}

#[differentiate]
fn mixed(a: &Array2<f64>, scale: f64, rows: &[f64], order: &[usize]) -> f64 {
    let mut sum = 0.0;
    for (k, &i) in order.iter().enumerate() {
        sum += a.row(i).sum() * rows[k] * scale;
    }
    sum
}

#[differentiate]
fn constant_arrays(a: &Array1<f64>, chosen: &Array1<usize>) -> f64 {
    chosen.iter().map(|&i| a[i] * a[i]).sum()
}

#[differentiate]
fn layer(x: &Array2<f64>, w: &Array2<f64>, b: &Array1<f64>) -> Array2<f64> {
    (x.dot(w) + b).mapv(f64::tanh)
}

#[differentiate]
fn network(x: &Array2<f64>, w: &Array2<f64>, b: &Array1<f64>) -> f64 {
    let h: Array2<f64> = layer(x, w, b);
    let y: Array2<f64> = layer(&h, &w.t().to_owned(), &array![0.1, 0.2, -0.3]);
    (&y * &y).sum()
}

#[differentiate]
fn of_shared(a: &ArcArray1<f64>, b: ArcArray<f64, Ix1>, c: CowArray<'_, f64, Ix2>) -> f64 {
    (a * &b).sum() + c.row(0).dot(a)
}

#[differentiate]
fn of_known_rank(a: &ArrayD<f64>, b: ArrayD<f64>) -> f64 {
    let m = a.view().into_dimensionality::<Ix2>().unwrap();
    let v = b.into_dimensionality::<Ix1>().expect("a vector");
    m.dot(&v).mapv(f64::sin).sum() + m[[0, 1]] * v[2]
}

#[differentiate]
fn to_any_rank(a: &Array2<f64>) -> ArrayD<f64> {
    let squares = (a * a).into_dyn();
    squares.mapv(f64::exp) + &squares
}

#[derive(Clone, Debug, Differentiable)]
struct Model {
    w: Array2<f64>,
    b: Array1<f64>,
    rate: f64,
}

impl Model {
    #[differentiate]
    fn loss(&self, x: &Array1<f64>) -> f64 {
        let y = self.w.dot(x) + &self.b;
        (&y * &y).sum() * self.rate
    }
}

/// Of as many axes as it happens to have.
#[differentiate]
fn of_any_rank(a: &ArrayD<f64>, b: ArrayViewD<'_, f64>, k: f64) -> ArrayD<f64> {
    let mut c = (a * &b + k).mapv(f64::tanh) * a - 1.0;
    c *= &b;
    c.mapv_inplace(|x| x * x);
    c.zip_mut_with(a, |x, &y| *x += y);
    let mean = c.mean().unwrap();
    c.exp() + mean * a.sum()
}

#[differentiate]
fn spread(a: &Array<f64, IxDyn>) -> f64 {
    let mut sum = 0.0;
    for x in a {
        sum += x * x;
    }
    sum / a.len() as f64 - a.iter().product::<f64>()
}

type Matrix = Array2<f64>;

#[differentiate]
fn under_another_name(a: &Matrix, b: Matrix) -> Matrix {
    a * b
}

/// What functions of this file give is known by their signatures.
#[differentiate]
fn deep(x: &Array2<f64>, layers: &[Array2<f64>]) -> f64 {
    let mut h = x.clone();
    for w in layers {
        h = layer(&h, w, &Array1::zeros(w.ncols()));
    }
    h.mapv(|v| v * v).sum() + h[[0, 0]]
}

#[differentiate]
fn of_many(arrays: Vec<Array1<f64>>, k: f64) -> (Array1<f64>, f64) {
    let mut all = Vec::new();
    for a in &arrays {
        all.push(a * k);
    }
    let norm = |v: &Array1<f64>| v.dot(v).sqrt();
    (&all[0] * &all[1], norm(&all[1]) + norm(&arrays[0]))
}

#[differentiate]
fn chosen(x: &Array1<f64>, flag: bool) -> Array1<f64> {
    let y = if flag { x * 2.0 } else { x.mapv(f64::sin) };
    if y.sum() > 1.0 {
        return y;
    }
    let z = match y.len() {
        0 => y.clone(),
        _ => &y + 1.0,
    };
    z * y
}

#[differentiate(wrt(w))]
fn with_respect_to(w: &Array2<f64>, x: &Array2<f64>) -> f64 {
    x.dot(w).sum()
}

#[test]
fn views() {
    check!(of_views(a.view(), x.view()); (a, x) in [(m23(), v3())]);
}

#[test]
fn single_precision() {
    check!(of_f32(&a); a in [array![0.5_f32, -1.5, 2.0]]);
}

#[test]
fn generic_functions() {
    check!(generic(&a, &b); (a, b) in [(v3(), v3())]);
}

#[test]
fn among_other_parameters() {
    check!(mixed(&a, s, &r, &[1, 0, 1]); (a, s, r) in [(m23(), 0.7, vec![0.3, 0.4, 0.9])]);
    let (chosen, x) = (array![2, 0, 2], m23());
    check!(constant_arrays(&a, &chosen); a in [v3()]);
    check!(with_respect_to(&w, &x); w in [m32()]);
}

#[test]
fn functions_of_arrays() {
    check_map!(layer(&x, &w, &b); (x, w, b) in [(m23(), m32(), v2())]);
    check!(network(&x, &w, &b); (x, w, b) in [(m23(), m32(), v2())]);
}

#[test]
fn of_several_shapes() {
    check_map!(under_another_name(&a, b); (a, b) in [(m23(), m23())]);
    check!(deep(&x, &w); (x, w) in [(m23(), vec![m32(), m23(), m32()])]);
    check_map!(of_many(a, k); (a, k) in [(vec![v3(), w3()], 0.7)]);
    for flag in [false, true] {
        check_map!(chosen(&x, flag); x in [v3(), v3().mapv(f64::exp)]);
    }
}

#[test]
fn any_number_of_axes() {
    let (a, b) = (m23().into_dyn(), (m23() * 0.7).into_dyn());
    check_map!(of_any_rank(&a, b.view(), k); (a, b, k) in [(a.clone(), b, 0.3)]);
    check!(spread(&a); a in [a.clone(), v3().into_dyn()]);
    check!(of_known_rank(&a, b); (a, b) in [(a.clone(), v3().into_dyn())]);
    check_map!(to_any_rank(&a); a in [m23()]);
}

#[test]
#[should_panic(expected = "an array of the shape [3] does not have 2 axes")]
fn another_number_of_axes() {
    of_known_rank::grad(&v3().into_dyn(), v3().into_dyn());
}

#[test]
fn shared_arrays() {
    let of = |a: &Array1<f64>, b: Array1<f64>, c: Array2<f64>| {
        of_shared::value_and_grad(&a.to_shared(), b.into_shared(), c.into())
    };
    let (value, (a_bar, b_bar, c_bar)) = of(&v3(), w3(), m23());
    assert_eq!(value, of_shared(&v3().to_shared(), w3().into_shared(), m23().into()));
    assert_eq!(a_bar, w3() + m23().row(0));
    assert_eq!(b_bar, v3());
    assert_eq!(c_bar, ndarray::stack![ndarray::Axis(0), v3(), Array1::zeros(3)]);
}

#[test]
fn fields() {
    let model = Model { w: m23(), b: v2(), rate: 0.5 };
    let (model_bar, x_bar) = model.loss_grad(&v3());
    let h = 1e-6;
    for (index, _) in model.w.indexed_iter() {
        let moved = |by: f64| {
            let mut model = model.clone();
            model.w[index] += by;
            model.loss(&v3())
        };
        let slope = (moved(h) - moved(-h)) / (2.0 * h);
        assert!((model_bar.w[index] - slope).abs() < 1e-8);
    }
    for k in 0..3 {
        let moved = |by: f64| {
            let mut x = v3();
            x[k] += by;
            model.loss(&x)
        };
        assert!((x_bar[k] - (moved(h) - moved(-h)) / (2.0 * h)).abs() < 1e-8);
    }
}

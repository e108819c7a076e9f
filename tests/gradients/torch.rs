//! Functions of arrays against the values and gradients that PyTorch 2.15 gives: `torch/figures.py` writes them.

use std::collections::BTreeMap;

use autodiff::linalg::{cholesky, det, inv, logdet, solve, solve_matrix};
use autodiff::nn;
use ndarray::{
    Array, Array1, Array2, Array3, Array4, Axis, Dimension, IntoDimension, Zip, concatenate, s,
    stack,
};

use crate::harness::Flat;

/// What PyTorch is given too.
fn entries<S: IntoDimension>(shape: S, phase: f64, of: impl Fn(f64) -> f64) -> Array<f64, S::Dim> {
    let shape = shape.into_dimension();
    let numbers = (0..shape.size()).map(|k| of((0.7 * k as f64 + phase).sin())).collect();
    Array::from_shape_vec(shape, numbers).unwrap()
}

fn any<S: IntoDimension>(shape: S, phase: f64) -> Array<f64, S::Dim> {
    entries(shape, phase, |s| s)
}

fn positive<S: IntoDimension>(shape: S, phase: f64) -> Array<f64, S::Dim> {
    entries(shape, phase, |s| 0.3 + s.abs())
}

fn within<S: IntoDimension>(shape: S, phase: f64) -> Array<f64, S::Dim> {
    entries(shape, phase, |s| 0.9 * s)
}

fn above<S: IntoDimension>(shape: S, phase: f64) -> Array<f64, S::Dim> {
    entries(shape, phase, |s| 1.2 + s.abs())
}

fn regular(n: usize) -> Array2<f64> {
    any((n, n), 0.2) + Array2::<f64>::eye(n) * 2.0
}

fn definite(n: usize) -> Array2<f64> {
    let a = any((n, n), 0.2);
    a.dot(&a.t()) + Array2::<f64>::eye(n)
}

fn events() -> Array2<f64> {
    entries((2, 3), 0.9, |s| 0.5 + 0.5 * s)
}

/// What the numbers of a result are weighted with.
trait Weighted {
    fn weights(&self) -> Self;
    fn total(&self) -> f64;
}

fn weight(k: usize) -> f64 {
    (0.3 * k as f64 + 0.1).cos()
}

impl Weighted for f64 {
    fn weights(&self) -> f64 {
        weight(0)
    }

    fn total(&self) -> f64 {
        self * weight(0)
    }
}

impl<D: Dimension> Weighted for Array<f64, D> {
    fn weights(&self) -> Self {
        Array::from_shape_vec(self.raw_dim(), (0..self.len()).map(weight).collect()).unwrap()
    }

    fn total(&self) -> f64 {
        self.iter().enumerate().map(|(k, x)| x * weight(k)).sum()
    }
}

const CLASSES: [usize; 4] = [2, 0, 1, 1];
const ROWS: [usize; 3] = [3, 0, 3];

macro_rules! functions {
    ($($name:ident($($x:ident: $ty:ty = $at:expr),+) -> $output:ty { $($body:tt)* })*) => {
        $(
            mod $name {
                use super::*;

                #[autodiff::differentiate]
                pub fn function($($x: &$ty),+) -> $output {
                    $($body)*
                }
            }
        )*

        /// The weighted sum of what each gives, and its gradients.
        fn figures() -> BTreeMap<&'static str, (f64, Vec<f64>)> {
            BTreeMap::from([$((stringify!($name), {
                $(let $x: $ty = $at;)+
                let (output, pull) = $name::function::vjp($(&$x),+);
                assert_eq!(output, $name::function($(&$x),+), "{}", stringify!($name));
                (output.total(), pull(output.weights()).flatten())
            })),*])
        }
    };
}

functions! {
    exponential(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.exp() }
    exponential_less_one(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.exp_m1() }
    logarithm(x: Array2<f64> = positive((2, 3), 0.2)) -> Array2<f64> { x.ln() }
    logarithm_plus_one(x: Array2<f64> = positive((2, 3), 0.2)) -> Array2<f64> { x.ln_1p() }
    binary_logarithm(x: Array2<f64> = positive((2, 3), 0.2)) -> Array2<f64> { x.log2() }
    root(x: Array2<f64> = positive((2, 3), 0.2)) -> Array2<f64> { x.sqrt() }
    reciprocal(x: Array2<f64> = positive((2, 3), 0.2)) -> Array2<f64> { 1.0 / x }
    sine(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.sin() }
    cosine(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.cos() }
    tangent(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.tan() }
    arc_sine(x: Array2<f64> = within((2, 3), 0.2)) -> Array2<f64> { x.asin() }
    arc_cosine(x: Array2<f64> = within((2, 3), 0.2)) -> Array2<f64> { x.acos() }
    arc_tangent(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.atan() }
    hyperbolic_sine(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.sinh() }
    hyperbolic_cosine(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.cosh() }
    hyperbolic_tangent(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.mapv(f64::tanh) }
    area_sine(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.mapv(|x| x.asinh()) }
    area_cosine(x: Array2<f64> = above((2, 3), 0.2)) -> Array2<f64> { x.mapv(|x| x.acosh()) }
    area_tangent(x: Array2<f64> = within((2, 3), 0.2)) -> Array2<f64> { x.mapv(|x| x.atanh()) }
    magnitude(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.abs() }
    cube(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.powi(3) }
    fractional_power(x: Array2<f64> = positive((2, 3), 0.2)) -> Array2<f64> { x.powf(1.5) }
    clamped(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.clamp(-0.5, 0.5) }
    quotient(x: Array2<f64> = any((2, 3), 0.2), y: Array2<f64> = positive((2, 3), 0.9)) -> Array2<f64> { x / y }
    larger(x: Array2<f64> = any((2, 3), 0.2), y: Array2<f64> = any((2, 3), 0.9)) -> Array2<f64> {
        Zip::from(x).and(y).map_collect(|x, y| x.max(*y))
    }
    smaller(x: Array2<f64> = any((2, 3), 0.2), y: Array2<f64> = any((2, 3), 0.9)) -> Array2<f64> {
        Zip::from(x).and(y).map_collect(|x, y| x.min(*y))
    }
    angle(x: Array2<f64> = any((2, 3), 0.2), y: Array2<f64> = positive((2, 3), 0.9)) -> Array2<f64> {
        Zip::from(x).and(y).map_collect(|x, y| x.atan2(*y))
    }
    hypotenuse(x: Array2<f64> = any((2, 3), 0.2), y: Array2<f64> = positive((2, 3), 0.9)) -> Array2<f64> {
        Zip::from(x).and(y).map_collect(|x, y| x.hypot(*y))
    }
    chosen(x: Array2<f64> = any((2, 3), 0.2), y: Array2<f64> = any((2, 3), 0.9)) -> Array2<f64> {
        Zip::from(x).and(y).map_collect(|&x, &y| if x > 0.0 { x * y } else { y })
    }

    rows_added(x: Array2<f64> = any((2, 3), 0.2), y: Array1<f64> = any(3, 0.9)) -> Array2<f64> { x + y }
    columns_scaled(x: Array2<f64> = any((2, 3), 0.2), y: Array1<f64> = any(2, 0.9)) -> Array2<f64> {
        x * &y.view().insert_axis(Axis(1))
    }
    outer(x: Array1<f64> = any(3, 0.2), y: Array1<f64> = any(2, 0.9)) -> Array2<f64> {
        &x.view().insert_axis(Axis(1)) * y
    }

    total(x: Array2<f64> = any((2, 3), 0.2)) -> f64 { x.sum() }
    mean(x: Array2<f64> = any((2, 3), 0.2)) -> f64 { x.mean().unwrap() }
    product(x: Array2<f64> = positive((2, 3), 0.2)) -> f64 { x.product() }
    variance(x: Array2<f64> = any((2, 3), 0.2)) -> f64 {
        let mean = x.mean().unwrap();
        x.mapv(|x| (x - mean) * (x - mean)).sum() / (x.len() - 1) as f64
    }
    deviation(x: Array2<f64> = any((2, 3), 0.2)) -> f64 {
        let mean = x.mean().unwrap();
        x.mapv(|x| (x - mean).powi(2)).mean().unwrap().sqrt()
    }
    norm(x: Array2<f64> = any((2, 3), 0.2)) -> f64 { (x * x).sum().sqrt() }
    sums(x: Array3<f64> = any((2, 3, 2), 0.2)) -> Array2<f64> { x.sum_axis(Axis(1)) }
    means(x: Array2<f64> = any((2, 3), 0.2)) -> Array1<f64> { x.mean_axis(Axis(0)).unwrap() }
    variances(x: Array2<f64> = any((4, 3), 0.2)) -> Array1<f64> {
        let distance = x - &x.mean_axis(Axis(0)).unwrap();
        (&distance * &distance).mean_axis(Axis(0)).unwrap()
    }
    largest(x: Array2<f64> = any((4, 3), 0.2)) -> Array1<f64> {
        let (largest, _): (Array1<f64>, Vec<usize>) = nn::max_axis(x);
        largest
    }
    largest_two(x: Array1<f64> = any(7, 0.2)) -> Array1<f64> {
        let (largest, _): (Array1<f64>, Vec<usize>) = nn::topk(x, 2);
        largest
    }
    running_sums(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::cumsum(x) }
    running_products(x: Array2<f64> = positive((2, 3), 0.2)) -> Array2<f64> { x.cumprod(Axis(1)) }

    turned(x: Array3<f64> = any((2, 3, 2), 0.2)) -> Array3<f64> { x.view().permuted_axes([2, 0, 1]).to_owned() }
    reshaped(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> {
        x.to_shape((3, 2)).unwrap().mapv(|x| x * x)
    }
    sliced(x: Array2<f64> = any((4, 5), 0.2)) -> Array2<f64> { x.slice(s![1.., ..;2]).mapv(|x| x * x) }
    mirrored(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { &x.slice(s![..;-1, ..;-1]) * x }
    diagonal(x: Array2<f64> = any((3, 3), 0.2)) -> Array1<f64> { x.diag().mapv(|x| x * x) }
    upper(x: Array2<f64> = any((3, 4), 0.2)) -> Array2<f64> { x.triu(1) + x.tril(-1).mapv(|x| x * x) }
    joined(x: Array2<f64> = any((2, 3), 0.2), y: Array2<f64> = any((1, 3), 0.9)) -> Array2<f64> {
        concatenate![Axis(0), *x, y * y]
    }
    stacked(x: Array1<f64> = any(3, 0.2), y: Array1<f64> = any(3, 0.9)) -> Array2<f64> {
        stack![Axis(1), x * y, *y]
    }
    selected(x: Array2<f64> = any((4, 3), 0.2)) -> Array2<f64> { x.select(Axis(0), &ROWS).mapv(|x| x * x) }
    windows(x: Array1<f64> = any(7, 0.2)) -> Array1<f64> { Zip::from(x.windows(3)).map_collect(|w| w.product()) }
    differences(x: Array2<f64> = any((2, 5), 0.2)) -> Array2<f64> { x.diff(2, Axis(1)).mapv(|x| x * x) }

    inner(x: Array1<f64> = any(5, 0.2), y: Array1<f64> = any(5, 0.9)) -> f64 { x.dot(y) }
    matrix_vector(x: Array2<f64> = any((2, 3), 0.2), y: Array1<f64> = any(3, 0.9)) -> Array1<f64> { x.dot(y) }
    matrix_matrix(x: Array2<f64> = any((2, 3), 0.2), y: Array2<f64> = any((3, 4), 0.9)) -> Array2<f64> { x.dot(y) }
    transposed_matrix(x: Array2<f64> = any((3, 2), 0.2), y: Array2<f64> = any((4, 3), 0.9)) -> Array2<f64> {
        x.t().dot(&y.t())
    }
    many_matrices(x: Array3<f64> = any((2, 2, 3), 0.2), y: Array3<f64> = any((2, 3, 2), 0.9)) -> Array3<f64> {
        nn::matmul(x, y)
    }
    solution(a: Array2<f64> = regular(3), b: Array1<f64> = any(3, 0.9)) -> Array1<f64> { solve(a, b) }
    solutions(a: Array2<f64> = regular(3), b: Array2<f64> = any((3, 2), 0.9)) -> Array2<f64> { solve_matrix(a, b) }
    inverse(a: Array2<f64> = regular(3)) -> Array2<f64> { inv(a) }
    factor(a: Array2<f64> = definite(3)) -> Array2<f64> { cholesky(a) }
    determinant(a: Array2<f64> = regular(3)) -> f64 { det(a) }
    log_determinant(a: Array2<f64> = definite(3)) -> f64 { logdet(a) }

    rectified(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::relu(x) }
    rectified_leakily(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::leaky_relu(x, 0.1) }
    exponential_linear(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::elu(x, 0.7) }
    logistic(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::sigmoid(x) }
    swish(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::silu(x) }
    smoothly_rectified(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::softplus(x) }
    gaussian_linear(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::gelu(x) }
    gaussian_linear_by_tanh(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::gelu_tanh(x) }
    error_function(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { x.mapv(|x| nn::erf(x)) }
    probabilities(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::softmax(x) }
    log_probabilities(x: Array2<f64> = any((2, 3), 0.2)) -> Array2<f64> { nn::log_softmax(x) }
    log_sums(x: Array2<f64> = any((2, 3), 0.2)) -> Array1<f64> { nn::logsumexp(x) }
    entropy_of_classes(x: Array2<f64> = any((4, 3), 0.2)) -> f64 { nn::cross_entropy(x, &CLASSES) }
    squared_error(x: Array2<f64> = any((2, 3), 0.2), y: Array2<f64> = any((2, 3), 0.9)) -> f64 { nn::mse(x, y) }
    entropy_of_events(p: Array2<f64> = entries((2, 3), 0.2, |s| 0.5 + 0.4 * s)) -> f64 {
        nn::binary_cross_entropy(p, &events())
    }
    entropy_of_logits(x: Array2<f64> = any((2, 3), 0.2)) -> f64 {
        nn::binary_cross_entropy_with_logits(x, &events())
    }
    normalised_rows(
        x: Array2<f64> = any((3, 4), 0.2),
        gain: Array1<f64> = positive(4, 0.9),
        shift: Array1<f64> = any(4, 1.7)
    ) -> Array2<f64> { nn::layer_norm(x, gain, shift, 1e-5) }
    normalised_columns(
        x: Array2<f64> = any((4, 3), 0.2),
        gain: Array1<f64> = positive(3, 0.9),
        shift: Array1<f64> = any(3, 1.7)
    ) -> Array2<f64> { nn::batch_norm(x, gain, shift, 1e-5) }
    looked_up(table: Array2<f64> = any((4, 3), 0.2)) -> Array2<f64> { nn::embedding(table, &ROWS) }
    convolution(x: Array3<f64> = any((2, 4, 9), 0.2), w: Array3<f64> = any((6, 2, 3), 0.9)) -> Array3<f64> {
        nn::conv1d(x, w, nn::Convolution { stride: 2, padding: 1, dilation: 2, groups: 2 })
    }
    convolution_of_images(
        x: Array4<f64> = any((1, 2, 6, 5), 0.2),
        w: Array4<f64> = any((4, 1, 3, 2), 0.9)
    ) -> Array4<f64> {
        nn::conv2d(x, w, nn::Convolution { stride: 2, padding: 1, dilation: 1, groups: 2 })
    }
    largest_in_windows(x: Array4<f64> = any((1, 2, 4, 6), 0.2)) -> Array4<f64> { nn::max_pool2d(x, 2, 2) }
    mean_of_windows(x: Array4<f64> = any((1, 2, 5, 5), 0.2)) -> Array4<f64> { nn::avg_pool2d(x, 3, 1) }
    attention(
        q: Array3<f64> = any((2, 3, 4), 0.2),
        k: Array3<f64> = any((2, 3, 4), 0.9),
        v: Array3<f64> = any((2, 3, 2), 1.7)
    ) -> Array3<f64> { nn::scaled_dot_product_attention(q, k, v, false) }
    causal_attention(
        q: Array3<f64> = any((2, 3, 4), 0.2),
        k: Array3<f64> = any((2, 3, 4), 0.9),
        v: Array3<f64> = any((2, 3, 2), 1.7)
    ) -> Array3<f64> { nn::scaled_dot_product_attention(q, k, v, true) }
}

#[test]
fn figures_of_pytorch() {
    let got = figures();
    let mut seen = 0;
    for line in include_str!("torch/figures.csv").lines() {
        let (name, numbers) = line.split_once(',').unwrap();
        let mut wanted = numbers.split(',').map(|number| number.parse::<f64>().unwrap());
        let (total, gradients) = &got[name];
        let close = |got: f64, wanted: f64| (got - wanted).abs() <= 1e-11 * (1.0 + wanted.abs());
        let wanted_total = wanted.next().unwrap();
        assert!(close(*total, wanted_total), "`{name}`: {total}, and {wanted_total} by PyTorch");
        let wanted: Vec<f64> = wanted.collect();
        assert_eq!(gradients.len(), wanted.len(), "`{name}`");
        for (k, (got, wanted)) in gradients.iter().zip(wanted).enumerate() {
            assert!(
                close(*got, wanted),
                "`{name}`, derivative {k}: {got}, and {wanted} by PyTorch"
            );
        }
        seen += 1;
    }
    assert_eq!(seen, got.len());
}

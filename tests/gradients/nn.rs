//! What networks are made of: each function against differences and forward mode, by itself and in functions that
//! call it, and against the figures of PyTorch.

use autodiff::differentiate;
use autodiff::nn::*;
use ndarray::{Array1, Array2, Array3, Array4, ArrayD, IxDyn, array};

use crate::harness::{check, check_map};

fn matrix() -> Array2<f64> {
    array![[0.3, -1.1, 0.8], [-0.4, 0.7, 2.1]]
}

fn images(n: usize, channels: usize, height: usize, width: usize) -> Array4<f64> {
    let element = |(a, b, c, d)| ((a * 7 + b * 5 + c * 3 + d) as f64 * 0.7).sin();
    Array4::from_shape_fn((n, channels, height, width), element)
}

fn series(n: usize, channels: usize, length: usize) -> Array3<f64> {
    Array3::from_shape_fn((n, channels, length), |(a, b, c)| ((a * 5 + b * 3 + c) as f64).sin())
}

#[test]
fn functions_of_each_element() {
    check_map!(relu(&x); x in [matrix()]);
    check_map!(leaky_relu(&x, 0.1); x in [matrix()]);
    check_map!(elu(&x, 1.5); x in [matrix()]);
    check_map!(sigmoid(&x); x in [matrix()]);
    check_map!(silu(&x); x in [matrix()]);
    check_map!(softplus(&x); x in [matrix()]);
    check_map!(gelu(&x); x in [matrix()]);
    check_map!(gelu_tanh(&x); x in [matrix()]);
    check_map!(dropout(&x, 0.4, 3); x in [matrix()]);
    check_map!(sigmoid(&x); x in [series(2, 2, 3), Array3::zeros((0, 2, 3))]);
    let of_any_rank = ArrayD::from_shape_vec(IxDyn(&[2, 2]), vec![0.3, -0.2, 0.9, -1.4]).unwrap();
    assert_eq!(relu(&of_any_rank).sum(), 1.2);
}

#[test]
fn far_out_there_is_no_overflow() {
    let far = array![-1e3, 1e3];
    assert_eq!(sigmoid(&far), array![0.0, 1.0]);
    assert_eq!(softplus(&far), array![0.0, 1e3]);
    assert_eq!(silu(&far), array![0.0, 1e3]);
    assert_eq!(gelu(&far), array![0.0, 1e3]);
    let one = || array![1.0, 1.0];
    assert_eq!(sigmoid::vjp(&far).1(one()), array![0.0, 0.0]);
    assert_eq!(softplus::vjp(&far).1(one()), array![0.0, 1.0]);
    assert_eq!(silu::vjp(&far).1(one()), array![0.0, 1.0]);
    assert_eq!(gelu::vjp(&far).1(one()), array![0.0, 1.0]);
    let zero = Array1::<f64>::zeros(1);
    assert_eq!(relu::vjp(&zero).1(array![1.0]), array![0.0]);
    assert_eq!(softplus::vjp(&zero).1(array![1.0]), array![0.5]);
}

#[test]
fn rows() {
    check_map!(softmax(&x); x in [matrix()]);
    check_map!(log_softmax(&x); x in [matrix()]);
    check_map!(logsumexp(&x); x in [matrix()]);
    let wide = Array2::from_shape_fn((2, 21), |(i, j)| (i as f64 + 1.3 * j as f64).sin());
    check_map!(softmax(&x); x in [wide.clone()]);
    check_map!(log_softmax(&x); x in [wide.clone()]);
    check_map!(sigmoid(&x); x in [wide]);
    check_map!(cumsum(&x); x in [matrix()]);
    check_map!(embedding(&x, &[1, 0, 1]); x in [matrix()]);
    let (gain, shift) = (array![1.2, 0.7, -0.3], array![0.1, 0.2, 0.3]);
    check_map!(layer_norm(&x, &gain, &shift, 1e-3); (x, gain, shift) in [(matrix(), gain.clone(), shift.clone())]);
    check_map!(batch_norm(&x, &gain, &shift, 1e-3); (x, gain, shift) in [(matrix(), gain, shift)]);
    let x = matrix();
    let ((most, at), pull) = max_axis::vjp(&x);
    assert_eq!((most, at), (array![0.8, 2.1], vec![2, 2]));
    assert_eq!(pull((array![1.0, 2.0], ())), array![[0.0, 0.0, 1.0], [0.0, 0.0, 2.0]]);
    let ((most, at), (along, ())) = topk::jvp(&array![0.3, 0.9, -0.2], 2, array![1.0, 2.0, 3.0]);
    assert_eq!((most, at, along), (array![0.9, 0.3], vec![1, 0], array![2.0, 1.0]));
}

/// What has no derivative beside what has one.
#[differentiate]
fn weighted_by_place(x: &Array2<f64>) -> f64 {
    let (most, at): (Array1<f64>, Vec<usize>) = max_axis(x);
    most[0] * at[1] as f64 + most.mapv(|x| x * x).sum()
}

#[differentiate]
fn counted(x: &Array1<f64>) -> (f64, (Vec<bool>, Array1<f64>)) {
    (x.sum(), (x.iter().map(|x| *x > 0.0).collect(), x * x))
}

#[differentiate]
fn of_counted(x: &Array1<f64>) -> f64 {
    let (sum, (positive, squares)): (f64, (Vec<bool>, Array1<f64>)) = counted(x);
    sum * squares[0] + if positive[1] { squares[1] } else { 0.0 }
}

#[test]
fn results_in_part() {
    check!(weighted_by_place(&x); x in [matrix()]);
    check!(of_counted(&x); x in [array![0.3, 0.7, -0.2], array![0.3, -0.7, 0.2]]);
}

#[test]
fn losses() {
    let target = array![[1.0, 0.0, 1.0], [0.0, 0.5, 1.0]];
    check!(mse(&x, &y); (x, y) in [(matrix(), target.clone())]);
    let p = matrix().mapv(|x| 1.0 / (1.0 + f64::exp(-x)));
    check!(binary_cross_entropy(&p, &target); p in [p]);
    check!(binary_cross_entropy_with_logits(&x, &target); x in [matrix()]);
    check!(cross_entropy(&x, &[2, 0]); x in [matrix()]);
}

#[test]
fn convolutions() {
    let of = |stride, padding, dilation, groups| Convolution { stride, padding, dilation, groups };
    for of in [of(1, 0, 1, 1), of(2, 1, 1, 1), of(1, 2, 2, 1)] {
        check_map!(conv2d(&x, &w, of); (x, w) in [(images(2, 2, 4, 5), images(3, 2, 2, 3))]);
        check_map!(conv1d(&x, &w, of); (x, w) in [(series(2, 2, 5), series(3, 2, 2))]);
    }
    check_map!(conv2d(&x, &w, of(1, 1, 1, 2)); (x, w) in [(images(1, 4, 3, 3), images(2, 2, 3, 2))]);
    check_map!(conv1d(&x, &w, of(2, 0, 1, 3)); (x, w) in [(series(1, 3, 5), series(6, 1, 3))]);
}

/// A convolution by its definition.
#[test]
fn convolutions_are_sums_over_windows() {
    let (x, w) = (images(2, 4, 5, 4), images(6, 2, 3, 2));
    let of = Convolution { stride: 2, padding: 1, dilation: 2, groups: 2 };
    let made = conv2d(&x, &w, of);
    let places = |length: usize, size: usize| (length + 2 - 2 * (size - 1) - 1) / 2 + 1;
    assert_eq!(made.dim(), (2, 6, places(5, 3), places(4, 2)));
    for ((n, o, i, j), value) in made.indexed_iter() {
        let mut sum = 0.0;
        for c in 0..2 {
            for a in 0..3 {
                for b in 0..2 {
                    let (row, column) = (i * 2 + a * 2, j * 2 + b * 2);
                    if (1..6).contains(&row) && (1..5).contains(&column) {
                        sum += x[[n, o / 3 * 2 + c, row - 1, column - 1]] * w[[o, c, a, b]];
                    }
                }
            }
        }
        assert!((sum - value).abs() < 1e-12, "{sum} and {value}");
    }
}

#[test]
fn pools_and_products() {
    check_map!(max_pool2d(&x, 2, 2); x in [images(2, 2, 4, 5)]);
    check_map!(max_pool2d(&x, 3, 1); x in [images(1, 1, 4, 4)]);
    check_map!(avg_pool2d(&x, 2, 1); x in [images(1, 2, 3, 4)]);
    check_map!(matmul(&a, &b); (a, b) in [(series(2, 2, 3), series(2, 3, 2))]);
    for causal in [false, true] {
        check_map!(scaled_dot_product_attention(&q, &k, &v, causal); (q, k, v) in
            [(series(2, 3, 2), series(2, 3, 2).mapv(f64::cos), series(2, 3, 4))]);
    }
}

/// A network of one hidden layer.
#[differentiate(hessian, wrt(w, b, v))]
fn network(
    x: &Array2<f64>,
    classes: &[usize],
    w: &Array2<f64>,
    b: &Array1<f64>,
    v: &Array2<f64>,
) -> f64 {
    let hidden: Array2<f64> = silu(&(x.dot(w) + b));
    cross_entropy(&hidden.dot(v), classes)
}

/// Convolution, pooling, and what sees all of it.
#[differentiate(wrt(w, v))]
fn image_network(x: &Array4<f64>, classes: &[usize], w: &Array4<f64>, v: &Array2<f64>) -> f64 {
    let made: Array4<f64> = conv2d(x, w, Convolution { padding: 1, ..Convolution::default() });
    let active: Array4<f64> = relu(&made);
    let pooled: Array4<f64> = max_pool2d(&active, 2, 2);
    let rows = x.dim().0;
    let columns = pooled.len() / rows;
    let flat = pooled.into_shape_with_order((rows, columns)).unwrap();
    cross_entropy(&flat.dot(v), classes)
}

#[test]
fn networks() {
    let (w, b) = (array![[0.2, -0.4], [0.5, 0.1], [-0.3, 0.8]], array![0.1, -0.2]);
    let v = array![[0.3, 0.9, -0.5], [-0.7, 0.2, 0.4]];
    let x = matrix();
    check!(network(&x, &[2, 0], &w, &b, &v); (w, b, v) in [(w.clone(), b.clone(), v.clone())]);
    let (x, w) = (images(2, 1, 4, 4), images(2, 1, 3, 3));
    let v = Array2::from_shape_fn((8, 3), |(i, j)| ((i * 3 + j) as f64).cos());
    check!(image_network(&x, &[2, 0], &w, &v); (w, v) in [(w.clone(), v)]);
}

#[test]
fn a_network_has_a_hessian() {
    let x = matrix();
    let (w, b) = (array![[0.2], [0.5], [-0.3]], array![0.1]);
    let v = array![[0.3, 0.9, -0.5]];
    let hessian = network::hessian(&x, &[2, 0], &w, &b, &v);
    let flat = |(w, b, v): (Array2<f64>, Array1<f64>, Array2<f64>)| -> Vec<f64> {
        w.iter().chain(&b).chain(&v).copied().collect()
    };
    let h = 1e-5;
    for k in 0..7 {
        let moved = |by: f64| {
            let (mut w, mut b, mut v) = (w.clone(), b.clone(), v.clone());
            *w.iter_mut().chain(&mut b).chain(&mut v).nth(k).unwrap() += by;
            flat(network::grad(&x, &[2, 0], &w, &b, &v))
        };
        for (i, (up, down)) in moved(h).iter().zip(moved(-h)).enumerate() {
            let slope = (up - down) / (2.0 * h);
            assert!((hessian[[i, k]] - slope).abs() < 1e-8, "[{i}, {k}]");
            assert!((hessian[[i, k]] - hessian[[k, i]]).abs() < 1e-12);
        }
    }
}

#[test]
#[should_panic(expected = "weights for as many channels as a group has")]
fn weights_that_do_not_fit() {
    conv2d(&images(1, 2, 3, 3), &images(1, 3, 2, 2), Convolution::default());
}

#[test]
#[should_panic(expected = "a window of 4 elements among 3")]
fn windows_that_do_not_fit() {
    conv1d(&series(1, 1, 3), &series(1, 1, 4), Convolution::default());
}

#[test]
#[should_panic(expected = "`cross_entropy` of as many rows as classes")]
fn classes_that_do_not_fit() {
    cross_entropy::grad(&matrix(), &[1]);
}

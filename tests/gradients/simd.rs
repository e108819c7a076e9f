//! Derivatives in the machine's vectors, against the same functions without, whose derivatives other tests hold.

#[path = "../../benches/accuracy/reference.rs"]
mod reference;

use autodiff::{Differentiable, Float, differentiate, simd};
use ndarray::{Array1, Array2, ShapeBuilder};

use super::harness::check;

/// Two functions of one body, with the option and without.
macro_rules! pairs {
    ($($plain:ident, $vectors:ident: ($($params:tt)*) -> $output:ty $body:block)*) => {$(
        #[differentiate(hessian)]
        fn $plain($($params)*) -> $output $body

        #[differentiate(hessian, simd)]
        fn $vectors($($params)*) -> $output $body
    )*};
}

pairs! {
    chain, chain_in_vectors: (x: &[f64], y: &[f64], scale: f64) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += (scale * x[i] + y[i]).tanh() * (-x[i] * x[i]).exp();
        }
        sum
    }
    inner, inner_in_vectors: (x: &[f64], y: &[f64], scale: f64) -> f64 {
        let mut less = 1.0;
        let mut product = 0.5;
        for i in 1..x.len().max(2) - 1 {
            less -= x[i - 1] * y[i + 1];
            product = (x[i] * x[i] + scale).ln() + product;
        }
        less * product
    }
    branches, branches_in_vectors: (x: &[f64], y: &[f64], scale: f64) -> f64 {
        let mut sum = 0.0;
        for (x, y) in x.iter().zip(y) {
            sum += if x > y { (x - y).ln_1p() } else { scale * (x - y).exp_m1() };
        }
        sum
    }
    carried, carried_in_vectors: (x: &[f64], y: &[f64], scale: f64) -> f64 {
        let (mut state, mut sum) = (scale, 0.0);
        for i in 0..x.len() {
            state = 0.5 * state + x[i].sinh();
            sum += state * y[i].cosh();
        }
        sum
    }
    rows, rows_in_vectors: (x: &[f64], y: &[f64], scale: f64) -> f64 {
        let mut total = 0.0;
        for chunk in x.chunks(20) {
            let sum: f64 = chunk.iter().zip(y).map(|(x, y)| (x * y).exp2()).sum();
            total += (scale + sum).log2() + (1.0 + sum).log10() + sum.sin();
        }
        total
    }
}

/// So many numbers, all different.
fn numbers(count: usize, phase: f64) -> Vec<f64> {
    (0..count).map(|i| (1.7 * i as f64 + phase).sin()).collect()
}

#[track_caller]
fn assert_near(got: &[f64], want: &[f64], error: f64) {
    assert_eq!(got.len(), want.len());
    for (k, (got, want)) in got.iter().zip(want).enumerate() {
        assert!((got - want).abs() <= error * (1.0 + want.abs()), "[{k}]: {got} and {want}");
    }
}

macro_rules! assert_alike {
    ($($plain:ident, $vectors:ident;)*) => {$(
        for count in [0, 1, 7, 8, 9, 16, 61, 100] {
            let (x, y, scale) = (numbers(count, 0.3), numbers(count, 1.1), 0.75);
            let (value, (x_bar, y_bar, scale_bar)) = $plain::value_and_grad(&x, &y, scale);
            let got = $vectors::value_and_grad(&x, &y, scale);
            assert_near(&[got.0, got.1.2], &[value, scale_bar], 1e-13);
            assert_near(&got.1.0, &x_bar, 1e-13);
            assert_near(&got.1.1, &y_bar, 1e-13);

            let (value, pull) = $vectors::vjp(&x, &y, scale);
            let bars = pull(1.0);
            assert_eq!(value, got.0);
            let (mut x_into, mut y_into, mut scale_into) = (vec![0.0; count], vec![0.0; count], 0.0);
            let shadows = (&mut x_into[..], &mut y_into[..], &mut scale_into);
            assert_eq!($vectors::grad_into(&x, &y, scale, shadows), value);
            for (x_again, y_again, scale_again) in [bars, (x_into, y_into, scale_into)] {
                assert_near(&x_again, &x_bar, 1e-13);
                assert_near(&y_again, &y_bar, 1e-13);
                assert_near(&[scale_again], &[scale_bar], 1e-13);
            }

            let along = (numbers(count, 2.0), numbers(count, 2.5), 0.5);
            let (_, want) = $plain::jvp(&x, &y, scale, along.clone());
            assert_near(&[$vectors::jvp(&x, &y, scale, along.clone()).1], &[want], 1e-12);
            let want = $plain::hvp(&x, &y, scale, along.clone());
            let got = $vectors::hvp(&x, &y, scale, along);
            assert_near(&[&got.0[..], &got.1, &[got.2]].concat(), &[&want.0[..], &want.1, &[want.2]].concat(), 1e-11);
        }
    )*};
}

#[test]
fn derivatives_are_those_of_the_function() {
    assert_alike! {
        chain, chain_in_vectors;
        inner, inner_in_vectors;
        branches, branches_in_vectors;
        carried, carried_in_vectors;
        rows, rows_in_vectors;
    }
}

#[differentiate(simd)]
fn of_arrays<T: Float>(x: &Array2<T>, a: &Array1<T>) -> T {
    ((x * a).mapv(|x| x.tanh()) * (-(x * x)).mapv(|x| x.exp())).sum()
}

#[differentiate]
fn of_arrays_plain(x: &Array2<f64>, a: &Array1<f64>) -> f64 {
    ((x * a).mapv(|x| x.tanh()) * (-(x * x)).mapv(|x| x.exp())).sum()
}

#[test]
fn arrays_lie_in_any_way() {
    let x = Array2::from_shape_fn((7, 13), |(i, j)| (i as f64 - 0.3 * j as f64).sin());
    let a = Array1::from(numbers(13, 0.1));
    let got = of_arrays::value_and_grad(&x, &a);
    let want = of_arrays_plain::value_and_grad(&x, &a);
    assert_near(&[got.0], &[want.0], 1e-13);
    assert_near(got.1.0.as_slice().unwrap(), want.1.0.as_slice().unwrap(), 1e-13);
    assert_near(&got.1.1.to_vec(), &want.1.1.to_vec(), 1e-13);

    let mut by_columns = Array2::zeros((7, 13).f());
    by_columns.assign(&x);
    assert_eq!(of_arrays::value_and_grad(&by_columns, &a), got);

    let single = of_arrays::value_and_grad(&x.mapv(|x| x as f32), &a.mapv(|a| a as f32));
    assert!((f64::from(single.0) - got.0).abs() < 1e-5);
}

/// What is computed by the formulas in the function itself is computed by them in its derivatives: the values
/// are those of the function to the bit.
#[differentiate]
fn by_path(x: &[f64], a: f64) -> f64 {
    let mut sum = 0.0;
    for x in x {
        sum += simd::exp(a * x) * simd::tanh(*x) + simd::ln_1p(x * x) / simd::cosh(a);
    }
    sum
}

mod imported {
    use autodiff::differentiate;
    use autodiff::simd::{exp, ln, sinh};

    #[differentiate]
    pub fn by_name(x: f32, y: f64) -> f64 {
        f64::from(exp(x) * sinh(x)) + ln(y)
    }
}

#[test]
fn formulas_have_derivatives() {
    check!(by_path(&x, a); (x, a) in [(vec![0.3, -1.2, 2.0], 0.4), (vec![], -1.0)]);
    check!(imported::by_name(x, y); (x, y) in [(0.5_f32, 2.0), (-1.5, 0.1)]);
}

#[test]
fn formulas_are_near() {
    type Row = (fn(f32) -> f32, fn(f64) -> f64, fn(f64) -> reference::Scaled, bool);
    let rows: [Row; 10] = [
        (simd::exp, simd::exp, reference::exp, false),
        (simd::exp2, simd::exp2, reference::exp2, false),
        (simd::exp_m1, simd::exp_m1, reference::exp_m1, false),
        (simd::ln, simd::ln, reference::ln, true),
        (simd::ln_1p, simd::ln_1p, reference::ln_1p, true),
        (simd::log2, simd::log2, reference::log2, true),
        (simd::log10, simd::log10, reference::log10, true),
        (simd::tanh, simd::tanh, reference::tanh, false),
        (simd::sinh, simd::sinh, reference::sinh, false),
        (simd::cosh, simd::cosh, reference::cosh, false),
    ];
    for (k, (single, double, exact, of_positive)) in rows.into_iter().enumerate() {
        for i in 1..2000 {
            let mut x = 1.001_f64.powi(i % 1000 * 3) * f64::from(i) * 1e-3;
            x = if of_positive { x } else { x % 80.0 * (f64::from(i % 2) - 0.5) };
            let error = reference::error_f64(double(x), exact(x));
            assert!(error < 2.0, "{k} of {x}: {error} units in the last place");
            let x = x as f32;
            let error = reference::error_f32(single(x), exact(x.into()));
            assert!(error < 2.0, "{k} of {x}, single: {error} units in the last place");
        }
    }
}

#[test]
fn formulas_have_the_special_values() {
    macro_rules! assert_special {
        ($($name:ident)*) => {$(
            for x in [0.0, -0.0, 1.0, -1.0, -2.0, 1e4, -1e4, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
                let (got, want) = (simd::$name(x), x.$name());
                assert!(got == want || got.is_nan() && want.is_nan() || (got - want).abs() < 1e-12 * want.abs(),
                    concat!(stringify!($name), " of {}: {}, not {}"), x, got, want);
                assert!(want != 0.0 || got.is_sign_negative() == want.is_sign_negative(), "sign");
                let (got, want) = (simd::$name(x as f32), (x as f32).$name());
                assert!(got == want || got.is_nan() && want.is_nan() || (got - want).abs() < 1e-6 * want.abs(),
                    concat!(stringify!($name), " of {}: {}, not {}"), x, got, want);
            }
        )*};
    }
    assert_special!(exp exp2 exp_m1 ln ln_1p log2 log10 tanh sinh cosh);
    assert_eq!(simd::exp(-745.0), f64::from_bits(1));
    assert_eq!(simd::ln(f64::from_bits(1)), f64::from_bits(1).ln());
    assert!(simd::exp(709.7_f64).is_finite());
}

#[test]
fn vectors_of_any_width_give_the_same() {
    let x = numbers(1000, 0.7);
    let loop_over = |out: &mut [f64]| {
        for (x, out) in x.iter().zip(out) {
            *out = simd::tanh(simd::exp(*x)) + simd::log2(2.0 + x);
        }
    };
    let (mut plain, mut wide) = (vec![0.0; 1000], vec![0.0; 1000]);
    loop_over(&mut plain);
    simd::dispatch(
        #[inline(always)]
        || loop_over(&mut wide),
    );
    assert_eq!(plain, wide);
}

#[derive(Differentiable, Clone, Debug)]
struct Model {
    weights: Vec<f64>,
    offset: f64,
}

impl Model {
    #[differentiate(simd)]
    fn loss(&self, x: &[f64]) -> f64 {
        let mut sum = self.offset;
        for i in 0..x.len() {
            sum += (self.weights[i] * x[i]).tanh();
        }
        sum
    }
}

#[differentiate(simd, jacobian)]
fn of_each(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.exp()).collect()
}

#[differentiate(simd, checkpoint)]
fn diffuse(u: &mut [f64], rate: f64) {
    for i in 1..u.len() - 1 {
        u[i] += rate * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
    }
}

#[differentiate(simd)]
fn energy(u: &[f64], rate: f64) -> f64 {
    let mut v = u.to_vec();
    for _ in 0..4 {
        diffuse(&mut v, rate);
    }
    v.iter().map(|v| v * v).sum()
}

#[differentiate(simd)]
fn of_any_float<T: Float, const N: usize>(x: [T; N], y: &[T; N]) -> T {
    let mut sum = T::zero();
    for i in 0..N {
        sum += (x[i] * y[i]).exp();
    }
    sum
}

#[differentiate(simd)]
fn counted_by_other_integers(x: &[f64], n: i32) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        sum += x[i as usize] * f64::from(i);
    }
    for i in (0..x.len()).step_by(3) {
        sum -= x[i].cosh();
    }
    sum
}

#[differentiate(simd)]
fn recursive(n: u32, x: f64) -> f64 {
    if n == 0 { 1.0 } else { x.exp() * recursive(n - 1, x) }
}

#[test]
fn programs_of_all_kinds() {
    let x = numbers(40, 0.4);
    autodiff::check!(of_each(&x[..9])).unwrap();
    autodiff::check!(energy(&x, 0.1)).unwrap();
    autodiff::check!(counted_by_other_integers(&x, 30)).unwrap();
    autodiff::check!(counted_by_other_integers(&x, -3)).unwrap();
    autodiff::check!(recursive(3, 0.2)).unwrap();
    let jacobian = of_each::jacobian(&x[..9]);
    assert_near(&jacobian.diag().to_vec(), &of_each(&x[..9]), 1e-14);

    let (value, (x_bar, y_bar)) = of_any_float::value_and_grad([0.5; 40], &[2.0; 40]);
    assert_near(&[value], &[40.0 * 1.0_f64.exp()], 1e-14);
    assert_near(&[x_bar[39], y_bar[0]], &[2.0 * 1.0_f64.exp(), 0.5 * 1.0_f64.exp()], 1e-14);

    let model = Model { weights: numbers(40, 0.9), offset: 0.3 };
    let (value, (model_bar, x_bar)) = model.loss_value_and_grad(&x);
    assert_near(&[value, model_bar.offset], &[model.loss(&x), 1.0], 1e-13);
    let slope = |k: usize| 1.0 - (model.weights[k] * x[k]).tanh().powi(2);
    let want: Vec<f64> = (0..40).map(|k| model.weights[k] * slope(k)).collect();
    assert_near(&x_bar, &want, 1e-14);
}

#[test]
#[should_panic(expected = "index out of bounds")]
fn what_is_out_of_bounds_is_found() {
    counted_by_other_integers::grad(&[1.0], 30);
}

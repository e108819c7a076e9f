//! Derivatives that need nothing kept must not touch the heap. A counting global allocator is
//! process-wide, hence this binary of its own; the count is per thread, so tests may run side
//! by side.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use autodiff::differentiate;
use ndarray::{Array1, Array2};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is forwarded unchanged to the system allocator; the counter is a
// constant-initialised thread-local without a destructor, so that counting never allocates.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: the caller upholds `GlobalAlloc::alloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: the caller upholds `GlobalAlloc::alloc_zeroed`'s contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count_one();
        // SAFETY: the caller upholds `GlobalAlloc::realloc`'s contract.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller upholds `GlobalAlloc::dealloc`'s contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn count_one() {
    ALLOCATIONS.with(|count| count.set(count.get() + 1));
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `body` and asserts that this thread allocated nothing meanwhile.
#[track_caller]
fn without_allocating<R>(what: &str, body: impl FnOnce() -> R) -> R {
    allocating(0, what, body)
}

/// Runs `body` and asserts that this thread allocated so many times meanwhile.
#[track_caller]
fn allocating<R>(expected: usize, what: &str, body: impl FnOnce() -> R) -> R {
    let before = ALLOCATIONS.with(Cell::get);
    let result = body();
    let made = ALLOCATIONS.with(Cell::get) - before;
    assert_eq!(made, expected, "{what} made {made} heap allocations");
    result
}

#[track_caller]
fn assert_close(what: &str, got: f64, expected: f64) {
    let bound = 1e-12 * (1.0 + expected.abs());
    assert!((got - expected).abs() <= bound, "{what}: got {got}, expected {expected}");
}

#[differentiate]
fn rosenbrock(x: f64, y: f64) -> f64 {
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}

/// Every term is a function of the index and of loop-invariant values.
#[differentiate]
fn sine_series(x: f64, decay: f64, terms: usize) -> f64 {
    let mut total = 0.0;
    for k in 1..terms {
        total += (k as f64 * x).sin() * (-decay * k as f64).exp();
    }
    total
}

#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn calls_scalars(x: f64, y: f64) -> f64 {
    if x > y { (square(x) + square(y)).sqrt() } else { square(square(x)) * y }
}

#[differentiate]
fn rosenbrock_chain<const N: usize>(x: &[f64; N]) -> f64 {
    let mut total = 0.0;
    for i in 0..N - 1 {
        let valley = x[i + 1] - x[i] * x[i];
        total += 100.0 * valley * valley + (1.0 - x[i]).powi(2);
    }
    total
}

#[differentiate]
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        total += x[i] * y[i];
    }
    total
}

#[differentiate]
fn dot_by_iterators(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

#[differentiate]
fn all_pairs(x: &[f64], y: &[f64]) -> f64 {
    let pairs = x.iter().flat_map(|a| y.iter().map(move |b| (a - b) * (a - b)));
    let largest = x.iter().max_by(|a, b| a.total_cmp(b));
    pairs.chain(x.iter().filter(|v| **v > 1.0).copied()).sum::<f64>()
        + largest.map_or(0.0, |v| v * v)
}

#[differentiate]
fn squared_residuals(x: &[f64], y: &[f64], slope: f64, offset: f64) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        let residual = slope * x[i] + offset - y[i];
        total += residual * residual;
    }
    total
}

/// The callee has two active slices, this caller one: the other's adjoint goes nowhere.
#[differentiate(wrt(x))]
fn weighted_sum(x: &[f64], weights: &[f64]) -> f64 {
    2.0 * dot(x, weights)
}

#[differentiate]
fn fixed_weights(x: &[f64]) -> f64 {
    let weights = [0.5, -1.0, 2.0];
    dot(x, &weights)
}

#[differentiate]
fn double_all(u: &mut [f64]) {
    for v in u.iter_mut() {
        *v *= 2.0;
    }
}

#[differentiate]
fn normal_cdf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let tail =
        0.398_942_280_401_432_7 * (-0.5 * x * x).exp() * t * (0.319_381_53 + t * 1.330_274_4);
    if x < 0.0 { tail } else { 1.0 - tail }
}

#[differentiate]
fn call_price(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> f64 {
    let deviation = volatility * maturity.sqrt();
    let drift = (rate + 0.5 * volatility * volatility) * maturity;
    let d1 = ((spot / strike).ln() + drift) / deviation;
    let d2 = d1 - deviation;
    spot * normal_cdf(d1) - strike * (-rate * maturity).exp() * normal_cdf(d2)
}

/// Fixed arrays, a loop of known length and calls: what is kept is sized before the loop.
#[differentiate]
fn logistic_map(start: f64, rate: f64, steps: usize) -> f64 {
    let mut x = start;
    for _ in 0..steps {
        x = rate * x * (1.0 - x);
    }
    x
}

#[test]
fn straight_line_code_with_calls_allocates_nothing() {
    let at = (100.0, 95.0, 0.03, 0.2, 0.5);
    let price = |(s, k, r, v, t)| call_price(s, k, r, v, t);
    let (value, gradient) = without_allocating("call_price::value_and_grad", || {
        call_price::value_and_grad(at.0, at.1, at.2, at.3, at.4)
    });
    assert_close("call_price", value, price(at));
    let h = 1e-4;
    let difference = (price((100.0 + h, 95.0, 0.03, 0.2, 0.5))
        - price((100.0 - h, 95.0, 0.03, 0.2, 0.5)))
        / (2.0 * h);
    assert!((gradient.0 - difference).abs() < 1e-7, "{} and {difference}", gradient.0);
    let (again, _) = without_allocating("call_price::jvp", || {
        call_price::jvp(at.0, at.1, at.2, at.3, at.4, (1.0, 0.0, 0.0, 0.0, 0.0))
    });
    assert_close("call_price::jvp", again, value);
}

#[test]
fn a_nonlinear_loop_allocates_once() {
    let (value, (start, _)) = allocating(1, "logistic_map::value_and_grad", || {
        logistic_map::value_and_grad(0.3, 2.5, 1000)
    });
    assert_close("logistic_map", value, 0.6);
    assert_close("logistic_map: the start is forgotten", start, 0.0);
    without_allocating("logistic_map::jvp", || logistic_map::jvp(0.3, 2.5, 1000, (1.0, 0.0)));
}

#[test]
fn scalar_gradients_allocate_nothing() {
    let (gx, gy) = without_allocating("rosenbrock::grad", || rosenbrock::grad(1.5, 2.0));
    assert_close("rosenbrock gx", gx, 2.0 * 0.5 + 400.0 * 1.5 * 0.25);
    assert_close("rosenbrock gy", gy, -50.0);

    let (value, (gx, gd)) = without_allocating("sine_series::value_and_grad", || {
        sine_series::value_and_grad(0.7, 0.3, 20)
    });
    let mut expected = (0.0, 0.0, 0.0);
    for k in (1..20).map(f64::from) {
        let damping = (-0.3 * k).exp();
        expected.0 += (0.7 * k).sin() * damping;
        expected.1 += k * (0.7 * k).cos() * damping;
        expected.2 -= k * (0.7 * k).sin() * damping;
    }
    assert_close("sine_series", value, expected.0);
    assert_close("sine_series gx", gx, expected.1);
    assert_close("sine_series gd", gd, expected.2);

    for (x, y) in [(2.0, 1.0), (1.0, 2.0)] {
        let (gx, _) = without_allocating("calls_scalars::grad", || calls_scalars::grad(x, y));
        let expected = if x > y { x / f64::hypot(x, y) } else { 4.0 * x * x * x * y };
        assert_close("calls_scalars gx", gx, expected);
    }
}

#[test]
fn pullbacks_and_tangents_of_scalars_allocate_nothing() {
    let (gx, _) = without_allocating("calls_scalars::vjp", || {
        let (_, pull) = calls_scalars::vjp(1.0, 2.0);
        pull(3.0)
    });
    assert_close("calls_scalars vjp", gx, 24.0);

    let (_, tangent) =
        without_allocating("sine_series::jvp", || sine_series::jvp(0.7, 0.3, 20, (1.0, 0.0)));
    assert_close("sine_series jvp", tangent, sine_series::grad(0.7, 0.3, 20).0);
}

#[test]
fn array_gradients_allocate_nothing() {
    let x = [1.2, 0.8, -0.5, 0.3];
    let gradient = without_allocating("rosenbrock_chain::grad", || rosenbrock_chain::grad(&x));
    assert_close("rosenbrock_chain", gradient[3], 200.0 * (0.3 - 0.25));

    let mut shadow = [0.0; 4];
    without_allocating("rosenbrock_chain::grad_into", || {
        rosenbrock_chain::grad_into(&x, &mut shadow)
    });
    for (added, expected) in shadow.into_iter().zip(gradient) {
        assert_close("rosenbrock_chain::grad_into", added, expected);
    }
}

#[test]
fn slice_gradients_into_shadows_allocate_nothing() {
    let x = [1.0, 2.0, 3.0];
    let y = [4.0, -5.0, 6.0];
    let mut x_bar = [0.0; 3];
    let mut y_bar = [0.0; 3];
    let value = without_allocating("dot::grad_into", || {
        dot::grad_into(&x, &y, (&mut x_bar[..], &mut y_bar[..]))
    });
    assert_close("dot", value, 12.0);
    assert_eq!((x_bar, y_bar), (y, x));

    without_allocating("dot_by_iterators::grad_into", || {
        dot_by_iterators::grad_into(&x, &y, (&mut x_bar[..], &mut y_bar[..]))
    });
    assert_eq!((x_bar[2], y_bar[2]), (12.0, 6.0));

    without_allocating("dot::vjp_into", || {
        dot::vjp_into(&x, &y, -2.0, (&mut x_bar[..], &mut y_bar[..]))
    });
    assert_eq!((x_bar, y_bar), ([0.0; 3], [0.0; 3]));

    let (mut slope_bar, mut offset_bar) = (0.0, 0.0);
    without_allocating("squared_residuals::grad_into", || {
        squared_residuals::grad_into(
            &x,
            &y,
            2.0,
            1.0,
            (&mut x_bar[..], &mut y_bar[..], &mut slope_bar, &mut offset_bar),
        )
    });
    assert_close("squared_residuals x", x_bar[0], -4.0);
    assert_close("squared_residuals slope", slope_bar, 2.0 * (-1.0 + 20.0 + 3.0));
    assert_close("squared_residuals offset", offset_bar, 2.0 * (-1.0 + 10.0 + 1.0));

    let (mut x_bar, mut y_bar) = ([0.0; 3], [0.0; 3]);
    let value = without_allocating("all_pairs::grad_into", || {
        all_pairs::grad_into(&[1.5, 0.5, 2.0], &[0.5, 1.0, 0.0], (&mut x_bar, &mut y_bar))
    });
    assert_close("all_pairs", value, all_pairs(&[1.5, 0.5, 2.0], &[0.5, 1.0, 0.0]));
}

#[test]
fn calls_with_a_constant_slice_allocate_nothing() {
    let x = [1.0, 2.0, 3.0];
    let weights = [4.0, -5.0, 6.0];
    let mut x_bar = [1.0; 3];
    without_allocating("weighted_sum::grad_into", || {
        weighted_sum::grad_into(&x, &weights, &mut x_bar[..])
    });
    assert_eq!(x_bar, [9.0, -9.0, 13.0]);

    without_allocating("fixed_weights::grad_into", || fixed_weights::grad_into(&x, &mut x_bar[..]));
    assert_eq!(x_bar, [9.5, -10.0, 15.0]);
}

#[test]
fn linear_in_place_updates_allocate_nothing() {
    let mut u = [1.0, 2.0, 3.0];
    let mut u_bar = [1.0, 0.5, -1.0];
    without_allocating("double_all::vjp_into", || double_all::vjp_into(&mut u, (), &mut u_bar[..]));
    assert_eq!(u, [2.0, 4.0, 6.0]);
    assert_eq!(u_bar, [2.0, 1.0, -2.0]);
}

#[differentiate]
fn chain(a: &Array1<f64>, x: &Array1<f64>, b: &Array1<f64>) -> f64 {
    ((a * x + b).mapv(f64::tanh) * (-(x * x)).exp()).sum()
}

#[differentiate]
fn activated(x: &Array2<f64>, b: &Array1<f64>) -> f64 {
    let h = (x + b).mapv(f64::tanh);
    (&h * &h).sum()
}

#[test]
fn what_is_computed_of_arrays_makes_none() {
    let (a, x, b) = (Array1::from_elem(9, 0.3), Array1::from_elem(9, 0.7), Array1::ones(9));
    allocating(3, "the gradients of a chain", || chain::grad(&a, &x, &b));
    let (mut a_bar, mut x_bar, mut b_bar) = chain::grad(&a, &x, &b);
    without_allocating("a chain's gradients in shadows", || {
        chain::grad_into(&a, &x, &b, (&mut a_bar, &mut x_bar, &mut b_bar))
    });
    let (m, c) = (Array2::from_elem((4, 3), 0.2), Array1::ones(3));
    let (mut m_bar, mut c_bar) = activated::grad(&m, &c);
    // The array that has a name, and its adjoint.
    allocating(2, "an activation's gradients in shadows", || {
        activated::grad_into(&m, &c, (&mut m_bar, &mut c_bar))
    });
}

//! `hvp` and `hessian`, against differences of gradients, closed forms, and their own symmetry.

use autodiff::{Differentiable, Float, differentiate, stop_gradient};
use ndarray::{Array1, Array2, array};

/// The Hessian against differences of the gradient.
#[track_caller]
fn assert_second(
    hessian: &Array2<f64>,
    gradient: impl Fn(&[f64]) -> Vec<f64>,
    product: impl Fn(&[f64], &[f64]) -> Vec<f64>,
    at: &[f64],
) {
    let n = at.len();
    assert_eq!(hessian.dim(), (n, n));
    let scale = hessian.fold(1.0_f64, |m, v| m.max(v.abs()));
    let h = 1e-5;
    for j in 0..n {
        let moved = |by: f64| {
            let mut x = at.to_vec();
            x[j] += by;
            gradient(&x)
        };
        let unit: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
        let (up, down, column) = (moved(h), moved(-h), product(at, &unit));
        for i in 0..n {
            let slope = (up[i] - down[i]) / (2.0 * h);
            let entry = hessian[[i, j]];
            assert!((entry - slope).abs() < 1e-6 * scale, "[{i}, {j}]: {entry} and {slope}");
            assert!((entry - hessian[[j, i]]).abs() < 1e-10 * scale, "[{i}, {j}] is not symmetric");
            assert_eq!(entry, column[i]);
        }
    }
}

/// Checks functions of one slice.
macro_rules! check_second {
    ($f:ident($x:ident $(, $rest:expr)*); $at:expr) => {{
        let at: Vec<f64> = $at;
        let hessian = $f::hessian(&at $(, $rest)*);
        assert_second(
            &hessian,
            |$x| $f::grad($x $(, $rest)*),
            |$x, v| $f::hvp($x $(, $rest)*, v.to_vec()),
            &at,
        );
    }};
}

#[differentiate(hessian)]
fn rosenbrock(x: f64, y: f64) -> f64 {
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}

#[differentiate(hessian)]
fn cubic(x: f64) -> f64 {
    x * x * x + x.sin()
}

#[differentiate(hessian)]
fn chain(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        sum += 100.0 * (x[i + 1] - x[i] * x[i]).powi(2) + (1.0 - x[i]).powi(2);
    }
    sum
}

#[differentiate(hessian)]
fn logistic(x: &[f64]) -> f64 {
    let mut state = x[0];
    for _ in 0..7 {
        state = x[1] * state * (1.0 - state);
    }
    state + x[2] * x[2]
}

#[differentiate(hessian)]
fn newton(x: &[f64]) -> f64 {
    let mut y = x[0];
    let mut steps = 0;
    while (y * y - x[1]).abs() > 1e-12 && steps < 30 {
        y -= (y * y - x[1]) / (2.0 * y);
        steps += 1;
    }
    y * x[0]
}

#[differentiate(hessian)]
fn branches(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for (i, v) in x.iter().enumerate() {
        if i % 2 == 0 {
            total += v.exp() * x[0];
        } else if *v > 0.0 {
            total *= v.sin();
        } else {
            total -= v * v * v;
        }
    }
    total
}

#[differentiate(hessian)]
fn in_memory(x: &[f64]) -> f64 {
    let n = x.len();
    let mut table = vec![0.0; n];
    for i in 0..n {
        table[i] = x[i] * x[(i + 1) % n];
    }
    for i in 1..n {
        table[i] = (table[i] * table[i - 1]).tanh();
    }
    let mut kept = Vec::new();
    for t in &table {
        if *t > 0.0 {
            kept.push(t * t);
        }
    }
    kept.iter().sum::<f64>() + table[n - 1] * x[0]
}

#[differentiate(hessian)]
fn early(x: &[f64]) -> f64 {
    let mut product = 1.0;
    for v in x {
        product *= v;
        if product > 1.0 {
            return product * product.ln();
        }
    }
    product * x[0]
}

#[differentiate(hessian)]
fn checkpointed(x: &[f64], n: usize) -> f64 {
    let mut y = x[0];
    let mut kept = vec![x[1]; 3];
    #[checkpoint(every = 3)]
    for i in 0..n {
        kept[i % 3] = y * kept[(i + 1) % 3];
        y = (y + kept[i % 3]).sin();
    }
    y * kept[0]
}

#[differentiate(hessian)]
fn by_snapshots(x: &[f64], n: usize) -> f64 {
    let mut y = x[0];
    #[checkpoint(snapshots = 2)]
    for _ in 0..n {
        y = x[1] * y * (1.0 - y);
    }
    y
}

#[differentiate(hessian)]
fn elementary(x: &[f64]) -> f64 {
    let size = x[0] * x[0];
    (x[0] * x[1] - size).powi(2) + x[0].atan2(x[1]) + x[1].powf(x[0])
}

/// What is held constant is so for the second derivative too, as in JAX.
#[differentiate(hessian)]
fn stopped(x: f64) -> f64 {
    x * stop_gradient(x) + x * x
}

#[differentiate(hessian, wrt(w))]
fn least_squares(w: &[f64], x: &[[f64; 2]], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (w[0] * x[0] + (w[1] * x[1]).exp() - y).powi(2)).sum()
}

#[differentiate(hessian)]
fn several(a: [f64; 2], m: &[[f64; 2]], k: f64) -> f64 {
    m.iter().map(|r| (r[0] * a[0] + r[1] * a[1]).sin() * k * k).sum()
}

#[differentiate(hessian)]
fn generic<T: Float>(x: &[T; 2]) -> T {
    x[0].powi(3) * x[1].exp()
}

#[differentiate(hessian)]
fn of_arrays(w: &Array1<f64>, x: &Array1<f64>) -> f64 {
    ((w * x).mapv(f64::tanh) * w).sum() + x.dot(w).powi(2)
}

#[derive(Clone, Debug, Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate(hessian)]
fn of_structs(p: &Point) -> f64 {
    (p.x * p.y).sin() + p.x.powi(2)
}

#[test]
fn numbers() {
    let hessian = rosenbrock::hessian(1.0, 1.0);
    assert_eq!(hessian, array![[802.0, -400.0], [-400.0, 200.0]]);
    assert_eq!(rosenbrock::hvp(1.0, 1.0, (1.0, 2.0)), (2.0, 0.0));
    let x = 0.7_f64;
    assert!((cubic::hessian(x) - (6.0 * x - x.sin())).abs() < 1e-14);
    assert_eq!(stopped::hessian(x), 2.0);
    let hessian = generic::hessian(&[0.5, 0.3]);
    let e = 0.3_f64.exp();
    let expected = array![[3.0 * e, 0.75 * e], [0.75 * e, 0.125 * e]];
    assert!((&hessian - &expected).iter().all(|d| d.abs() < 1e-14), "{hessian}");
}

#[test]
fn loops() {
    check_second!(chain(x); vec![0.3, -0.7, 1.1, 0.4]);
    check_second!(logistic(x); vec![0.3, 2.9, 0.5]);
    check_second!(newton(x); vec![1.3, 2.0]);
    check_second!(branches(x); vec![0.3, 0.7, -0.4, -0.9, 0.2]);
    check_second!(in_memory(x); vec![0.3, 0.7, -0.4, 0.9]);
    check_second!(early(x); vec![0.3, 0.7, 0.4]);
    check_second!(early(x); vec![1.3, 1.7, 0.4]);
    check_second!(checkpointed(x, 8); vec![0.7, 0.4]);
    check_second!(by_snapshots(x, 7); vec![0.3, 2.9]);
    check_second!(elementary(x); vec![1.3, 0.8]);
    let (x, y) = ([[0.3, 0.8], [1.1, -0.4], [0.2, 0.5]], [0.3, 0.9, -0.4]);
    check_second!(least_squares(w, &x, &y); vec![0.4, -0.2]);
}

#[test]
fn several_parameters() {
    let (a, m, k) = ([0.3, -0.8], [[0.4, 0.9], [1.1, -0.2]], 1.3);
    let hessian = several::hessian(a, &m, k);
    let parts = |x: &[f64]| ([x[0], x[1]], [[x[2], x[3]], [x[4], x[5]]], x[6]);
    let flat = |(a, m, k): ([f64; 2], Vec<[f64; 2]>, f64)| {
        a.into_iter().chain(m.into_iter().flatten()).chain([k]).collect::<Vec<_>>()
    };
    assert_second(
        &hessian,
        |x| {
            let (a, m, k) = parts(x);
            flat(several::grad(a, &m, k))
        },
        |x, v| {
            let ((a, m, k), (a_dot, m_dot, k_dot)) = (parts(x), parts(v));
            flat(several::hvp(a, &m, k, (a_dot, m_dot.to_vec(), k_dot)))
        },
        &[0.3, -0.8, 0.4, 0.9, 1.1, -0.2, 1.3],
    );
}

/// What is kept are windows of the states and of their tangents.
#[differentiate(wrt(u), hessian)]
fn in_steps(u: &[f64], steps: usize) -> f64 {
    let n = u.len();
    let mut u = u.to_vec();
    for _ in 0..steps {
        let mut next = u.clone();
        for i in 1..n - 1 {
            next[i] = u[i] - 0.1 * u[i] * (u[i + 1] - u[i - 1]) * u[i];
        }
        u = next;
    }
    u.iter().map(|x| x * x).sum()
}

#[test]
fn states_that_follow_each_other() {
    let at = [0.3, -0.8, 0.4, 0.9, 1.1];
    assert_second(
        &in_steps::hessian(&at, 3),
        |u| in_steps::grad(u, 3),
        |u, v| in_steps::hvp(u, 3, v.to_vec()),
        &at,
    );
}

#[test]
fn arrays_and_structs() {
    let at = [0.3, -0.8, 0.4, 0.9];
    let parts = |x: &[f64]| (array![x[0], x[1]], array![x[2], x[3]]);
    let flat = |(w, x): (Array1<f64>, Array1<f64>)| w.into_iter().chain(x).collect::<Vec<_>>();
    let (w, x) = parts(&at);
    assert_second(
        &of_arrays::hessian(&w, &x),
        |x| {
            let (w, x) = parts(x);
            flat(of_arrays::grad(&w, &x))
        },
        |x, v| {
            let (w, x) = parts(x);
            flat(of_arrays::hvp(&w, &x, parts(v)))
        },
        &at,
    );
    let point = Point { x: 0.7, y: 0.4 };
    let product = of_structs::hvp(&point, PointTangent { x: 1.0, y: 0.0 });
    let (x, y) = (point.x, point.y);
    assert!((product.x - (2.0 - y * y * (x * y).sin())).abs() < 1e-14);
    assert!((product.y - ((x * y).cos() - x * y * (x * y).sin())).abs() < 1e-14);
}

mod calls;
mod declared;
mod types;

//! Hessians, as products and as matrices, against differences of a gradient.

use autodiff::check::{self, Check};
use autodiff::differentiate;

#[differentiate]
fn rosenbrock(x: &[f64; 3]) -> f64 {
    let mut sum = 0.0;
    for i in 0..2 {
        sum += (1.0 - x[i]).powi(2) + 100.0 * (x[i + 1] - x[i] * x[i]).powi(2);
    }
    sum
}

fn hessian(x: &[f64; 3]) -> [[f64; 3]; 3] {
    let mut h = [[0.0; 3]; 3];
    for i in 0..2 {
        h[i][i] += 2.0 - 400.0 * (x[i + 1] - x[i] * x[i]) + 800.0 * x[i] * x[i];
        h[i][i + 1] -= 400.0 * x[i];
        h[i + 1][i] -= 400.0 * x[i];
        h[i + 1][i + 1] += 200.0;
    }
    h
}

fn product(x: &[f64; 3], v: [f64; 3]) -> [f64; 3] {
    hessian(x).map(|row| row.iter().zip(v).map(|(h, v)| h * v).sum())
}

const AT: [f64; 3] = [0.7, -0.3, 0.4];

#[test]
fn right_ones_pass() {
    check::hessian(rosenbrock::grad, hessian, AT).unwrap();
    check::hvp(rosenbrock::grad, product, AT).unwrap();
    Check::new().directions(3).hvp(rosenbrock::grad, product, AT).unwrap();
    Check::new().directions(3).hessian(rosenbrock::grad, hessian, AT).unwrap();
}

#[test]
fn wrong_ones_are_named() {
    let check = Check::new().names(["x"]);
    let wrong = |x: &[f64; 3]| {
        let mut h = hessian(x);
        h[2][1] *= -1.0;
        h
    };
    let text = check.hessian(rosenbrock::grad, wrong, AT).unwrap_err().to_string();
    assert!(
        text.starts_with(
            "the Hessian is wrong in 1 of 9 slopes\n  x[2] along x[1]: got -120, expected 120"
        ),
        "{text}"
    );

    let wrong = |x: &[f64; 3], v: [f64; 3]| {
        let mut product = product(x, v);
        product[0] += v[0];
        product
    };
    let text = check.hvp(rosenbrock::grad, wrong, AT).unwrap_err().to_string();
    assert!(
        text.starts_with("the hvp is wrong in 1 of 9 slopes\n  x[0] along x[0]: got "),
        "{text}"
    );
}

#[differentiate]
fn energy(q: &[f64], m: f64) -> f64 {
    m * q[0].powi(3) * q[1]
}

#[test]
fn several_arguments_are_one_matrix() {
    let gradient = |(q, m): &(Vec<f64>, f64)| energy::grad(q, *m);
    let hessian = |(q, m): &(Vec<f64>, f64)| {
        let (a, b) = (q[0], q[1]);
        vec![
            vec![6.0 * m * a * b, 3.0 * m * a * a, 3.0 * a * a * b],
            vec![3.0 * m * a * a, 0.0, a * a * a],
            vec![3.0 * a * a * b, a * a * a, 0.0],
        ]
    };
    check::hessian(gradient, hessian, (vec![1.5, 2.0], 0.5)).unwrap();
    let check = Check::new().names(["q", "m"]);
    let wrong = |p: &(Vec<f64>, f64)| {
        let mut h = hessian(p);
        h[2][0] = 1.0;
        h
    };
    let text = check.hessian(gradient, wrong, (vec![1.5, 2.0], 0.5)).unwrap_err().to_string();
    assert!(text.contains("\n  m along q[0]: got 1, expected 13.5 "), "{text}");
}

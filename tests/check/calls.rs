//! `check!`, for every kind of parameter.

use autodiff::check::{Check, Error};
use autodiff::{Float, check, differentiate};

mod inner {
    use autodiff::differentiate;

    #[differentiate]
    pub(crate) fn scalars(x: f64, y: f64) -> f64 {
        (x * y).sin() + x / y
    }
}

#[differentiate]
fn sequences(a: &[f64], b: Vec<f64>, c: &Vec<f64>, d: [f64; 2], e: &[f64; 2]) -> f64 {
    a[0] * b[1] * c[0] + d[0] * e[1] * a[1] + (b[0] * c[1]).exp() + d[1] * e[0]
}

#[differentiate]
fn nested(a: &[[f64; 2]], b: &Vec<Vec<f64>>, c: &[Vec<f64>], d: (f64, (f64, f64))) -> f64 {
    a[1][0] * b[0][1] * c[1][0] + d.0 * d.1.0 * d.1.1 + a[0][1] * b[1][0] + c[0][0]
}

#[differentiate]
fn constants(n: usize, x: f64, name: &str, flag: bool, powers: &[i32]) -> f64 {
    assert!(!name.is_empty());
    if flag { x.powi(powers[n]) } else { x }
}

#[differentiate(wrt(w))]
fn only_some(x: &[f64], w: &[f64], scale: &mut [f64], b: f64) -> f64 {
    scale[0] += 1.0;
    x.iter().zip(w).map(|(x, w)| x * w * w).sum::<f64>() + b
}

struct Model {
    rate: f64,
}

#[differentiate(wrt(x))]
fn with_model(model: &Model, x: &[f64], scale: f64, rule: impl Fn(f64) -> f64) -> f64 {
    x[0] * x[1] * (-model.rate).exp() * rule(scale)
}

#[differentiate]
fn vectors(x: &[f64], y: f64) -> (Vec<f64>, [f64; 2]) {
    (x.iter().map(|x| x * y).collect(), [x[0] * x[1], y * y])
}

#[differentiate]
fn in_place(u: &mut [f64], dt: f64, total: &mut f64) {
    for i in 1..u.len() {
        u[i] += dt * u[i - 1] * u[i];
        *total += u[i];
    }
}

#[differentiate]
fn in_place_with_value(u: &mut [f64; 2], x: f64) -> f64 {
    u[0] *= x;
    u[0] * u[1]
}

#[differentiate]
fn grows(x: &[f64], out: &mut Vec<f64>) {
    for x in x {
        out.push(x * x);
    }
}

#[differentiate]
fn generic<T: Float>(x: &[T], y: T) -> T {
    x[0] * y + x[1]
}

#[differentiate(vjp = custom_vjp)]
fn custom(x: f64) -> f64 {
    x.abs()
}

fn custom_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x.abs(), move |seed| seed * x.signum())
}

#[test]
fn every_kind_of_parameter() {
    check!(inner::scalars(0.7, 1.3)).unwrap();
    let (a, b, c) = (vec![0.3, 0.7], vec![0.1, 0.2], vec![1.5, -0.4]);
    check!(sequences(&a, b.clone(), &c, [0.9, 1.1], &[2.0, 3.0])).unwrap();
    check!(sequences(&a[..], b, &c, [0.9, 1.1], &[2.0, 3.0],)).unwrap();
    let rows = vec![vec![1.0, 2.0], vec![3.0, 0.5]];
    check!(nested(&[[1.0, 2.0], [3.0, 4.0]], &rows, &rows[..], (0.5, (0.6, 0.7)))).unwrap();
    let report = check!(constants(1, 1.7, "name", true, &[2, 3])).unwrap();
    assert_eq!(report.compared, 2);
}

#[test]
fn parameters_out_of_wrt_are_constant() {
    let report = check!(only_some(&[1.0, 2.0], &[0.5, -0.5], &mut [1.0], 3.0)).unwrap();
    assert_eq!(report.compared, 2 * 2 * 2);
}

#[test]
fn what_is_marked_constant_may_be_of_any_type() {
    let model = Model { rate: 0.3 };
    let rule = |x: f64| x + 1.0;
    let report = check!(with_model(const &model, &[2.0, 3.0], 0.5, const rule)).unwrap();
    assert_eq!(report.compared, 4);
}

#[test]
fn every_coordinate_of_the_result() {
    let report = check!(vectors(&[1.0, 2.0, 3.0], 0.5)).unwrap();
    assert_eq!((report.what, report.compared), ("derivative", 2 * 4 * 5));
}

#[test]
fn what_is_changed_in_place_is_a_result() {
    let report = check!(in_place(&mut [1.0, 2.0, 3.0], 0.1, &mut 5.0)).unwrap();
    assert_eq!(report.compared, 2 * 5 * 4);
    let u = [2.0, 3.0];
    check!(in_place_with_value(&mut u, 0.5)).unwrap();
    assert_eq!(u, [2.0, 3.0]);
    check!(grows(&[1.0, 2.0], &mut vec![3.0])).unwrap();
}

#[test]
fn generic_functions_and_rules_of_ones_own() {
    check!(generic(&[1.0_f32, 2.0], 3.0)).unwrap();
    check!(generic(&[1.0_f64, 2.0], 3.0)).unwrap();
    check!(custom(-2.0)).unwrap();
}

#[test]
fn settings_stand_before_the_call() {
    let check = Check::new().directions(7).seed(3);
    let report = check!(check; vectors(&[1.0, 2.0, 3.0], 0.5)).unwrap();
    assert_eq!(report.compared, 7 + 7 * 5);
    check!(Check::new().step(1e-4).absolute(1e-7).relative(1e-7); inner::scalars(0.7, 1.3))
        .unwrap();
}

#[differentiate(vjp = wrong_vjp)]
fn wrong(x: &[[f64; 2]], w: f64) -> f64 {
    x[0][0] * x[1][1] * w
}

/// With one wrong sign.
fn wrong_vjp(x: &[[f64; 2]], w: f64) -> (f64, impl FnOnce(f64) -> (Vec<[f64; 2]>, f64) + use<>) {
    let (a, b) = (x[0][0], x[1][1]);
    (a * b * w, move |s| (vec![[s * b * w, 0.0], [0.0, -s * a * w]], s * a * b))
}

#[test]
fn a_wrong_rule_is_found_with_the_names_of_the_parameters() {
    let error = check!(wrong(&[[2.0, 3.0], [4.0, 5.0]], 0.5)).unwrap_err();
    let text = error.to_string();
    assert_eq!(
        text,
        "the vjp is wrong in 1 of 5 slopes\n  x[1][1]: got -1, expected 1 (off by 2.000e0, allowed 1.010e-3)"
    );
    let Error::Mismatch { wrong: found, compared: 5, .. } = error else { panic!("{error}") };
    assert_eq!((found.len(), found[0].got), (1, -1.0));
    assert!((found[0].expected - 1.0).abs() < 1e-6);

    let named = check!(Check::new().names(["a", "b"]); wrong(&[[2.0, 3.0], [4.0, 5.0]], 0.5));
    assert!(named.unwrap_err().to_string().contains("\n  a[1][1]: got -1"));
}

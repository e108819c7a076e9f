//! What is wrong is found, and said with argument, index, what was got and what was expected.

use autodiff::check::{self, Check, Error};

type Point = (Vec<f64>, [[f64; 2]; 2], (f64, f64));

fn function((x, a, t): &Point) -> f64 {
    x[0] * x[1] + a[1][0] * t.0 + t.1 * t.1 + x[2] * a[0][1]
}

fn gradient((x, a, t): &Point) -> Point {
    let dx = vec![x[1], x[0], a[0][1]];
    let da = [[0.0, x[2]], [t.0, 0.0]];
    (dx, da, (a[1][0], 2.0 * t.1))
}

fn point() -> Point {
    (vec![1.0, 2.0, 3.0], [[0.5, 1.5], [2.5, 3.5]], (-1.0, 4.0))
}

fn named() -> Check {
    Check::new().names(["x", "a", "t"])
}

fn message(check: &Check, gradient: impl Fn(&Point) -> Point) -> String {
    check.gradient(function, gradient, point()).unwrap_err().to_string()
}

#[test]
fn a_right_gradient_passes() {
    let report = named().gradient(function, gradient, point()).unwrap();
    assert_eq!((report.what, report.compared), ("gradient", 9));
    assert!(report.worst.error() < 1e-8);
    assert!(report.to_string().starts_with("the gradient agrees with differences in 9 slopes"));
    check::gradient(function, gradient, point()).unwrap();
}

#[test]
fn one_wrong_sign_is_named() {
    let wrong = |p: &Point| {
        let mut gradient = gradient(p);
        gradient.0[2] *= -1.0;
        gradient
    };
    let text = message(&named(), wrong);
    assert_eq!(
        text,
        "the gradient is wrong in 1 of 9 slopes\n  x[2]: got -1.5, expected 1.5 (off by 3.000e0, allowed 1.510e-3)"
    );
    assert!(message(&Check::new(), wrong).contains("\n  argument 0 at [2]: got -1.5"));
}

#[test]
fn paths_lead_into_arrays_and_tuples() {
    let wrong = |p: &Point| {
        let mut gradient = gradient(p);
        gradient.1[1][0] = 7.0;
        gradient.2.1 = 9.0;
        gradient
    };
    let text = message(&named(), wrong);
    assert!(text.starts_with("the gradient is wrong in 2 of 9 slopes\n"), "{text}");
    assert!(text.contains("\n  a[1][0]: got 7, expected -1 "), "{text}");
    assert!(text.contains("\n  t.1: got 9, expected 8 "), "{text}");
}

#[test]
fn random_directions_find_it_too() {
    let check = Check::new().directions(3);
    check.gradient(function, gradient, point()).unwrap();
    let wrong = |p: &Point| {
        let mut gradient = gradient(p);
        gradient.2.0 += 1.0;
        gradient
    };
    let text = message(&check, wrong);
    assert!(text.contains("random direction 0: got"), "{text}");
}

#[test]
fn long_lists_are_cut() {
    let x = vec![1.0; 20];
    let f = |x: &Vec<f64>| x.iter().sum::<f64>();
    let text = check::gradient(f, |x| vec![2.0; x.len()], x).unwrap_err().to_string();
    assert!(text.starts_with("the gradient is wrong in 20 of 20 slopes"), "{text}");
    assert!(text.contains("\n  the argument at [7]: got 2, expected 1 "), "{text}");
    assert!(text.ends_with("\n  and 12 more"), "{text}");
}

#[test]
fn a_wrong_pullback_is_named_with_the_result() {
    let polar = |p: &(f64, f64)| (p.0.hypot(p.1), p.1.atan2(p.0));
    let pull = |sign: f64| {
        move |p: &(f64, f64), s: (f64, f64)| {
            let r = p.0.hypot(p.1);
            ((s.0 * p.0 - s.1 * p.1 / r) / r, (s.0 * p.1 + sign * s.1 * p.0 / r) / r)
        }
    };
    let check = Check::new().names(["x", "y"]);
    check.vjp(polar, pull(1.0), (3.0, 4.0)).unwrap();
    let text = check.vjp(polar, pull(-1.0), (3.0, 4.0)).unwrap_err().to_string();
    assert!(
        text.starts_with(
            "the vjp is wrong in 1 of 4 slopes\n  result.1 along y: got -0.12, expected 0.12"
        ),
        "{text}"
    );
}

#[test]
fn a_wrong_pushforward_is_named_with_the_result() {
    let f = |x: &[f64; 2]| vec![x[0] * x[0], x[0] * x[1]];
    let push = |sign: f64| {
        move |x: &[f64; 2], t: [f64; 2]| {
            (f(x), vec![2.0 * x[0] * t[0], t[0] * x[1] + sign * x[0] * t[1]])
        }
    };
    let check = Check::new().names(["x"]);
    check.jvp(f, push(1.0), [2.0, 3.0]).unwrap();
    check.clone().directions(4).jvp(f, push(1.0), [2.0, 3.0]).unwrap();
    let text = check.jvp(f, push(-1.0), [2.0, 3.0]).unwrap_err().to_string();
    assert!(
        text.starts_with(
            "the jvp is wrong in 1 of 4 slopes\n  result[1] along x[1]: got -2, expected 2"
        ),
        "{text}"
    );
    let other_value = |x: &[f64; 2], t| (vec![0.0, x[0] * x[1]], push(1.0)(x, t).1);
    let error = check.jvp(f, other_value, [2.0, 3.0]).unwrap_err();
    assert_eq!(
        error,
        Error::Value { of: "the value of result[0]".to_owned(), got: 0.0, expected: 4.0 }
    );
}

#[test]
fn kinks_and_jumps_are_suspected() {
    let kink = check::gradient(|x: &f64| x.abs(), |_| 1.0, 0.0).unwrap_err();
    let Error::Mismatch { wrong, .. } = &kink else { panic!("{kink}") };
    assert_eq!(wrong[0].one_sided, Some((-1.0, 1.0)));
    assert!(kink.to_string().ends_with("the slope is -1 on one side and 1 on the other: the function seems to have a kink or a jump here"));

    let jump = check::gradient(|x: &f64| x.floor(), |_| 0.0, 2.0).unwrap_err();
    assert!(jump.to_string().contains("kink or a jump"), "{jump}");
    // What is smooth is not suspected.
    let smooth = check::gradient(|x: &f64| x.exp(), |_| 0.0, 2.0).unwrap_err();
    assert!(!smooth.to_string().contains("kink"), "{smooth}");
}

#[test]
fn single_precision_has_its_own_tolerances() {
    let f = |x: &[f32; 3]| x.iter().map(|x| x.sin() * x).sum::<f32>();
    let gradient = |x: &[f32; 3]| x.map(|x| x.sin() + x * x.cos());
    check::gradient(f, gradient, [0.5, -1.0, 20.0]).unwrap();
    let text =
        check::gradient(f, |x| x.map(|x| x.sin()), [0.5, -1.0, 20.0]).unwrap_err().to_string();
    assert!(text.contains("in 3 of 3 slopes"), "{text}");
}

//! Checks that cannot be made say why.

use autodiff::check::{Check, Error};
use autodiff::{Accumulate, SetZero, check, differentiate};
use autodiff::{Coordinates, CoordinatesMut, Differentiable, Segment, Visitor, VisitorMut};

#[test]
fn shapes_that_do_not_fit_are_named() {
    let f = |(x, w): &(Vec<f64>, Vec<f64>)| x[0] * w[1];
    let short = |(x, _): &(Vec<f64>, Vec<f64>)| (vec![0.0; x.len()], vec![0.0]);
    let error = Check::new().names(["x", "w"]).gradient(f, short, (vec![1.0], vec![2.0, 3.0]));
    let error = error.unwrap_err();
    assert_eq!(error.to_string(), "the gradient for w has 1 coordinates, and should have 2");
    let error = check::gradient(f, short, (vec![1.0], vec![2.0, 3.0])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the gradient for argument 1 has 1 coordinates, and should have 2"
    );

    let f = |x: &Vec<f64>| vec![x[0], x[1]];
    let push = |x: &Vec<f64>, _: Vec<f64>| (f(x), vec![0.0]);
    let error = check::jvp(f, push, vec![1.0, 2.0]).unwrap_err();
    assert_eq!(error.to_string(), "the jvp has 1 coordinates, and should have 2");
    let error = check::jacobian(f, |_| [[1.0, 0.0]], vec![1.0, 2.0]).unwrap_err();
    assert_eq!(error.to_string(), "the Jacobian has 2 coordinates, and should have 4");

    let varying = |x: &f64| vec![*x; if *x > 1.0 { 2 } else { 1 }];
    let error = check::vjp(varying, |_, seed| seed[0], 1.0).unwrap_err();
    assert!(matches!(error, Error::Shape { got: 2, expected: 1, .. }), "{error}");
}

#[test]
fn numbers_that_are_not_finite_are_named() {
    let error = check::gradient(|x: &f64| x.ln(), |x| 1.0 / x, -1.0).unwrap_err();
    assert_eq!(error.to_string(), "the value is NaN");

    let named = Check::new().names(["x", "y"]);
    let f = |(x, y): &([f64; 2], f64)| x[0] * x[1] * y;
    let nan = |_: &([f64; 2], f64)| ([1.0, f64::NAN], 1.0);
    let error = named.gradient(f, nan, ([1.0, 2.0], 3.0)).unwrap_err();
    assert_eq!(error.to_string(), "the gradient along x[1] is NaN");

    let edge = |(x, y): &([f64; 2], f64)| x[0].sqrt() + x[1] + y;
    let error = named.gradient(edge, |_| ([0.0, 1.0], 1.0), ([0.0, 1.0], 1.0)).unwrap_err();
    assert_eq!(error.to_string(), "close to the point, along x[0], the value is NaN");
    let infinite = |_: &([f64; 2], f64)| ([f64::INFINITY, 1.0], 1.0);
    let error = named.gradient(edge, infinite, ([0.0, 1.0], 1.0)).unwrap_err();
    assert_eq!(error.to_string(), "the gradient along x[0] is inf");
}

#[differentiate]
fn sum(x: &[f64]) -> f64 {
    x.iter().sum()
}

#[test]
fn nothing_to_check_is_an_error() {
    let error =
        check::gradient(|x: &Vec<f64>| x.iter().sum::<f64>(), Vec::clone, vec![]).unwrap_err();
    assert_eq!(error.to_string(), "there is nothing to check: the point has no coordinate");
    let empty: [f64; 0] = [];
    let error = check!(sum(&empty)).unwrap_err();
    assert_eq!(error, Error::Empty { what: "x".to_owned() });
    let error = check::vjp(|_: &f64| Vec::<f64>::new(), |_, _| 0.0, 1.0).unwrap_err();
    assert_eq!(error, Error::Empty { what: "the result".to_owned() });
    let none = Check::new().directions(0).gradient(|x: &f64| *x, |_| 1.0, 1.0).unwrap_err();
    assert!(matches!(none, Error::Empty { .. }));
}

/// A user's own type, with its tangent.
#[derive(Clone, Debug, Default, PartialEq)]
struct Body {
    name: String,
    mass: f64,
    position: [f64; 2],
}

#[derive(Clone, Debug, Default, PartialEq)]
struct BodyTangent {
    mass: f64,
    position: [f64; 2],
}

macro_rules! fields {
    ($($ty:ty),*) => {$(
        impl Coordinates for $ty {
            fn visit(&self, visitor: &mut dyn Visitor) {
                visitor.enter(Segment::Field("mass"));
                self.mass.visit(visitor);
                visitor.leave();
                visitor.enter(Segment::Field("position"));
                self.position.visit(visitor);
                visitor.leave();
            }
        }

        impl CoordinatesMut for $ty {
            fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) {
                self.mass.visit_mut(visitor);
                self.position.visit_mut(visitor);
            }
        }
    )*};
}
fields!(Body, BodyTangent);

impl Accumulate<BodyTangent> for BodyTangent {
    fn accumulate(&mut self, other: &BodyTangent) {
        self.mass += other.mass;
        self.position.accumulate(&other.position);
    }
}

impl SetZero for BodyTangent {
    fn set_zero(&mut self) {
        *self = Self::default();
    }
}

impl Differentiable for Body {
    type Tangent = BodyTangent;
    type Shape = ();

    fn tangent_shape(&self) {}

    fn neutral((): &()) -> BodyTangent {
        BodyTangent { mass: -0.0, position: [-0.0; 2] }
    }
}

#[test]
fn types_of_ones_own_are_checked_by_their_fields() {
    let inertia = |bodies: &Vec<Body>| -> f64 {
        bodies.iter().map(|b| b.mass * (b.position[0].powi(2) + b.position[1].powi(2))).sum()
    };
    let gradient = |sign: f64| {
        move |bodies: &Vec<Body>| -> Vec<BodyTangent> {
            let of = |b: &Body| BodyTangent {
                mass: b.position[0].powi(2) + b.position[1].powi(2),
                position: [2.0 * b.mass * b.position[0], sign * 2.0 * b.mass * b.position[1]],
            };
            bodies.iter().map(of).collect()
        }
    };
    let body = |mass, position| Body { name: "body".to_owned(), mass, position };
    let bodies = vec![body(1.0, [0.0, 0.0]), body(2.0, [3.0, 4.0])];
    let check = Check::new().names(["bodies"]);
    check.gradient(inertia, gradient(1.0), bodies.clone()).unwrap();
    let text = check.gradient(inertia, gradient(-1.0), bodies).unwrap_err().to_string();
    assert!(text.contains("\n  bodies[1].position[1]: got -16, expected 16 "), "{text}");
}

#[test]
fn settings_decide() {
    let close = |x: &f64| 2.0 * x + 1e-4;
    let f = |x: &f64| x * x;
    assert!(check::gradient(f, close, 0.001).is_err());
    Check::new().absolute(1e-3).gradient(f, close, 0.001).unwrap();
    Check::default().relative(1.0).gradient(f, close, 1.0).unwrap();
}

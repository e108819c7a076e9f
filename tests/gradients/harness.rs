//! One line of test checks a differentiated function at several points, in both modes.
//!
//! ```ignore
//! check!(rosenbrock(x, y); (x, y) in [(1.0, 2.0), (0.3, -0.7)]);
//! check!(horner(&coefficients, x); (coefficients, x) in [(vec![1.0, 2.0], 0.5)]);
//! check!(power(x, 5); x in [0.5, -2.0]);                      // 5 is a constant argument
//! check!(through_f32(x); x in [0.5]; as f32);                 // f64 outside, rounded to f32 inside
//! check_map!(polar(x, y); (x, y) in [(0.6, 0.8)]);            // returns more than one scalar
//! ```
//!
//! Left of the semicolon stands a plain call of the function, under any path, with any expressions
//! as arguments: borrow there what it takes by reference. After the semicolon comes a pattern that
//! names the *active* arguments in the order of the parameters, a bare name if there is one alone,
//! and the points where they are checked. A point is [`Flat`]: an `f32` or `f64`, or arrays, `Vec`s and
//! tuples (up to six) of such, nested at will, whose tangents and gradients have the point's own type;
//! or a struct or an enum of the test's, see [`flat_structs!`] and [`flat_enums!`].
//!
//! [`check_map!`] holds a function of any return type to this:
//!
//! - every value that comes with a derivative is bit for bit that of the plain call;
//! - `vjp` for each unit seed and `jvp` for each unit tangent match central differences;
//! - `vjp` and `jvp` agree to rounding: `<seed, J t> = <Jᵀ seed, t>` for arbitrary seed and `t`;
//! - `vjp_into` adds what `vjp` returns to the shadows.
//!
//! [`check!`] is for a function that returns one scalar, and adds that `grad`, `value_and_grad` and
//! `grad_into` are `vjp` with the seed 1.
//!
//! The differences are taken [`Precision::step`] to both sides of a point: keep points further than
//! that from where a branch changes sides. Parameters that are changed in place are for
//! [`check_in_place!`]; what does not fit these macros can be built from [`differences`], [`Case`] and
//! [`ramp`].

mod enums;
mod in_place;
mod structs;

use std::fmt::Debug;

pub(crate) use enums::flat_enums;
pub use in_place::assert_in_place;
pub(crate) use in_place::check_in_place;
pub(crate) use structs::flat_structs;

/// A value made of floating-point coordinates: a point, its tangent and its gradient alike.
pub trait Flat: Clone + Debug {
    /// What a tangent and a gradient are.
    type Tangent: Flat<Tangent = Self::Tangent>;

    /// Whether any coordinate is an `f32`.
    const SINGLE: bool;

    /// Appends the coordinates, and beside each the path that leads to it, such as `.1[3]`.
    fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>);

    /// A value of the shape of `self` that takes its coordinates from `source`.
    fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self;

    /// A tangent of the shape of `self` that takes its coordinates from `source`.
    fn tangent(&self, source: &mut dyn Iterator<Item = f64>) -> Self::Tangent;

    /// The coordinates in order.
    fn flatten(&self) -> Vec<f64> {
        let mut coordinates = Vec::new();
        self.visit("", &mut coordinates);
        coordinates.into_iter().map(|(_, value)| value).collect()
    }

    /// The path of each coordinate, in the order of [`Flat::flatten`].
    fn paths(&self) -> Vec<String> {
        let mut coordinates = Vec::new();
        self.visit("", &mut coordinates);
        coordinates.into_iter().map(|(path, _)| path).collect()
    }

    /// A value of the shape of `self` with these coordinates: the inverse of [`Flat::flatten`].
    fn with(&self, coordinates: &[f64]) -> Self {
        self.rebuild(&mut coordinates.iter().copied())
    }

    /// A tangent of the shape of `self` that is one in coordinate `index` and zero elsewhere.
    fn unit(&self, index: usize) -> Self::Tangent {
        self.tangent(&mut (0..).map(|i| if i == index { 1.0 } else { 0.0 }))
    }
}

macro_rules! flat_scalars {
    ($($scalar:ident: $single:literal),*) => {$(
        impl Flat for $scalar {
            type Tangent = Self;

            const SINGLE: bool = $single;

            fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
                coordinates.push((path.to_owned(), f64::from(*self)));
            }

            fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
                source.next().expect("a coordinate for each scalar") as $scalar
            }

            fn tangent(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
                self.rebuild(source)
            }
        }
    )*};
}

flat_scalars!(f32: true, f64: false);

/// The result of a function that returns nothing, as an output without coordinates.
impl Flat for () {
    type Tangent = ();

    const SINGLE: bool = false;

    fn visit(&self, _: &str, _: &mut Vec<(String, f64)>) {}

    fn rebuild(&self, _: &mut dyn Iterator<Item = f64>) {}

    fn tangent(&self, _: &mut dyn Iterator<Item = f64>) {}
}

impl<T: Flat> Flat for Vec<T> {
    type Tangent = Vec<T::Tangent>;

    const SINGLE: bool = T::SINGLE;

    fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
        for (index, element) in self.iter().enumerate() {
            element.visit(&format!("{path}[{index}]"), coordinates);
        }
    }

    fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
        self.iter().map(|element| element.rebuild(source)).collect()
    }

    fn tangent(&self, source: &mut dyn Iterator<Item = f64>) -> Self::Tangent {
        self.iter().map(|element| element.tangent(source)).collect()
    }
}

impl<T: Flat, const N: usize> Flat for [T; N] {
    type Tangent = [T::Tangent; N];

    const SINGLE: bool = T::SINGLE;

    fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
        for (index, element) in self.iter().enumerate() {
            element.visit(&format!("{path}[{index}]"), coordinates);
        }
    }

    fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
        std::array::from_fn(|index| self[index].rebuild(source))
    }

    fn tangent(&self, source: &mut dyn Iterator<Item = f64>) -> Self::Tangent {
        std::array::from_fn(|index| self[index].tangent(source))
    }
}

macro_rules! flat_tuples {
    ($(($($T:ident $field:tt),*))*) => {$(
        impl<$($T: Flat),*> Flat for ($($T,)*) {
            type Tangent = ($($T::Tangent,)*);

            const SINGLE: bool = $($T::SINGLE)||*;

            fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
                $(self.$field.visit(&format!(concat!("{}.", $field), path), coordinates);)*
            }

            fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
                ($(self.$field.rebuild(source),)*)
            }

            fn tangent(&self, source: &mut dyn Iterator<Item = f64>) -> Self::Tangent {
                ($(self.$field.tangent(source),)*)
            }
        }
    )*};
}

flat_tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}

/// How exactly a check is made.
#[derive(Clone, Copy, Debug)]
pub struct Precision {
    /// The widest step of the differences, relative to a coordinate.
    pub step: f64,
    /// The relative error allowed against the differences.
    pub difference: f64,
    /// The relative error allowed between two ways to compute the same derivative.
    pub rounding: f64,
}

impl Precision {
    const DOUBLE: Self = Self { step: 1e-3, difference: 1e-7, rounding: 1e-11 };
    const SINGLE: Self = Self { step: 4e-2, difference: 2e-3, rounding: 2e-5 };
}

/// What is being checked, for the messages, and how exactly.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    function: &'static str,
    arguments: &'static str,
    pub precision: Precision,
}

impl Case {
    /// A check of `function`; `arguments` are its active arguments as the test names them.
    pub fn new(function: &'static str, arguments: &'static str) -> Self {
        Self { function, arguments, precision: Precision::DOUBLE }
    }

    /// The same check, where values of type `T` pass through the function.
    pub fn through<T: Flat>(mut self) -> Self {
        if T::SINGLE {
            self.precision = Precision::SINGLE;
        }
        self
    }

    /// Panics unless `got` is `want` to a relative error of `tolerance`. Errors are no smaller than
    /// what rounding leaves at magnitude `scale`.
    #[track_caller]
    pub fn assert_close(&self, what: &str, got: f64, want: f64, tolerance: f64, scale: f64) {
        let allowed = tolerance * (want.abs() + 1e-3 * scale.abs().max(1.0));
        let error = (got - want).abs();
        // Asked in this order, a NaN fails.
        if error.is_nan() || error > allowed {
            panic!(
                "{function}: {what}: got {got}, expected {want} (error {error:.3e}, allowed {allowed:.3e})",
                function = self.function,
            );
        }
    }

    /// Panics unless `got` is `want` bit for bit.
    #[track_caller]
    fn assert_identical<R: Flat>(&self, what: &str, got: &R, want: &R) {
        let bits =
            |value: &R| -> Vec<u64> { value.flatten().iter().map(|x| x.to_bits()).collect() };
        assert!(
            bits(got) == bits(want),
            "{function}: the value of {what} is {got:?}, that of the plain call {want:?}",
            function = self.function,
        );
    }

    /// Panics unless two gradients, or two results, are equal up to rounding.
    #[track_caller]
    pub fn assert_same<P: Flat>(&self, what: &str, got: &P, want: &P) {
        let (got, paths) = (got.flatten(), got.paths());
        let want = want.flatten();
        assert_eq!(
            got.len(),
            want.len(),
            "{}: {what}: not the shape of the argument",
            self.function
        );
        let scale = norm(&want) * 1e3;
        for ((path, got), want) in paths.iter().zip(got).zip(want) {
            let what = format!("{what}, in {}{path}", self.arguments);
            self.assert_close(&what, got, want, self.precision.rounding, scale);
        }
    }
}

/// The largest magnitude among `values`.
fn norm(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, x| x.abs().max(largest))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A tangent of the shape of `like` with coordinates of both signs, none of them zero or one, that
/// differ from each other and for another `phase`: an arbitrary seed or prefilled shadow.
pub fn ramp<P: Flat>(like: &P, phase: f64) -> P::Tangent {
    like.tangent(&mut (0..).map(|i| 0.4 + 0.8 * (1.7 * f64::from(i) + phase).sin()))
}

/// The Jacobian of `primal` at `point` by central differences at three steps, extrapolated twice:
/// `jacobian[i][j]` is the slope of output `j` along input `i`.
pub fn differences<P: Flat, R: Flat>(
    primal: &dyn Fn(&P) -> R,
    point: &P,
    precision: Precision,
) -> Vec<Vec<f64>> {
    let origin = point.flatten();
    let slopes = |index: usize, step: f64| -> Vec<f64> {
        let moved = |by: f64| {
            let mut coordinates = origin.clone();
            coordinates[index] += by;
            let point = point.with(&coordinates);
            // The coordinate that rounding has made of it, and the outputs there.
            (point.flatten()[index], primal(&point).flatten())
        };
        let ((above, upper), (below, lower)) = (moved(step), moved(-step));
        assert_eq!(upper.len(), lower.len(), "outputs vary in number");
        if above == below {
            // A coordinate of a variant that an enum is not in.
            return vec![0.0; upper.len()];
        }
        let slope = |(upper, lower)| (upper - lower) / (above - below);
        upper.iter().zip(&lower).map(slope).collect()
    };
    let column = |index: usize| {
        let step = precision.step * origin[index].abs().max(0.25);
        let coarse = slopes(index, step);
        let medium = slopes(index, step / 2.0);
        let fine = slopes(index, step / 4.0);
        let extrapolate = |((coarse, medium), fine): ((f64, f64), f64)| {
            let first = (4.0 * medium - coarse) / 3.0;
            let second = (4.0 * fine - medium) / 3.0;
            (16.0 * second - first) / 15.0
        };
        let steps = coarse.into_iter().zip(medium).zip(fine);
        steps.map(extrapolate).collect()
    };
    (0..origin.len()).map(column).collect()
}

/// The checks of [`check_map!`].
///
/// `vjp_into` is given the shadows as they stand before the call and returns them as they are left.
#[track_caller]
pub fn assert_map<P: Flat, R: Flat>(
    case: Case,
    points: &[P],
    primal: &dyn Fn(&P) -> R,
    vjp: &dyn Fn(&P, R::Tangent) -> (R, P::Tangent),
    jvp: &dyn Fn(&P, P::Tangent) -> (R, R::Tangent),
    vjp_into: &dyn Fn(&P, R::Tangent, P::Tangent) -> (R, P::Tangent),
) {
    let case = case.through::<P>().through::<R>();
    let Precision { difference, rounding, .. } = case.precision;
    for point in points {
        let value = primal(point);
        let outputs = value.flatten();
        let (inputs, results) = (point.paths(), value.paths());
        let jacobian = differences(primal, point, case.precision);
        let slope_at = |mode: &str, input: usize, output: usize| {
            format!(
                "{mode} at {point:?}, slope of result{} along {}{}",
                results[output], case.arguments, inputs[input]
            )
        };

        for output in 0..outputs.len() {
            let (same, gradient) = vjp(point, value.unit(output));
            case.assert_identical("vjp", &same, &value);
            let gradient = gradient.flatten();
            assert_eq!(gradient.len(), inputs.len(), "{}: shape of vjp", case.function);
            for (input, got) in gradient.into_iter().enumerate() {
                let what = slope_at("vjp", input, output);
                let want = jacobian[input][output];
                case.assert_close(&what, got, want, difference, outputs[output]);
            }
        }
        for (input, column) in jacobian.iter().enumerate() {
            let (same, tangent) = jvp(point, point.unit(input));
            case.assert_identical("jvp", &same, &value);
            let tangent = tangent.flatten();
            assert_eq!(tangent.len(), results.len(), "{}: shape of jvp", case.function);
            for (output, got) in tangent.into_iter().enumerate() {
                let what = slope_at("jvp", input, output);
                case.assert_close(&what, got, column[output], difference, outputs[output]);
            }
        }

        let (tangent, seed) = (ramp(point, 0.3), ramp(&value, 1.1));
        let (_, pushed) = jvp(point, tangent.clone());
        let (_, pulled) = vjp(point, seed.clone());
        let (pushed, pulled) = (pushed.flatten(), pulled.flatten());
        let scale = 1e3 * (norm(&pushed) + norm(&pulled));
        case.assert_close(
            &format!("<Jᵀ seed, t> against <seed, J t> at {point:?}"),
            dot(&pulled, &tangent.flatten()),
            dot(&seed.flatten(), &pushed),
            rounding,
            scale,
        );

        let before = ramp(point, 2.9);
        let (same, after) = vjp_into(point, seed, before.clone());
        case.assert_identical("vjp_into", &same, &value);
        case.assert_same(&format!("vjp_into at {point:?}"), &after, &sum(&before, &pulled));
    }
}

/// The checks that [`check!`] adds. `grad_into` is as `vjp_into` for [`assert_map`].
#[track_caller]
pub fn assert_gradient<P: Flat, R: Flat>(
    case: Case,
    points: &[P],
    vjp: &dyn Fn(&P, R::Tangent) -> (R, P::Tangent),
    grad: &dyn Fn(&P) -> P::Tangent,
    value_and_grad: &dyn Fn(&P) -> (R, P::Tangent),
    grad_into: &dyn Fn(&P, P::Tangent) -> (R, P::Tangent),
) {
    let case = case.through::<P>().through::<R>();
    for point in points {
        let (same, gradient) = value_and_grad(point);
        let (value, reference) = vjp(point, same.unit(0));
        case.assert_identical("value_and_grad", &same, &value);
        let what = |call: &str| format!("{call} at {point:?}");
        case.assert_same(&what("value_and_grad"), &gradient, &reference);
        case.assert_same(&what("grad"), &grad(point), &reference);

        let before = ramp(point, 5.3);
        let (same, after) = grad_into(point, before.clone());
        case.assert_identical("grad_into", &same, &value);
        let want = sum(&before, &reference.flatten());
        case.assert_same(&what("grad_into"), &after, &want);
    }
}

/// `base` with `added` on top, coordinate by coordinate.
fn sum<P: Flat>(base: &P, added: &[f64]) -> P {
    let total: Vec<f64> = base.flatten().iter().zip(added).map(|(a, b)| a + b).collect();
    base.with(&total)
}

/// Checks a differentiated function that returns one scalar; the head of this file says how.
macro_rules! check {
    ($($f:ident)::+ ($($arg:expr),+ $(,)?); $names:tt in $points:expr $(; as $through:ty)?) => {{
        let points = $points;
        $crate::harness::check_map!(
            $($f)::+ ($($arg),+); $names in points.clone() $(; as $through)?
        );
        $crate::harness::assert_gradient(
            $crate::harness::Case::new(stringify!($($f)::+), stringify!($names))
                $(.through::<$through>())?,
            &points,
            &|point, seed| {
                let $names = Clone::clone(point);
                let (value, pullback) = $($f)::+::vjp($($arg),+);
                (value, pullback(seed))
            },
            &|point| {
                let $names = Clone::clone(point);
                $($f)::+::grad($($arg),+)
            },
            &|point| {
                let $names = Clone::clone(point);
                $($f)::+::value_and_grad($($arg),+)
            },
            &|point, mut shadows| {
                let $names = Clone::clone(point);
                let value = $($f)::+::grad_into(
                    $($arg,)+
                    $crate::harness::each_mut!(shadows: $names),
                );
                (value, shadows)
            },
        );
    }};
}

/// Checks a differentiated function of any return type; the head of this file says how.
macro_rules! check_map {
    ($($f:ident)::+ ($($arg:expr),+ $(,)?); $names:tt in $points:expr $(; as $through:ty)?) => {
        $crate::harness::assert_map(
            $crate::harness::Case::new(stringify!($($f)::+), stringify!($names))
                $(.through::<$through>())?,
            &$points,
            &|point| {
                let $names = Clone::clone(point);
                $($f)::+($($arg),+)
            },
            &|point, seed| {
                let $names = Clone::clone(point);
                let (value, pullback) = $($f)::+::vjp($($arg),+);
                (value, pullback(seed))
            },
            &|point, tangent| {
                let $names = Clone::clone(point);
                $($f)::+::jvp($($arg,)+ tangent)
            },
            &|point, seed, mut shadows| {
                let $names = Clone::clone(point);
                let value = $($f)::+::vjp_into(
                    $($arg,)+
                    seed,
                    $crate::harness::each_mut!(shadows: $names),
                );
                (value, shadows)
            },
        )
    };
}

/// The tuple of `&mut` to the fields of a tuple, as many as there are names. Written out where it is
/// passed on, so that each `&mut Vec<T>` in it may still become the `&mut [T]` of a shadow.
macro_rules! each_mut {
    ($tuple:ident: ($a:ident, $b:ident)) => {
        (&mut $tuple.0, &mut $tuple.1)
    };
    ($tuple:ident: ($a:ident, $b:ident, $c:ident)) => {
        (&mut $tuple.0, &mut $tuple.1, &mut $tuple.2)
    };
    ($tuple:ident: ($a:ident, $b:ident, $c:ident, $d:ident)) => {
        (&mut $tuple.0, &mut $tuple.1, &mut $tuple.2, &mut $tuple.3)
    };
    ($tuple:ident: ($a:ident, $b:ident, $c:ident, $d:ident, $e:ident)) => {
        (&mut $tuple.0, &mut $tuple.1, &mut $tuple.2, &mut $tuple.3, &mut $tuple.4)
    };
    ($tuple:ident: ($a:ident, $b:ident, $c:ident, $d:ident, $e:ident, $f:ident)) => {
        (&mut $tuple.0, &mut $tuple.1, &mut $tuple.2, &mut $tuple.3, &mut $tuple.4, &mut $tuple.5)
    };
    ($bare:ident: $a:ident) => {
        &mut $bare
    };
}

pub(crate) use {check, check_map, each_mut};

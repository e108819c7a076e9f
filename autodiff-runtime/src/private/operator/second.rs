//! Second derivatives of operators: the tangents of the operands' adjoints.

use super::{
    Add, AddAssign, Binary, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
    Unary, number,
};
use crate::Accumulate;
use crate::private::{Ignored, math};

/// `self O rhs`, with second derivatives.
#[diagnostic::on_unimplemented(
    message = "[AD0417] `{O}` of `{Self}` and `{B}` has no second derivative",
    label = "this operator is not differentiated twice",
    note = "put `#[differentiate(hessian)]` on the method of its `impl`, or on the `impl` itself; or write the arithmetic with the fields, which are numbers"
)]
pub trait BinaryTwice<O, B>: Binary<O, B> {
    /// The tangents of the operands' adjoints, where the seed and the operands have some; an operand without
    /// one is constant.
    fn bars_dot(
        &self,
        rhs: &B,
        seeds: (&Self::Seed, &Self::Seed),
        lhs: Option<&Self::Lhs>,
        rhs_dot: Option<&Self::Rhs>,
    ) -> (Self::Lhs, Self::Rhs);
}

/// `O self`, with second derivatives.
#[diagnostic::on_unimplemented(
    message = "[AD0417] `{O}` of `{Self}` has no second derivative",
    label = "this operator is not differentiated twice",
    note = "put `#[differentiate(hessian)]` on the method of its `impl`, or on the `impl` itself; or write the arithmetic with the fields, which are numbers"
)]
pub trait UnaryTwice<O>: Unary<O> {
    /// The tangent of the operand's adjoint, where the seed and the operand have some.
    fn bar_dot(&self, seeds: (&Self::Seed, &Self::Seed), dot: Option<&Self::Of>) -> Self::Of;
}

/// Where the adjoints of two operands go, and their tangents.
pub type Shadows<'s, L, R> = [(Option<&'s mut L>, Option<&'s mut R>); 2];

/// Adds the adjoints of both operands to their shadows, and the tangents of these to theirs.
#[inline]
pub fn deposit_twice<O, A, B>(
    (a, b): (&A, &B),
    (a_dot, b_dot): (Option<&A::Lhs>, Option<&A::Rhs>),
    (seed, seed_dot): (A::Seed, A::Seed),
    [bars, dots]: Shadows<'_, A::Lhs, A::Rhs>,
) where
    A: BinaryTwice<O, B, Lhs: Accumulate<A::Lhs>, Rhs: Accumulate<A::Rhs>>,
{
    let (lhs, rhs) = a.bars_dot(b, (&seed, &seed_dot), a_dot, b_dot);
    super::deposit(dots.0, &lhs);
    super::deposit(dots.1, &rhs);
    super::deposit_both((a, b), seed, bars.0, bars.1);
}

/// The pullback of a value and its tangent that keeps both operands.
#[allow(clippy::type_complexity, reason = "the types are those of any callee")]
#[inline]
pub fn keeping_both<O, A, B, S, L, R>(
    (a, b): (A, B),
    (a_dot, b_dot): (Option<L>, Option<R>),
) -> impl FnOnce(
    Ignored,
    Ignored,
    Option<Ignored>,
    Option<Ignored>,
    (S, S),
    Option<&mut L>,
    Option<&mut R>,
    Option<&mut L>,
    Option<&mut R>,
)
where
    A: BinaryTwice<O, B, Seed = S, Lhs = L, Rhs = R>,
    L: Accumulate<L>,
    R: Accumulate<R>,
{
    move |_: Ignored,
          _: Ignored,
          _: Option<Ignored>,
          _: Option<Ignored>,
          seeds: (S, S),
          a_bar: Option<&mut L>,
          b_bar: Option<&mut R>,
          a_bar_dot: Option<&mut L>,
          b_bar_dot: Option<&mut R>| {
        let (bars, dots) = ((a_bar, b_bar), (a_bar_dot, b_bar_dot));
        let tangents = (a_dot.as_ref(), b_dot.as_ref());
        deposit_twice::<O, _, B>((&a, &b), tangents, seeds, [bars, dots]);
    }
}

/// The same that keeps the left operand, and is given the right one again.
#[allow(clippy::type_complexity, reason = "the types are those of any callee")]
#[inline]
pub fn keeping_left<O, A, B, S, L, R>(
    a: A,
    a_dot: Option<L>,
) -> impl FnOnce(
    Ignored,
    &B,
    Option<Ignored>,
    Option<&R>,
    (S, S),
    Option<&mut L>,
    Option<&mut R>,
    Option<&mut L>,
    Option<&mut R>,
)
where
    A: for<'y> BinaryTwice<O, &'y B, Seed = S, Lhs = L, Rhs = R>,
    L: Accumulate<L>,
    R: Accumulate<R>,
{
    move |_: Ignored,
          b: &B,
          _: Option<Ignored>,
          b_dot: Option<&R>,
          seeds: (S, S),
          a_bar: Option<&mut L>,
          b_bar: Option<&mut R>,
          a_bar_dot: Option<&mut L>,
          b_bar_dot: Option<&mut R>| {
        let (bars, dots) = ((a_bar, b_bar), (a_bar_dot, b_bar_dot));
        deposit_twice::<O, _, &B>((&a, &b), (a_dot.as_ref(), b_dot), seeds, [bars, dots]);
    }
}

/// For each operator of numbers the tangents of the adjoints; `g` is the seed, `h` its tangent, and `da` and
/// `db` are those of the operands.
macro_rules! float {
    ($float:ident: $($lhs:ty, $rhs:ty;)*) => {$(
        float!($float: $lhs, $rhs; Add AddAssign(_a, _b, _g, h, _da, _db) => (h, h));
        float!($float: $lhs, $rhs; Sub SubAssign(_a, _b, _g, h, _da, _db) => (h, -h));
        float!($float: $lhs, $rhs; Mul MulAssign(a, b, g, h, da, db) =>
            (h * b + g * db, h * a + g * da));
        float!($float: $lhs, $rhs; Div DivAssign(a, b, g, h, da, db) => {
            let (quotient, part) = (a / b, g / b);
            let quotient_dot = (da - quotient * db) / b;
            let part_dot = (h - part * db) / b;
            (part_dot, -(part_dot * quotient + part * quotient_dot))
        });
        float!($float: $lhs, $rhs; Rem RemAssign(a, b, _g, h, _da, _db) =>
            (h, -(h * math::round((a - a % b) / b))));
    )*};
    (
        $float:ident: $lhs:ty, $rhs:ty;
        $op:ident $assign:ident $variables:tt => $dots:expr
    ) => {
        float!($float: $lhs, $rhs; $op $variables => $dots);
        float!($float: $lhs, $rhs; $assign $variables => $dots);
    };
    (
        $float:ident: $lhs:ty, $rhs:ty;
        $op:ident($a:ident, $b:ident, $g:ident, $h:ident, $da:ident, $db:ident) => $dots:expr
    ) => {
        impl BinaryTwice<$op, $rhs> for $lhs {
            #[inline]
            fn bars_dot(
                &self,
                rhs: &$rhs,
                ($g, $h): (&$float, &$float),
                lhs: Option<&$float>,
                rhs_dot: Option<&$float>,
            ) -> ($float, $float) {
                let ($a, $b, $g, $h) = (number(*self), number(*rhs), *$g, *$h);
                let [$da, $db] = [lhs, rhs_dot].map(|dot| dot.copied().unwrap_or(0.0));
                $dots
            }
        }
    };
}
float!(f32: f32, f32; &f32, f32; f32, &f32; &f32, &f32;);
float!(f64: f64, f64; &f64, f64; f64, &f64; &f64, &f64;);

macro_rules! negated {
    ($($float:ident: $of:ty;)*) => {$(
        impl UnaryTwice<Neg> for $of {
            #[inline]
            fn bar_dot(&self, (_, seed_dot): (&$float, &$float), _: Option<&$float>) -> $float {
                -*seed_dot
            }
        }
    )*};
}
negated!(f32: f32; f32: &f32; f64: f64; f64: &f64;);

#[cfg(test)]
mod tests {
    use super::*;

    /// The tangents of the adjoints along each of seed and operands, against differences of the adjoints.
    fn check<O>(a: f64, b: f64)
    where
        f64: BinaryTwice<O, f64, Seed = f64, Lhs = f64, Rhs = f64>,
    {
        let (seed, h) = (1.7, 1e-6);
        let directions = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.3, -0.8, 1.1)];
        for (da, db, dseed) in directions {
            let at =
                |h: f64| Binary::<O, f64>::bars(&(a + h * da), &(b + h * db), seed + h * dseed);
            let (up, down) = (at(h), at(-h));
            let dots =
                BinaryTwice::<O, f64>::bars_dot(&a, &b, (&seed, &dseed), Some(&da), Some(&db));
            let slopes = ((up.0 - down.0) / (2.0 * h), (up.1 - down.1) / (2.0 * h));
            let close = |x: f64, y: f64| (x - y).abs() < 1e-7 * (1.0 + y.abs());
            assert!(close(dots.0, slopes.0) && close(dots.1, slopes.1), "{dots:?} {slopes:?}");
        }
    }

    #[test]
    fn of_numbers() {
        for (a, b) in [(0.7, 1.3), (-2.9, 0.8), (5.3, -1.7)] {
            check::<Add>(a, b);
            check::<Sub>(a, b);
            check::<Mul>(a, b);
            check::<Div>(a, b);
            check::<Rem>(a, b);
        }
        assert_eq!(UnaryTwice::<Neg>::bar_dot(&2.0, (&3.0, &5.0), Some(&1.0)), -5.0);
    }
}

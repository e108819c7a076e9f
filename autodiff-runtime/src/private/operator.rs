//! Derivatives of operators between values of types that only rustc knows: numbers, or types of the
//! user's whose `impl` of the operator is under `#[differentiate]`.

pub mod assign;
pub mod references;
pub mod second;

use super::math;
use crate::{Accumulate, Differentiable};

/// `self O rhs`, with a derivative; `O` is the name of the trait in `std::ops`, as one of the types
/// here.
#[diagnostic::on_unimplemented(
    message = "[AD0411] `{O}` of `{Self}` and `{B}` has no derivative",
    label = "this operator is not differentiated",
    note = "put `#[differentiate]` on the method of its `impl`, or on the `impl` itself; or write the arithmetic with the fields, which are numbers"
)]
pub trait Binary<O, B> {
    /// The type of the result's adjoint.
    type Seed;
    /// The type of the left operand's adjoint.
    type Lhs;
    /// The type of the right operand's adjoint.
    type Rhs;

    /// The operands' adjoints.
    fn bars(&self, rhs: &B, seed: Self::Seed) -> (Self::Lhs, Self::Rhs);

    /// The result's tangent; an operand without one is constant.
    fn dot(&self, rhs: &B, lhs: Option<&Self::Lhs>, rhs_dot: Option<&Self::Rhs>) -> Self::Seed;
}

/// `O self`, with a derivative.
#[diagnostic::on_unimplemented(
    message = "[AD0411] `{O}` of `{Self}` has no derivative",
    label = "this operator is not differentiated",
    note = "put `#[differentiate]` on the method of its `impl`, or on the `impl` itself; or write the arithmetic with the fields, which are numbers"
)]
pub trait Unary<O> {
    /// The type of the result's adjoint.
    type Seed;
    /// The type of the operand's adjoint.
    type Of;

    /// The operand's adjoint.
    fn bar(&self, seed: Self::Seed) -> Self::Of;

    /// The result's tangent.
    fn dot(&self, dot: &Self::Of) -> Self::Seed;
}

macro_rules! operators {
    ($($text:literal $name:ident)*) => {$(
        #[doc = $text]
        #[derive(Debug)]
        pub struct $name;

        impl $name {
            /// The adjoints of both operands.
            #[inline]
            pub fn bars<A: Binary<Self, B>, B>(lhs: &A, rhs: &B, seed: A::Seed) -> (A::Lhs, A::Rhs) {
                lhs.bars(rhs, seed)
            }

            /// The tangent of the result.
            #[inline]
            pub fn dot<A: Binary<Self, B>, B>(
                lhs: &A,
                rhs: &B,
                lhs_dot: &A::Lhs,
                rhs_dot: &A::Rhs,
            ) -> A::Seed {
                lhs.dot(rhs, Some(lhs_dot), Some(rhs_dot))
            }

            /// The same if the right operand is constant.
            #[inline]
            pub fn dot_lhs<A: Binary<Self, B>, B>(lhs: &A, rhs: &B, lhs_dot: &A::Lhs) -> A::Seed {
                lhs.dot(rhs, Some(lhs_dot), None)
            }

            /// The same if the left operand is constant.
            #[inline]
            pub fn dot_rhs<A: Binary<Self, B>, B>(lhs: &A, rhs: &B, rhs_dot: &A::Rhs) -> A::Seed {
                lhs.dot(rhs, None, Some(rhs_dot))
            }
        }
    )*};
}
operators!("`+`." Add "`-` between two." Sub "`*`." Mul "`/`." Div "`%`." Rem);

macro_rules! assignments {
    ($($text:literal $name:ident)*) => {$(
        #[doc = $text]
        #[derive(Debug)]
        pub struct $name;
    )*};
}
assignments!("`+=`." AddAssign "`-=`." SubAssign "`*=`." MulAssign "`/=`." DivAssign "`%=`." RemAssign);

/// Adds an operand's adjoint to its shadow, if there is one.
#[inline]
pub fn deposit<T: Accumulate<T>>(shadow: Option<&mut T>, bar: &T) {
    if let Some(shadow) = shadow {
        shadow.accumulate(bar);
    }
}

/// Adds the adjoints of both operands to their shadows.
#[inline]
fn deposit_both<O, A, B>(
    (a, b): (&A, &B),
    seed: A::Seed,
    a_bar: Option<&mut A::Lhs>,
    b_bar: Option<&mut A::Rhs>,
) where
    A: Binary<O, B, Lhs: Accumulate<A::Lhs>, Rhs: Accumulate<A::Rhs>>,
{
    let bars = a.bars(b, seed);
    deposit(a_bar, &bars.0);
    deposit(b_bar, &bars.1);
}

/// `-` before one.
#[derive(Debug)]
pub struct Neg;

impl Neg {
    /// The adjoint of the operand.
    #[inline]
    pub fn bar<A: Unary<Self>>(of: &A, seed: A::Seed) -> A::Of {
        of.bar(seed)
    }

    /// The tangent of the result.
    #[inline]
    pub fn dot<A: Unary<Self>>(of: &A, dot: &A::Of) -> A::Seed {
        of.dot(dot)
    }
}

macro_rules! float {
    ($float:ident: $($lhs:ty, $rhs:ty;)*) => {$(
        float!($float: $lhs, $rhs; Add AddAssign(_a, _b, g) => (g, g));
        float!($float: $lhs, $rhs; Sub SubAssign(_a, _b, g) => (g, -g));
        float!($float: $lhs, $rhs; Mul MulAssign(a, b, g) => (g * b, g * a));
        float!($float: $lhs, $rhs; Div DivAssign(a, b, g) => (g / b, -(g * (a / b)) / b));
        float!($float: $lhs, $rhs; Rem RemAssign(a, b, g) =>
            (g, -(g * math::round((a - a % b) / b))));
    )*};
    (
        $float:ident: $lhs:ty, $rhs:ty;
        $op:ident $assign:ident($a:ident, $b:ident, $g:ident) => $bars:expr
    ) => {
        float!($float: $lhs, $rhs; $op($a, $b, $g) => $bars);
        float!($float: $lhs, $rhs; $assign($a, $b, $g) => $bars);
    };
    ($float:ident: $lhs:ty, $rhs:ty; $op:ident($a:ident, $b:ident, $g:ident) => $bars:expr) => {
        impl Binary<$op, $rhs> for $lhs {
            type Seed = $float;
            type Lhs = $float;
            type Rhs = $float;

            #[inline]
            fn bars(&self, rhs: &$rhs, $g: $float) -> ($float, $float) {
                let ($a, $b) = (number(*self), number(*rhs));
                $bars
            }

            #[inline]
            fn dot(&self, rhs: &$rhs, lhs: Option<&$float>, rhs_dot: Option<&$float>) -> $float {
                let ($a, $b) = (number(*self), number(*rhs));
                // Linear in the seed: one operand after the other.
                let one = |$g: Option<&$float>, right: bool| {
                    $g.map(|$g| {
                        let $g = *$g;
                        let both: ($float, $float) = $bars;
                        if right { both.1 } else { both.0 }
                    })
                };
                match (one(lhs, false), one(rhs_dot, true)) {
                    (Some(l), Some(r)) => l + r,
                    (l, r) => l.or(r).unwrap_or(0.0),
                }
            }
        }
    };
}
float!(f32: f32, f32; &f32, f32; f32, &f32; &f32, &f32;);
float!(f64: f64, f64; &f64, f64; f64, &f64; &f64, &f64;);

macro_rules! negated {
    ($($float:ident: $of:ty;)*) => {$(
        impl Unary<Neg> for $of {
            type Seed = $float;
            type Of = $float;

            #[inline]
            fn bar(&self, seed: $float) -> $float {
                -seed
            }

            #[inline]
            fn dot(&self, dot: &$float) -> $float {
                -*dot
            }
        }
    )*};
}
negated!(f32: f32; f32: &f32; f64: f64; f64: &f64;);

/// The number itself, given or referred to.
#[inline]
fn number<T: Number>(of: T) -> T::Float {
    of.number()
}

trait Number {
    type Float;
    fn number(self) -> Self::Float;
}

macro_rules! numbers {
    ($($float:ident)*) => {$(
        impl Number for $float {
            type Float = $float;
            #[inline]
            fn number(self) -> $float {
                self
            }
        }

        impl Number for &$float {
            type Float = $float;
            #[inline]
            fn number(self) -> $float {
                *self
            }
        }
    )*};
}
numbers!(f32 f64);

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl<O, B: Differentiable<Tangent = ()>> Binary<O, B> for $integer {
            type Seed = ();
            type Lhs = ();
            type Rhs = ();

            #[inline]
            fn bars(&self, _: &B, (): ()) -> ((), ()) {
                ((), ())
            }

            #[inline]
            fn dot(&self, _: &B, _: Option<&()>, _: Option<&()>) {}
        }

        impl<O> Unary<O> for $integer {
            type Seed = ();
            type Of = ();

            #[inline]
            fn bar(&self, (): ()) {}

            #[inline]
            fn dot(&self, (): &()) {}
        }
    )*};
}
integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool);

/// Of the same type.
#[inline(always)]
pub fn alike<T>(_: &T, _: &T) {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both adjoints, and the tangent along each operand, against differences.
    fn check<O>(operator: fn(f64, f64) -> f64, a: f64, b: f64)
    where
        f64: Binary<O, f64, Seed = f64, Lhs = f64, Rhs = f64>,
    {
        let h = 1e-6;
        let slopes = (
            (operator(a + h, b) - operator(a - h, b)) / (2.0 * h),
            (operator(a, b + h) - operator(a, b - h)) / (2.0 * h),
        );
        let (lhs, rhs) = Binary::<O, f64>::bars(&a, &b, 3.0);
        assert!((lhs - 3.0 * slopes.0).abs() < 1e-7 && (rhs - 3.0 * slopes.1).abs() < 1e-7);
        let dots = [(Some(&3.0), None), (None, Some(&3.0)), (Some(&3.0), Some(&3.0))];
        let dots = dots.map(|(lhs, rhs)| Binary::<O, f64>::dot(&a, &b, lhs, rhs));
        assert_eq!(dots, [lhs, rhs, lhs + rhs]);
        assert_eq!(Binary::<O, f64>::dot(&a, &b, None, None), 0.0);
    }

    #[test]
    fn of_numbers() {
        for (a, b) in [(0.7, 1.3), (-2.9, 0.8), (5.3, -1.7)] {
            check::<Add>(|a, b| a + b, a, b);
            check::<Sub>(|a, b| a - b, a, b);
            check::<Mul>(|a, b| a * b, a, b);
            check::<Div>(|a, b| a / b, a, b);
            check::<Rem>(|a, b| a % b, a, b);
        }
        assert_eq!(Neg::bar(&2.0, 3.0), -3.0);
        assert_eq!(Neg::dot(&2.0, &3.0), -3.0);
    }

    #[test]
    fn of_references() {
        assert_eq!(Mul::bars(&&2.0_f32, &5.0_f32, 1.0), (5.0, 2.0));
        assert_eq!(Div::bars(&6.0, &&2.0, 4.0), (2.0, -6.0));
        assert_eq!(Sub::dot(&&6.0, &&2.0, &1.0, &5.0), -4.0);
        assert_eq!(Sub::dot_lhs(&&6.0, &2.0, &1.0), 1.0);
        assert_eq!(Sub::dot_rhs(&6.0, &&2.0, &5.0), -5.0);
        assert_eq!(Neg::bar(&&2.0, 3.0), -3.0);
    }

    #[test]
    fn of_integers() {
        assert_eq!(Add::bars(&2_usize, &3_usize, ()), ((), ()));
        Mul::dot(&2_i32, &3_i32, &(), &());
        Neg::bar(&2_i64, ());
    }
}

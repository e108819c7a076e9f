//! Operators that change their left operand, as functions with derivatives that give what is left there:
//! `a += b` is `a = ByVal::add(a, b)`. The type's own `impl` of the operator runs.

use core::ops;

use super::second::{BinaryTwice, keeping_both, keeping_left};
use super::{AddAssign, Binary, DivAssign, MulAssign, RemAssign, SubAssign, deposit_both};
use crate::Accumulate;
use crate::private::Ignored;

macro_rules! assign {
    ($($of:ident $text:literal: $($operator:ident $name:ident $method:ident $vjp:ident $vjp_into:ident $jvp:ident $second:ident)*;)*) => {$(
        #[doc = $text]
        #[derive(Debug)]
        pub struct $of;

        impl $of {
            $(
                assign!(@forward $operator $name $method $vjp_into $jvp);
                assign!(@$of $operator $method $vjp $second);
            )*
        }
    )*};
    (@forward $operator:ident $name:ident $method:ident $vjp_into:ident $jvp:ident) => {
        /// The value.
        #[inline]
        pub fn $name<A: ops::$operator<B>, B>(mut a: A, b: B) -> A {
            ops::$operator::$method(&mut a, b);
            a
        }

        /// Adds the adjoints to the shadows.
        #[inline]
        pub fn $vjp_into<A, B, S, L: Accumulate<L>, R: Accumulate<R>>(
            a: A,
            b: B,
            seed: S,
            a_bar: Option<&mut L>,
            b_bar: Option<&mut R>,
        ) where
            A: Binary<$operator, B, Seed = S, Lhs = L, Rhs = R>,
        {
            deposit_both::<$operator, _, B>((&a, &b), seed, a_bar, b_bar);
        }

        /// The value and its tangent.
        #[inline]
        pub fn $jvp<A, B, S, L, R>(mut a: A, b: B, a_dot: Option<&L>, b_dot: Option<&R>) -> (A, S)
        where
            A: ops::$operator<B> + Binary<$operator, B, Seed = S, Lhs = L, Rhs = R>,
        {
            let dot = Binary::<$operator, B>::dot(&a, &b, a_dot, b_dot);
            ops::$operator::$method(&mut a, b);
            (a, dot)
        }
    };
    (@ByVal $operator:ident $method:ident $vjp:ident $second:ident) => {
        /// The value and its pullback.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $vjp<A, B, S, L, R>(
            a: A,
            b: B,
        ) -> (A, impl FnOnce(Ignored, Ignored, S, Option<&mut L>, Option<&mut R>))
        where
            A: Clone + ops::$operator<B> + Binary<$operator, B, Seed = S, Lhs = L, Rhs = R>,
            B: Clone,
            L: Accumulate<L>,
            R: Accumulate<R>,
        {
            let mut value = a.clone();
            ops::$operator::$method(&mut value, b.clone());
            let pull =
                move |_: Ignored, _: Ignored, seed, a_bar: Option<&mut L>, b_bar: Option<&mut R>| {
                    deposit_both::<$operator, _, B>((&a, &b), seed, a_bar, b_bar);
                };
            (value, pull)
        }
        /// The value and its tangent, and the pullback of both.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $second<A, B, S, L, R>(
            a: A,
            b: B,
            a_dot: Option<&L>,
            b_dot: Option<&R>,
        ) -> (
            (A, S),
            impl FnOnce(
                Ignored, Ignored, Option<Ignored>, Option<Ignored>, (S, S),
                Option<&mut L>, Option<&mut R>, Option<&mut L>, Option<&mut R>,
            ) + use<A, B, S, L, R>,
        )
        where
            A: Clone + ops::$operator<B> + BinaryTwice<$operator, B, Seed = S, Lhs = L, Rhs = R>,
            B: Clone,
            L: Accumulate<L> + Clone,
            R: Accumulate<R> + Clone,
        {
            let dot = Binary::<$operator, B>::dot(&a, &b, a_dot, b_dot);
            let mut value = a.clone();
            ops::$operator::$method(&mut value, b.clone());
            let dots = (a_dot.cloned(), b_dot.cloned());
            ((value, dot), keeping_both::<$operator, _, _, _, _, _>((a, b), dots))
        }
    };
    (@ByRef $operator:ident $method:ident $vjp:ident $second:ident) => {
        /// The value and its pullback.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $vjp<'b, A, B, S, L, R>(
            a: A,
            b: &'b B,
        ) -> (A, impl FnOnce(Ignored, &B, S, Option<&mut L>, Option<&mut R>) + use<A, B, S, L, R>)
        where
            A: Clone + ops::$operator<&'b B>,
            A: for<'y> Binary<$operator, &'y B, Seed = S, Lhs = L, Rhs = R>,
            L: Accumulate<L>,
            R: Accumulate<R>,
        {
            let mut value = a.clone();
            ops::$operator::$method(&mut value, b);
            let pull =
                move |_: Ignored, b: &B, seed, a_bar: Option<&mut L>, b_bar: Option<&mut R>| {
                    deposit_both::<$operator, _, &B>((&a, &b), seed, a_bar, b_bar);
                };
            (value, pull)
        }
        /// The value and its tangent, and the pullback of both.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $second<'b, A, B, S, L, R>(
            a: A,
            b: &'b B,
            a_dot: Option<&L>,
            b_dot: Option<&R>,
        ) -> (
            (A, S),
            impl FnOnce(
                Ignored, &B, Option<Ignored>, Option<&R>, (S, S),
                Option<&mut L>, Option<&mut R>, Option<&mut L>, Option<&mut R>,
            ) + use<A, B, S, L, R>,
        )
        where
            A: Clone + ops::$operator<&'b B>,
            A: for<'y> BinaryTwice<$operator, &'y B, Seed = S, Lhs = L, Rhs = R>,
            L: Accumulate<L> + Clone,
            R: Accumulate<R>,
        {
            let dot = Binary::<$operator, &B>::dot(&a, &b, a_dot, b_dot);
            let mut value = a.clone();
            ops::$operator::$method(&mut value, b);
            ((value, dot), keeping_left::<$operator, _, _, _, _, _>(a, a_dot.cloned()))
        }
    };
}
assign! {
    ByVal "By a value.":
        AddAssign add add_assign __add_vjp __add_vjp_into __add_jvp __add_second
        SubAssign sub sub_assign __sub_vjp __sub_vjp_into __sub_jvp __sub_second
        MulAssign mul mul_assign __mul_vjp __mul_vjp_into __mul_jvp __mul_second
        DivAssign div div_assign __div_vjp __div_vjp_into __div_jvp __div_second
        RemAssign rem rem_assign __rem_vjp __rem_vjp_into __rem_jvp __rem_second;
    ByRef "By what a reference refers to.":
        AddAssign add add_assign __add_vjp __add_vjp_into __add_jvp __add_second
        SubAssign sub sub_assign __sub_vjp __sub_vjp_into __sub_jvp __sub_second
        MulAssign mul mul_assign __mul_vjp __mul_vjp_into __mul_jvp __mul_second
        DivAssign div div_assign __div_vjp __div_vjp_into __div_jvp __div_second
        RemAssign rem rem_assign __rem_vjp __rem_vjp_into __rem_jvp __rem_second;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value, the operands' adjoints, and the tangent, by value and by reference.
    macro_rules! check {
        ($name:ident $vjp:ident $jvp:ident: $a:expr, $b:expr => $value:expr, $bars:expr) => {
            let (a, b): (f64, f64) = ($a, $b);
            let (value, pull) = ByVal::$vjp(a, b);
            let mut bars = (0.0, 0.0);
            pull(Ignored, Ignored, 2.0, Some(&mut bars.0), Some(&mut bars.1));
            let (same, pull) = ByRef::$vjp(a, &b);
            let mut same_bars = (0.0, 0.0);
            pull(Ignored, &b, 2.0, Some(&mut same_bars.0), Some(&mut same_bars.1));
            assert_eq!((value, bars), ($value, $bars));
            assert_eq!((same, same_bars), ($value, $bars));
            assert_eq!((ByVal::$name(a, b), ByRef::$name(a, &b)), ($value, $value));
            let dots = ($value, bars.0 + bars.1);
            assert_eq!(ByVal::$jvp(a, b, Some(&2.0), Some(&2.0)), dots);
            assert_eq!(ByRef::$jvp(a, &b, Some(&2.0), Some(&2.0)), dots);
        };
    }

    #[test]
    fn of_numbers() {
        check!(add __add_vjp __add_jvp: 3.0, 2.0 => 5.0, (2.0, 2.0));
        check!(sub __sub_vjp __sub_jvp: 3.0, 2.0 => 1.0, (2.0, -2.0));
        check!(mul __mul_vjp __mul_jvp: 3.0, 2.0 => 6.0, (4.0, 6.0));
        check!(div __div_vjp __div_jvp: 3.0, 2.0 => 1.5, (1.0, -1.5));
        check!(rem __rem_vjp __rem_jvp: 5.0, 2.0 => 1.0, (2.0, -4.0));
    }
}

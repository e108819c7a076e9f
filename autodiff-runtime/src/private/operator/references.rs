//! Operators with references for operands, as functions with derivatives: `&a * &b` is a call of
//! [`ref_ref::mul`], so that an operand that is borrowed is not copied, and its adjoint goes where that of
//! what it refers to is.

use core::ops;

use super::{Add, Binary, Div, Mul, Neg, Rem, Sub, Unary};
use crate::Accumulate;
use crate::private::{Ignored, Wrt};

/// Adds an operand's adjoint to its shadow, if there is one.
#[inline]
fn add<T: Accumulate<T>>(shadow: Option<&mut T>, bar: &T) {
    if let Some(shadow) = shadow {
        shadow.accumulate(bar);
    }
}

macro_rules! handle {
    ($name:ident) => {
        #[doc = concat!("The derivatives of [`", stringify!($name), "`](fn@", stringify!($name), ").")]
        #[allow(non_camel_case_types, reason = "a function and its handle have one name")]
        #[derive(Debug)]
        pub struct $name {}

        impl<const PARAMETER: usize> Wrt<PARAMETER> for $name {}
    };
}

macro_rules! binary {
    ($($module:ident: $($name:ident $operator:ident)*;)*) => {$(
        /// Operators between references.
        pub mod $module {
            use super::*;
            $(binary!(@$module $name $operator);)*
        }
    )*};
    (@ref_ref $name:ident $operator:ident) => {
        /// The value.
        #[inline]
        pub fn $name<'a, 'b, A, B>(a: &'a A, b: &'b B) -> <&'a A as ops::$operator<&'b B>>::Output
        where
            &'a A: ops::$operator<&'b B>,
        {
            ops::$operator::$name(a, b)
        }

        handle!($name);

        impl $name {
            /// Is there.
            pub const fn __annotated<T>() {}

            /// The value and its pullback.
            #[inline]
            #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
            pub fn __vjp<'a, 'b, A, B, O, S, L, R>(
                a: &'a A,
                b: &'b B,
            ) -> (O, impl FnOnce(&A, &B, S, Option<&mut L>, Option<&mut R>) + use<A, B, O, S, L, R>)
            where
                &'a A: ops::$operator<&'b B, Output = O>,
                for<'x, 'y> &'x A: Binary<$operator, &'y B, Seed = S, Lhs = L, Rhs = R>,
                L: Accumulate<L>,
                R: Accumulate<R>,
            {
                let value = ops::$operator::$name(a, b);
                (value, |a: &A, b: &B, seed, a_bar: Option<&mut L>, b_bar: Option<&mut R>| {
                    let bars = Binary::<$operator, &B>::bars(&a, &b, seed);
                    add(a_bar, &bars.0);
                    add(b_bar, &bars.1);
                })
            }

            /// The value and its tangent.
            #[inline]
            pub fn __jvp<'a, 'b, A, B, O, S, L, R>(
                a: &'a A,
                b: &'b B,
                a_dot: Option<&L>,
                b_dot: Option<&R>,
            ) -> (O, S)
            where
                &'a A: ops::$operator<&'b B, Output = O>
                    + Binary<$operator, &'b B, Seed = S, Lhs = L, Rhs = R>,
            {
                let dot = Binary::<$operator, &'b B>::dot(&a, &b, a_dot, b_dot);
                (ops::$operator::$name(a, b), dot)
            }
        }
    };
    (@ref_val $name:ident $operator:ident) => {
        /// The value.
        #[inline]
        pub fn $name<'a, A, B>(a: &'a A, b: B) -> <&'a A as ops::$operator<B>>::Output
        where
            &'a A: ops::$operator<B>,
        {
            ops::$operator::$name(a, b)
        }

        handle!($name);

        impl $name {
            /// Is there.
            pub const fn __annotated<T>() {}

            /// The value and its pullback.
            #[inline]
            #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
            pub fn __vjp<'a, A, B: Clone, O, S, L, R>(
                a: &'a A,
                b: B,
            ) -> (O, impl FnOnce(&A, Ignored, S, Option<&mut L>, Option<&mut R>) + use<A, B, O, S, L, R>)
            where
                &'a A: ops::$operator<B, Output = O>,
                for<'x> &'x A: Binary<$operator, B, Seed = S, Lhs = L, Rhs = R>,
                L: Accumulate<L>,
                R: Accumulate<R>,
            {
                let value = ops::$operator::$name(a, b.clone());
                let pull = move |a: &A, _: Ignored, seed, a_bar: Option<&mut L>, b_bar: Option<&mut R>| {
                    let bars = Binary::<$operator, B>::bars(&a, &b, seed);
                    add(a_bar, &bars.0);
                    add(b_bar, &bars.1);
                };
                (value, pull)
            }

            /// The value and its tangent.
            #[inline]
            pub fn __jvp<'a, A, B, O, S, L, R>(
                a: &'a A,
                b: B,
                a_dot: Option<&L>,
                b_dot: Option<&R>,
            ) -> (O, S)
            where
                &'a A: ops::$operator<B, Output = O>
                    + Binary<$operator, B, Seed = S, Lhs = L, Rhs = R>,
            {
                let dot = Binary::<$operator, B>::dot(&a, &b, a_dot, b_dot);
                (ops::$operator::$name(a, b), dot)
            }
        }
    };
    (@val_ref $name:ident $operator:ident) => {
        /// The value.
        #[inline]
        pub fn $name<'b, A: ops::$operator<&'b B>, B>(a: A, b: &'b B) -> A::Output {
            ops::$operator::$name(a, b)
        }

        handle!($name);

        impl $name {
            /// Is there.
            pub const fn __annotated<T>() {}

            /// The value and its pullback.
            #[inline]
            #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
            pub fn __vjp<'b, A, B, O, S, L, R>(
                a: A,
                b: &'b B,
            ) -> (O, impl FnOnce(Ignored, &B, S, Option<&mut L>, Option<&mut R>) + use<A, B, O, S, L, R>)
            where
                A: Clone + ops::$operator<&'b B, Output = O>,
                A: for<'y> Binary<$operator, &'y B, Seed = S, Lhs = L, Rhs = R>,
                L: Accumulate<L>,
                R: Accumulate<R>,
            {
                let value = ops::$operator::$name(a.clone(), b);
                let pull = move |_: Ignored, b: &B, seed, a_bar: Option<&mut L>, b_bar: Option<&mut R>| {
                    let bars = Binary::<$operator, &B>::bars(&a, &b, seed);
                    add(a_bar, &bars.0);
                    add(b_bar, &bars.1);
                };
                (value, pull)
            }

            /// The value and its tangent.
            #[inline]
            pub fn __jvp<'b, A, B, O, S, L, R>(
                a: A,
                b: &'b B,
                a_dot: Option<&L>,
                b_dot: Option<&R>,
            ) -> (O, S)
            where
                A: ops::$operator<&'b B, Output = O>
                    + Binary<$operator, &'b B, Seed = S, Lhs = L, Rhs = R>,
            {
                let dot = Binary::<$operator, &'b B>::dot(&a, &b, a_dot, b_dot);
                (ops::$operator::$name(a, b), dot)
            }
        }
    };
}
binary! {
    ref_ref: add Add sub Sub mul Mul div Div rem Rem;
    ref_val: add Add sub Sub mul Mul div Div rem Rem;
    val_ref: add Add sub Sub mul Mul div Div rem Rem;
}

/// `-&a`.
#[inline]
pub fn neg<'a, A>(a: &'a A) -> <&'a A as ops::Neg>::Output
where
    &'a A: ops::Neg,
{
    ops::Neg::neg(a)
}

handle!(neg);

impl neg {
    /// Is there.
    pub const fn __annotated<T>() {}

    /// The value and its pullback.
    #[inline]
    pub fn __vjp<'a, A, O, S, L>(
        a: &'a A,
    ) -> (O, impl FnOnce(&A, S, Option<&mut L>) + use<A, O, S, L>)
    where
        &'a A: ops::Neg<Output = O>,
        for<'x> &'x A: Unary<Neg, Seed = S, Of = L>,
        L: Accumulate<L>,
    {
        (ops::Neg::neg(a), |a: &A, seed, a_bar: Option<&mut L>| {
            add(a_bar, &Unary::<Neg>::bar(&a, seed))
        })
    }

    /// The value and its tangent.
    #[inline]
    pub fn __jvp<'a, A, O, S, L>(a: &'a A, a_dot: Option<&L>) -> (O, S)
    where
        &'a A: ops::Neg<Output = O> + Unary<Neg, Seed = S, Of = L>,
        A: crate::Differentiable<Tangent = L>,
    {
        let zero = a_dot.is_none().then(|| a.zero_tangent());
        let dot = a_dot.or(zero.as_ref()).expect("one of the two");
        (ops::Neg::neg(a), Unary::<Neg>::dot(&a, dot))
    }
}

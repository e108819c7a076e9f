//! Operators with references for operands, as functions with derivatives: `&a * &b` is a call of
//! [`RefRef::mul`], so that an operand that is borrowed is not copied, and its adjoint goes where that of
//! what it refers to is.

use core::ops;

use super::{Add, Binary, Div, Mul, Neg, Rem, Sub, Unary, deposit, deposit_both};
use crate::Accumulate;
use crate::private::Ignored;

macro_rules! binary {
    ($($of:ident $text:literal: $($operator:ident $name:ident $vjp:ident $vjp_into:ident $jvp:ident)*;)*) => {$(
        #[doc = $text]
        #[derive(Debug)]
        pub struct $of;

        impl $of {
            $(
                binary!(@forward $operator $name $vjp_into $jvp);
                binary!(@$of $operator $name $vjp);
            )*
        }
    )*};
    (@forward $operator:ident $name:ident $vjp_into:ident $jvp:ident) => {
        /// The value.
        #[inline]
        pub fn $name<A: ops::$operator<B>, B>(a: A, b: B) -> A::Output {
            ops::$operator::$name(a, b)
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
        pub fn $jvp<A, B, O, S, L, R>(a: A, b: B, a_dot: Option<&L>, b_dot: Option<&R>) -> (O, S)
        where
            A: ops::$operator<B, Output = O> + Binary<$operator, B, Seed = S, Lhs = L, Rhs = R>,
        {
            let dot = Binary::<$operator, B>::dot(&a, &b, a_dot, b_dot);
            (ops::$operator::$name(a, b), dot)
        }
    };
    (@RefRef $operator:ident $name:ident $vjp:ident) => {
        /// The value and its pullback.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $vjp<'a, 'b, A, B, O, S, L, R>(
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
                deposit_both::<$operator, _, &B>((&a, &b), seed, a_bar, b_bar);
            })
        }
    };
    (@RefVal $operator:ident $name:ident $vjp:ident) => {
        /// The value and its pullback.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $vjp<'a, A, B: Clone, O, S, L, R>(
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
                deposit_both::<$operator, _, B>((&a, &b), seed, a_bar, b_bar);
            };
            (value, pull)
        }
    };
    (@ValRef $operator:ident $name:ident $vjp:ident) => {
        /// The value and its pullback.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $vjp<'b, A, B, O, S, L, R>(
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
                deposit_both::<$operator, _, &B>((&a, &b), seed, a_bar, b_bar);
            };
            (value, pull)
        }
    };
}
binary! {
    RefRef "Between two references.":
        Add add __add_vjp __add_vjp_into __add_jvp
        Sub sub __sub_vjp __sub_vjp_into __sub_jvp
        Mul mul __mul_vjp __mul_vjp_into __mul_jvp
        Div div __div_vjp __div_vjp_into __div_jvp
        Rem rem __rem_vjp __rem_vjp_into __rem_jvp;
    RefVal "Between a reference and a value.":
        Add add __add_vjp __add_vjp_into __add_jvp
        Sub sub __sub_vjp __sub_vjp_into __sub_jvp
        Mul mul __mul_vjp __mul_vjp_into __mul_jvp
        Div div __div_vjp __div_vjp_into __div_jvp
        Rem rem __rem_vjp __rem_vjp_into __rem_jvp;
    ValRef "Between a value and a reference.":
        Add add __add_vjp __add_vjp_into __add_jvp
        Sub sub __sub_vjp __sub_vjp_into __sub_jvp
        Mul mul __mul_vjp __mul_vjp_into __mul_jvp
        Div div __div_vjp __div_vjp_into __div_jvp
        Rem rem __rem_vjp __rem_vjp_into __rem_jvp;
}

/// `-&a`. As a bound it is on the type itself: what implements the operator for references to arrays of what
/// has it for references never ends, as long as rustc does not know the type.
pub trait NegByRef<'a> {
    /// What it gives.
    type Output;

    /// `-self`.
    fn neg_by_ref(&'a self) -> Self::Output;
}

impl<'a, A: 'a> NegByRef<'a> for A
where
    &'a A: ops::Neg,
{
    type Output = <&'a A as ops::Neg>::Output;

    #[inline]
    fn neg_by_ref(&'a self) -> Self::Output {
        ops::Neg::neg(self)
    }
}

/// Before a reference.
#[derive(Debug)]
pub struct Ref;

impl Ref {
    /// `-&a`.
    #[inline]
    pub fn neg<'a, A: NegByRef<'a>>(a: &'a A) -> A::Output {
        a.neg_by_ref()
    }

    /// The value and its pullback.
    #[inline]
    pub fn __neg_vjp<'a, A, O, S, L>(
        a: &'a A,
    ) -> (O, impl FnOnce(&A, S, Option<&mut L>) + use<A, O, S, L>)
    where
        A: NegByRef<'a, Output = O>,
        for<'x> &'x A: Unary<Neg, Seed = S, Of = L>,
        L: Accumulate<L>,
    {
        (a.neg_by_ref(), |a: &A, seed, a_bar: Option<&mut L>| {
            deposit(a_bar, &Unary::<Neg>::bar(&a, seed))
        })
    }

    /// Adds the adjoint to the shadow.
    #[inline]
    pub fn __neg_vjp_into<A: Unary<Neg, Seed = S, Of = L>, S, L: Accumulate<L>>(
        a: A,
        seed: S,
        a_bar: Option<&mut L>,
    ) {
        deposit(a_bar, &Unary::<Neg>::bar(&a, seed));
    }

    /// The value and its tangent.
    #[inline]
    pub fn __neg_jvp<'a, A, O, S, L>(a: &'a A, a_dot: Option<&L>) -> (O, S)
    where
        &'a A: Unary<Neg, Seed = S, Of = L>,
        A: NegByRef<'a, Output = O> + crate::Differentiable<Tangent = L>,
    {
        let zero = a_dot.is_none().then(|| a.zero_tangent());
        let dot = a_dot.or(zero.as_ref()).expect("one of the two");
        (a.neg_by_ref(), Unary::<Neg>::dot(&a, dot))
    }
}

//! Operators as functions with derivatives: `&a * &b` is a call of [`RefRef::mul`], so that an operand that is
//! borrowed is not copied, and its adjoint goes where that of what it refers to is.

use core::ops;

use super::second::{BinaryTwice, UnaryTwice, deposit_twice, keeping_both, keeping_left};
use super::{Add, Binary, Div, Mul, Neg, Rem, Sub, Unary, deposit, deposit_both};
use crate::Accumulate;
use crate::private::Ignored;

macro_rules! binary {
    ($($of:ident $text:literal: $($operator:ident $name:ident $vjp:ident $vjp_into:ident $jvp:ident $second:ident)*;)*) => {$(
        #[doc = $text]
        #[derive(Debug)]
        pub struct $of;

        impl $of {
            $(
                binary!(@forward $operator $name $vjp_into $jvp);
                binary!(@$of $operator $name $vjp $second);
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
    (@RefRef $operator:ident $name:ident $vjp:ident $second:ident) => {
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
        /// The value and its tangent, and the pullback of both.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $second<'a, 'b, A, B, O, S, L, R>(
            a: &'a A,
            b: &'b B,
            a_dot: Option<&L>,
            b_dot: Option<&R>,
        ) -> (
            (O, S),
            impl FnOnce(
                &A, &B, Option<&L>, Option<&R>, (S, S),
                Option<&mut L>, Option<&mut R>, Option<&mut L>, Option<&mut R>,
            ) + use<A, B, O, S, L, R>,
        )
        where
            &'a A: ops::$operator<&'b B, Output = O>,
            for<'x, 'y> &'x A: BinaryTwice<$operator, &'y B, Seed = S, Lhs = L, Rhs = R>,
            L: Accumulate<L>,
            R: Accumulate<R>,
        {
            let dot = Binary::<$operator, &B>::dot(&a, &b, a_dot, b_dot);
            let value = ops::$operator::$name(a, b);
            let pull = move |a: &A, b: &B, a_dot: Option<&L>, b_dot: Option<&R>, seeds: (S, S),
                             a_bar: Option<&mut L>, b_bar: Option<&mut R>,
                             a_bar_dot: Option<&mut L>, b_bar_dot: Option<&mut R>| {
                let (bars, dots) = ((a_bar, b_bar), (a_bar_dot, b_bar_dot));
                deposit_twice::<$operator, _, &B>((&a, &b), (a_dot, b_dot), seeds, [bars, dots]);
            };
            ((value, dot), pull)
        }
    };
    (@RefVal $operator:ident $name:ident $vjp:ident $second:ident) => {
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
        /// The value and its tangent, and the pullback of both.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $second<'a, A, B: Clone, O, S, L, R>(
            a: &'a A,
            b: B,
            a_dot: Option<&L>,
            b_dot: Option<&R>,
        ) -> (
            (O, S),
            impl FnOnce(
                &A, Ignored, Option<&L>, Option<Ignored>, (S, S),
                Option<&mut L>, Option<&mut R>, Option<&mut L>, Option<&mut R>,
            ) + use<A, B, O, S, L, R>,
        )
        where
            &'a A: ops::$operator<B, Output = O>,
            for<'x> &'x A: BinaryTwice<$operator, B, Seed = S, Lhs = L, Rhs = R>,
            L: Accumulate<L>,
            R: Accumulate<R> + Clone,
        {
            let dot = Binary::<$operator, B>::dot(&a, &b, a_dot, b_dot);
            let value = ops::$operator::$name(a, b.clone());
            let b_dot = b_dot.cloned();
            let pull = move |a: &A, _: Ignored, a_dot: Option<&L>, _: Option<Ignored>, seeds: (S, S),
                             a_bar: Option<&mut L>, b_bar: Option<&mut R>,
                             a_bar_dot: Option<&mut L>, b_bar_dot: Option<&mut R>| {
                let (bars, dots) = ((a_bar, b_bar), (a_bar_dot, b_bar_dot));
                deposit_twice::<$operator, _, B>((&a, &b), (a_dot, b_dot.as_ref()), seeds, [bars, dots]);
            };
            ((value, dot), pull)
        }
    };
    (@ValRef $operator:ident $name:ident $vjp:ident $second:ident) => {
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
        /// The value and its tangent, and the pullback of both.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $second<'b, A, B, O, S, L, R>(
            a: A,
            b: &'b B,
            a_dot: Option<&L>,
            b_dot: Option<&R>,
        ) -> (
            (O, S),
            impl FnOnce(
                Ignored, &B, Option<Ignored>, Option<&R>, (S, S),
                Option<&mut L>, Option<&mut R>, Option<&mut L>, Option<&mut R>,
            ) + use<A, B, O, S, L, R>,
        )
        where
            A: Clone + ops::$operator<&'b B, Output = O>,
            A: for<'y> BinaryTwice<$operator, &'y B, Seed = S, Lhs = L, Rhs = R>,
            L: Accumulate<L> + Clone,
            R: Accumulate<R>,
        {
            let dot = Binary::<$operator, &B>::dot(&a, &b, a_dot, b_dot);
            let value = ops::$operator::$name(a.clone(), b);
            ((value, dot), keeping_left::<$operator, _, _, _, _, _>(a, a_dot.cloned()))
        }
    };
    (@ValVal $operator:ident $name:ident $vjp:ident $second:ident) => {
        /// The value and its pullback.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $vjp<A, B, O, S, L, R>(
            a: A,
            b: B,
        ) -> (O, impl FnOnce(Ignored, Ignored, S, Option<&mut L>, Option<&mut R>) + use<A, B, O, S, L, R>)
        where
            A: Clone + ops::$operator<B, Output = O>,
            A: Binary<$operator, B, Seed = S, Lhs = L, Rhs = R>,
            B: Clone,
            L: Accumulate<L>,
            R: Accumulate<R>,
        {
            let value = ops::$operator::$name(a.clone(), b.clone());
            let pull = move |_: Ignored, _: Ignored, seed, a_bar: Option<&mut L>, b_bar: Option<&mut R>| {
                deposit_both::<$operator, _, B>((&a, &b), seed, a_bar, b_bar);
            };
            (value, pull)
        }

        /// The value and its tangent, and the pullback of both.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        pub fn $second<A, B, O, S, L, R>(
            a: A,
            b: B,
            a_dot: Option<&L>,
            b_dot: Option<&R>,
        ) -> (
            (O, S),
            impl FnOnce(
                Ignored, Ignored, Option<Ignored>, Option<Ignored>, (S, S),
                Option<&mut L>, Option<&mut R>, Option<&mut L>, Option<&mut R>,
            ) + use<A, B, O, S, L, R>,
        )
        where
            A: Clone + ops::$operator<B, Output = O>,
            A: BinaryTwice<$operator, B, Seed = S, Lhs = L, Rhs = R>,
            B: Clone,
            L: Accumulate<L> + Clone,
            R: Accumulate<R> + Clone,
        {
            let dot = Binary::<$operator, B>::dot(&a, &b, a_dot, b_dot);
            let value = ops::$operator::$name(a.clone(), b.clone());
            let dots = (a_dot.cloned(), b_dot.cloned());
            ((value, dot), keeping_both::<$operator, _, _, _, _, _>((a, b), dots))
        }
    };
}
binary! {
    ValVal "Between two values.":
        Add add __add_vjp __add_vjp_into __add_jvp __add_second
        Sub sub __sub_vjp __sub_vjp_into __sub_jvp __sub_second
        Mul mul __mul_vjp __mul_vjp_into __mul_jvp __mul_second
        Div div __div_vjp __div_vjp_into __div_jvp __div_second
        Rem rem __rem_vjp __rem_vjp_into __rem_jvp __rem_second;
    RefRef "Between two references.":
        Add add __add_vjp __add_vjp_into __add_jvp __add_second
        Sub sub __sub_vjp __sub_vjp_into __sub_jvp __sub_second
        Mul mul __mul_vjp __mul_vjp_into __mul_jvp __mul_second
        Div div __div_vjp __div_vjp_into __div_jvp __div_second
        Rem rem __rem_vjp __rem_vjp_into __rem_jvp __rem_second;
    RefVal "Between a reference and a value.":
        Add add __add_vjp __add_vjp_into __add_jvp __add_second
        Sub sub __sub_vjp __sub_vjp_into __sub_jvp __sub_second
        Mul mul __mul_vjp __mul_vjp_into __mul_jvp __mul_second
        Div div __div_vjp __div_vjp_into __div_jvp __div_second
        Rem rem __rem_vjp __rem_vjp_into __rem_jvp __rem_second;
    ValRef "Between a value and a reference.":
        Add add __add_vjp __add_vjp_into __add_jvp __add_second
        Sub sub __sub_vjp __sub_vjp_into __sub_jvp __sub_second
        Mul mul __mul_vjp __mul_vjp_into __mul_jvp __mul_second
        Div div __div_vjp __div_vjp_into __div_jvp __div_second
        Rem rem __rem_vjp __rem_vjp_into __rem_jvp __rem_second;
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

    /// The value and its tangent, and the pullback of both.
    #[inline]
    #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
    pub fn __neg_second<'a, A, O, S, L>(
        a: &'a A,
        a_dot: Option<&L>,
    ) -> (
        (O, S),
        impl FnOnce(&A, Option<&L>, (S, S), Option<&mut L>, Option<&mut L>) + use<A, O, S, L>,
    )
    where
        A: NegByRef<'a, Output = O> + crate::Differentiable<Tangent = L>,
        for<'x> &'x A: UnaryTwice<Neg, Seed = S, Of = L>,
        L: Accumulate<L>,
    {
        let pull = |a: &A,
                    a_dot: Option<&L>,
                    (seed, seed_dot): (S, S),
                    a_bar: Option<&mut L>,
                    a_bar_dot: Option<&mut L>| {
            deposit(a_bar_dot, &a.bar_dot((&seed, &seed_dot), a_dot));
            deposit(a_bar, &Unary::<Neg>::bar(&a, seed));
        };
        (Self::__neg_jvp(a, a_dot), pull)
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

/// Before a value.
#[derive(Debug)]
pub struct Val;

impl Val {
    /// `-a`.
    #[inline]
    pub fn neg<A: ops::Neg>(a: A) -> A::Output {
        ops::Neg::neg(a)
    }

    /// The value and its pullback.
    #[inline]
    pub fn __neg_vjp<A, O, S, L>(
        a: A,
    ) -> (O, impl FnOnce(Ignored, S, Option<&mut L>) + use<A, O, S, L>)
    where
        A: Clone + ops::Neg<Output = O> + Unary<Neg, Seed = S, Of = L>,
        L: Accumulate<L>,
    {
        (ops::Neg::neg(a.clone()), move |_: Ignored, seed, a_bar: Option<&mut L>| {
            deposit(a_bar, &a.bar(seed))
        })
    }

    /// The value and its tangent, and the pullback of both.
    #[inline]
    #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
    pub fn __neg_second<A, O, S, L>(
        a: A,
        a_dot: Option<&L>,
    ) -> (
        (O, S),
        impl FnOnce(Ignored, Option<Ignored>, (S, S), Option<&mut L>, Option<&mut L>) + use<A, O, S, L>,
    )
    where
        A: Clone + ops::Neg<Output = O> + UnaryTwice<Neg, Seed = S, Of = L>,
        A: crate::Differentiable<Tangent = L>,
        L: Accumulate<L> + Clone,
    {
        let both = Self::__neg_jvp(a.clone(), a_dot);
        let a_dot = a_dot.cloned();
        let pull = move |_: Ignored,
                         _: Option<Ignored>,
                         (seed, seed_dot): (S, S),
                         a_bar: Option<&mut L>,
                         a_bar_dot: Option<&mut L>| {
            deposit(a_bar_dot, &a.bar_dot((&seed, &seed_dot), a_dot.as_ref()));
            deposit(a_bar, &a.bar(seed));
        };
        (both, pull)
    }

    /// Adds the adjoint to the shadow.
    #[inline]
    pub fn __neg_vjp_into<A: Unary<Neg, Seed = S, Of = L>, S, L: Accumulate<L>>(
        a: A,
        seed: S,
        a_bar: Option<&mut L>,
    ) {
        deposit(a_bar, &a.bar(seed));
    }

    /// The value and its tangent.
    #[inline]
    pub fn __neg_jvp<A, O, S, L>(a: A, a_dot: Option<&L>) -> (O, S)
    where
        A: ops::Neg<Output = O> + Unary<Neg, Seed = S, Of = L>,
        A: crate::Differentiable<Tangent = L>,
    {
        let zero = a_dot.is_none().then(|| a.zero_tangent());
        let dot = a_dot.or(zero.as_ref()).expect("one of the two");
        let dot = a.dot(dot);
        (ops::Neg::neg(a), dot)
    }
}

//! Derivatives of methods of types that other crates declare. Generated code finds them as it finds those of
//! a method under `#[differentiate]`: of `v.norm()` as `v.__norm_vjp()`, by a trait.

use core::borrow::Borrow;

use crate::private::Ignored;
use crate::private::operator::deposit;
use crate::private::receiver::Shared;
use crate::{Accumulate, Differentiable};

/// The tangents of a type.
pub type Tangent<T> = <T as Differentiable>::Tangent;

/// A method without arguments, by its name as a type.
pub trait Method<Name>: Differentiable + Clone {
    /// What it returns.
    type Output: Differentiable + Clone;

    /// What it computes.
    fn value(&self) -> Self::Output;

    /// The receiver's adjoint.
    fn bar(&self, value: &Self::Output, seed: Tangent<Self::Output>) -> Tangent<Self>;

    /// The result's tangent.
    fn dot(&self, value: &Self::Output, dot: &Tangent<Self>) -> Tangent<Self::Output>;
}

/// A method with one argument.
pub trait MethodWith<Name, B: Differentiable + Clone>: Differentiable + Clone {
    /// What it returns.
    type Output: Differentiable + Clone;

    /// What it computes.
    fn value(&self, with: &B) -> Self::Output;

    /// The adjoints of the receiver and the argument.
    fn bars(
        &self,
        with: &B,
        value: &Self::Output,
        seed: Tangent<Self::Output>,
    ) -> (Tangent<Self>, Tangent<B>);

    /// The result's tangent along the receiver's.
    fn dot(&self, with: &B, value: &Self::Output, dot: &Tangent<Self>) -> Tangent<Self::Output>;

    /// The result's tangent along the argument's.
    fn dot_with(&self, with: &B, value: &Self::Output, dot: &Tangent<B>) -> Tangent<Self::Output>;
}

/// The trait of a table of methods, and their names.
macro_rules! methods {
    ($trait:ident: $($form:ident: $($name:ident $this:ident $vjp:ident $jvp:ident $into:ident)*;)*) => {
        /// The names of methods.
        #[allow(non_camel_case_types, reason = "spelled as the methods are")]
        pub mod names {
            $($(
                #[doc = concat!("`", stringify!($name), "`.")]
                #[derive(Debug)]
                pub struct $name;
            )*)*
        }

        /// The derivatives beside the methods.
        pub trait $trait: Differentiable + Clone {
            $($(
                /// What it is called on.
                #[inline]
                fn $this(&self) -> &Self {
                    self
                }

                methods!(@$form $name $vjp $jvp $into);
            )*)*
        }
    };
    // `v.norm()`.
    (@alone $name:ident $vjp:ident $jvp:ident $into:ident) => {
        /// The value and its pullback.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        fn $vjp(
            &self,
        ) -> (
            Self::Output,
            impl FnOnce(&Self, Tangent<Self::Output>, Option<&mut Tangent<Self>>) + use<Self>,
        )
        where
            Self: Method<names::$name>,
        {
            let value = Method::value(self);
            let kept = value.clone();
            (value, move |this: &Self, seed, bar: Option<&mut Tangent<Self>>| {
                deposit(bar, &Method::bar(this, &kept, seed));
            })
        }

        /// The value and its tangent.
        #[inline]
        fn $jvp<D: Shared<Tangent<Self>>>(&self, dot: D) -> (Self::Output, Tangent<Self::Output>)
        where
            Self: Method<names::$name>,
        {
            let value = Method::value(self);
            let dot = match dot.shared() {
                Some(dot) => Method::dot(self, &value, dot),
                None => value.zero_tangent(),
            };
            (value, dot)
        }

        /// The value; the adjoint goes to its shadow.
        #[inline]
        fn $into(&self, seed: Tangent<Self::Output>, bar: Option<&mut Tangent<Self>>) -> Self::Output
        where
            Self: Method<names::$name>,
        {
            let value = Method::value(self);
            deposit(bar, &Method::bar(self, &value, seed));
            value
        }
    };
    // `v.dot(&w)`: the pullback is given the argument once more.
    (@with_borrowed $name:ident $vjp:ident $jvp:ident $into:ident) => {
        /// The value and its pullback.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        fn $vjp<B: Differentiable + Clone>(
            &self,
            with: &B,
        ) -> (
            Self::Output,
            impl FnOnce(
                &Self,
                &B,
                Tangent<Self::Output>,
                Option<&mut Tangent<Self>>,
                Option<&mut Tangent<B>>,
            ) + use<Self, B>,
        )
        where
            Self: MethodWith<names::$name, B>,
        {
            let value = MethodWith::value(self, with);
            let kept = value.clone();
            let pull = move |this: &Self, with: &B, seed, bar: Option<&mut _>, with_bar: Option<&mut _>| {
                let bars = MethodWith::bars(this, with, &kept, seed);
                deposit(bar, &bars.0);
                deposit(with_bar, &bars.1);
            };
            (value, pull)
        }

        methods!(@along $name $jvp $into; &B);
    };
    // `v.scale(k)`: the pullback owns the argument.
    (@with_owned $name:ident $vjp:ident $jvp:ident $into:ident) => {
        /// The value and its pullback.
        #[inline]
        #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
        fn $vjp<B: Differentiable + Clone>(
            &self,
            with: B,
        ) -> (
            Self::Output,
            impl FnOnce(
                &Self,
                Ignored,
                Tangent<Self::Output>,
                Option<&mut Tangent<Self>>,
                Option<&mut Tangent<B>>,
            ) + use<Self, B>,
        )
        where
            Self: MethodWith<names::$name, B>,
        {
            let value = MethodWith::value(self, &with);
            let kept = value.clone();
            let pull = move |this: &Self, _: Ignored, seed, bar: Option<&mut _>, with_bar: Option<&mut _>| {
                let bars = MethodWith::bars(this, &with, &kept, seed);
                deposit(bar, &bars.0);
                deposit(with_bar, &bars.1);
            };
            (value, pull)
        }

        methods!(@along $name $jvp $into; B);
    };
    (@along $name:ident $jvp:ident $into:ident; $given:ty) => {
        /// The value and its tangent.
        #[inline]
        fn $jvp<B: Differentiable + Clone, D: Shared<Tangent<Self>>>(
            &self,
            with: $given,
            dot: D,
            with_dot: Option<&Tangent<B>>,
        ) -> (Self::Output, Tangent<Self::Output>)
        where
            Self: MethodWith<names::$name, B>,
        {
            let with: &B = with.borrow();
            let value = MethodWith::value(self, with);
            let along = dot.shared().map(|dot| MethodWith::dot(self, with, &value, dot));
            let along_with = with_dot.map(|dot| MethodWith::dot_with(self, with, &value, dot));
            let dot = match (along, along_with) {
                (Some(mut along), Some(along_with)) => {
                    along.accumulate(&along_with);
                    along
                }
                (along, along_with) => along.or(along_with).unwrap_or_else(|| value.zero_tangent()),
            };
            (value, dot)
        }

        /// The value; the adjoints go to their shadows.
        #[inline]
        fn $into<B: Differentiable + Clone>(
            &self,
            with: $given,
            seed: Tangent<Self::Output>,
            bar: Option<&mut Tangent<Self>>,
            with_bar: Option<&mut Tangent<B>>,
        ) -> Self::Output
        where
            Self: MethodWith<names::$name, B>,
        {
            let with: &B = with.borrow();
            let value = MethodWith::value(self, with);
            let bars = MethodWith::bars(self, with, &value, seed);
            deposit(bar, &bars.0);
            deposit(with_bar, &bars.1);
            value
        }
    };
}
#[cfg(feature = "nalgebra")]
pub(crate) use methods;

methods! { OfOptions:
    alone:
        unwrap __unwrap_self __unwrap_vjp __unwrap_jvp __unwrap_vjp_into;
    with_owned:
        expect __expect_self __expect_vjp __expect_jvp __expect_vjp_into;
}

/// What a method of another crate returns.
impl<T: Differentiable + Clone> OfOptions for Option<T> {}

impl<T: Differentiable + Clone> Method<names::unwrap> for Option<T> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn value(&self) -> T {
        self.clone().unwrap()
    }

    #[inline]
    fn bar(&self, _: &T, seed: Tangent<T>) -> Option<Tangent<T>> {
        Some(seed)
    }

    #[inline]
    fn dot(&self, value: &T, dot: &Option<Tangent<T>>) -> Tangent<T> {
        dot.clone().unwrap_or_else(|| value.zero_tangent())
    }
}

impl<T: Differentiable + Clone> MethodWith<names::expect, &str> for Option<T> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn value(&self, message: &&str) -> T {
        self.clone().expect(message)
    }

    #[inline]
    fn bars(&self, _: &&str, _: &T, seed: Tangent<T>) -> (Option<Tangent<T>>, ()) {
        (Some(seed), ())
    }

    #[inline]
    fn dot(&self, _: &&str, value: &T, dot: &Option<Tangent<T>>) -> Tangent<T> {
        dot.clone().unwrap_or_else(|| value.zero_tangent())
    }

    #[inline]
    fn dot_with(&self, _: &&str, value: &T, (): &()) -> Tangent<T> {
        value.zero_tangent()
    }
}

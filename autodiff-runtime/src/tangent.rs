//! What has a tangent, and the arithmetic that adjoints need.
//!
//! A *primal* type names its tangent space once, in [`Differentiable`]; adjoints live in the same
//! space. Constants (integers, `bool`, `str`, …) have the tangent `()`, so that generated code can
//! treat a value of a type it cannot see like any other.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, rc::Rc, string::String, sync::Arc, vec::Vec};

use crate::coordinates::{Coordinates, CoordinatesMut};
use crate::private::Elementary;
use crate::private::operator::second::{BinaryTwice, UnaryTwice};
use crate::private::operator::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

/// A type whose values have tangents and adjoints.
///
/// `#[derive(Differentiable)]` implements it for a struct or an enum: the tangent of `Model` is
/// `ModelTangent`, of the tangents of those fields that have any.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::Differentiable;
///
/// let x = vec![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!(x.zero_tangent(), vec![[0.0, 0.0], [0.0, 0.0]]);
/// assert_eq!((2.0_f32, 3_usize).zero_tangent(), (0.0_f32, ()));
/// ```
#[diagnostic::on_unimplemented(
    message = "[AD0407] `{Self}` has no derivative",
    label = "not a differentiable type",
    note = "floats, arrays, slices, `Vec` and tuples of them are differentiable; put `#[derive(Differentiable)]` on a struct or an enum of such, mark other fields `#[differentiable(constant)]`, and hold any other value constant with `autodiff::stop_gradient`"
)]
pub trait Differentiable {
    /// The type of a tangent, of an adjoint and of a gradient of `Self`, always owned.
    type Tangent: Accumulate<Self::Tangent> + SetZero + Clone;

    /// All that is needed of a value to make its zero tangent: `()` for numbers, lengths for sequences.
    type Shape: Clone;

    /// The shape of `self`.
    fn tangent_shape(&self) -> Self::Shape;

    /// The neutral element of accumulation among tangents of that shape: every entry is `-0.0`, the one
    /// float that is added without changing a bit of the other, `0.0` and `-0.0` included.
    fn neutral(shape: &Self::Shape) -> Self::Tangent;

    /// The zero tangent of the same shape as `self`: every entry is `0.0`.
    ///
    /// ```
    /// use autodiff_runtime::Differentiable;
    ///
    /// assert_eq!([1.0, 2.0].as_slice().zero_tangent(), vec![0.0, 0.0]);
    /// ```
    fn zero_tangent(&self) -> Self::Tangent {
        let mut zero = Self::neutral(&self.tangent_shape());
        zero.set_zero();
        zero
    }
}

/// Adds another tangent into this one, entry by entry.
///
/// # Panics
///
/// If the shapes differ.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::Accumulate;
///
/// let mut sum = vec![(1.0, 2.0), (3.0, 4.0)];
/// sum.accumulate(&[(10.0, 20.0), (30.0, 40.0)]);
/// assert_eq!(sum, [(11.0, 22.0), (33.0, 44.0)]);
/// ```
pub trait Accumulate<Rhs: ?Sized> {
    /// `self += rhs`.
    ///
    /// ```
    /// use autodiff_runtime::Accumulate;
    ///
    /// let mut sum = 1.0;
    /// sum.accumulate(&2.0);
    /// assert_eq!(sum, 3.0);
    /// ```
    fn accumulate(&mut self, rhs: &Rhs);
}

/// Sets every entry to zero and keeps the shape.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::SetZero;
///
/// let mut gradient = vec![[1.0, 2.0], [3.0, 4.0]];
/// gradient.set_zero();
/// assert_eq!(gradient, [[0.0, 0.0], [0.0, 0.0]]);
/// ```
pub trait SetZero {
    /// `self = 0`.
    ///
    /// ```
    /// use autodiff_runtime::SetZero;
    ///
    /// let mut x_bar = 3.0;
    /// x_bar.set_zero();
    /// assert_eq!(x_bar, 0.0);
    /// ```
    fn set_zero(&mut self);
}

/// The floating-point numbers that generic functions are differentiated over: `f32` and `f64`.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::Float;
///
/// fn logistic<T: Float>(x: T) -> T {
///     T::one() / (T::one() + (-x).exp())
/// }
/// assert_eq!(logistic(0.0_f32), 0.5);
/// ```
pub trait Float:
    num_traits::Float
    + core::ops::AddAssign
    + core::ops::SubAssign
    + core::ops::MulAssign
    + core::ops::DivAssign
    + core::iter::Sum
    + Differentiable<Tangent = Self>
    + BinaryTwice<Add, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + BinaryTwice<Sub, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + BinaryTwice<Mul, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + BinaryTwice<Div, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + BinaryTwice<Rem, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + BinaryTwice<AddAssign, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + BinaryTwice<SubAssign, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + BinaryTwice<MulAssign, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + BinaryTwice<DivAssign, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + BinaryTwice<RemAssign, Self, Seed = Self, Lhs = Self, Rhs = Self>
    + UnaryTwice<Neg, Seed = Self, Of = Self>
    + Elementary
    + crate::simd::Format
    + Accumulate<Self>
    + SetZero
    + Coordinates
    + CoordinatesMut
    + Default
    + core::fmt::Debug
    + 'static
{
    /// The number nearest to `value`.
    ///
    /// ```
    /// use autodiff_runtime::Float;
    ///
    /// assert_eq!(<f32 as Float>::from_f64(0.1), 0.1_f32);
    /// ```
    fn from_f64(value: f64) -> Self;
}

macro_rules! float {
    ($($float:ty),*) => {$(
        impl Float for $float {
            #[inline]
            fn from_f64(value: f64) -> Self {
                value as $float
            }
        }
        impl Differentiable for $float {
            type Tangent = $float;
            type Shape = ();
            #[inline]
            fn tangent_shape(&self) {}
            #[inline]
            fn neutral((): &()) -> $float {
                -0.0
            }
        }
        impl Accumulate<$float> for $float {
            #[inline]
            fn accumulate(&mut self, rhs: &$float) {
                *self += *rhs;
            }
        }
        impl SetZero for $float {
            #[inline]
            fn set_zero(&mut self) {
                *self = 0.0;
            }
        }
    )*};
}
float!(f32, f64);

macro_rules! constant {
    ($($ty:ty),* $(,)?) => {$(
        impl Differentiable for $ty {
            type Tangent = ();
            type Shape = ();
            #[inline]
            fn tangent_shape(&self) {}
            #[inline]
            fn neutral((): &()) {}
        }
    )*};
}
constant!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, bool, char, str, ());
#[cfg(feature = "alloc")]
constant!(String);

impl<T> Differentiable for core::ops::Range<T> {
    type Tangent = ();
    type Shape = ();
    #[inline]
    fn tangent_shape(&self) {}
    #[inline]
    fn neutral((): &()) {}
}

impl<T> Differentiable for core::ops::RangeInclusive<T> {
    type Tangent = ();
    type Shape = ();
    #[inline]
    fn tangent_shape(&self) {}
    #[inline]
    fn neutral((): &()) {}
}

impl Accumulate<()> for () {
    #[inline]
    fn accumulate(&mut self, (): &()) {}
}

impl SetZero for () {
    #[inline]
    fn set_zero(&mut self) {}
}

macro_rules! pointer {
    ($($ty:ty),*) => {$(
        impl<T: Differentiable + ?Sized> Differentiable for $ty {
            type Tangent = T::Tangent;
            type Shape = T::Shape;
            #[inline]
            fn tangent_shape(&self) -> T::Shape {
                (**self).tangent_shape()
            }
            #[inline]
            fn neutral(shape: &T::Shape) -> T::Tangent {
                T::neutral(shape)
            }
        }
    )*};
}
pointer!(&T, &mut T);
#[cfg(feature = "alloc")]
pointer!(Box<T>, Rc<T>, Arc<T>);

#[cfg(feature = "alloc")]
impl<T: Differentiable> Differentiable for [T] {
    type Tangent = Vec<T::Tangent>;
    type Shape = Vec<T::Shape>;
    #[inline]
    fn tangent_shape(&self) -> Self::Shape {
        self.iter().map(T::tangent_shape).collect()
    }
    #[inline]
    fn neutral(shape: &Self::Shape) -> Self::Tangent {
        shape.iter().map(T::neutral).collect()
    }
    #[inline]
    fn zero_tangent(&self) -> Self::Tangent {
        self.iter().map(T::zero_tangent).collect()
    }
}

#[cfg(feature = "alloc")]
impl<T: Differentiable> Differentiable for Vec<T> {
    type Tangent = Vec<T::Tangent>;
    type Shape = Vec<T::Shape>;
    #[inline]
    fn tangent_shape(&self) -> Self::Shape {
        self.as_slice().tangent_shape()
    }
    #[inline]
    fn neutral(shape: &Self::Shape) -> Self::Tangent {
        <[T]>::neutral(shape)
    }
    #[inline]
    fn zero_tangent(&self) -> Self::Tangent {
        self.as_slice().zero_tangent()
    }
}

impl<T: Differentiable, const N: usize> Differentiable for [T; N] {
    type Tangent = [T::Tangent; N];
    type Shape = [T::Shape; N];
    #[inline]
    fn tangent_shape(&self) -> Self::Shape {
        self.each_ref().map(T::tangent_shape)
    }
    #[inline]
    fn neutral(shape: &Self::Shape) -> Self::Tangent {
        shape.each_ref().map(T::neutral)
    }
}

impl<A: Accumulate<B>, B> Accumulate<[B]> for [A] {
    #[inline]
    fn accumulate(&mut self, rhs: &[B]) {
        assert_eq!(self.len(), rhs.len(), "adjoints of different lengths are added");
        for (a, b) in self.iter_mut().zip(rhs) {
            a.accumulate(b);
        }
    }
}

macro_rules! sequence {
    ($([$($generics:tt)*] $lhs:ty, $rhs:ty;)*) => {$(
        impl<A: Accumulate<B>, B, $($generics)*> Accumulate<$rhs> for $lhs {
            #[inline]
            fn accumulate(&mut self, rhs: &$rhs) {
                let (lhs, rhs): (&mut [A], &[B]) = (self, rhs);
                lhs.accumulate(rhs);
            }
        }
    )*};
}
sequence! {
    [const N: usize] [A; N], [B; N];
    [const N: usize] [A; N], [B];
    [const N: usize] [A], [B; N];
}
#[cfg(feature = "alloc")]
sequence! {
    [] Vec<A>, Vec<B>;
    [] Vec<A>, [B];
    [] [A], Vec<B>;
    [const N: usize] [A; N], Vec<B>;
    [const N: usize] Vec<A>, [B; N];
}

impl<T: SetZero> SetZero for [T] {
    #[inline]
    fn set_zero(&mut self) {
        self.iter_mut().for_each(T::set_zero);
    }
}

#[cfg(feature = "alloc")]
impl<T: SetZero> SetZero for Vec<T> {
    #[inline]
    fn set_zero(&mut self) {
        self.as_mut_slice().set_zero();
    }
}

impl<T: SetZero, const N: usize> SetZero for [T; N] {
    #[inline]
    fn set_zero(&mut self) {
        self.as_mut_slice().set_zero();
    }
}

macro_rules! tuple {
    ($($name:ident $other:ident $index:tt),+) => {
        impl<$($name: Differentiable),+> Differentiable for ($($name,)+) {
            type Tangent = ($($name::Tangent,)+);
            type Shape = ($($name::Shape,)+);
            #[inline]
            fn tangent_shape(&self) -> Self::Shape {
                ($(self.$index.tangent_shape(),)+)
            }
            #[inline]
            fn neutral(shape: &Self::Shape) -> Self::Tangent {
                ($($name::neutral(&shape.$index),)+)
            }
        }
        impl<$($name: Accumulate<$other>, $other),+> Accumulate<($($other,)+)> for ($($name,)+) {
            #[inline]
            fn accumulate(&mut self, rhs: &($($other,)+)) {
                $(self.$index.accumulate(&rhs.$index);)+
            }
        }
        impl<$($name: SetZero),+> SetZero for ($($name,)+) {
            #[inline]
            fn set_zero(&mut self) {
                $(self.$index.set_zero();)+
            }
        }
    };
}
tuple!(A P 0);
tuple!(A P 0, B Q 1);
tuple!(A P 0, B Q 1, C R 2);
tuple!(A P 0, B Q 1, C R 2, D S 3);
tuple!(A P 0, B Q 1, C R 2, D S 3, E T 4);
tuple!(A P 0, B Q 1, C R 2, D S 3, E T 4, F U 5);
tuple!(A P 0, B Q 1, C R 2, D S 3, E T 4, F U 5, G V 6);
tuple!(A P 0, B Q 1, C R 2, D S 3, E T 4, F U 5, G V 6, H W 7);
tuple!(A P 0, B Q 1, C R 2, D S 3, E T 4, F U 5, G V 6, H W 7, I X 8);
tuple!(A P 0, B Q 1, C R 2, D S 3, E T 4, F U 5, G V 6, H W 7, I X 8, J Y 9);
tuple!(A P 0, B Q 1, C R 2, D S 3, E T 4, F U 5, G V 6, H W 7, I X 8, J Y 9, K Z 10);
tuple!(A P 0, B Q 1, C R 2, D S 3, E T 4, F U 5, G V 6, H W 7, I X 8, J Y 9, K Z 10, L O 11);

impl<T: Differentiable> Differentiable for Option<T> {
    type Tangent = Option<T::Tangent>;
    type Shape = Option<T::Shape>;
    #[inline]
    fn tangent_shape(&self) -> Self::Shape {
        self.as_ref().map(T::tangent_shape)
    }
    #[inline]
    fn neutral(shape: &Self::Shape) -> Self::Tangent {
        shape.as_ref().map(T::neutral)
    }
}

impl<A: Accumulate<B>, B> Accumulate<Option<B>> for Option<A> {
    #[inline]
    fn accumulate(&mut self, rhs: &Option<B>) {
        match (self, rhs) {
            (Some(a), Some(b)) => a.accumulate(b),
            (None, None) => {}
            _ => panic!("adjoints of `Some` and `None` are added"),
        }
    }
}

impl<T: SetZero> SetZero for Option<T> {
    #[inline]
    fn set_zero(&mut self) {
        if let Some(inner) = self {
            inner.set_zero();
        }
    }
}

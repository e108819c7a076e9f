//! What generated code names. Not for use by hand: it changes with the compiler.
#![doc(hidden)]

mod checks;
mod elementary;
pub mod entries;
pub mod first_order;
mod fixed_stack;
pub mod foreign;
#[cfg(feature = "ndarray")]
pub mod jacobian;
mod linear;
pub mod math;
pub mod operator;
pub mod receiver;
#[cfg(feature = "alloc")]
mod rows;
#[cfg(feature = "alloc")]
mod snapshots;
#[cfg(feature = "alloc")]
mod stack;
#[cfg(feature = "ndarray")]
pub mod tensor;
pub mod unannotated;

pub use checks::{
    Body, Changes, Checked, Hessian, NotInWrt, OfSequence, OneNumber, Tried, TypeOf, Wrt, any,
    any_of, callee, changes, checked, differentiable, in_wrt, iterated, tried,
};
pub use elementary::{Elementary, Length, Number, float, len, number};
pub use fixed_stack::FixedStack;
pub use linear::{Plus, Scale, nothing};
#[cfg(feature = "alloc")]
pub use rows::{Copied, Rows, copy};
#[cfg(feature = "alloc")]
pub use snapshots::Snapshots;
#[cfg(feature = "alloc")]
pub use stack::{ShortStack, Stack};

/// For generated code to compare with what the user's paths mean: what is imported under one name from two
/// places must be the same. So it is with the crates below.
pub use crate::simd;
#[cfg(feature = "libm")]
pub use ::libm;
pub use ::num_traits;

/// Under this name, generated code finds `Vec` where the user's crate has no `std`.
#[cfg(feature = "alloc")]
pub extern crate alloc;

#[cfg(feature = "alloc")]
pub use alloc::borrow::ToOwned;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::ops::{Mul, Range};

/// The traits whose methods generated code calls, without their names.
pub mod methods {
    pub use super::ToOwned as _;
    pub use super::foreign::methods::OfOptions as _;
    #[cfg(feature = "nalgebra")]
    pub use crate::matrix::OfMatrices as _;
    pub use core::clone::Clone as _;
    pub use core::iter::{ExactSizeIterator as _, Extend as _, IntoIterator as _, Iterator as _};
}

#[cfg(feature = "alloc")]
use crate::coordinates::{self, Coordinates, CoordinatesMut};
use crate::{Accumulate, Differentiable, Node, SetZero};

/// A node of the graph that is computed from nothing.
pub const fn leaf(
    op: &'static str,
    ty: &'static str,
    line: u32,
    column: u32,
    requires_grad: bool,
) -> Node {
    Node { leaf: true, requires_grad, ..node(op, &[], ty, line, column, "") }
}

/// A node of the graph that is computed from others; it has a gradient if it has a rule, which no text
/// stands for.
pub const fn node(
    op: &'static str,
    inputs: &'static [usize],
    ty: &'static str,
    line: u32,
    column: u32,
    rule: &'static str,
) -> Node {
    let requires_grad = !rule.is_empty();
    let grad_fn = if requires_grad { Some(rule) } else { None };
    let (label, region, leaf) = (None, None, false);
    Node { op, inputs, label, ty, line, column, leaf, requires_grad, grad_fn, region }
}

/// What only some nodes have.
impl Node {
    /// The same under a name of the user's.
    #[doc(hidden)]
    pub const fn named(self, label: &'static str) -> Self {
        Self { label: Some(label), ..self }
    }

    /// The same in a loop or a branch.
    #[doc(hidden)]
    pub const fn within(self, region: &'static str) -> Self {
        Self { region: Some(region), ..self }
    }
}

/// The zero tangent of the same shape as a value.
#[inline]
pub fn zero_tangent<T: Differentiable + ?Sized>(value: &T) -> T::Tangent {
    value.zero_tangent()
}

/// The shape of a value.
#[inline]
pub fn shape_of<T: Differentiable + ?Sized>(value: &T) -> Shape<T> {
    Shape(value.tangent_shape())
}

/// The shape of a `T`, which knows what it is the shape of.
pub struct Shape<T: Differentiable + ?Sized>(T::Shape);

impl<T: Differentiable + ?Sized> Clone for Shape<T> {
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The zero adjoint of that shape, to which a first addition adds nothing.
#[inline]
pub fn zero_of<T: Differentiable + ?Sized>(shape: &Shape<T>) -> T::Tangent {
    T::neutral(&shape.0)
}

/// `shadow += value`, of adjoints.
#[inline]
pub fn accumulate<A: Accumulate<B> + ?Sized, B: ?Sized>(shadow: &mut A, value: &B) {
    shadow.accumulate(value);
}

/// `shadow = 0`.
#[inline]
pub fn set_zero<T: SetZero + ?Sized>(shadow: &mut T) {
    shadow.set_zero();
}

/// Adds the coordinates of a tangent to those of a shadow, which may be of another type.
///
/// # Panics
///
/// If there are not as many, or if the two are of different variants of an enum.
#[cfg(feature = "alloc")]
pub fn add_coordinates<A: CoordinatesMut + ?Sized, B: Coordinates + ?Sized>(
    shadow: &mut A,
    tangent: &B,
) {
    let added = given(shadow, tangent);
    coordinates::change(shadow, |i, x| x + added[i]);
}

/// Copies the coordinates of one value to another, which may be of another type.
///
/// # Panics
///
/// If there are not as many, or if the two are of different variants of an enum.
#[cfg(feature = "alloc")]
pub fn assign_coordinates<A: CoordinatesMut + ?Sized, B: Coordinates + ?Sized>(
    to: &mut A,
    from: &B,
) {
    let assigned = given(to, from);
    coordinates::change(to, |i, _| assigned[i]);
}

/// The coordinates of `from`, in the order of those of `to`.
#[cfg(feature = "alloc")]
fn given<A: Coordinates + ?Sized, B: Coordinates + ?Sized>(to: &A, from: &B) -> Vec<f64> {
    if !coordinates::has_variants(from) && !coordinates::has_variants(to) {
        let given = coordinates::values(from);
        check_len("a shadow", coordinates::values(to).len(), given.len());
        return given;
    }
    let (from, to) = (coordinates::coordinates(from), coordinates::coordinates(to));
    coordinates::matched(&from, &to)
        .unwrap_or_else(|| panic!("a shadow is of another variant of an enum than its primal"))
}

/// What has owned copies without the heap.
#[cfg(not(feature = "alloc"))]
pub trait ToOwned {
    /// The type of the copy.
    type Owned;
    /// The copy.
    fn to_owned(&self) -> Self::Owned;
}

#[cfg(not(feature = "alloc"))]
impl<T: Clone> ToOwned for T {
    type Owned = T;
    #[inline]
    fn to_owned(&self) -> T {
        self.clone()
    }
}

/// An owned copy of what a reference points to.
#[inline]
pub fn owned<T: ToOwned + ?Sized>(value: &T) -> T::Owned {
    value.to_owned()
}

/// The elements that a loop over `range` runs through, from `start` on. A loop that runs not at all has
/// none, whatever its `start` would be.
///
/// # Panics
///
/// If `values` has not so many.
#[inline]
#[track_caller]
pub fn window<T>(values: &[T], range: Range<usize>, start: impl FnOnce() -> usize) -> &[T] {
    if range.start >= range.end {
        return &[];
    }
    &values[start()..][..range.end - range.start]
}

/// The same to be changed.
///
/// # Panics
///
/// If `values` has not so many.
#[inline]
#[track_caller]
pub fn window_mut<T>(
    values: &mut [T],
    range: Range<usize>,
    start: impl FnOnce() -> usize,
) -> &mut [T] {
    if range.start >= range.end {
        return &mut [];
    }
    &mut values[start()..][..range.end - range.start]
}

/// A value to be read by nobody, before a loop or a branch makes the one that is.
#[inline]
pub fn undefined<T: Undefined>() -> T {
    T::undefined()
}

/// See [`undefined`].
#[diagnostic::on_unimplemented(
    message = "[AD0409] a `{Self}` that is made inside a loop or before an early return needs a `Default`",
    label = "`{Self}` has no `Default`",
    note = "derive `Default` for it, or assign it to a variable that has a value before the loop"
)]
pub trait Undefined {
    /// Any value.
    fn undefined() -> Self;
}

impl<T: Default> Undefined for T {
    #[inline]
    fn undefined() -> T {
        T::default()
    }
}

/// The sum of adjoints whose type only rustc knows.
pub fn total<T: Default + Accumulate<T>>(parts: &[T]) -> T {
    let mut total = T::default();
    for part in parts {
        total.accumulate(part);
    }
    total
}

/// A number as a float of the type of another.
#[inline]
pub fn float_like<T: crate::Float>(_: &T, number: impl Into<f64>) -> T {
    T::from_f64(number.into())
}

/// The exponent in the derivative of `powi`: one less, save for 0 and `i32::MIN`.
#[inline]
pub const fn int_pred(n: i32) -> i32 {
    n.saturating_sub((n != 0) as i32)
}

/// A loop as a function of the parts of sequences that it runs through, to be called at once: what it takes by
/// `&mut` is known to overlap nothing else.
#[inline(always)]
pub fn apart<F>(looped: F) -> F {
    looped
}

/// The integer `k` after `start`, where both are in one range of the type.
#[inline]
pub fn nth<T: Integer>(start: T, k: usize) -> T {
    start.nth(k)
}

/// See [`nth`].
pub trait Integer {
    /// The integer `k` after this one.
    fn nth(self, k: usize) -> Self;
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl Integer for $integer {
            #[inline]
            fn nth(self, k: usize) -> Self {
                self.wrapping_add(k as $integer)
            }
        }
    )*};
}
integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

/// A whole number as a factor of a float whose type only rustc knows.
#[inline]
pub fn whole(value: i32) -> Whole {
    Whole(value)
}

/// See [`whole`].
#[derive(Clone, Copy)]
pub struct Whole(i32);

macro_rules! whole_factors {
    ($($float:ty)*) => {$(
        impl Mul<Whole> for $float {
            type Output = $float;
            #[inline]
            fn mul(self, factor: Whole) -> $float {
                self * factor.0 as $float
            }
        }

        impl Mul<$float> for Whole {
            type Output = $float;
            #[inline]
            fn mul(self, factor: $float) -> $float {
                self.0 as $float * factor
            }
        }
    )*};
}
whole_factors!(f32 f64);

/// `value as U`, of tangents and adjoints: that of an integer is `()`, and zero.
#[inline]
pub fn recast<T: Recast<U>, U>(value: T) -> U {
    value.recast()
}

/// See [`recast`].
pub trait Recast<U> {
    /// The same derivative for another type of number.
    fn recast(self) -> U;
}

macro_rules! recasts {
    ($($from:ty => $($to:ty)*;)*) => {$($(
        impl Recast<$to> for $from {
            #[inline]
            fn recast(self) -> $to {
                self as $to
            }
        }
    )*)*};
}
recasts!(f32 => f32 f64; f64 => f32 f64;);

macro_rules! recasts_of_integers {
    ($($float:ty)*) => {$(
        impl Recast<$float> for () {
            #[inline]
            fn recast(self) -> $float {
                0.0
            }
        }

        impl Recast<()> for $float {
            #[inline]
            fn recast(self) {}
        }
    )*};
}
recasts_of_integers!(f32 f64);

/// Refuses a shadow, a tangent or a seed of the wrong length.
///
/// # Panics
///
/// If the lengths differ; the message names what was given.
#[inline]
#[track_caller]
pub fn check_len(what: &str, expected: usize, got: usize) {
    if expected != got {
        wrong_len(what, expected, got);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn wrong_len(what: &str, expected: usize, got: usize) -> ! {
    panic!("{what} has length {got}, but {expected} is needed");
}

/// The inner product of a gradient and a tangent.
#[inline]
pub fn inner<A: Inner<B, T> + ?Sized, B: ?Sized, T>(a: &A, b: &B) -> T {
    a.inner(b)
}

/// See [`inner`].
pub trait Inner<Rhs: ?Sized, T> {
    /// The sum of the products of all entries.
    fn inner(&self, rhs: &Rhs) -> T;
}

macro_rules! float {
    ($($float:ty),*) => {$(
        impl Inner<$float, $float> for $float {
            #[inline]
            fn inner(&self, rhs: &$float) -> $float {
                self * rhs
            }
        }
    )*};
}
float!(f32, f64);

impl<A: Inner<B, T>, B, T: core::iter::Sum> Inner<[B], T> for [A] {
    fn inner(&self, rhs: &[B]) -> T {
        self.iter().zip(rhs).map(|(a, b)| a.inner(b)).sum()
    }
}

#[cfg(feature = "alloc")]
impl<A: Inner<B, T>, B, T: core::iter::Sum> Inner<[B], T> for Vec<A> {
    fn inner(&self, rhs: &[B]) -> T {
        self.as_slice().inner(rhs)
    }
}

#[cfg(feature = "alloc")]
impl<A: Inner<B, T>, B, T: core::iter::Sum> Inner<Vec<B>, T> for Vec<A> {
    fn inner(&self, rhs: &Vec<B>) -> T {
        self.as_slice().inner(rhs.as_slice())
    }
}

impl<A: Inner<B, T>, B, T: core::iter::Sum, const N: usize> Inner<[B; N], T> for [A; N] {
    fn inner(&self, rhs: &[B; N]) -> T {
        self.as_slice().inner(rhs.as_slice())
    }
}

/// What a `vjp` of the user's returns: the value and its pullback, from seed to gradient.
#[inline(always)]
pub fn vjp_rule<Value, Seed, Gradient, Pullback: FnOnce(Seed) -> Gradient>(
    returned: (Value, Pullback),
) -> (Value, impl FnOnce(Seed) -> Gradient) {
    returned
}

/// What a `jvp` of the user's returns: the value and its tangent.
#[inline(always)]
pub fn jvp_rule<Value, Tangent>(returned: (Value, Tangent)) -> (Value, Tangent) {
    returned
}

/// Stands, where a pullback is given the references of its call once more, for what was no reference.
#[derive(Clone, Copy, Debug)]
pub struct Ignored;

/// What a pullback takes for an argument of which only rustc knows whether it is a reference.
pub trait Again<'a, T> {
    /// The reference itself, or nothing.
    fn again(value: &'a T) -> Self;
}

impl<T> Again<'_, T> for Ignored {
    #[inline]
    fn again(_: &T) -> Self {
        Ignored
    }
}

impl<'a, T> Again<'a, T> for &'a T {
    #[inline]
    fn again(value: &'a T) -> Self {
        value
    }
}

impl<'a, T: ?Sized> Again<'a, &'a T> for &'a T {
    #[inline]
    fn again(value: &'a &'a T) -> Self {
        value
    }
}

/// See [`Again`].
#[inline]
pub fn again<'a, T, R: Again<'a, T>>(value: &'a T) -> R {
    R::again(value)
}

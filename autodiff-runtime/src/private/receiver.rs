//! The tangent of `self`, as callers give it who do not know how a method takes `self`.

use super::Ignored;

/// No tangent: `self` is constant.
#[derive(Clone, Copy, Debug)]
pub struct Absent;

/// A tangent that is read.
pub trait Shared<T> {
    /// The tangent, if there is one.
    fn shared<'a>(self) -> Option<&'a T>
    where
        Self: 'a;
}

/// A tangent that is changed in place.
pub trait Exclusive<T> {
    /// The tangent, if there is one.
    fn exclusive<'a>(self) -> Option<&'a mut T>
    where
        Self: 'a;
}

impl<T> Shared<T> for Absent {
    #[inline]
    fn shared<'a>(self) -> Option<&'a T>
    where
        Self: 'a,
    {
        None
    }
}

impl<T> Exclusive<T> for Absent {
    #[inline]
    fn exclusive<'a>(self) -> Option<&'a mut T>
    where
        Self: 'a,
    {
        None
    }
}

impl<T> Shared<T> for Option<&T> {
    #[inline]
    fn shared<'a>(self) -> Option<&'a T>
    where
        Self: 'a,
    {
        self
    }
}

impl<T> Shared<T> for Option<&mut T> {
    #[inline]
    fn shared<'a>(self) -> Option<&'a T>
    where
        Self: 'a,
    {
        self.map(|tangent| &*tangent)
    }
}

impl<T> Exclusive<T> for Option<&mut T> {
    #[inline]
    fn exclusive<'a>(self) -> Option<&'a mut T>
    where
        Self: 'a,
    {
        self
    }
}

/// The form in which a method that has second derivatives takes a tangent of `self`: none, where it took
/// `self` itself.
pub trait Given<'a, T: ?Sized>: Sized {
    /// That of a tangent that is read.
    fn given(tangent: Option<&'a T>) -> Self;
}

impl<'a, T: ?Sized> Given<'a, T> for Option<&'a T> {
    #[inline]
    fn given(tangent: Option<&'a T>) -> Self {
        tangent
    }
}

impl<T: ?Sized> Given<'_, T> for Option<Ignored> {
    #[inline]
    fn given(_: Option<&T>) -> Self {
        None
    }
}

/// The same of a tangent that may be changed.
pub trait GivenMut<'a, T: ?Sized>: Sized {
    /// That of a tangent that may be changed.
    fn given_mut(tangent: &'a mut T) -> Self;
}

impl<'a, T: ?Sized> GivenMut<'a, T> for Option<&'a T> {
    #[inline]
    fn given_mut(tangent: &'a mut T) -> Self {
        Some(tangent)
    }
}

impl<'a, T: ?Sized> GivenMut<'a, T> for Option<&'a mut T> {
    #[inline]
    fn given_mut(tangent: &'a mut T) -> Self {
        Some(tangent)
    }
}

impl<T: ?Sized> GivenMut<'_, T> for Option<Ignored> {
    #[inline]
    fn given_mut(_: &mut T) -> Self {
        None
    }
}

/// See [`Given`].
#[inline]
pub fn given<'a, T: ?Sized, R: Given<'a, T>>(tangent: Option<&'a T>) -> R {
    R::given(tangent)
}

/// See [`GivenMut`].
#[inline]
pub fn given_mut<'a, T: ?Sized, R: GivenMut<'a, T>>(tangent: &'a mut T) -> R {
    R::given_mut(tangent)
}

/// What a method is called on, as the method takes it.
#[inline(always)]
pub fn asked<T>(receiver: T) -> T {
    receiver
}

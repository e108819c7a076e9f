//! The tangent of `self`, as callers give it who do not know how a method takes `self`.

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

impl<'t, T> Shared<T> for Option<&'t T> {
    #[inline]
    fn shared<'a>(self) -> Option<&'a T>
    where
        Self: 'a,
    {
        self
    }
}

impl<'t, T> Shared<T> for Option<&'t mut T> {
    #[inline]
    fn shared<'a>(self) -> Option<&'a T>
    where
        Self: 'a,
    {
        self.map(|tangent| &*tangent)
    }
}

impl<'t, T> Exclusive<T> for Option<&'t mut T> {
    #[inline]
    fn exclusive<'a>(self) -> Option<&'a mut T>
    where
        Self: 'a,
    {
        self
    }
}

/// What the pullback of a method takes for `self` once more.
pub trait Again<'a, T: ?Sized> {
    /// The reference itself, or nothing.
    fn again(value: &'a T) -> Self;
}

impl<T: ?Sized> Again<'_, T> for super::Ignored {
    #[inline]
    fn again(_: &T) -> Self {
        super::Ignored
    }
}

impl<'a, T: ?Sized> Again<'a, T> for &'a T {
    #[inline]
    fn again(value: &'a T) -> Self {
        value
    }
}

/// See [`Again`].
#[inline]
pub fn again<'a, T: ?Sized, R: Again<'a, T>>(value: &'a T) -> R {
    R::again(value)
}

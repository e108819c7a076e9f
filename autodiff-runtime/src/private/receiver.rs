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

/// What a method is called on, as the method takes it.
#[inline(always)]
pub fn asked<T>(receiver: T) -> T {
    receiver
}

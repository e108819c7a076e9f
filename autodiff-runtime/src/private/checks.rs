//! What generated code says for rustc to check: types that are in error where something is missing, and
//! functions that cannot be called there.

use core::ops::ControlFlow;

/// Implemented by a handle for each parameter that its `wrt` does not leave out.
#[diagnostic::on_unimplemented(
    message = "[AD0408] `{Self}` is given a differentiated value for a parameter that its `wrt(..)` leaves out",
    label = "has no derivative with respect to this argument",
    note = "name the parameter in its `wrt(..)`, or hold the argument constant with `autodiff::stop_gradient`"
)]
pub trait Wrt<const PARAMETER: usize> {}

/// Implemented by a handle that has second derivatives.
#[diagnostic::on_unimplemented(
    message = "[AD0416] `{Self}` has no second derivative, which this call needs",
    label = "not under `#[differentiate(hessian)]`",
    note = "add `hessian` to the attribute of `{Self}`: `#[differentiate(hessian)]`"
)]
pub trait Hessian {}

/// Implemented by a handle for each parameter that is a `&mut` reference.
#[diagnostic::on_unimplemented(
    message = "[AD0413] `{Self}` is given a `&mut` reference for a parameter that is a shared one",
    label = "does not change what this argument refers to",
    note = "pass a shared reference: `&*x`"
)]
pub trait Changes<const PARAMETER: usize> {}

/// Cannot be called where the callee takes that parameter as anything but a `&mut` reference.
pub const fn changes<Callee: Changes<PARAMETER>, const PARAMETER: usize>() {}

/// Cannot be called where the callee's derivative with respect to that parameter is not to be had.
pub const fn in_wrt<Callee: Wrt<PARAMETER>, const PARAMETER: usize>() {}

/// Stands for the shadow of a parameter that is not in `wrt`: a caller who has an adjoint for it
/// learns from the mismatch that the function has no derivative with respect to it.
#[derive(Clone, Copy, Debug)]
pub enum NotInWrt {}

/// `T`, in error if the constant is: what has this type is then of no interest to rustc.
pub type Checked<T, const CHECKED: usize> = <Body<CHECKED> as TypeOf<T>>::Type;

/// Cannot be called where the type has no derivative.
pub const fn differentiable<T: crate::Differentiable>() {}

/// The function itself.
#[inline(always)]
pub const fn callee<F: Copy, const CHECKED: usize>(function: F) -> Checked<F, CHECKED> {
    function
}

/// Implemented by the iterators of what can be indexed instead.
#[diagnostic::on_unimplemented(
    message = "[AD0211] this cannot be iterated over under differentiation",
    label = "its elements cannot be indexed",
    note = "iterate over a range, a slice, an array, a `Vec`, or a chain of iterator adapters on them"
)]
pub trait OfSequence {}

impl<T> OfSequence for core::slice::Iter<'_, T> {}
impl<T> OfSequence for core::slice::IterMut<'_, T> {}
impl<T, const N: usize> OfSequence for core::array::IntoIter<T, N> {}
#[cfg(feature = "nalgebra")]
impl<T, R: nalgebra::Dim, C: nalgebra::Dim, S: nalgebra::RawStorage<T, R, C>> OfSequence
    for nalgebra::iter::MatrixIter<'_, T, R, C, S>
{
}
#[cfg(feature = "nalgebra")]
impl<T, R: nalgebra::Dim, C: nalgebra::Dim, S: nalgebra::RawStorageMut<T, R, C>> OfSequence
    for nalgebra::iter::MatrixIterMut<'_, T, R, C, S>
{
}
#[cfg(feature = "alloc")]
impl<T> OfSequence for alloc::vec::IntoIter<T> {}
#[cfg(feature = "alloc")]
impl<T> OfSequence for alloc::collections::vec_deque::Iter<'_, T> {}
#[cfg(feature = "alloc")]
impl<T> OfSequence for alloc::collections::vec_deque::IterMut<'_, T> {}
#[cfg(feature = "alloc")]
impl<T> OfSequence for alloc::collections::vec_deque::IntoIter<T> {}

/// What is iterated over, if it can be indexed instead.
pub fn iterated<T: IntoIterator>(values: T) -> T
where
    T::IntoIter: OfSequence,
{
    values
}

/// What is in `value?`, for a body that was refused for its `?`.
pub fn tried<T: Tried>(value: T) -> T::Output {
    value.tried()
}

/// See [`tried`].
pub trait Tried {
    /// What `?` gives.
    type Output;
    /// What `?` gives where it does not leave.
    fn tried(self) -> Self::Output;
}

impl<T> Tried for Option<T> {
    type Output = T;
    fn tried(self) -> T {
        self.expect("nothing that is refused runs")
    }
}

impl<T, E> Tried for Result<T, E> {
    type Output = T;
    fn tried(self) -> T {
        self.ok().tried()
    }
}

impl<B, T> Tried for ControlFlow<B, T> {
    type Output = T;
    fn tried(self) -> T {
        match self {
            ControlFlow::Continue(value) => value,
            ControlFlow::Break(_) => None.tried(),
        }
    }
}

/// Stands for a value of which the type alone is of interest.
pub fn any<T>() -> T {
    unreachable!("types are compared, and nothing is run")
}

/// The same of the type of another.
pub fn any_of<T>(_: &T) -> T {
    any()
}

/// The value itself.
#[inline(always)]
pub fn checked<T, const CHECKED: usize>(value: T) -> Checked<T, CHECKED> {
    value
}

/// The body that a constant stands for.
#[derive(Debug)]
pub struct Body<const CHECKED: usize>;

/// See [`Checked`].
pub trait TypeOf<T: ?Sized> {
    /// `T`.
    type Type: ?Sized;
}

impl<T: ?Sized, const CHECKED: usize> TypeOf<T> for Body<CHECKED> {
    type Type = T;
}

/// Implemented by nothing: stands in `grad` of functions that do not return one number.
#[diagnostic::on_unimplemented(
    message = "[AD0406] a function that does not return one number has no gradient",
    label = "`grad` needs a function that returns `f32`, `f64` or a generic float",
    note = "use `vjp` and give the pullback the adjoint of the returned value, or `jvp` for a directional derivative"
)]
pub trait OneNumber {}

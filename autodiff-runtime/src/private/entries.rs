//! What has entries, over which a closure runs.

/// A matrix: of another type, a method named `map` may do anything with the closure.
#[diagnostic::on_unimplemented(
    message = "[AD0404] this method of `{Self}` is given a closure and has no derivative rule",
    label = "only that of a matrix has, entry by entry",
    note = "write a loop, a branch or a `match` instead; or hold the value constant with `autodiff::stop_gradient`"
)]
pub trait Entries {
    /// What is made by a closure over the entries.
    type Made;

    /// One of the same size.
    fn blank(&self) -> Self::Made;
}

#[cfg(feature = "nalgebra")]
impl<T: crate::Float, const R: usize, const C: usize> Entries for nalgebra::SMatrix<T, R, C> {
    type Made = Self;

    #[inline]
    fn blank(&self) -> Self {
        Self::zeros()
    }
}

/// One of the same size.
#[inline]
pub fn blank<T: Entries>(of: &T) -> T::Made {
    of.blank()
}

/// That there are entries.
#[inline]
pub fn of<T: Entries>(_: &T) {}
